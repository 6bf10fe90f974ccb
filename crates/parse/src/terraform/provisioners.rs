//! Commands that Terraform runs where it runs itself (`provisioner "local-exec"`): they make the same trusts and grants as a
//! script. What is run when the resource is destroyed makes none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hcl_edit::expr::Expression;
use unkeyed_model::{Facts, Span, WorkloadKind};

use super::module::{Module, Section};
use super::resource::Resource;
use super::{exported, limits, read_resources};
use crate::evaluated::Val;
use crate::policy_document::hole;
use crate::provisioning::{self, Commands};

/// Interpreters that read what a shell reads.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ash"];

/// What a byte of a command weighs in the limit of evaluation: it becomes resources that are read again.
const WEIGHT: usize = 8;

/// Reads the commands of a folder, file by file.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    if module.kind != WorkloadKind::Terraform {
        return;
    }
    let mut of_files: BTreeMap<usize, Vec<Commands<'_>>> = BTreeMap::new();
    for (address, section) in &module.resources {
        let resource = Resource { module, address, section: *section };
        let local = section.nested().into_iter().filter(|(kind, inner)| *kind == "provisioner" && inner.label(0) == Some("local-exec"));
        let local: Vec<_> = local.map(|(_, inner)| inner).filter(|inner| !is_of_the_end(*inner)).collect();
        if local.is_empty() || resource.makes_none() {
            continue;
        }
        // What several instances run alike makes one thing.
        let mut seen = BTreeSet::new();
        resource.for_instances(|_| {
            let all = local.iter().filter_map(|inner| commands(module, *inner));
            let new = all.filter(|one| seen.insert((one.text.clone(), one.variables.clone())) && module.pay(one.text.len() * WEIGHT));
            of_files.entry(section.file).or_default().extend(new);
        });
    }
    for (file, all) in of_files.into_iter().filter(|(_, all)| !all.is_empty()) {
        let Some(file) = module.files.get(file) else { continue };
        let resources = provisioning::made(&file.place, all, facts);
        let files: Vec<_> = exported::file(file.place.again(), &resources, facts).into_iter().collect();
        let made = Module::new(WorkloadKind::Export, file.place.path(), &files);
        read_resources(&made, facts);
        limits(&made, facts);
    }
}

fn is_of_the_end(provisioner: Section<'_>) -> bool {
    let when = provisioner.block.body.get_attribute("when").map(|when| &when.value);
    matches!(when, Some(Expression::Variable(name)) if name.as_str() == "destroy")
}

fn commands<'m>(module: &'m Module<'m>, provisioner: Section<'m>) -> Option<Commands<'m>> {
    let command = module.get(provisioner, "command")?;
    let text = hole::shown(&module.text_of(&command).0);
    if !provisioning::makes_trusts(&text) {
        return None;
    }
    let interpreter = module.texts(provisioner, "interpreter").first().map(|(text, _)| text.to_ascii_lowercase());
    let interpreter = interpreter.as_deref().map(|path| path.rsplit(['/', '\\']).next().unwrap_or(path).trim_end_matches(".exe"));
    let is_power_shell = matches!(interpreter, Some("pwsh" | "powershell"));
    if !is_power_shell && interpreter.is_some_and(|name| !SHELLS.contains(&name) && name != "env") {
        return None;
    }
    let set = module.get(provisioner, "environment");
    let known = |value: &Val| Some(module.text_of(value).0).filter(|text| hole::is_known(text));
    let variables = set.iter().flat_map(Val::entries).filter_map(|(name, value)| Some((name.clone(), known(value)?))).collect();
    let locate = Box::new(locator(module, &command, provisioner, &text));
    Some(Commands { text, variables, is_power_shell, locate })
}

/// Where parts of a command stand: in the line of the source that is theirs, if its lines are those of the command.
fn locator<'m>(module: &'m Module<'m>, command: &Val, provisioner: Section<'m>, text: &str) -> impl Fn(Range<usize>) -> Span + use<'m> {
    let (span, raw) = command.at.map_or((provisioner.span(), ""), |at| module.source(at));
    let starts = |text: &str| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect::<Vec<_>>();
    let (lines, written) = (starts(text), starts(raw));
    let is_aligned = text.trim_end().matches('\n').count() == raw.trim_end().matches('\n').count();
    move |range| {
        let line = |at: usize| lines.partition_point(|start| *start <= at).saturating_sub(1);
        match (written.get(line(range.start)), written.get(line(range.end.saturating_sub(1)) + 1)) {
            (Some(start), end) if is_aligned => Span::new(span.start + start, end.map_or(span.end, |end| span.start + end - 1)),
            _ => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, Unit, Value};

    use crate::testing::read;

    fn folder(text: &str) -> Facts {
        read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.as_bytes().to_vec())])
    }

    fn granted(facts: &Facts) -> Vec<(Option<Value>, u32)> {
        facts.grants.iter().map(|grant| (grant.role.clone(), grant.location.region.line)).collect()
    }

    const BINDS: &str = "gcloud projects add-iam-policy-binding ${var.project} --member=serviceAccount:a@p.iam.gserviceaccount.com";

    fn provisioner(rest: &str) -> String {
        format!(
            "locals {{\n  role = \"owner\"\n}}\nresource \"null_resource\" \"a\" {{\n  provisioner \"local-exec\" {{\n{rest}\n  }}\n}}\n"
        )
    }

    #[test]
    fn a_command_grants_where_it_stands() {
        let owner = |line| vec![(Some(Value::literal("roles/owner")), line)];
        let short = provisioner(&format!("    command = \"{BINDS} --role=roles/${{local.role}}\""));
        assert_eq!(granted(&folder(&short)), owner(6));
        let long = format!("    command = <<-EOT\n      set -e\n      {BINDS} \\\n        --role=roles/$ROLE\n    EOT\n");
        let set = format!("{long}    environment = {{ ROLE = local.role }}");
        assert_eq!(granted(&folder(&provisioner(&set))), owner(8));
        for unread in ["    when = destroy", "    interpreter = [\"python3\", \"-c\"]"] {
            assert_eq!(granted(&folder(&provisioner(&format!("{set}\n{unread}")))), []);
        }
        assert_eq!(granted(&folder(&provisioner(&format!("{set}\n    interpreter = [\"/bin/bash\", \"-c\"]")))), owner(8));
    }

    #[test]
    fn each_instance_runs_its_own() {
        let text = format!(
            "resource \"terraform_data\" \"a\" {{\n  for_each = toset([\"editor\", \"owner\"])\n  provisioner \"local-exec\" {{\n    \
             command = \"{BINDS} --role=roles/${{each.key}}\"\n  }}\n}}\n"
        );
        let roles: Vec<_> = granted(&folder(&text)).into_iter().filter_map(|(role, _)| role).collect();
        assert_eq!(roles, [Value::literal("roles/editor"), Value::literal("roles/owner")]);
        assert_eq!(granted(&folder(&text.replace("[\"editor\", \"owner\"]", "[]"))), []);
    }

    #[test]
    fn what_instances_run_alike_is_read_once_and_too_much_is_said() {
        let text = |role: &str| {
            let of = |at: usize| {
                format!(
                    "resource \"null_resource\" \"a{at}\" {{\n  count = 100\n  provisioner \"local-exec\" {{\n    \
                     command = \"{BINDS} --role=roles/{role}\"\n  }}\n}}\n"
                )
            };
            (0..300).map(of).collect::<String>()
        };
        let alike = folder(&text("owner"));
        assert_eq!((alike.grants.len(), alike.skipped), (300, vec![]));
        let apart = folder(&text("r${count.index}"));
        assert!(apart.grants.len() < 30_000, "{}", apart.grants.len());
        assert!(apart.skipped.iter().any(|skip| skip.detail.contains("evaluation limit")));
    }
}
