//! Credentials that a template splices into a longer text, such as a start script.
//!
//! Once evaluated, a variable's known default can't be told from the text around it, so the expressions themselves are
//! looked at. What has no known value stays a hole in the text and is met there.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::template::{HeredocTemplate, StringTemplate};
use hcl_edit::visit::{Visit, visit_body, visit_heredoc_template, visit_string_template, visit_traversal};
use unkeyed_model::{Content, Custody, Location, Reference, Role, StoreKind};

use super::module::{Module, Section};
use crate::credential_name::is_credential;
use crate::evaluated::{At, Kind};
use crate::policy_document::hole;

/// Uses of variables named like credentials, with a default in the inputs, inside the templates of `section`.
pub(super) fn read(module: &Module<'_>, section: Section<'_>, address: &str) -> Vec<Reference> {
    let mut visitor = Splices { inside: false, found: Vec::new() };
    visit_body(&mut visitor, &section.block.body);
    let found = visitor.found.into_iter().filter(|(name, _)| is_credential(name) && has_default(module, name));
    found
        .map(|(name, span)| {
            let at = At::new(section.file, unkeyed_model::Span::new(span.start, span.end));
            reference(module, &name, module.location(at, address))
        })
        .collect()
}

fn has_default(module: &Module<'_>, name: &str) -> bool {
    let default = module.variables.get(name).and_then(|section| module.get(*section, "default"));
    default.is_some_and(|default| matches!(&default.kind, Kind::Text(text, _) if hole::is_known(text) && !text.trim().is_empty()))
}

fn reference(module: &Module<'_>, name: &str, location: Location) -> Reference {
    Reference {
        store: StoreKind::TerraformVariable,
        name: format!("var.{name}"),
        key: None,
        namespace: Some(module.folder.clone()),
        used_as: Some(name.to_owned()),
        content: Content::Durable,
        custody: Custody::PlatformStored,
        role: Role::Access,
        destination: None,
        lease_seconds: None,
        fallback: false,
        location,
    }
}

/// Collects `var.NAME` inside templates, with its place.
struct Splices {
    inside: bool,
    found: Vec<(String, std::ops::Range<usize>)>,
}

impl Visit for Splices {
    fn visit_string_template(&mut self, node: &StringTemplate) {
        let outer = std::mem::replace(&mut self.inside, true);
        visit_string_template(self, node);
        self.inside = outer;
    }

    fn visit_heredoc_template(&mut self, node: &HeredocTemplate) {
        let outer = std::mem::replace(&mut self.inside, true);
        visit_heredoc_template(self, node);
        self.inside = outer;
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let (true, Expression::Variable(root), Some(first), Some(span)) = (self.inside, &node.expr, node.operators.first(), node.span())
            && root.as_str() == "var"
            && let TraversalOperator::GetAttr(name) = first.value()
        {
            self.found.push((name.as_str().to_owned(), span));
        }
        visit_traversal(self, node);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Content, Origin, StoreKind, Unit};

    use crate::testing::read;

    #[test]
    fn a_default_in_a_start_script_is_a_use_by_its_workload() {
        let text = "variable \"db_password\" {\n  default = \"Kr4n!ch-7fluegel\"\n}\nvariable \"size\" {\n  default = \"small\"\n}\n\
            resource \"aws_instance\" \"app\" {\n  tags = { size = \"x-${var.size}\" }\n  user_data = <<EOF\nPASSWORD='${var.db_password}'\nEOF\n}\n";
        let origin = Origin { path: "infra/main.tf".into(), ..Origin::default() };
        let facts = read(&[Unit::new(Arc::new(origin), text.as_bytes())]);
        let app = facts.workloads.iter().find(|workload| workload.id == "tf:infra#aws_instance.app").unwrap();
        let used: Vec<_> = app.references.iter().map(|reference| (reference.store, reference.name.as_str(), reference.content)).collect();
        assert_eq!(used, [(StoreKind::TerraformVariable, "var.db_password", Content::Durable)]);
        let span = app.references[0].location.region.span;
        assert_eq!(&text[span.start..span.end], "var.db_password");
    }
}
