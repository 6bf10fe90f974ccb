//! Does a predicted token satisfy a trust binding?

use unkeyed_model::{PredictedToken, Repository, TrustBinding};

/// How a token fits a trust, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MatchResult {
    /// It satisfies the trust, and the trust admits no other subject.
    Exact,
    /// It satisfies the trust, which admits more than this workload.
    OverBroad,
    /// Can't be told from the inputs.
    Unknown,
    /// It can't satisfy the trust.
    None,
}

/// Matches one token against one trust.
pub(crate) fn match_token(_token: &PredictedToken, _binding: &TrustBinding, _repository: Option<&Repository>) -> MatchResult {
    MatchResult::Unknown
}
