//! Layers: what a verdict was judged by. Each is `pass`, `fail`, `unknown` (evidence is missing) or `na` (does not apply).

/// Layer, what it means, and when it passes, fails and stays unknown.
pub(super) const PAGES: [(&str, &str, &str); 5] = [
    (
        "L0",
        "Absence: nothing that lasts and nothing that can be recovered.",
        "Fails with a lasting credential, a static value from a secret manager, or a token that still works where it can be \
         read. Unknown if something was not read, or a value looks like a credential and can't be told.",
    ),
    (
        "L1",
        "Identity: every destination is reached by an identity.",
        "Fails if a destination is reached by a stored credential only. Unknown if it can't be seen how a destination is reached.",
    ),
    (
        "L2",
        "Tokens: just in time and short.",
        "Passes if every token's lifetime is declared, or bounded by its vendor, within the policy's threshold `short` (24h). \
         Fails above it, or if tokens are renewed without proof of identity.",
    ),
    (
        "L3a",
        "Trust binding: the trust admits this workload's token and no stranger's.",
        "Fails with an error-level finding TB-…, or if no trust admits the token that the workload would get. Unknown if the \
         trust is not in the inputs.",
    ),
    (
        "L3b",
        "Role scope: the role may do what the workload needs.",
        "Fails with an error-level finding RS-…. Unknown if the grants are not in the inputs. L3a and L3b never make up for \
         each other.",
    ),
];
