//! What a configuration of SPIRE's server or agent says of trust: its domain, how nodes prove who they are, whom it
//! federates with. Shared by files of their own and ConfigMaps that hold them.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};
use unkeyed_model::{Facts, Location, Value, Workload};

use super::federation::{Relationship, relationship};

/// Where a part of the configuration stands, with its path.
pub(crate) type Locate<'l> = &'l dyn Fn(Range<usize>, &str) -> Location;

/// Adds the traits `trust-domain`, `node-attestor` and `insecure-bootstrap`, and emits the relationships.
pub(crate) fn read(body: &Body, locate: Locate<'_>, workload: &mut Workload, facts: &mut Facts) {
    for block in body.blocks() {
        match block.ident.as_str() {
            name @ ("server" | "agent") => {
                attributes(&block.body, name, locate, workload);
                block.body.get_blocks("federation").flat_map(|block| block.body.get_blocks("federates_with")).for_each(|other| {
                    federates(other, locate, workload, facts);
                });
            }
            "plugins" => attestors(&block.body, locate, workload),
            _ => {}
        }
    }
}

fn attributes(body: &Body, section: &str, locate: Locate<'_>, workload: &mut Workload) {
    for (name, known) in [("trust_domain", "trust-domain"), ("insecure_bootstrap", "insecure-bootstrap")] {
        let Some(attribute) = body.get_attribute(name) else { continue };
        let value = match &attribute.value {
            hcl_edit::expr::Expression::Bool(value) => value.value().to_string(),
            value => value.as_str().unwrap_or_default().to_owned(),
        };
        // Switched off is how it should be and says nothing.
        if !value.is_empty() && value != "false" {
            let at = locate(attribute.span().unwrap_or_default(), &format!("{section}.{name}"));
            workload.traits.push((known.to_owned(), value, at));
        }
    }
}

fn attestors(plugins: &Body, locate: Locate<'_>, workload: &mut Workload) {
    for block in plugins.get_blocks("NodeAttestor") {
        let at = locate(block.span().unwrap_or_default(), "plugins.NodeAttestor");
        workload.traits.push(("node-attestor".to_owned(), label(block).to_owned(), at));
    }
}

fn federates(block: &Block, locate: Locate<'_>, workload: &Workload, facts: &mut Facts) {
    let path = "server.federation.federates_with";
    let profile = block.body.get_blocks("bundle_endpoint_profile").next().map(|profile| Value::literal(label(profile)));
    let url = block.body.get_attribute("bundle_endpoint_url").and_then(|attribute| attribute.value.as_str());
    let trust_domain = label(block);
    let found = Relationship {
        key: format!("{}/{trust_domain}", workload.id),
        trust_domain: Value::literal(trust_domain),
        profile,
        url: url.map(Value::literal),
        location: locate(block.span().unwrap_or_default(), path),
    };
    relationship(found, facts);
}

fn label(block: &Block) -> &str {
    block.labels.first().map_or("", |label| label.as_str())
}
