//! Files that structured readers want by their names.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_model::Surface;
use unkeyed_parse_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const NAMES: [(&str, &str); 9] = [
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"),
        ("Dockerfile", "FROM a\n"),
        ("compose.yaml", "services:\n  a:\n"),
        (".env", ""),
        ("a.tf", "resource \"aws_iam_role\" \"a\" {\n"),
        ("k8s/a.yaml", "apiVersion: v1\nkind: Secret\n"),
        (".mcp.json", "{\"mcpServers\": {\"a\": {"),
        (".aws/config", "[profile a]\n"),
        ("CODEOWNERS", ""),
    ];
    if let Some((first, rest)) = data.split_first() {
        let (name, start) = NAMES[usize::from(*first) % NAMES.len()];
        read(name, Surface::Worktree, &[start.as_bytes(), rest].concat());
    }
});
