//! The decision table of DOMAIN §4.3, with §9.1–5: first row that holds decides.

use unkeyed_model::{Artifact, Class, Finding, LayerState, Layers, Reason, Verdict};

use crate::sets::Sets;

/// Verdict and reasons, most decisive first.
pub(crate) fn decide(
    sets: &Sets,
    layers: &Layers,
    artifacts: &[Artifact],
    findings: &[Finding],
    reads_secrets: bool,
) -> (Verdict, Vec<Reason>) {
    let (verdict, mut reasons) = row(sets, layers, artifacts, findings);
    if sets.lapsed {
        reasons.push(Reason::ExceptionExpired);
    }
    if sets.local_emulator {
        reasons.push(Reason::LocalEmulator);
    }
    if sets.unused_identity {
        reasons.push(Reason::IdentityUnused);
    }
    if reads_secrets && sets.vaulted.is_empty() {
        reasons.push(Reason::SecretReadGrant);
    }
    if reasons.is_empty() {
        reasons.push(Reason::NoAuthenticationObserved);
    }
    (verdict, reasons)
}

fn row(sets: &Sets, layers: &Layers, artifacts: &[Artifact], findings: &[Finding]) -> (Verdict, Vec<Reason>) {
    if !sets.durable.is_empty() {
        return durable(sets, artifacts);
    }
    if !sets.vaulted.is_empty() {
        let bootstrapped = sets.vault_by_identity.then_some(Reason::IdentityBootstrapped);
        return (Verdict::Vaulted, [Some(Reason::VaultedStatic), bootstrapped].into_iter().flatten().collect());
    }
    if !sets.recoverable.is_empty() {
        return (Verdict::Partial, vec![Reason::RecoverableToken]);
    }
    if !sets.errors.is_empty() {
        return (Verdict::Partial, binding_reasons(sets, findings));
    }
    if !(sets.excepted.is_empty() && sets.excepted_findings.is_empty()) {
        return (Verdict::Transitional, vec![Reason::Excepted]);
    }
    let all = [layers.l0, layers.l1, layers.l2, layers.l3a, layers.l3b];
    if !sets.identities.is_empty() && all.iter().all(|layer| *layer == LayerState::Pass) {
        return (Verdict::Secretless, vec![Reason::AllLayers]);
    }
    (Verdict::Indeterminate, open_reasons(sets, layers))
}

/// Rows 1 and 2, and the bootstrap secret in front of leases (§9.1).
fn durable(sets: &Sets, artifacts: &[Artifact]) -> (Verdict, Vec<Reason>) {
    let bootstrap_only = sets.durable.iter().all(|&at| artifacts[at].class == Class::Bootstrap);
    if sets.has_identity {
        (Verdict::Partial, vec![Reason::MixedMode])
    } else if bootstrap_only && sets.vaulted.is_empty() && !sets.leases.is_empty() {
        (Verdict::Partial, vec![Reason::BootstrapBrokered])
    } else {
        (Verdict::NotSecretless, vec![Reason::DurableOnly])
    }
}

fn binding_reasons(sets: &Sets, findings: &[Finding]) -> Vec<Reason> {
    let families = [("TB-", Reason::TrustBinding), ("RS-", Reason::RoleScope), ("TL-", Reason::TokenLifetime)];
    let named = |family: &str| sets.errors.iter().any(|&at| findings[at].check.starts_with(family));
    families.into_iter().filter(|(family, _)| named(family)).map(|(_, reason)| reason).collect()
}

/// Row 8: everything that keeps the question open. A failed layer without a finding (no trust admits the token) is named too.
fn open_reasons(sets: &Sets, layers: &Layers) -> Vec<Reason> {
    let failed = |layer: LayerState| layer == LayerState::Fail;
    let unknown = |layer: LayerState| layer == LayerState::Unknown;
    [
        (failed(layers.l3a), Reason::TrustBinding),
        (failed(layers.l3b), Reason::RoleScope),
        (failed(layers.l2), Reason::TokenLifetime),
        (!sets.covered, Reason::CoverageFailed),
        (!sets.unresolved.is_empty(), Reason::UnresolvedCandidates),
        // A destination behind an identity that is not in use is said as such.
        (unknown(layers.l1) && !sets.unused_identity, Reason::DestinationUnknown),
        (unknown(layers.l3a), Reason::TrustNotInScope),
        (unknown(layers.l3b), Reason::RoleNotInScope),
        (unknown(layers.l2), Reason::LifetimeUnknown),
        (sets.identities.is_empty() && sets.unresolved.is_empty() && !unknown(layers.l1), Reason::NoAuthenticationObserved),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

/// The verdict if every unknown layer passed; `None` where there is no identity to build on or a layer fails.
pub(crate) fn leaning(verdict: Verdict, sets: &Sets, layers: &Layers) -> Option<Verdict> {
    let failed = [layers.l0, layers.l1, layers.l2, layers.l3a, layers.l3b].contains(&LayerState::Fail);
    (verdict == Verdict::Indeterminate && !sets.identities.is_empty() && !failed).then_some(Verdict::Secretless)
}
