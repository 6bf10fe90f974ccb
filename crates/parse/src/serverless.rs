//! The Serverless Framework: one workload per function; its `resources` are a CloudFormation template.
//!
//! Variables (`${self:…}`, `${env:…}`, `${ssm:…}`) are followed as far as the file goes. The decision a reader would
//! question: all functions without a role of their own share the one role that the framework makes, as it does itself.

use unkeyed_model::{
    Custody, Facts, Location, Platform, Principal, SessionPolicy, SkipReason, StoreKind, TtlBasis, Unit, Use, Workload, WorkloadKind,
};

use crate::cloudformation::{self, Reader, Scheme, Template};
use crate::evaluated::{Kind, Val, leaves_of};
use crate::facts;
use crate::host_files;
use crate::place::{self, Place};
use crate::policy_document;
use crate::tree::{Entry, Node};
use crate::{json, yaml};

/// Logical id of the role that the framework makes for all functions ("IAM permissions for functions").
const SHARED_ROLE: &str = "IamRoleLambdaExecution";

/// `serverless.yml` and its like.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let (stem, extension) = unit.origin().file_name().rsplit_once('.')?;
    let is_named = stem == "serverless" || stem.strip_prefix("serverless").is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    (is_named && matches!(extension, "yml" | "yaml" | "json")).then(|| unit.origin().path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let roots = if place.path().ends_with(".json") {
        json::parse(place).map_err(|skip| facts.skipped.push(skip)).into_iter().collect()
    } else {
        let mut documents = yaml::parse(place);
        facts.skipped.append(&mut documents.skipped);
        documents.nodes
    };
    for root in &roots {
        let scheme = Scheme { prefix: "serverless", kind: WorkloadKind::Serverless };
        let drawn = root.get("resources").map(|node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
        let parts: Vec<Template<'_>> = drawn.unwrap_or_default().iter().map(|part| Template::new(place, scheme, root, part)).collect();
        parts.iter().for_each(|part| cloudformation::resources(part, facts));
        let alone = Template::new(place, scheme, root, root);
        let service = Service { template: parts.first().unwrap_or(&alone), root };
        service.read(facts);
        parts.iter().for_each(|part| cloudformation::stack(part, facts));
        service.template.report_limit(facts);
    }
}

struct Service<'t, 'a> {
    template: &'t Template<'a>,
    root: &'a Node,
}

impl Service<'_, '_> {
    fn read(&self, facts: &mut Facts) {
        let is_aws = self.root.path(&["provider", "name"]).and_then(Node::text).is_none_or(|name| name == "aws");
        let given = self.shared_role_given();
        let functions = self.root.get("functions");
        // Functions may be split into a list of mappings.
        let parts = functions.map(|node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
        let entries: Vec<&Entry> = parts.unwrap_or_default().iter().flat_map(Node::entries).collect();
        let elsewhere: Vec<&Node> =
            parts.unwrap_or_default().iter().filter(|part| part.text().is_some_and(|text| !text.is_empty())).collect();
        let needs_shared = !elsewhere.is_empty()
            || entries.iter().any(|entry| entry.value.get("role").is_none() && entry.value.get("iamRoleStatements").is_none());
        if is_aws && given.is_none() && needs_shared {
            self.make_role(SHARED_ROLE, &self.shared_statements(), &self.provider("managedPolicies"), self.provider_place(), facts);
        }
        for entry in entries {
            self.function(entry, is_aws, given.as_ref(), facts);
        }
        if let (false, Some(entry)) = (elsewhere.is_empty(), self.root.entry("functions")) {
            let detail = "functions stand in another file, which is not drawn in: what they share is judged as one";
            facts.skipped.push(self.template.place.skip(SkipReason::NotUnderstood, detail));
            self.function(entry, is_aws, given.as_ref(), facts);
            let file = |node: &Node| {
                let at = self.template.place.at(node.span, "functions");
                facts::reference(StoreKind::ForeignDefinition, node.text().unwrap_or_default(), at)
            };
            facts.workloads.last_mut().into_iter().for_each(|all| all.references.extend(elsewhere.iter().map(|node| file(node))));
        }
    }

    fn function(&self, entry: &Entry, is_aws: bool, given: Option<&Val>, found: &mut Facts) {
        let path = place::under("functions", entry.name());
        let location = self.template.place.at(entry.span, path.clone());
        let mut workload = Workload::new(self.template.scheme.kind, self.template.key(entry.name()), entry.name(), location.clone());
        workload.extents.push(location.clone());
        workload.environment = self.stage();
        workload.owner = entry.value.get("tags").and_then(|tags| cloudformation::owner_of(self.template, &self.template.eval(tags)));
        if is_aws {
            let (principal, at) = self.role(entry, given, &location, found);
            workload.identity_paths.push(cloudformation::managed("Lambda execution role", principal, at));
        }
        // All functions get the whole folder and the shared environment, unless packaging is configured.
        workload.uses.push((Use::File, host_files::relative(self.template.place.path(), "")));
        let reader = Reader { template: self.template, fetches: true };
        let shared = self.root.path(&["provider", "environment"]).map(|node| ("provider.environment".to_owned(), node));
        let own = entry.value.get("environment").map(|node| (format!("{path}.environment"), node));
        for (path, node) in shared.into_iter().chain(own) {
            workload.extents.push(self.template.place.at(node.span, path.clone()));
            for leaf in leaves_of("environment", &path, &self.template.eval(node)) {
                workload.references.append(&mut reader.read(&leaf, found));
                workload.destinations.extend(facts::addressed(&leaf.name).filter(|to| !workload.destinations.contains(to)));
            }
        }
        // What its event sources log in with is fetched for it.
        for event in entry.value.get("events").into_iter().flat_map(Node::items) {
            event.for_each_scalar(&format!("{path}.events"), &mut |path, node| {
                let named = node.text().filter(|text| text.starts_with("arn:aws:secretsmanager:"));
                let at = || self.template.place.at(node.span, path);
                let fetched = |name: &str| facts::fetch(StoreKind::CloudSecretManager, name, Custody::VaultStatic, at());
                workload.references.extend(named.map(fetched));
            });
        }
        found.workloads.push(workload);
    }

    /// The role of a function: its own, one made from its own statements (a plugin's), the service's.
    fn role(&self, entry: &Entry, given: Option<&Val>, location: &Location, facts: &mut Facts) -> (String, Location) {
        if let Some(node) = entry.value.get("role") {
            let val = self.template.eval(node);
            return (cloudformation::principal(self.template, &val, "role", facts), self.template.place.at(node.span, "role"));
        }
        if let Some(node) = entry.value.get("iamRoleStatements") {
            let name = format!("{}{SHARED_ROLE}", entry.name());
            let at = self.template.place.at(node.span, "iamRoleStatements");
            let mut statements = vec![self.template.eval(node)];
            if entry.value.get("iamRoleStatementsInherit").is_some_and(Node::is_true) {
                statements.append(&mut self.shared_statements());
            }
            self.make_role(&name, &statements, &[], at.clone(), facts);
            return (self.template.key(&name), at);
        }
        match given {
            Some(val) => {
                let at = val.at.map_or_else(|| location.clone(), |at| self.template.location(at, "provider.iam.role"));
                (cloudformation::principal(self.template, val, "role", facts), at)
            }
            None => (self.template.key(SHARED_ROLE), self.provider_place()),
        }
    }

    /// A role that exists already, named for all functions.
    fn shared_role_given(&self) -> Option<Val> {
        let node = self.root.path(&["provider", "iam", "role"]).or_else(|| self.root.path(&["provider", "role"]))?;
        let val = self.template.eval(node);
        (!matches!(val.kind, Kind::Map(_) | Kind::Null)).then_some(val)
    }

    fn shared_statements(&self) -> Vec<Val> {
        let old = self.root.path(&["provider", "iamRoleStatements"]).map(|node| self.template.eval(node));
        old.into_iter().chain(self.provider("statements")).collect()
    }

    /// A setting of `provider.iam.role`.
    fn provider(&self, name: &str) -> Vec<Val> {
        self.root.path(&["provider", "iam", "role", name]).map(|node| self.template.eval(node)).into_iter().collect()
    }

    fn provider_place(&self) -> Location {
        let node = self.root.path(&["provider", "iam"]).or_else(|| self.root.path(&["provider", "iamRoleStatements"]));
        let node = node.or_else(|| self.root.get("provider")).unwrap_or(self.root);
        self.template.place.at(node.span, "provider")
    }

    fn make_role(&self, name: &str, statements: &[Val], managed: &[Val], location: Location, facts: &mut Facts) {
        let key = self.template.key(name);
        facts.principals.push(Principal {
            platform: Platform::Aws,
            key: key.clone(),
            kind: "role".to_owned(),
            names: vec![key.clone(), name.to_owned()],
            location: location.clone(),
        });
        facts.trusts.push(cloudformation::trusted_service(&key, "lambda.amazonaws.com", location.clone()));
        facts.sessions.push(SessionPolicy {
            platform: Platform::Aws,
            principal: key.clone(),
            setting: "max_session_duration".to_owned(),
            seconds: Some(3600),
            basis: TtlBasis::VendorDefault,
            location: location.clone(),
        });
        for list in statements {
            let document = Val { kind: Kind::Map(vec![("Statement".to_owned(), list.clone())]), at: list.at, via: None };
            cloudformation::granted(self.template, &key, &document, location.clone(), facts);
        }
        for policy in managed.iter().flat_map(Val::items) {
            facts.grants.push(policy_document::managed_policy(&key, &self.template.text(policy), location.clone()));
        }
        // The framework itself lets functions write their logs.
        let logs = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        facts.grants.push(policy_document::managed_policy(&key, logs, location));
    }

    fn stage(&self) -> Option<unkeyed_model::Value> {
        self.root.path(&["provider", "stage"]).map(|node| self.template.value(&self.template.eval(node)))
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{ResourceScope, Value};

    use crate::testing;

    #[test]
    fn functions_of_another_file_are_judged_by_what_they_share() {
        let text =
            "service: bot\nprovider:\n  name: aws\n  environment:\n    BOT_TOKEN: ${env:BOT_TOKEN}\nfunctions: ${file(functions.yml)}\n";
        let read = |text: &str| {
            let origin = unkeyed_model::Origin { path: "serverless.yml".into(), ..unkeyed_model::Origin::default() };
            testing::read(&[unkeyed_model::Unit::new(std::sync::Arc::new(origin), text.as_bytes().to_vec())])
        };
        let listed = "service: bot\nfunctions:\n  - ${file(a.yml)}\n  - ${file(b.yml)}\n  - ping: {handler: p.h}\n";
        let ids: Vec<_> = read(listed).workloads.iter().map(|one| (one.id.clone(), one.references.len())).collect();
        assert_eq!(ids, [("serverless:serverless.yml#ping".to_owned(), 0), ("serverless:serverless.yml#functions".to_owned(), 2)]);
        let facts = read(text);
        let all = &facts.workloads[0];
        assert_eq!((all.id.as_str(), all.identity_paths.len()), ("serverless:serverless.yml#functions", 1));
        let used: Vec<_> = all.references.iter().map(|found| found.store.as_str()).collect();
        assert_eq!(used, ["environment", "foreign-definition"]);
        assert_eq!(facts.skipped.len(), 1);
    }

    #[test]
    fn roles_are_shared_unless_a_function_has_its_own() {
        let facts = testing::read(&testing::units("serverless/service"));
        let role = |id: &str| {
            let workload = facts.workloads.iter().find(|workload| workload.id == id).unwrap();
            workload.identity_paths[0].principal.known().unwrap().to_owned()
        };
        assert_eq!(role("serverless:serverless.yml#create"), "serverless:serverless.yml#IamRoleLambdaExecution");
        assert_eq!(role("serverless:serverless.yml#report"), "serverless:serverless.yml#reportIamRoleLambdaExecution");
        assert_eq!(role("serverless:serverless.yml#audit"), "serverless:serverless.yml#AuditRole");
        let shared = facts.grants.iter().filter(|grant| grant.principal == "serverless:serverless.yml#IamRoleLambdaExecution");
        let shared: Vec<_> =
            shared.map(|grant| (grant.actions.join(","), grant.scope, grant.role.as_ref().and_then(Value::known))).collect();
        assert_eq!(
            shared,
            [
                ("dynamodb:*".to_owned(), ResourceScope::Resource, None),
                (String::new(), ResourceScope::Account, Some("AmazonS3ReadOnlyAccess")),
                (String::new(), ResourceScope::Account, Some("AWSLambdaBasicExecutionRole"))
            ]
        );
    }
}
