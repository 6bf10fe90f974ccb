//! What computes, and what it is started with.

use super::one;

#[test]
fn a_key_to_a_tailnet_is_made_and_ends() {
    let key =
        |more: &str| one(&format!("resource \"tailscale_tailnet_key\" \"a\" {{\n  reusable = true\n{more}}}\n")).declarations.remove(0);
    let made = key("");
    assert_eq!((made.kind.as_str(), made.name.as_str()), ("tailscale.auth-key", "tailscale_tailnet_key.a"));
    assert_eq!(key("  expiry = 3600\n").lifetime.declared_seconds, Some(3600));
}

#[test]
fn an_object_of_azures_own_interface_that_computes_is_a_workload() {
    for (open, close) in [("jsonencode({", "})"), ("{", "}")] {
        let text = format!(
            "variable \"pat\" {{}}\nresource \"azapi_resource\" \"app\" {{\n  type = \"Microsoft.App/containerApps@2023-05-01\"\n  name = \"app\"\n  identity {{\n    type = \"SystemAssigned\"\n  }}\n  body = {open}\n    properties = {{ configuration = {{ secrets = [{{ name = \"azp-token\", value = var.pat }}] }} }}\n  {close}\n}}\nresource \"azapi_resource\" \"env\" {{\n  type = \"Microsoft.App/managedEnvironments@2023-05-01\"\n  name = \"env\"\n}}\n"
        );
        let facts = one(&text);
        let app = facts.workloads.iter().find(|workload| workload.name == "azapi_resource.app").unwrap();
        assert_eq!(app.identity_paths.len(), 1, "{open}");
        assert_eq!(app.references.iter().map(|used| used.name.as_str()).collect::<Vec<_>>(), ["var.pat"], "{open}");
        assert!(facts.workloads.iter().all(|workload| workload.name != "azapi_resource.env"));
    }
}

#[test]
fn commands_of_cloud_init_that_are_lists_are_read() {
    let text = "resource \"oci_core_instance\" \"a\" {\n  metadata = {\n    user_data = base64encode(<<-EOT\n      #cloud-config\n      runcmd:\n        - [ sh, -c, \"OCI_CLI_AUTH=instance_principal oci os object list -bn b, c\" ]\n        - [oci, os, ns, get, --auth, resource_principal]\n    EOT\n    )\n  }\n}\n";
    let facts = one(text);
    let machine = facts.workloads.iter().find(|workload| workload.name == "oci_core_instance.a").unwrap();
    let paths: Vec<&str> = machine.identity_paths.iter().map(|path| path.mechanism.as_str()).collect();
    assert_eq!(paths, ["oci --auth instance_principal", "oci --auth resource_principal"]);
}
