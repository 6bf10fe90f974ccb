use std::sync::Arc;

use unkeyed_model::{Content, Custody, Origin, StoreKind, Workload};

use super::*;

fn read_text(path: &str, text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec());
    assert!(claims(&unit).is_some(), "{path}");
    let facts = read(&[unit]);
    assert!(facts.skipped.is_empty(), "{:?}", facts.skipped);
    facts
}

fn slots<'t>(facts: &Facts, text: &'t str) -> Vec<&'t str> {
    facts.slots.iter().map(|slot| &text[slot.location.region.span.start..slot.location.region.span.end]).collect()
}

fn references(workload: &Workload) -> Vec<(StoreKind, &str)> {
    workload.references.iter().map(|reference| (reference.store, reference.name.as_str())).collect()
}

#[test]
fn a_static_bearer_is_a_slot_on_the_token_alone() {
    let text = r#"{"mcpServers": {"gh é": {"type": "http", "url": "https://api.example.com/mcp?api_key=qü1&x=2",
        "headers": {"Authorization": "Bearer dead-token", "X-Api-Key": "k2", "Accept": "y"}, "alwaysAllow": ["*"]}}}"#;
    let facts = read_text(".mcp.json", text);
    assert_eq!(slots(&facts, text), ["qü1", "dead-token", "k2"]);
    assert_eq!(facts.slots[1].location.key_path.as_deref(), Some("mcpServers[\"gh é\"].headers.Authorization"));
    let workload = &facts.workloads[0];
    assert_eq!(workload.id, "mcp:.mcp.json#gh é");
    assert_eq!(workload.destinations[0].to_string(), "mcp:api.example.com");
    let traits: Vec<_> = workload.traits.iter().map(|(name, value, _)| (name.as_str(), value.as_str())).collect();
    assert_eq!(traits, [("remote", "true"), ("auto-approve", "*")]);
}

#[test]
fn arguments_and_environment() {
    let text = r#"{
      // comment
      "mcpServers": { "a": { "command": "docker",
        "args": ["run", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN=dead1", "-e", "PASSED", "--api-key", "dead2", "--token=dead3", "--header", "Authorization: Bearer ${T}", "--verbose"],
        "env": { "OPENAI_API_KEY": "dead4", "PORT": "80", "DB_PASSWORD": "${env:DB_PASSWORD}", "K": "op://v/i/f" } } },
    }"#;
    let facts = read_text(".cursor/mcp.json", text);
    assert_eq!(slots(&facts, text), ["dead4", "dead1", "dead2", "dead3"]);
    let found = references(&facts.workloads[0]);
    assert_eq!(
        found,
        [(StoreKind::Environment, "DB_PASSWORD"), (StoreKind::CloudSecretManager, "op://v/i/f"), (StoreKind::Environment, "T")]
    );
}

#[test]
fn prompts_are_kept_in_the_keychain() {
    let text = r#"{"inputs": [{"id": "tok", "type": "promptString", "password": true}, {"id": "city"}],
        "servers": {"s": {"env": {"API_TOKEN": "${input:tok}", "CITY": "${input:city}"}}}}"#;
    let facts = read_text(".vscode/mcp.json", text);
    let reference = &facts.workloads[0].references[0];
    assert_eq!((references(&facts.workloads[0]), reference.content), (vec![(StoreKind::Prompt, "tok")], Content::Durable));
    assert_eq!(reference.custody, Custody::PlatformStored);
}

#[test]
fn toml_and_yaml_clients() {
    let text = "[mcp_servers.docs]\nurl = \"https://d.example/mcp\"\nbearer_token_env_var = \"DOCS_TOKEN\"\n[mcp_servers.local]\ncommand = \"x\"\nenv = { API_KEY = 'dead' }\n[model_providers.azure]\nenv_key = \"AZURE_OPENAI_API_KEY\"\n";
    let facts = read_text(".codex/config.toml", text);
    assert_eq!(slots(&facts, text), ["dead"]);
    assert_eq!(references(&facts.workloads[0]), [(StoreKind::Environment, "DOCS_TOKEN")]);
    assert_eq!(facts.workloads[2].id, "agent:.codex/config.toml");
    let text = "mcpServers:\n  - name: n\n    command: x\n    env:\n      TOKEN: dead\nmodels:\n  - provider: openai\n    apiKey: ${OPENAI_API_KEY}\n";
    let facts = read_text(".continue/config.yaml", text);
    assert_eq!(slots(&facts, text), ["dead"]);
    assert_eq!(references(&facts.workloads[1]), [(StoreKind::Environment, "OPENAI_API_KEY")]);
}

#[test]
fn the_agent_itself_and_its_federation() {
    let text = r#"{"env": {"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1", "ANTHROPIC_ORGANIZATION_ID": "org", "ANTHROPIC_IDENTITY_TOKEN_FILE": "/t"},
        "apiKeyHelper": "op read op://v/i/f"}"#;
    let facts = read_text(".claude/settings.json", text);
    let agent = &facts.workloads[0];
    assert_eq!(agent.id, "agent:.claude/settings.json");
    assert_eq!(agent.identity_paths[0].destination.kind, "saas:anthropic");
    assert!(agent.identity_paths[0].capability.is_some() && agent.identity_paths[0].consumer.is_some());
    assert_eq!((agent.references[0].name.as_str(), agent.references[0].custody), ("op://v/i/f", Custody::VaultStatic));
    assert!(read_text(".claude/settings.json", r#"{"permissions": {}}"#).workloads.is_empty());
    let by_cloud = read_text(".claude/settings.json", r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev"}}"#);
    assert_eq!(by_cloud.workloads[0].destinations[0].kind, "aws");
}

#[test]
fn every_prefix_is_read_without_panic() {
    let text = r#"{"mcpServers": {"é": {"url": "https://é/?key=$", "args": ["--header", "A:", "-e", "é=", "--token="], "headers": {"Authorization": "Béarer"}}}}"#;
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        let unit = Unit::new(Arc::new(Origin { path: ".mcp.json".into(), ..Origin::default() }), text.as_bytes()[..end].to_vec());
        read(&[unit]);
    }
    assert_eq!(read_text(".mcp.json", text).workloads.len(), 1);
}
