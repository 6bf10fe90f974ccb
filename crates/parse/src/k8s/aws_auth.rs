//! Who of AWS is who in a cluster of EKS: the ConfigMap `aws-auth` (EKS User Guide, "Grant IAM users and roles access").

use unkeyed_model::{Facts, Platform, Principal, ResourceScope, RoleGrant, Value};

use super::objects::Object;
use crate::tree::Node;
use crate::yaml;

/// The group of which every member is `cluster-admin`.
const MASTERS: &str = "system:masters";

/// Lists of the ConfigMap, with what names whom they are about, and what that is.
const LISTS: [(&str, &str, &str); 2] = [("mapRoles", "rolearn", "role"), ("mapUsers", "userarn", "user")];

/// Emits a grant for each role or user that is put among the administrators.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    if &*object.name() != "aws-auth" {
        return;
    }
    let place = &object.source.place;
    for (list, naming, kind) in LISTS {
        let Some(written) = object.at(&["data", list]) else { continue };
        let inside = yaml::parse_text(place, &place.alone(written.span));
        for entry in inside.nodes.iter().flat_map(Node::items) {
            let is_master = entry.get("groups").is_some_and(|groups| groups.items().iter().any(|group| group.text() == Some(MASTERS)));
            if let Some(arn) = entry.str(naming).filter(|_| is_master) {
                let location = object.location(entry, &format!("data.{list}"));
                let names = vec![arn.to_owned()];
                let principal =
                    Principal { platform: Platform::Aws, key: arn.to_owned(), kind: kind.to_owned(), names, location: location.clone() };
                facts.principals.push(principal);
                facts.grants.push(RoleGrant {
                    platform: Platform::K8s,
                    principal: arn.to_owned(),
                    role: Some(Value::literal("cluster-admin")),
                    actions: Vec::new(),
                    actions_inverted: false,
                    resources: Vec::new(),
                    scope: ResourceScope::Cluster,
                    condition: None,
                    location,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Origin, ResourceScope, Unit};

    #[test]
    fn who_is_put_among_the_administrators_is_one() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/ci\n      \
                    username: ci\n      groups:\n        - system:masters\n    - rolearn: arn:aws:iam::111122223333:role/node\n      groups: [system:nodes]\n";
        let read = |text: &str| {
            let unit = Unit::new(Origin { path: "a.yaml".into(), ..Origin::default() }.into(), text.as_bytes());
            super::super::read(&[unit]).grants
        };
        let grants = read(text);
        assert_eq!(grants.len(), 1);
        assert_eq!((grants[0].principal.as_str(), grants[0].scope), ("arn:aws:iam::111122223333:role/ci", ResourceScope::Cluster));
        assert_eq!(grants[0].location.region.line, 6);
        assert!(read(&text.replace("aws-auth", "other")).is_empty());
    }
}
