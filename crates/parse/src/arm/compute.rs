//! Workloads: resources that compute, with the identities that the platform gives them.

use unkeyed_model::{
    Basis, Destination, Facts, IdentityKind, IdentityPath, Location, Platform, Principal, Reach, SubjectRule, TrustBinding, Ttl, TtlBasis,
    Use, Value, Workload,
};

use super::deployment::{Deployment, type_of};
use super::identities;
use super::parser::Declared;
use super::values::Reader;
use crate::evaluated::{Kind, Val, leaves_of};
use crate::given;
use crate::policy_document::hole;

/// Types that compute, in lower case.
const COMPUTE: &[&str] = &[
    "microsoft.web/sites",
    "microsoft.web/sites/slots",
    "microsoft.web/staticsites",
    "microsoft.app/containerapps",
    "microsoft.web/containerapps",
    "microsoft.app/jobs",
    "microsoft.containerinstance/containergroups",
    "microsoft.compute/virtualmachines",
    "microsoft.compute/virtualmachinescalesets",
    "microsoft.containerservice/managedclusters",
    "microsoft.logic/workflows",
    "microsoft.automation/automationaccounts",
    "microsoft.datafactory/factories",
    "microsoft.resources/deploymentscripts",
    "microsoft.appplatform/spring/apps",
    "microsoft.machinelearningservices/workspaces/onlineendpoints",
];

/// Whether a resource is a workload: one that computes, and is not only looked up.
pub(super) fn is_compute(resource: &Declared) -> bool {
    !resource.existing && computes(type_of(resource))
}

/// Whether resources of a type compute.
pub(crate) fn computes(kind: &str) -> bool {
    COMPUTE.contains(&kind.to_ascii_lowercase().as_str())
}

/// The workload that a resource's settings are for: itself, or the site whose configuration it is.
pub(super) fn settings_of<'t>(template: &'t Deployment<'_>, resource: &'t Declared) -> Option<&'t Declared> {
    if is_compute(resource) {
        return Some(resource);
    }
    let kind = type_of(resource).to_ascii_lowercase();
    let is_part = ["/config", "/extensions", "/siteextensions", "/sourcecontrols"].iter().any(|part| kind.ends_with(part));
    is_part.then(|| template.parent(resource)).flatten().filter(|parent| is_compute(parent))
}

/// Emits the workload of a resource that computes.
pub(super) fn read(template: &Deployment<'_>, resource: &Declared, facts: &mut Facts) {
    let key = template.key(&resource.symbol);
    let mut workload = Workload::new(template.kind, key, format!("{}{}", template.prefix, resource.symbol), template.location(resource));
    let tag = |names: [&str; 2]| names.iter().find_map(|name| template.get(resource, &format!("tags.{name}")));
    workload.owner = tag(["owner", "team"]).and_then(|val| template.value(&val).known().map(str::to_owned));
    workload.environment = tag(["environment", "env"]).map(|val| template.value(&val));
    identities_of(template, resource, &mut workload, facts);
    let reader = Reader { template };
    for part in &template.source.resources {
        if settings_of(template, part).is_none_or(|owner| owner.symbol != resource.symbol) {
            continue;
        }
        workload.extents.push(template.location(part));
        let mut leaves = leaves_of("", &part.symbol, &template.eval(&part.body));
        given::name_by_options(&mut leaves);
        for leaf in leaves {
            if ["command[", "args["].iter().any(|key| leaf.path.contains(key)) {
                for part in given::filled(&leaf) {
                    workload.references.append(&mut reader.read(&part, facts));
                }
            }
            // It lets others into the machine; the machine itself signs in nowhere with it. Whoever deploys holds it.
            if leaf.name == "adminPassword" {
                continue;
            }
            workload.references.append(&mut reader.read(&leaf, facts));
            let is_variable = leaf.within.iter().any(|block| matches!(block.as_str(), "env" | "appSettings" | "environmentVariables"));
            let reached = crate::facts::addressed(&leaf.name).filter(|_| is_variable);
            workload.destinations.extend(reached.filter(|to| !workload.destinations.contains(to)));
            if let ("image" | "linuxFxVersion", Kind::Text(image, _)) = (leaf.name.as_str(), &leaf.val.kind)
                && hole::is_known(image)
            {
                workload.uses.push((Use::Image, image.strip_prefix("DOCKER|").unwrap_or(image).to_owned()));
            }
        }
    }
    facts.workloads.push(workload);
}

/// Managed identities of a resource: its own, and the user-assigned ones.
fn identities_of(template: &Deployment<'_>, resource: &Declared, workload: &mut Workload, facts: &mut Facts) {
    let Some(identity) = template.get(resource, "identity") else { return };
    let at = template.at(resource, "identity");
    let kind = identity.get("type").map(|val| template.value(val)).unwrap_or_default();
    if kind.known().is_none_or(|kind| kind.contains("SystemAssigned")) {
        let key = template.key(&resource.symbol);
        facts.principals.push(Principal {
            platform: Platform::Azure,
            key: key.clone(),
            kind: "managed-identity".to_owned(),
            names: vec![key.clone()],
            location: at.clone(),
        });
        attached(template, resource, &key, &at, workload, facts);
    }
    for (id, _) in identity.get("userAssignedIdentities").map(Val::entries).unwrap_or_default() {
        // The key is the identity's id.
        let val = Val { kind: Kind::Text(id.clone(), Basis::Literal), at: identity.at, via: None };
        let key = identities::principal(template, &val, facts);
        attached(template, resource, &key, &at, workload, facts);
    }
}

/// Azure keeps no trust object for an attached identity: attaching it is what lets the workload use it, and nothing
/// else. So the attachment is the trust, exact by nature.
fn attached(template: &Deployment<'_>, resource: &Declared, principal: &str, at: &Location, workload: &mut Workload, facts: &mut Facts) {
    facts.trusts.push(TrustBinding {
        id: format!("{}/attached/{}", template.key(&resource.symbol), workload.identity_paths.len()),
        platform: Platform::Azure,
        principal: principal.to_owned(),
        trusted: "attached".to_owned(),
        issuer: Value::Known(resource.symbol.clone(), Basis::Platform),
        subject: SubjectRule::Exact(vec![template.key(&resource.symbol)]),
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: at.clone(),
    });
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Azure,
        mechanism: format!("{} identity", type_of(resource)),
        reach: Reach::Destination,
        destination: Destination::new("azure", ""),
        principal: Value::literal(principal),
        tokens: Vec::new(),
        // Managed identity tokens are cached up to 24 hours (Entra, "Managed identities FAQ").
        ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
        capability: Some(at.clone()),
        consumer: Some(at.clone()),
        platform_bound: None,
    });
}
