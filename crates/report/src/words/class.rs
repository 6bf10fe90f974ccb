//! What a class means, and why something was not read.

use unkeyed_model::{Class, SkipReason};

/// The meaning of a class, to follow "…is durable: ".
pub(crate) const fn class(class: Class) -> &'static str {
    match class {
        Class::Durable => "valid until somebody revokes it",
        Class::Bootstrap => "opens the way to other credentials, and does not expire soon",
        Class::LongLived => "expires, but not soon",
        Class::ReferenceStored => "a lasting credential, kept by a platform and used by name",
        Class::EncryptedStored => "a lasting credential, encrypted where it stands",
        Class::VaultFetchedStatic => "a static value, kept in a secret manager",
        Class::VaultFetchedDynamic => "issued for each request by a secret manager",
        Class::ShortLived => "expires soon, and can be used until then",
        Class::Expired => "no longer valid, left behind",
        Class::Unknown => "looks like a credential; what it is can't be told",
        Class::RuntimeIdentity => "made by the platform for each run, never stored",
        Class::Public => "not a credential",
    }
}

/// Why something was not read.
pub(crate) const fn skip_reason(why: SkipReason) -> &'static str {
    match why {
        SkipReason::TooLarge => "larger than the limit",
        SkipReason::Unreadable => "the system refused to open it",
        SkipReason::Vanished => "gone or changed while it was read",
        SkipReason::Malformed => "does not parse; scanned as plain text only",
        SkipReason::Encrypted => "encrypted, and the key is not here",
        SkipReason::NotOpened => "holds other content in a format that is not opened; searched as plain bytes only",
        SkipReason::Excluded => "left out on request",
        SkipReason::NotARegularFile => "a link, pipe, socket or device",
        SkipReason::Limit => "a limit was reached",
        SkipReason::NotSupplied => "not supplied, or not asked for",
        SkipReason::InternalError => "unkeyed failed on it; please report this",
        SkipReason::NotUnderstood => "in part; the meaning of the rest is not known",
    }
}
