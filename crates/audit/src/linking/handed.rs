//! What one template hands to another: a parameter that gets a secret out of a vault is fetched from there.
//!
//! Only where all that use the module do so: of a parameter that some give a value of their own nothing is changed.

use std::collections::BTreeMap;

use unkeyed_model::{Content, Custody, Facts, StoreKind, Use};

/// Trait of a deployment: `file#parameter` of a module that is given a secret out of a vault.
const HANDS_STORED: &str = "hands-stored";

/// Gives the parameters of modules the custody of what they are given.
pub(crate) fn apply(facts: &mut Facts) {
    let mut stored: BTreeMap<String, usize> = BTreeMap::new();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for workload in &facts.workloads {
        for (_, handed, _) in workload.traits.iter().filter(|(key, ..)| key == HANDS_STORED) {
            *stored.entry(handed.clone()).or_default() += 1;
        }
        for (_, target) in workload.uses.iter().filter(|(kind, _)| *kind == Use::Component) {
            *uses.entry(target.clone()).or_default() += 1;
        }
    }
    for reference in facts.workloads.iter_mut().flat_map(|workload| &mut workload.references) {
        let (StoreKind::Parameter, Some(file)) = (reference.store, reference.namespace.as_deref()) else { continue };
        let handed = stored.get(&format!("{file}#{}", reference.name));
        if handed.is_some() && handed == uses.get(&format!("bicep:{file}#deployment")) {
            reference.store = StoreKind::CloudSecretManager;
            reference.custody = Custody::VaultStatic;
            reference.content = Content::Durable;
            reference.namespace = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_parameter_is_fetched_where_all_that_use_the_module_let_it_be() {
        let custody = |calls: &[bool]| {
            let mut main = testing::job("main");
            for is_stored in calls {
                main.uses.push((Use::Component, "bicep:m/sql.bicep#deployment".to_owned()));
                if *is_stored {
                    let place = testing::place("main.bicep", 0, 9);
                    main.traits.push((HANDS_STORED.to_owned(), "m/sql.bicep#password".to_owned(), place));
                }
            }
            let mut module = testing::job("sql");
            module.references.push(testing::reference(StoreKind::Parameter, "password"));
            module.references[0].namespace = Some("m/sql.bicep".to_owned());
            let mut facts = Facts { workloads: vec![main, module], ..Facts::default() };
            apply(&mut facts);
            facts.workloads[1].references[0].custody
        };
        assert_eq!(custody(&[true, true]), Custody::VaultStatic);
        assert_eq!(custody(&[true, false]), Custody::PlatformStored);
        assert_eq!(custody(&[]), Custody::PlatformStored);
    }
}
