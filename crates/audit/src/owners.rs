//! Who answers for a workload (DOMAIN §3.4): the policy's inventory, its own labels and tags, the nearest Backstage catalogue
//! file, CODEOWNERS.

use std::collections::BTreeMap;

use unkeyed_model::{OwnerRule, Policy, Workload};

use crate::globs::Glob;

/// Owners by id and path.
#[derive(Debug)]
pub(crate) struct Owners<'a> {
    inventory: Vec<(Glob, &'a str)>,
    /// By folder, of the catalogue files.
    catalogued: BTreeMap<&'a str, &'a OwnerRule>,
    rules: Vec<(Glob, &'a OwnerRule)>,
}

/// Where GitHub looks for the file, first place first; only the first one found counts.
const PLACES: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

impl<'a> Owners<'a> {
    /// Indexes the policy and the CODEOWNERS file that is in force.
    pub(crate) fn new(rules: &'a [OwnerRule], policy: &'a Policy) -> Self {
        let inventory = policy.inventory.iter().filter_map(|entry| Some((Glob::name(&entry.workload), entry.owner.as_deref()?))).collect();
        let is_catalogue = |rule: &&OwnerRule| rule.location.origin.file_name().starts_with("catalog-info.");
        let catalogued = rules.iter().filter(is_catalogue).map(|rule| (rule.location.origin.folder(), rule)).collect();
        let file = PLACES.iter().find(|place| rules.iter().any(|rule| rule.location.origin.path == **place));
        let mut rules: Vec<&OwnerRule> =
            rules.iter().filter(|rule| !is_catalogue(rule) && file.is_none_or(|file| rule.location.origin.path == **file)).collect();
        rules.sort_by(|one, other| one.location.cmp(&other.location));
        Self { inventory, catalogued, rules: rules.into_iter().map(|rule| (Glob::path(&pattern(&rule.pattern)), rule)).collect() }
    }

    /// The owner of a workload. In CODEOWNERS the last rule that matches counts, even if it names nobody.
    pub(crate) fn of(&self, workload: &Workload) -> Option<String> {
        let declared = self.inventory.iter().find(|(glob, _)| glob.matches(&workload.id)).map(|(_, owner)| (*owner).to_owned());
        let path = &workload.location.origin.path;
        let by_catalogue = || {
            let folders = std::iter::successors(Some(workload.location.origin.folder()), |folder| {
                (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
            });
            folders.filter_map(|folder| self.catalogued.get(folder)).next().map(|rule| rule.owners.join(" "))
        };
        let by_file = || {
            let (_, rule) = self.rules.iter().rev().find(|(glob, _)| glob.matches(path))?;
            (!rule.owners.is_empty()).then(|| rule.owners.join(" "))
        };
        declared.or_else(|| workload.owner.clone()).or_else(by_catalogue).or_else(by_file)
    }
}

/// A gitignore-style pattern as a glob over whole paths.
fn pattern(text: &str) -> String {
    let body = text.trim_start_matches('/');
    let anchored = text.starts_with('/') || body.trim_end_matches('/').contains('/');
    let inside = match body.strip_suffix('/') {
        Some(folder) => format!("{folder}/**"),
        None if body.contains('*') && body != "*" => body.to_owned(),
        None => format!("{body}{{,/**}}"),
    };
    if anchored { inside } else { format!("**/{inside}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{job, place};
    use unkeyed_model::InventoryEntry;

    fn rule(at: usize, pattern: &str, owner: &str) -> OwnerRule {
        let owners = owner.split_whitespace().map(str::to_owned).collect();
        OwnerRule { pattern: pattern.into(), owners, location: place("CODEOWNERS", at, at + 5) }
    }

    #[test]
    fn the_last_matching_rule_names_the_owner() {
        let rules = [rule(0, "*", "@all"), rule(10, "/.github/", "@platform"), rule(20, "*.md", "@docs")];
        let owners = |rules: &[OwnerRule]| Owners::new(rules, &Policy::default()).of(&job("deploy"));
        assert_eq!(owners(&rules).as_deref(), Some("@platform"));
        assert_eq!(owners(&rules[..1]).as_deref(), Some("@all"));
        assert_eq!(owners(&[rule(0, "*", "@all"), rule(10, "workflows", "")]), None);
    }

    #[test]
    fn the_nearest_catalogue_file_comes_before_code_owners() {
        let catalogued = |folder: &str, owner: &str| OwnerRule {
            pattern: String::new(),
            owners: vec![owner.into()],
            location: place(&format!("{folder}catalog-info.yaml"), 0, 5),
        };
        let rules =
            [rule(0, "*", "@all"), catalogued("", "group:all"), catalogued(".github/", "group:platform"), catalogued("web/", "group:web")];
        let owners = |rules: &[OwnerRule]| Owners::new(rules, &Policy::default()).of(&job("deploy"));
        assert_eq!(owners(&rules).as_deref(), Some("group:platform"));
        assert_eq!(owners(&rules[..2]).as_deref(), Some("group:all"));
        assert_eq!(owners(&[rules[0].clone(), rules[3].clone()]).as_deref(), Some("@all"));
    }

    #[test]
    fn policy_before_labels_before_files() {
        let rules = [rule(0, "*", "@all")];
        let mut policy = Policy::default();
        let mut job = job("deploy");
        job.owner = Some("team".into());
        assert_eq!(Owners::new(&rules, &policy).of(&job).as_deref(), Some("team"));
        policy.inventory.push(InventoryEntry { workload: "gha:**".into(), owner: Some("boss".into()), ..InventoryEntry::default() });
        assert_eq!(Owners::new(&rules, &policy).of(&job).as_deref(), Some("boss"));
    }
}
