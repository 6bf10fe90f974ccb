//! Workloads whose tokens no trust of their principal accepts: what the checks of every platform say of them.

use unkeyed_model::{IdentityPath, Location, TrustBinding};

use super::check::list;
use super::view::View;
use crate::context::Linked;
use crate::trust_match::MatchResult;

/// A workload, its path, and the trusts that refuse it.
pub(super) struct Case<'a> {
    pub(super) linked: &'a Linked,
    pub(super) path: &'a IdentityPath,
    pub(super) trusts: Vec<&'a TrustBinding>,
    /// Where the workload uses the identity.
    pub(super) place: &'a Location,
}

/// All of them.
pub(super) fn cases<'a>(view: &'a View<'a>) -> impl Iterator<Item = Case<'a>> {
    view.context.workloads.iter().flat_map(move |linked| {
        linked.paths().filter_map(move |(path, link)| {
            let trusts: Vec<&TrustBinding> = link.trusts.iter().filter_map(|&at| view.facts().trusts.get(at)).collect();
            let refused = link.matched == MatchResult::None && !path.tokens.is_empty() && !trusts.is_empty();
            let place = path.consumer.as_ref().or(path.capability.as_ref()).filter(|_| refused)?;
            Some(Case { linked, path, trusts, place })
        })
    })
}

impl Case<'_> {
    /// The case in a sentence.
    pub(super) fn sentence(&self, view: &View<'_>) -> String {
        let subjects: Vec<&str> = self.path.tokens.iter().filter_map(|token| token.subject.known()).collect();
        let slug =
            view.context.estate.repository.as_ref().and_then(|repository| repository.slug_on("github.com")).unwrap_or("{repository}");
        let subjects: Vec<String> = subjects.iter().map(|subject| format!("\"{}\"", subject.replace("{repository}", slug))).collect();
        let audience = self.path.tokens.first().and_then(|token| token.audience.known());
        let audience = audience.map(|audience| format!(" for {audience}")).unwrap_or_default();
        let who = self.trusts.first().map_or("its principal", |trust| view.name(&trust.principal));
        let subjects = if subjects.is_empty() { "a token".to_owned() } else { list(&subjects) };
        format!(
            "{} presents {subjects}{audience}, which no trust of {who} accepts: access fails or happens another way.",
            self.linked.workload.name
        )
    }
}
