//! # What it finds
//!
//! An OCI dynamic group whose matching rule takes in more than one workload's resources: everything in the tenancy, every
//! resource of a type, an empty rule (errors), or a whole compartment without a tag (a warning).
//!
//! # Why it matters
//!
//! Whatever matches has the group's rights by running there: whoever may start an instance or a function in the place has
//! them too.
//!
//! # Instead
//!
//! `ALL {resource.type = 'fnfunc', resource.compartment.id = 'ocid1.compartment…', tag.team.role.value = 'deploy'}`, with the tag
//! protected by a tag namespace policy.

use unkeyed_model::{Level, Platform, Value};

use super::setting;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-06",
    title: "dynamic group takes in too much",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("dynamic_group.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Oci).filter(|trust| trust.trusted == "dynamic-group") {
        let Some((level, what)) = setting(trust, "matching_rule").and_then(Value::known).and_then(breadth) else { continue };
        let message = format!("The dynamic group {} ({}) takes in {what}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

fn breadth(rule: &str) -> Option<(Level, &'static str)> {
    let rule: String = rule.to_ascii_lowercase().split_whitespace().collect();
    let names_one = ["instance.id=", "resource.id="].iter().any(|test| rule.contains(test));
    if rule.contains("ocid1.tenancy.") {
        return Some((CHECK.level, "everything in the tenancy"));
    }
    match (rule.contains("compartment.id="), rule.contains("tag."), names_one) {
        (_, _, true) | (true, true, _) => None,
        (true, false, false) => Some((Level::Warning, "a whole compartment, without a tag")),
        (false, true, false) => None,
        (false, false, false) => Some((CHECK.level, "every resource of a kind, wherever it is")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn levels_for(rule: Value) -> Vec<Level> {
        let group = with_trust(Platform::Oci, |trust| {
            trust.trusted = "dynamic-group".into();
            trust.settings = vec![("matching_rule".into(), rule)];
        });
        levels(&CHECK, &group)
    }

    #[test]
    fn the_level_depends_on_what_is_taken_in() {
        for rule in ["ANY {resource.type = 'fnfunc'}", "ALL {}", "ALL {instance.compartment.id = 'ocid1.tenancy.oc1..aaaa'}"] {
            assert_eq!(levels_for(Value::literal(rule)), [Level::Error], "{rule}");
        }
        assert_eq!(levels_for(Value::literal("ALL {instance.compartment.id = 'ocid1.compartment.oc1..aaaa'}")), [Level::Warning]);
    }

    #[test]
    fn a_tag_or_a_single_resource_is_fine() {
        let tagged = "ALL {instance.compartment.id = 'ocid1.compartment.oc1..a', tag.team.role.value = 'ci'}";
        assert!(levels_for(Value::literal(tagged)).is_empty());
        assert!(levels_for(Value::literal("ANY {instance.id = 'ocid1.instance.oc1..a'}")).is_empty());
    }

    #[test]
    fn an_unknown_rule_says_nothing() {
        assert!(levels_for(Value::unknown("var.rule")).is_empty());
    }
}
