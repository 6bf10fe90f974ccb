//! Reasons of verdicts.

use unkeyed_model::Reason;

/// What follows from it, and what to do.
pub(super) const fn advice(reason: Reason) -> &'static str {
    match reason {
        Reason::DurableOnly => "Replace each credential by what the report names, then revoke it. Leads to not-secretless.",
        Reason::MixedMode => {
            "Whoever holds the credential does not need the identity. Remove it once the identity serves every use. Leads to partial."
        }
        Reason::BootstrapBrokered => {
            "Let the workload log in to the secret manager by its platform's identity (Kubernetes, cloud, OIDC) instead of a \
             stored secret. Leads to partial."
        }
        Reason::VaultedStatic => "A static value can be copied out and used later. Fetch leases, or federate. Leads to vaulted.",
        Reason::IdentityBootstrapped => "The way to the secret manager is well; what is fetched there is what remains.",
        Reason::RecoverableToken => {
            "A token lies in a file, a log or a layer and has not expired. Revoke it, and mend what wrote it there. Once it \
             has expired it is residue, and this reason goes. Leads to partial."
        }
        Reason::TrustBinding => {
            "Read the findings TB-…: they name the statement and the subject, audience or issuer that is too wide or can never \
             match. `unkeyed explain TB-AWS-03` shows how such a page reads."
        }
        Reason::RoleScope => "Read the findings RS-…: they name the grant. Give the role what this workload needs, on what it needs it.",
        Reason::TokenLifetime => {
            "Read the findings TL-…: they name the setting by which a token lives too long or is renewed without proof."
        }
        Reason::Excepted => "Nothing is open today. `unkeyed policy check` lists the ends and milestones. Leads to transitional.",
        Reason::AllLayers => "L0, L1, L2, L3a and L3b pass. Leads to secretless.",
        Reason::NoAuthenticationObserved => {
            "Such a workload is counted apart (no access observed) and lowers no share. If it does reach something, name it in \
             [[inventory]] of the policy."
        }
        Reason::TrustNotInScope => {
            "Scan the infrastructure code that defines the trust together with this repository, or supply what the platform \
             prints with --evidence. The report names the command."
        }
        Reason::RoleNotInScope => {
            "Scan the code that grants the role, or supply what the platform prints with --evidence. The report names the command."
        }
        Reason::LifetimeUnknown => "Declare the session's duration, or supply the role's maximum with --evidence.",
        Reason::DestinationUnknown => {
            "A connection is used whose way in is kept by a platform (a service connection, a plug-in). Supply its definition \
             with --evidence, or name identity and destination in [[inventory]]."
        }
        Reason::CoverageFailed => "The coverage says what was not read and why. Make it readable, or exclude it by name; then scan again.",
        Reason::UnresolvedCandidates => {
            "Look at the credentials of class unknown. Rename what is none, or say what it is with a rule or an exception."
        }
        Reason::IdentityUnused => {
            "Either the step that uses it is not in these inputs, or the permission can be taken away. Where a stored key is \
             set as well, clients prefer the key."
        }
        Reason::SecretReadGrant => "If it does fetch values, they are what is to be judged: scan what fetches them.",
        Reason::LocalEmulator => "Nothing. It is listed with low or medium confidence and decides no verdict.",
        Reason::ExceptionExpired => {
            "Remove the credential, or renew the exception with a new date and a reason (at most max_renewals times)."
        }
    }
}
