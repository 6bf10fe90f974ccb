//! Resources that create a durable credential: its value is an attribute, which stacks hand on and outputs show.

use unkeyed_model::{Custody, Declaration, Destination, Facts, Lifetime, Role, VendorDefault};

use super::principals;
use super::template::Resource;

/// Type, artifact kind, property that names whose it is.
const DECLARED: &[(&str, &str, &str)] =
    &[("AWS::IAM::AccessKey", "aws.access-key", "UserName"), ("AWS::IAM::ServiceSpecificCredential", "aws.service-credential", "UserName")];

/// Emits the declaration of a resource that creates a credential.
pub(super) fn read(resource: Resource<'_, '_>, facts: &mut Facts) {
    let login = resource.kind() == "AWS::IAM::User" && resource.get("LoginProfile").is_some();
    let row = DECLARED.iter().find(|(kind, ..)| *kind == resource.kind());
    let (kind, principal) = match row {
        Some((_, kind, holder)) => {
            let holder = resource.get(holder);
            (*kind, holder.map(|holder| principals::principal(resource.template, &holder, "user", facts)))
        }
        None if login => ("aws.console-password", Some(resource.key())),
        None => return,
    };
    facts.declarations.push(Declaration {
        kind: kind.to_owned(),
        name: resource.name.to_owned(),
        custody: Custody::Embedded,
        role: Role::Access,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        destination: Some(Destination::new("aws", "")),
        principal,
        location: resource.location(),
    });
}
