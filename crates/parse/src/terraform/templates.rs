//! What a block hands to the templates that its values are made of (`templatefile`, and the data sources that do the same), and the
//! files that they are read from.

use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_body, visit_expr, visit_func_call, visit_traversal};

use super::module::{Module, Section};
use super::settings;
use crate::evaluated::{Leaf, walk};
use crate::place::under;

/// Data sources whose text is made of what they are given.
const RENDERED: &[&str] = &["template_file", "template_cloudinit_config", "cloudinit_config"];
/// Most locals and data sources that a block's values are followed to; each may lead to the next.
const MAX_PASSED: usize = 128;
/// What is said where it is longer.
pub(super) const LIMITED: &str =
    "a template of this folder is made of more than 128 locals and data sources; what the others hold was not read";

/// Functions that read a file of the configuration (Terraform documentation, "Filesystem Functions").
const FILES: &[&str] = &["file", "filebase64", "templatefile"];

/// What the templates of a block are given and read from.
#[derive(Default)]
pub(super) struct Templates {
    /// The values that they are given, under the names that they have there.
    pub(super) given: Vec<Leaf>,
    /// The attribute of the block that led to a file, and the file's path in the inputs.
    pub(super) files: Vec<(String, String)>,
}

/// Reads the templates of a block.
pub(super) fn read(module: &Module<'_>, section: Section<'_>) -> Templates {
    let mut visitor = Given { module, file: section.file, path: String::new(), passed: Vec::new(), found: Templates::default() };
    for attribute in section.block.body.attributes() {
        attribute.key.as_str().clone_into(&mut visitor.path);
        visitor.visit_expr(&attribute.value);
    }
    for (kind, inner) in section.nested().into_iter().filter(|(kind, _)| !matches!(*kind, "lifecycle" | "provisioner" | "connection")) {
        kind.clone_into(&mut visitor.path);
        visit_body(&mut visitor, &inner.block.body);
    }
    visitor.found
}

/// Collects what templates are given.
struct Given<'a, 'm> {
    module: &'a Module<'m>,
    /// The file that the expression at hand stands in.
    file: usize,
    /// The attribute of the block that led here.
    path: String,
    /// Locals and data sources on the way here, and those done with.
    passed: Vec<String>,
    found: Templates,
}

impl Given<'_, '_> {
    /// Whether something named was not looked at yet, and may be.
    fn enter(&mut self, name: String) -> bool {
        let fits = self.passed.len() < MAX_PASSED;
        let is_new = !self.passed.contains(&name);
        if is_new && !fits {
            self.module.evaluation.templates_cut.set(true);
        }
        if is_new && fits {
            self.passed.push(name);
        }
        is_new && fits
    }

    fn rendered(&mut self, kind: &str, name: &str) {
        let address = format!("data.{kind}.{name}");
        let Some(section) = self.module.resources.get(&address).copied().filter(|_| self.enter(address)) else { return };
        let mut given = settings::leaves(self.module, section);
        // The text of the template itself is no value of the block.
        given.retain(|leaf| !matches!(leaf.path.as_str(), "template" | "filename"));
        for leaf in &mut given {
            leaf.path = under(&self.path, &leaf.path);
        }
        self.found.given.append(&mut given);
        let outer = std::mem::replace(&mut self.file, section.file);
        visit_body(self, &section.block.body);
        self.file = outer;
    }
}

impl Visit for Given<'_, '_> {
    fn visit_func_call(&mut self, node: &FuncCall) {
        if node.name.name.as_str() == "templatefile"
            && let Some(values) = node.args.iter().nth(1)
        {
            let values = self.module.eval_in(self.file, values, &[]);
            walk("", &self.path, &[], &values, &mut self.found.given);
        }
        if FILES.contains(&node.name.name.as_str())
            && let Some(file) = node.args.iter().next()
        {
            let file = self.module.eval_in(self.file, file, &[]);
            self.found.files.extend(self.module.file_of(&file).map(|path| (self.path.clone(), path)));
        }
        visit_func_call(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        let names: Vec<&str> = node.operators.iter().map_while(|operator| named(operator.value())).take(2).collect();
        if let Expression::Variable(root) = &node.expr {
            match (root.as_str(), names.as_slice()) {
                ("data", [kind, name]) if RENDERED.contains(kind) => self.rendered(kind, name),
                ("local", [name, ..]) => {
                    if let Some((file, expr)) = self.module.locals.get(*name).copied().filter(|_| self.enter(format!("local.{name}"))) {
                        let outer = std::mem::replace(&mut self.file, file);
                        visit_expr(self, expr);
                        self.file = outer;
                    }
                }
                _ => {}
            }
        }
        visit_traversal(self, node);
    }
}

fn named(operator: &TraversalOperator) -> Option<&str> {
    match operator {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit, Use};

    use crate::testing::read;

    #[test]
    fn what_a_template_is_given_is_used_by_its_workload() {
        let text = r#"
locals { start = templatefile("start.sh", { API_TOKEN = var.api_token, size = var.size }) }
data "template_file" "init" {
  template = file("init.yaml")
  vars = { admin_password = random_string.admin.result, region = var.region }
}
data "cloudinit_config" "node" {
  part { content = data.template_file.init.rendered }
}
resource "aws_instance" "direct" { user_data = data.template_file.init.rendered }
resource "aws_instance" "parts" { user_data = base64encode(data.cloudinit_config.node.rendered) }
resource "aws_instance" "local" { user_data = local.start }
resource "aws_instance" "other" { user_data = file("init.yaml") }
"#;
        let facts = read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.as_bytes())]);
        let used = |name: &str| {
            let workload = facts.workloads.iter().find(|workload| workload.id == format!("tf:infra#aws_instance.{name}")).unwrap();
            workload.references.iter().map(|reference| reference.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(used("direct"), ["random_string.admin.result"]);
        assert_eq!(used("parts"), ["random_string.admin.result"]);
        assert_eq!(used("local"), ["var.api_token"]);
        assert_eq!(used("other"), [""; 0]);
        let runs = |name: &str| {
            let workload = facts.workloads.iter().find(|workload| workload.id == format!("tf:infra#aws_instance.{name}")).unwrap();
            workload.uses.clone()
        };
        assert_eq!(runs("local"), [(Use::Component, "infra/start.sh".to_owned())]);
        for name in ["direct", "parts", "other"] {
            assert_eq!(runs(name), [(Use::Component, "infra/init.yaml".to_owned())], "{name}");
        }
    }

    #[test]
    fn a_way_that_is_too_long_is_told() {
        let locals: String = (0..200).map(|at| format!("  l{at} = local.l{}\n", at + 1)).collect();
        let text = format!("locals {{\n{locals}  l200 = var.token\n}}\nresource \"aws_instance\" \"i\" {{ user_data = local.l0 }}\n");
        let facts = read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.into_bytes())]);
        assert!(facts.skipped.iter().any(|skip| skip.detail == super::LIMITED), "{:?}", facts.skipped);
    }
}
