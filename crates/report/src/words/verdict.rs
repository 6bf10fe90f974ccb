//! Verdicts and the reasons for them.

use unkeyed_model::{Reason, Verdict, WorkloadKind};

/// The verdict as it follows "is judged".
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotSecretless => "not secretless",
        Verdict::Partial => "partial",
        Verdict::Vaulted => "vaulted",
        Verdict::Indeterminate => "indeterminate",
        Verdict::Transitional => "transitional",
        Verdict::Secretless => "secretless",
    }
}

/// The sentence of a reason code for a workload of a kind.
pub(crate) fn reason(reason: Reason, kind: WorkloadKind) -> &'static str {
    match reason {
        Reason::DurableOnly if kind == WorkloadKind::Repository => "Lasting credentials lie here that belong to no workload.",
        Reason::DurableOnly => "Lasting credentials are its way in; no identity replaces them.",
        Reason::MixedMode => "It has an identity, but lasting credentials remain beside it.",
        Reason::BootstrapBrokered => "Short leases reach the destination, but a lasting credential opens the secret manager.",
        Reason::VaultedStatic => "Its static values are kept in a secret manager: stored elsewhere, not removed.",
        Reason::IdentityBootstrapped => "It reaches the secret manager by identity.",
        Reason::RecoverableToken => "A token that is still valid can be recovered and used again.",
        Reason::TrustBinding => "The trust in its identity is in error.",
        Reason::RoleScope => "The role of its identity is in error.",
        Reason::TokenLifetime => "The lifetime of its tokens is in error.",
        Reason::Excepted => "What remains is covered by exceptions that are valid and have an exit plan.",
        Reason::AllLayers => "No lasting credential, and an identity whose trust, role and token lifetime are free of errors.",
        Reason::NoAuthenticationObserved => "It authenticates to nothing, as far as these inputs show.",
        Reason::TrustNotInScope => "The trust in its identity is not in these inputs.",
        Reason::RoleNotInScope => "The role of its identity is not in these inputs.",
        Reason::LifetimeUnknown => "How long its tokens live can't be told from these inputs.",
        Reason::DestinationUnknown => "It reaches something, and how it gets in is not known.",
        Reason::CoverageFailed => "Something that decides was not read.",
        Reason::UnresolvedCandidates => "Some values look like credentials; what they are is open.",
        Reason::IdentityUnused => "It is allowed an identity that nothing is seen to use.",
        Reason::SecretReadGrant => "Its role may read a secret store; no fetch is seen.",
        Reason::LocalEmulator => "A credential for a development server on localhost does not count.",
        Reason::ExceptionExpired => "An exception that covered it has ended.",
    }
}
