//! Verdicts, layers and reasons (DOMAIN §4).

use crate::credential::spelled;

spelled! {
    /// What is said of a workload, in roll-up order: worst first.
    Verdict {
        /// Durable credentials, no identity.
        NotSecretless = "not-secretless",
        /// Identity is there, and so are credentials or errors in its binding, role or lifetime.
        Partial = "partial",
        /// Static values, stored elsewhere.
        Vaulted = "vaulted",
        /// Not enough evidence.
        Indeterminate = "indeterminate",
        /// All that remains is excepted, in time and with an exit plan.
        Transitional = "transitional",
        /// No durable credential, identity with exact trust, narrow role and short tokens.
        Secretless = "secretless",
    }
}

spelled! {
    /// State of a layer.
    LayerState {
        /// Evidence for.
        Pass = "pass",
        /// Evidence against.
        Fail = "fail",
        /// Evidence missing.
        Unknown = "unknown",
        /// Doesn't apply.
        Na = "na",
    }
}

/// The four layers; trust and role are separate and never compensate each other (R06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Absence of credentials.
    pub l0: LayerState,
    /// Identity is the primary credential.
    pub l1: LayerState,
    /// Tokens are just in time and short.
    pub l2: LayerState,
    /// Trust binding is exact.
    pub l3a: LayerState,
    /// Role scope is narrow.
    pub l3b: LayerState,
}

spelled! {
    /// Reason codes (DOMAIN §4.3, §9).
    Reason {
        /// Durable credentials and no identity.
        DurableOnly = "durable-only",
        /// Durable credentials beside an identity.
        MixedMode = "mixed-mode",
        /// A bootstrap secret in front of dynamic leases.
        BootstrapBrokered = "bootstrap-brokered",
        /// Static values in a secret manager.
        VaultedStatic = "vaulted-static",
        /// The secret manager is reached by identity.
        IdentityBootstrapped = "identity-bootstrapped",
        /// A live token can be recovered.
        RecoverableToken = "recoverable-token",
        /// The trust has an error.
        TrustBinding = "trust-binding",
        /// The role has an error.
        RoleScope = "role-scope",
        /// The token lifetime has an error.
        TokenLifetime = "token-lifetime",
        /// Covered by valid exceptions.
        Excepted = "excepted",
        /// Every layer passes.
        AllLayers = "all-layers",
        /// Nothing authenticates, as far as can be seen.
        NoAuthenticationObserved = "no-authentication-observed",
        /// No trust object for the identity in the inputs.
        TrustNotInScope = "trust-not-in-scope",
        /// No role grant for the identity in the inputs.
        RoleNotInScope = "role-not-in-scope",
        /// Token lifetime can't be told.
        LifetimeUnknown = "lifetime-unknown",
        /// A destination without a known way in.
        DestinationUnknown = "destination-unknown",
        /// Something required was not read.
        CoverageFailed = "coverage-failed",
        /// Candidates whose nature is open.
        UnresolvedCandidates = "unresolved-candidates",
        /// A capability for identity that nothing uses.
        IdentityUnused = "identity-unused",
        /// A read grant on a secret store, no fetch seen.
        SecretReadGrant = "secret-read-grant",
        /// A development server's credential on localhost.
        LocalEmulator = "local-emulator",
        /// An exception that covered it has expired.
        ExceptionExpired = "exception-expired",
    }
}

/// A piece of evidence that would settle an indeterminate verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What is missing.
    pub what: String,
    /// The command or file that supplies it.
    pub supply: String,
}
