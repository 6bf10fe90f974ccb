//! How long a credential lives, and how we know.

use crate::Timestamp;
use crate::credential::spelled;

spelled! {
    /// What a lifetime is derived from.
    LifetimeBasis {
        /// Read from the credential itself.
        Intrinsic = "intrinsic",
        /// Read from what stands beside it (certificate, sibling `Expiration`).
        Paired = "paired",
        /// What the vendor documents for this kind.
        VendorDefault = "vendor-default",
        /// Written in the configuration that creates it.
        Declared = "declared",
        /// Not known.
        None = "none",
    }
}

spelled! {
    /// How firm a lifetime is.
    LifetimeConfidence {
        /// Both ends are read.
        Proven = "proven",
        /// One end is read.
        Bounded = "bounded",
        /// A default is taken.
        Assumed = "assumed",
    }
}

/// What the vendor says of a kind's lifetime when the credential itself doesn't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VendorDefault {
    /// Valid until revoked, or renewable without end (class C12).
    NeverExpires,
    /// Expires after at most so many seconds (class C13).
    AtMost(u64),
    /// Intrinsically short: so many seconds at most (class C14).
    Short(u64),
    /// Already revoked by the vendor for everybody.
    Revoked,
    /// Nothing is known of it (class C15 in a credential-typed position, else C16).
    #[default]
    Unstated,
}

/// The lifetime facts of one credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime {
    /// Start of validity.
    pub issued: Option<Timestamp>,
    /// End of validity.
    pub expires: Option<Timestamp>,
    /// Length in seconds where it is known without both ends (a declared duration, a lease).
    pub declared_seconds: Option<u64>,
    /// The vendor's default for the kind.
    pub vendor_default: VendorDefault,
    /// Whether issued/expires/declared come from beside the credential and not from within.
    pub paired: bool,
}

impl Lifetime {
    /// `L` of DOMAIN §2.3 in seconds: declared, or expires − issued.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        self.declared_seconds.or_else(|| u64::try_from(self.expires?.as_second() - self.issued?.as_second()).ok())
    }
}
