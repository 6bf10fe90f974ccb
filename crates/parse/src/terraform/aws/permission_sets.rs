//! Permission sets of IAM Identity Center: roles that it makes in the accounts to which they are assigned.

use unkeyed_model::{Facts, Platform};

use super::{attached, granted};
use crate::terraform::resource::{Resource, iso_seconds};

const KIND: &str = "permission-set";

/// How long a session of it lasts (IAM Identity Center API, "CreatePermissionSet"; an hour unless it is written).
pub(super) fn session(resource: Resource<'_, '_>, facts: &mut Facts) {
    resource.for_instances(|_| {
        let Some(value) = resource.value("session_duration") else { return };
        let key = resource.key();
        resource.lasts(Platform::Aws, &key, "max_session_duration", value.known().and_then(iso_seconds), "session_duration", facts);
    });
}

pub(super) fn inline(resource: Resource<'_, '_>, facts: &mut Facts) {
    resource.for_instances(|_| {
        let Some(set) = resource.principal("permission_set_arn", Platform::Aws, KIND, facts) else { return };
        if let Some(policy) = resource.get("inline_policy") {
            granted(resource, &set, &policy, facts);
        }
    });
}

pub(super) fn managed(resource: Resource<'_, '_>, facts: &mut Facts) {
    given(resource, "managed_policy_arn", facts);
}

pub(super) fn customer_managed(resource: Resource<'_, '_>, facts: &mut Facts) {
    given(resource, "customer_managed_policy_reference.name", facts);
}

fn given(resource: Resource<'_, '_>, attribute: &str, facts: &mut Facts) {
    resource.for_instances(|_| {
        let Some(set) = resource.principal("permission_set_arn", Platform::Aws, KIND, facts) else { return };
        if let Some(policy) = resource.get(attribute) {
            attached(resource, &set, &policy, attribute, facts);
        }
    });
}
