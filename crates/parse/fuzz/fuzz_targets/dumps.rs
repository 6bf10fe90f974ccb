//! Dumps of environments, of any shape.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_model::Surface;
use unkeyed_parse_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const STARTS: [&str; 10] = [
        "",
        "[{\"Config\": {\"Env\": [\"",
        "{\"containerDefinitions\": [{\"environment\": [",
        "Name: web\nNamespace: prod\nContainers:\n  app:\n    Environment:\n",
        "declare -x A=\"",
        "Environment=A=b\n",
        "NAME  VALUE\n",
        "Name                           Value\n----                           -----\n",
        "=== app Config Vars\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n",
    ];
    if let Some((first, rest)) = data.split_first() {
        read("a", Surface::EnvDump, &[STARTS[usize::from(*first) % STARTS.len()].as_bytes(), rest].concat());
    }
});
