//! The vocabulary in which a credential is described (DOMAIN §2.1, §2.3).

/// Gives a fieldless enum its one published spelling, in both directions of serde and as `as_str`.
macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The published spelling.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use spelled;

spelled! {
    /// The persistence class of an artifact, worst first.
    Class {
        /// Valid until somebody revokes it.
        Durable = "durable",
        /// Opens the door to other credentials, and does not expire within the short threshold.
        Bootstrap = "bootstrap",
        /// Expires, but later than the short threshold.
        LongLived = "long-lived",
        /// Durable, held by a platform and used by name.
        ReferenceStored = "reference-stored",
        /// Durable, at rest only in encrypted form here.
        EncryptedStored = "encrypted-stored",
        /// A static value fetched from a secret manager.
        VaultFetchedStatic = "vault-fetched-static",
        /// Issued per request by a secret manager.
        VaultFetchedDynamic = "vault-fetched-dynamic",
        /// Still valid, gone within the short threshold.
        ShortLived = "short-lived",
        /// No longer valid: residue.
        Expired = "expired",
        /// Looks like a credential; lifetime and meaning can't be told.
        Unknown = "unknown",
        /// Created by the platform for each execution; never stored.
        RuntimeIdentity = "runtime-identity",
        /// Not a credential: a documented example, a placeholder or an identifier.
        Public = "public",
    }
}

impl Class {
    /// `persistent(class)` of DOMAIN §2.3.
    #[must_use]
    pub const fn is_persistent(self) -> bool {
        matches!(self, Self::Durable | Self::LongLived | Self::Bootstrap | Self::ReferenceStored | Self::EncryptedStored)
    }
}

spelled! {
    /// Where the value lives.
    Custody {
        /// In the scanned content itself.
        Embedded = "embedded",
        /// In a platform's secret store, used by name.
        PlatformStored = "platform-stored",
        /// A static value in a secret manager.
        VaultStatic = "vault-static",
        /// A lease issued per request.
        VaultDynamic = "vault-dynamic",
        /// In a secret manager, kind unknown; counts as static.
        VaultUnknown = "vault-unknown",
        /// Made by the platform for the running workload.
        RuntimeMinted = "runtime-minted",
        /// In the scanned content, encrypted.
        EncryptedAtRest = "encrypted-at-rest",
        /// Published documentation.
        PublicDoc = "public-doc",
    }
}

spelled! {
    /// What the credential is for.
    Role {
        /// Grants access.
        Access = "access",
        /// Fetches or mints other credentials.
        Bootstrap = "bootstrap",
        /// Renews an access credential.
        Refresh = "refresh",
        /// Signs.
        Signing = "signing",
        /// Proves who the workload is, to be exchanged.
        IdentityAssertion = "identity-assertion",
        /// Names somebody; not secret.
        Identifier = "identifier",
        /// Verifies others; not secret.
        TrustAnchor = "trust-anchor",
    }
}

spelled! {
    /// Whether a copy works elsewhere (DOMAIN §2.5).
    Replayable {
        /// Whoever holds it can use it.
        Bearer = "bearer",
        /// Dies with the object it is bound to.
        ObjectBound = "object-bound",
        /// Works only with a key that is not beside it.
        SenderConstrained = "sender-constrained",
        /// Not known.
        Unknown = "unknown",
    }
}

spelled! {
    /// Who can reach the place.
    Reachability {
        /// In what runs.
        Runtime = "runtime",
        /// During a build only.
        Build = "build",
        /// Kept, not used: history, deleted layer, backup.
        Archive = "archive",
    }
}

spelled! {
    /// How sure a detection is, lowest first.
    Confidence {
        /// Worth a look.
        Low = "low",
        /// Probably true.
        Medium = "medium",
        /// Proven by structure, checksum or a vendor's own prefix.
        High = "high",
    }
}

spelled! {
    /// SARIF level, lowest first.
    Level {
        /// Nothing to do.
        None = "none",
        /// Good to know.
        Note = "note",
        /// Should be mended.
        Warning = "warning",
        /// Must be mended.
        Error = "error",
    }
}
