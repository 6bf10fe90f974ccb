//! Verdicts.

use unkeyed_model::Verdict;

/// What it means, and what to do.
pub(super) const fn page(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::NotSecretless => (
            "Lasting credentials are its way in, and no identity is seen that replaces them.",
            "For each credential the report names what replaces it (instead) and where it is revoked (revoke). A credential \
             that was ever committed or built into an image is to be revoked, not only deleted.",
        ),
        Verdict::Partial => (
            "It has an identity, and something defeats it: a lasting credential beside it, a token that can still be \
             recovered, or an error in trust, role or token lifetime.",
            "The reasons say which: mixed-mode, bootstrap-brokered, recoverable-token, trust-binding, role-scope, \
             token-lifetime. A good trust does not make up for a wide role, nor the other way round.",
        ),
        Verdict::Vaulted => (
            "What it uses are static values in a secret manager: stored elsewhere, not removed.",
            "Let the manager issue a lease for each use (dynamic secrets), or let the destination accept the workload's own \
             identity.",
        ),
        Verdict::Indeterminate => (
            "Nothing disproves that it is secretless, and not all that would support it was seen. It never counts as secretless.",
            "The report names each missing piece and the file or command that supplies it (missing), and the verdict that it \
             would get if all that is unknown were well (leaning). A workload that authenticates to nothing is \
             indeterminate, too, and is counted apart.",
        ),
        Verdict::Transitional => (
            "All that remains is covered by exceptions that are in force and have an owner, an end and an exit plan.",
            "On the day an exception ends, the verdict is the one that the credential deserves. `unkeyed policy check` says \
             what ends when.",
        ),
        Verdict::Secretless => (
            "No lasting credential, and an identity whose trust, role and token lifetime were all seen and are free of errors.",
            "Files can disprove this and support it; they never prove it. The report says what no reading of files can show.",
        ),
    }
}
