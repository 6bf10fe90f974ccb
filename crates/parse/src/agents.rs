//! Configurations of agents and their MCP servers (DOMAIN §3.10): one workload per server entry, and one for the agent
//! itself where it carries credentials or an identity of its own.
//!
//! All clients write the same few fields under different names; the names are listed once, in `shape`.

mod agent;
mod server;
mod shape;
#[cfg(test)]
mod tests;
mod values;

use unkeyed_model::{Facts, Unit};

use self::shape::Syntax;
use crate::place::{self, Place};
use crate::tree::Node;
use crate::{json, toml, yaml};

/// The documented configuration files of the clients, and any JSON that holds `mcpServers`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    shape::syntax(&unit.origin().path, unit.bytes()).map(|_| unit.origin().path.clone())
}

/// Reads one file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let parsed = match shape::syntax(place.path(), place.text().as_bytes()) {
        Some(Syntax::Json) => json::parse(place),
        Some(Syntax::Toml) => toml::parse(place),
        Some(Syntax::Yaml) => {
            let mut documents = yaml::parse(place);
            facts.skipped.append(&mut documents.skipped);
            match documents.nodes.into_iter().next() {
                Some(root) => Ok(root),
                None => return,
            }
        }
        None => return,
    };
    let root: Node = match parsed {
        Ok(root) => root,
        Err(skip) => {
            facts.skipped.push(skip);
            return;
        }
    };
    for found in shape::servers(place, &root) {
        server::read(place, &found, facts);
    }
    agent::read(place, &root, facts);
}
