//! Entries of every form, told in a line each.

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, TrustBinding, Unit, Value};

fn read(path: &str, text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    crate::group(&unit).map(|group| crate::read(&group, std::slice::from_ref(&unit))).unwrap_or_default()
}

/// `settings | selectors`, as `name=value`.
fn told(trust: &TrustBinding) -> String {
    let known = |value: &Value| value.known().unwrap_or("?").to_owned();
    let settings: Vec<String> = trust.settings.iter().map(|(name, value)| format!("{name}={}", known(value))).collect();
    let selectors: Vec<String> = trust.claims.iter().flat_map(|claim| &claim.values).map(known).collect();
    format!("{} | {}", settings.join(" "), selectors.join(" "))
}

#[test]
fn commands_are_entries() {
    let script = "#!/bin/bash
kubectl exec -n spire spire-server-0 -- \\
  /opt/spire/bin/spire-server entry create -node -spiffeID spiffe://acme.internal/agent -selector k8s_psat:cluster:main
docker compose exec -T spire-server bin/spire-server entry create \\
  -parentID \"spiffe://acme.internal/agent\" -spiffeID=\"spiffe://acme.internal/web\" \\
  -selector k8s:ns:shop --selector k8s:sa:web --jwtSVIDTTL 300 -federatesWith spiffe://partner.example
spire-server entry create -parentID \"$AGENT\" -spiffeID \"$ID\" -selector \"unix:uid:$(id -u)\" -admin
spire-server entry show -spiffeID x
";
    let facts = read("register.sh", script);
    let told: Vec<String> = facts.trusts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "node=true spiffeID=spiffe://acme.internal/agent | k8s_psat:cluster:main",
            "spiffeID=spiffe://acme.internal/web parentID=spiffe://acme.internal/agent federatesWith=spiffe://partner.example | k8s:ns:shop k8s:sa:web",
            "admin=true spiffeID=? parentID=? | ?",
        ]
    );
    assert_eq!(
        facts.sessions.iter().map(|session| (session.setting.as_str(), session.seconds)).collect::<Vec<_>>(),
        [("jwtSVIDTTL", Some(300))]
    );
    assert_eq!(facts.principals[1].names, ["spiffe://acme.internal/web"]);
}

#[test]
fn other_scripts_are_left_alone() {
    assert!(read("x.sh", "echo spire-server entry create; aws s3 ls").trusts.is_empty());
    assert!(read("notes.md", "spire-server entry create -spiffeID spiffe://a/b").trusts.is_empty());
}

#[test]
fn json_is_read_as_it_is_given_and_as_it_is_printed() {
    let facts = read(
        "entries.json",
        r#"{"entries": [
  {"parent_id": "spiffe://acme.internal/agent", "spiffe_id": "spiffe://acme.internal/web", "admin": true,
   "selectors": [{"type": "k8s", "value": "ns:shop"}, {"type": "k8s", "value": "sa:web"}], "x509_svid_ttl": 3600, "federates_with": ["b"]},
  {"spiffe_id": {"trust_domain": "acme.internal", "path": "/db"}, "parent_id": {"trust_domain": "acme.internal", "path": "/agent"},
   "selectors": [{"type": "unix", "value": "uid:0"}], "jwt_svid_ttl": 0, "downstream": false}]}"#,
    );
    let told: Vec<String> = facts.trusts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "admin=true parentID=spiffe://acme.internal/agent federatesWith=b spiffeID=spiffe://acme.internal/web | k8s:ns:shop k8s:sa:web",
            "downstream=false parentID=spiffe://acme.internal/agent spiffeID=spiffe://acme.internal/db | unix:uid:0",
        ]
    );
    assert_eq!(facts.sessions.iter().map(|session| session.seconds).collect::<Vec<_>>(), [Some(3600)]);
}

#[test]
fn federation_is_read_from_servers_and_resources() {
    let server = r#"server {
  trust_domain = "acme.internal"
  federation {
    federates_with "partner.example" {
      bundle_endpoint_url = "https://spire.partner.example/bundle"
      bundle_endpoint_profile "https_web" {}
    }
  }
}
plugins {
  NodeAttestor "k8s_psat" { plugin_data {} }
}
"#;
    let resource = "apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterFederatedTrustDomain
metadata: {name: partner}
spec: {trustDomain: partner.example, bundleEndpointURL: https://spire.partner.example/bundle, bundleEndpointProfile: {type: https_web}}
";
    for facts in [read("server.conf", server), read("partner.yaml", resource)] {
        assert_eq!(facts.trusts[0].issuer.known(), Some("partner.example"));
        assert_eq!(told(&facts.trusts[0]), "bundleEndpointProfile=https_web bundleEndpointURL=https://spire.partner.example/bundle | ");
    }
}

#[test]
fn an_empty_selector_selects_everything_unless_a_template_writes_it() {
    let subject = |path: &str, selector: &str| {
        let text = format!(
            "apiVersion: spire.spiffe.io/v1alpha1\nkind: ClusterSPIFFEID\nmetadata:\n  name: web\nspec:\n  spiffeIDTemplate: x\n  {selector}\n"
        );
        read(path, &text).trusts[0].subject == unkeyed_model::SubjectRule::Any
    };
    assert!(
        subject("a.yaml", "className: x") && subject("a.yaml", "podSelector: {}") && subject("a.yaml", "podSelector: {matchLabels: {}}")
    );
    assert!(!subject("a.yaml", "podSelector: {matchLabels: {app: web}}"));
    assert!(!subject("a.yaml", "workloadSelectorTemplates: ['k8s:ns:shop', 'k8s:sa:web']"));
    assert!(subject("a.yaml", "workloadSelectorTemplates: ['k8s:ns:{{ .PodMeta.Namespace }}']"));
    assert!(!subject("chart/templates/a.yaml", "podSelector: {{ toYaml .Values.selector | nindent 4 }}"));
}

#[test]
fn commands_take_entries_and_relationships_from_documents_and_options() {
    let script = "cat > /tmp/e.json <<'J'
{\"entries\": [{\"spiffe_id\": \"spiffe://a.example/x\", \"parent_id\": \"spiffe://a.example/n\", \"selectors\": [{\"type\": \"unix\", \"value\": \"uid:0\"}]}]}
J
spire-server entry create -data /tmp/e.json
spire-server federation create -trustDomain b.example -bundleEndpointURL https://b.example -bundleEndpointProfile https_web
";
    let facts = read("register.sh", script);
    let told: Vec<String> = facts.trusts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "parentID=spiffe://a.example/n spiffeID=spiffe://a.example/x | unix:uid:0",
            "bundleEndpointProfile=https_web bundleEndpointURL=https://b.example | ",
        ]
    );
    assert_eq!(facts.trusts[0].location.region.line, 2);
}

#[test]
fn a_list_for_people_is_read_as_well() {
    let list = "Found 2 entries\nEntry ID         : 4b3a\nSPIFFE ID        : spiffe://a.example/x\nParent ID        : spiffe://a.example/n\n\
                X509-SVID TTL    : default\nJWT-SVID TTL     : 7200\nSelector         : k8s:ns:a\nSelector         : k8s:sa:b\n\n\
                Entry ID         : 5c\nSPIFFE ID        : spiffe://a.example/y\nSelector         : unix:uid:0\nAdmin            : true\n";
    let facts = read("entries.txt", list);
    let told: Vec<String> = facts.trusts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "spiffeID=spiffe://a.example/x parentID=spiffe://a.example/n | k8s:ns:a k8s:sa:b",
            "spiffeID=spiffe://a.example/y admin=true | unix:uid:0"
        ]
    );
    assert_eq!(facts.sessions.iter().map(|one| one.seconds).collect::<Vec<_>>(), [Some(7_200)]);
    assert_eq!(facts.trusts[1].location.region.line, 10);
}

#[test]
fn documents_beyond_the_limit_are_said() {
    let document = "spire-server entry create -data - <<EOF\n{\"entries\": [{\"spiffe_id\": \"spiffe://a/b\", \"parent_id\": \"spiffe://a/n\", \"selectors\": [{\"type\": \"k8s\", \"value\": \"ns:a\"}]}]}\nEOF\n";
    let facts = read("a.sh", &format!("#!/bin/sh\n{}", document.repeat(33)));
    assert_eq!((facts.trusts.len(), facts.skipped.len()), (32, 1));
    assert_eq!(read("a.sh", &format!("#!/bin/sh\n{}", document.repeat(32))).skipped.len(), 0);
}
