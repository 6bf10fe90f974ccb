//! Which files there are, and under which names they keep the same fields.

use unkeyed_model::{Location, Span, has_extension};

use crate::place::{self, Place};
use crate::tree::{Entry, Node};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Json,
    Toml,
    Yaml,
}

/// Documented paths, by their end: Claude, Cursor, VS Code, Windsurf, Gemini, Cline, Roo, Zed, opencode, Amp, Kiro, development containers.
const JSON_FILES: &[&str] = &[
    ".mcp.json",
    "mcp.json",
    "claude_desktop_config.json",
    ".claude.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
    "managed-settings.json",
    "mcp_config.json",
    ".gemini/settings.json",
    "cline_mcp_settings.json",
    "mcp_settings.json",
    ".vscode/settings.json",
    ".zed/settings.json",
    "zed/settings.json",
    "opencode.json",
    "opencode.jsonc",
    "devcontainer.json",
    ".devcontainer.json",
];

const TOML_FILES: &[&str] = &[".codex/config.toml"];

const YAML_FILES: &[&str] = &[".continue/config.yaml", ".continue/config.yml", "goose/config.yaml"];

/// How the file is written, if it is an agent's configuration.
pub(super) fn syntax(path: &str, bytes: &[u8]) -> Option<Syntax> {
    if !has_extension(path, &["json", "jsonc", "toml", "yaml", "yml"]) {
        return None;
    }
    let ends =
        |files: &[&str]| files.iter().any(|file| path == *file || path.strip_suffix(file).is_some_and(|before| before.ends_with('/')));
    let head = bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    if ends(JSON_FILES) || (path.ends_with(".json") && holds(b"\"mcpServers\"")) {
        Some(Syntax::Json)
    } else if ends(TOML_FILES) || (path.ends_with(".toml") && holds(b"[mcp_servers.")) {
        Some(Syntax::Toml)
    } else if ends(YAML_FILES) || (path.contains(".continue/mcpServers/") && (path.ends_with(".yaml") || path.ends_with(".yml"))) {
        Some(Syntax::Yaml)
    } else {
        None
    }
}

/// Keys under which servers stand. `servers` alone is VS Code's `mcp.json`, `mcp` opencode's, `extensions` Goose's.
const SERVER_KEYS: &[&str] = &["mcpServers", "mcp_servers", "context_servers", "amp.mcpServers"];

/// One server entry.
pub(super) struct Server<'n> {
    pub(super) name: String,
    pub(super) node: &'n Node,
    /// Key path of the entry.
    pub(super) path: String,
    pub(super) extent: Span,
    /// The prompts that `${input:id}` refers to (VS Code).
    pub(super) inputs: Option<&'n Node>,
}

/// All server entries of a file.
pub(super) fn servers<'n>(place: &Place<'_>, root: &'n Node) -> Vec<Server<'n>> {
    let mut found = Vec::new();
    collect(root, root, "", &mut found);
    let file = place.path();
    if file.ends_with("mcp.json") {
        entries(root, root, "servers", "", &mut found);
    }
    if file.contains("opencode.json") {
        entries(root, root, "mcp", "", &mut found);
    }
    if file.contains("goose/") {
        entries(root, root, "extensions", "", &mut found);
    }
    // VS Code settings keep them one level down; Claude keeps them per project as well.
    for holder in ["mcp", "customizations.vscode.mcp"] {
        let keys: Vec<&str> = holder.split('.').collect();
        if let Some(node) = root.path(&keys) {
            entries(root, node, "servers", holder, &mut found);
        }
    }
    for project in root.get("projects").into_iter().flat_map(Node::entries) {
        collect(root, &project.value, &place::under("projects", project.name()), &mut found);
    }
    found
}

fn collect<'n>(root: &'n Node, holder: &'n Node, path: &str, found: &mut Vec<Server<'n>>) {
    for key in SERVER_KEYS {
        entries(root, holder, key, path, found);
    }
}

fn entries<'n>(root: &'n Node, holder: &'n Node, key: &str, path: &str, found: &mut Vec<Server<'n>>) {
    let Some(servers) = holder.get(key) else { return };
    let path = place::under(path, key);
    let inputs = holder.get("inputs").or_else(|| root.get("inputs"));
    for Entry { key, value, span } in servers.entries() {
        let name = key.text().unwrap_or_default().to_owned();
        let path = place::under(&path, &name);
        if !value.entries().is_empty() {
            found.push(Server { name, node: value, path, extent: *span, inputs });
        }
    }
    // Continue writes a list with names inside.
    for (index, node) in servers.items().iter().enumerate() {
        let name = node.str("name").map_or_else(|| index.to_string(), str::to_owned);
        found.push(Server { name, node, path: place::item(&path, index), extent: node.span, inputs });
    }
}

impl<'n> Server<'n> {
    /// The first field of several names that is there, with its name.
    pub(super) fn field(&self, names: &[&'static str]) -> Option<(&'static str, &'n Node)> {
        names.iter().find_map(|name| Some((*name, self.node.get(name)?)))
    }

    pub(super) fn location(&self, place: &Place<'_>) -> Location {
        place.at(self.extent, self.path.clone())
    }
}
