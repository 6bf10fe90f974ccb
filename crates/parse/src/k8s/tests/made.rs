//! What is a credential in a Secret, and objects that others make.

use super::*;

#[test]
fn the_word_for_a_password_is_one_in_a_secret() {
    let declared = |fields: &str| {
        let facts = one(&format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\n{fields}\n"));
        facts.declarations.iter().map(|found| found.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(declared("stringData: {DB_PASSWORD: password}").len(), 1);
    assert_eq!(declared("data: {DB_PASSWORD: cGFzc3dvcmQ=}").len(), 1);
    assert_eq!(declared("stringData: {DB_NAME: password}"), [""; 0]);
    assert_eq!(declared("stringData: {DB_PASSWORD: CHANGE_ME}"), [""; 0]);
    assert_eq!(declared("data: {DB_PASSWORD: password}"), [""; 0]);
}

#[test]
fn what_a_policy_generates_and_what_others_hold_whole_is_read() {
    let role = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}";
    let generated = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n    - name: r\n      generate:\n        \
         apiVersion: rbac.authorization.k8s.io/v1\n        kind: RoleBinding\n        name: edit\n        namespace: shop\n        data:\n          \
         {role}\n          subjects: [{{kind: ServiceAccount, name: default, namespace: shop}}]\n"
    );
    let held = format!(
        "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {{name: w}}\nspec:\n  workload:\n    manifests:\n      - \
         apiVersion: rbac.authorization.k8s.io/v1\n        kind: RoleBinding\n        metadata: {{name: b, namespace: shop}}\n        {role}\n        \
         subjects: [{{kind: ServiceAccount, name: default}}]\n"
    );
    for text in [generated, held] {
        let facts = one(&text);
        let grants: Vec<_> = facts.grants.iter().map(|grant| (grant.principal.as_str(), grant.resources[0].known())).collect();
        assert_eq!(grants, [("k8s:sa/shop/default", Some("namespace/shop"))], "{text}");
    }
}
