//! Why something was not read.

use unkeyed_model::SkipReason;

/// What follows from it, and what to do.
pub(super) const fn advice(why: SkipReason) -> &'static str {
    match why {
        SkipReason::TooLarge => "A gap: the scan is incomplete. --max-file-size raises the limit; texts above it are read in parts.",
        SkipReason::Unreadable => "A gap: the scan is incomplete. Run it as somebody who may read the file.",
        SkipReason::Vanished => "A gap: the scan is incomplete. Scan what does not change meanwhile, such as a checkout.",
        SkipReason::Malformed => "A gap: its structure counts for no verdict. Mend the file, or exclude it.",
        SkipReason::Encrypted => "A gap: the scan is incomplete. Decrypt it first, or exclude it and say why.",
        SkipReason::NotOpened => "A gap: the scan is incomplete. Unpack it and scan what it holds, or exclude it and say why.",
        SkipReason::Excluded => "No gap, but said: --exclude, .unkeyedignore, --tracked-only or the policy left it out.",
        SkipReason::NotARegularFile => "No gap. What a link leads to is read where it lies, if that is inside the target.",
        SkipReason::Limit => "A gap: the detail names the limit, and the report lists those in force.",
        SkipReason::NotSupplied => {
            "No gap, but a verdict may rest on it: the detail names what would have to be given as target or --evidence."
        }
        SkipReason::InternalError => "A gap: a fault of the program. The rest of the scan is not affected.",
        SkipReason::NotUnderstood => "No gap, but said: what is known of the file counts, and the detail names what is not.",
    }
}
