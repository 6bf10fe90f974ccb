//! What the program says by the way it ends.

use crate::Exit;

/// The word that leads here.
pub(super) const WORD: &str = "exit-codes";

/// Every code with its meaning.
pub(super) const CODES: [(Exit, &str); 5] = [
    (Exit::Ok, "Nothing to complain of. What was not read is in the report all the same."),
    (Exit::GateFailed, "The gate failed: the last lines of the report say why, and what would make it pass."),
    (Exit::Usage, "Usage, configuration, or a policy, baseline or rule file that is malformed. Nothing was judged."),
    (Exit::Incomplete, "Something that should have been read was not, and --strict or --require makes that count."),
    (Exit::Interrupted, "Interrupted (Ctrl-C). The partial report was written and is marked incomplete."),
];

/// The page.
pub(super) fn page() -> String {
    let rows: String = CODES.iter().map(|(exit, meaning)| format!("{:>4}  {meaning}\n", exit.code())).collect();
    format!(
        "{WORD}: what the program says by the way it ends\n\n{rows}\nA failed gate comes before an incomplete scan. Which gate decides: --profile \
         (pre-commit, ci, audit); `audit` fails on --require and on errors of exceptions only.\n"
    )
}
