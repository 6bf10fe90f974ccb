//! # What it finds
//!
//! A propagation trust in which a wide impersonation rule stands before a narrower one on the same claim.
//!
//! # Why it matters
//!
//! The first rule that fits decides. The later one is never reached: its workload becomes the service user of the wide
//! rule, and who reads the trust believes otherwise.
//!
//! # Instead
//!
//! Put the narrow rules first, or make the wide one exact.

use unkeyed_model::{Claim, Level, TrustBinding, Value};

use super::{propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::pattern::{Pattern, Wild};

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-01b",
    title: "impersonation rule is never reached",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("rule_order.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let ruled: Vec<&TrustBinding> = propagation(view).filter(|trust| setting(trust, "order").is_some()).collect();
    for rules in ruled.chunk_by(|one, next| owner(one) == owner(next)) {
        for (at, later) in rules.iter().enumerate() {
            let Some(wide) = rules[..at].iter().find(|earlier| covers(earlier, later)) else { continue };
            let message = format!(
                "The impersonation rule at {} is never reached: the one at {} fits whatever fits it and decides first.",
                spot(&later.location),
                spot(&wide.location),
            );
            let statement = Statement::new(CHECK.level, &later.location, message).with(&wide.location, "decides first");
            sink.principals(&[&later.principal, &wide.principal], &statement);
        }
    }
}

/// The trust that a rule is part of: its id without the ordinal.
fn owner(trust: &TrustBinding) -> &str {
    trust.id.rsplit_once('/').map_or(trust.id.as_str(), |(owner, _)| owner)
}

/// Whether all that fits the later rule fits the earlier one.
fn covers(earlier: &TrustBinding, later: &TrustBinding) -> bool {
    let (Some(wide), Some(narrow)) = (earlier.claims.first(), later.claims.first()) else { return false };
    wide.name.eq_ignore_ascii_case(&narrow.name) && contains(wide, narrow)
}

fn contains(wide: &Claim, narrow: &Claim) -> bool {
    let text = |claim: &Claim| claim.values.first().and_then(Value::known).map(str::to_owned);
    let (Some(outer), Some(inner)) = (text(wide), text(narrow)) else { return false };
    match (wide.operator.as_str(), narrow.operator.as_str()) {
        // `co` fits whatever holds the text; what an `eq` rule fits holds all that stands around its stars.
        ("co", "co") => inner.contains(&outer),
        ("co", "eq") => inner.split('*').any(|part| part.contains(&outer)),
        ("eq", "eq") => Pattern::of_trust(&inner, Wild::Star)
            .zip(Pattern::of_trust(&outer, Wild::Star))
            .is_some_and(|(inner, outer)| inner.within(&outer)),
        ("eq", "co") => outer == "*",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{claim, levels, one_path};

    fn ordered(rules: &[(&str, &str)]) -> Vec<Level> {
        let mut estate = one_path(Platform::Oci);
        let base = estate.facts.trusts.remove(0);
        for (at, (operator, value)) in rules.iter().enumerate() {
            let mut rule = base.clone();
            rule.id = format!("trust/{at}");
            rule.settings = vec![("order".into(), Value::literal(at.to_string()))];
            rule.claims = vec![claim("sub", operator, value)];
            estate.facts.trusts.push(rule);
        }
        levels(&CHECK, &estate)
    }

    #[test]
    fn a_rule_behind_a_wider_one_is_a_warning() {
        for rules in [
            [("eq", "*"), ("eq", "spiffe://acme/ns/ci/sa/deploy")],
            [("eq", "spiffe://acme/*"), ("eq", "spiffe://acme/ns/ci/*")],
            [("co", "acme"), ("eq", "spiffe://acme/ns/ci/sa/deploy")],
            [("co", "acme"), ("co", "acme/ns")],
            [("eq", "a"), ("eq", "a")],
        ] {
            assert_eq!(ordered(&rules), [Level::Warning], "{rules:?}");
        }
    }

    #[test]
    fn narrow_before_wide_and_strangers_are_fine() {
        for rules in [
            [("eq", "spiffe://acme/ns/ci/sa/deploy"), ("eq", "*")],
            [("eq", "spiffe://acme/ns/a/*"), ("eq", "spiffe://acme/ns/b/*")],
            [("eq", "spiffe://acme/ns/ci"), ("co", "acme")],
            [("co", "acme/ns"), ("co", "acme")],
        ] {
            assert!(ordered(&rules).is_empty(), "{rules:?}");
        }
    }
}
