//! Whose doing a recorded exchange is: the subject that was presented, against the tokens that are predicted.

use unkeyed_model::{Location, Platform, PredictedToken, Repository, SubjectRule, TrustBinding};

use crate::trust_match::{self, MatchResult};

/// Whether the token may carry this subject.
pub(super) fn presents(token: &PredictedToken, subject: &str, repository: Option<&Repository>) -> bool {
    let trust = TrustBinding {
        id: String::new(),
        platform: Platform::Saas,
        principal: String::new(),
        trusted: "oidc".to_owned(),
        issuer: token.issuer.clone(),
        subject: SubjectRule::Exact(vec![subject.to_owned()]),
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: Location::default(),
    };
    trust_match::match_token(token, &trust, repository) != MatchResult::None
}
