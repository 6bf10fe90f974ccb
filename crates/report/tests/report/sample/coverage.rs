//! What was read and what was not, for every reason.

use unkeyed_model::{Assurance, Coverage, DatedBy, Evidence, ReadCounts, Skip, SkipReason};

use super::as_of;

pub(super) fn complete() -> Coverage {
    Coverage {
        read: ReadCounts { files: 12, bytes: 40_960, blobs: 0, layers: 0, remembered: 0 },
        skipped: Vec::new(),
        limits: vec![("file_bytes".into(), 67_108_864), ("decode_depth".into(), 3)],
    }
}

pub(super) fn partial() -> Coverage {
    let mut skipped: Vec<Skip> =
        SkipReason::ALL.iter().map(|why| Skip { path: format!("some/{why}.bin"), why: *why, detail: detail(*why).into() }).collect();
    skipped.extend((0..9).map(|index| Skip {
        path: format!("vendor/lib-{index}"),
        why: SkipReason::Excluded,
        detail: "--exclude vendor/**".into(),
    }));
    skipped.push(Skip { path: "evil%1B[2J\u{202e}.yaml".into(), why: SkipReason::Malformed, detail: "line 3: found \u{1b}[31m".into() });
    skipped.sort();
    Coverage { read: ReadCounts { files: 1_204, bytes: 19_087_411, blobs: 7, layers: 3, remembered: 2 }, skipped, ..complete() }
}

const fn detail(why: SkipReason) -> &'static str {
    match why {
        SkipReason::TooLarge => "81.3 MB, the limit is 64 MB (--max-file-size)",
        SkipReason::Unreadable => "permission denied",
        SkipReason::Malformed => "line 12: mapping values are not allowed here",
        SkipReason::NotSupplied => "git history (not read yet)",
        _ => "",
    }
}

pub(super) fn evidence() -> Vec<Evidence> {
    let row = |path: &str, format: &str, assurance, records, dated| Evidence {
        path: path.into(),
        formats: vec![format.into()],
        assurance,
        records,
        dated,
    };
    vec![
        row("evidence/iam.json", "aws iam get-role", Assurance::Export, 1, Some((as_of(), DatedBy::Modified))),
        row("evidence/roles.json", "az role assignment list", Assurance::Export, 17, None),
        row("evidence/trail.json.gz", "AWS CloudTrail", Assurance::Runtime, 40_112, Some((as_of(), DatedBy::Content))),
    ]
}
