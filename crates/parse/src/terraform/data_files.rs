//! Files of data beside the configuration, which `yamldecode(file(…))`, `jsondecode(file(…))` and `fileset` take: who may log
//! in, and what is granted.
//!
//! The decision a reader would question: no file says that a configuration takes it, so one is kept if no other reader wants it
//! and it is small and has words of trusts or grants. It stands with the folder in which policies would be looked for.

use unkeyed_model::{Basis, Unit};

use super::documents;
use super::module::Module;
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;
use crate::trust_policy;

/// Largest file that is kept, in bytes.
const MAX_BYTES: usize = 16 << 10;

/// Words of data that trusts and grants are made of.
const WORDS: &[&str] = &[
    "repo:",
    "\"repo\"",
    "repos:",
    "repositories",
    "roles/",
    "arn:aws",
    "AdministratorAccess",
    "serviceAccount",
    "service_account",
    "principal",
    "subject",
];

/// Names of folders that hold data for the folder above.
const HOLDERS: &[&str] = &["config", "configs", "data", "roles", "repos", "repositories", "projects", "accounts", "teams"];

/// The folder whose configuration may take it.
pub(super) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let is_installed = || origin.path.split('/').any(|part| matches!(part, "node_modules" | "vendor" | ".terraform"));
    let holds = |word: &&str| memchr::memmem::find(unit.bytes(), word.as_bytes()).is_some();
    let is_told = is_data(unit) && unit.bytes().len() <= MAX_BYTES && !is_installed() && WORDS.iter().any(holds);
    is_told.then(|| {
        let folder = origin.folder();
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        if HOLDERS.contains(&name) { above } else { documents::folder(folder) }.to_owned()
    })
}

/// Whether a file that stands with a configuration is data.
pub(super) fn is_data(unit: &Unit<'_>) -> bool {
    let name = unit.origin().file_name();
    let is_configuration = [".tf.json", ".tofu.json", ".tfvars.json"].iter().any(|ending| name.ends_with(ending));
    let is_named = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    is_named && !is_configuration && !trust_policy::is_document(unit) && super::claims_state(unit).is_none()
}

/// The text of a file of data, where a value is one.
pub(super) fn text(module: &Module<'_>, val: &Val) -> Option<Val> {
    let Kind::Ref(file) = &val.kind else { return None };
    let text = (file.address == "file").then(|| module.documents.data(&module.folder, &file.attribute))??;
    if !module.pay(text.len() / 64) {
        return None;
    }
    Some(Val { kind: Kind::Text(hole::clean(text), Basis::Literal), ..val.clone() })
}

/// The files of data that a pattern names, as `fileset` lists them; a reference where none is known.
pub(super) fn set(module: &Module<'_>, args: &[Val]) -> Val {
    let shown = |at: usize| args.get(at).map(|arg| hole::shown(&module.text_of(arg).0)).unwrap_or_default();
    let (folder, pattern) = (shown(0), shown(1));
    if !module.pay(module.documents.data_count()) {
        return Val::unknown("fileset(…)");
    }
    let names = module.documents.data_in(&module.folder, &folder).filter(|name| is_match(name, &pattern));
    let names: Vec<Val> = names.map(|name| Val::new(Kind::Text(name.to_owned(), Basis::Literal))).collect();
    Val::new(if names.is_empty() { Kind::Ref(Ref::new("file", folder)) } else { Kind::List(names) })
}

/// Whether a path is one of a pattern in which `*` stands for a part of a name, and `**` for folders.
fn is_match(path: &str, pattern: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').map_or((None, path), |(folders, name)| (Some(folders), name));
    let (wanted, own) = pattern.rsplit_once('/').map_or((None, pattern), |(folders, name)| (Some(folders), name));
    let is_name = match own.split_once('*') {
        Some((before, behind)) if !behind.contains(['*', '{', '?', '[']) => {
            name.len() >= before.len() + behind.len() && name.starts_with(before) && name.ends_with(behind)
        }
        Some(_) => false,
        None => name == own,
    };
    is_name && (wanted == folders || wanted == Some("**"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, SubjectRule, Unit};

    use super::is_match;
    use crate::testing::read;

    fn unit(path: &str, text: &str) -> Unit<'static> {
        Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec())
    }

    fn folder(main: &str, data: &[(&str, &str)]) -> Facts {
        let mut units = vec![unit("infra/main.tf", main)];
        units.extend(data.iter().map(|(path, text)| unit(path, text)));
        // In any order.
        units.reverse();
        read(&units)
    }

    const ROLE: &str = r#"
resource "aws_iam_role" "ci" {
  for_each = local.roles
  name = each.key
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity",
    Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
    Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:${each.value.repo}:*" } } }] })
}
"#;

    fn globs(facts: &Facts) -> Vec<String> {
        let of = |subject: &SubjectRule| if let SubjectRule::Glob(all) = subject { all.clone() } else { Vec::new() };
        facts.trusts.iter().flat_map(|trust| of(&trust.subject)).collect()
    }

    #[test]
    fn a_file_of_data_gives_what_each_role_trusts() {
        let main = format!("locals {{\n  roles = yamldecode(file(\"${{path.module}}/roles.yaml\")).roles\n}}\n{ROLE}");
        let yaml = "roles:\n  deploy:\n    repo: northwind/shop\n  plan: {repo: northwind/infra}\n";
        assert_eq!(globs(&folder(&main, &[("infra/roles.yaml", yaml)])), ["repo:northwind/shop:*", "repo:northwind/infra:*"]);
        let main = main.replace("yamldecode", "jsondecode").replace("roles.yaml", "config/roles.json");
        let json = r#"{"roles": {"deploy": {"repo": "northwind/shop"}}}"#;
        assert_eq!(globs(&folder(&main, &[("infra/config/roles.json", json)])), ["repo:northwind/shop:*"]);
        // A file that isn't there tells no repository.
        assert_eq!(globs(&folder(&main, &[("infra/config/other.json", json)])), ["repo:${each.value.repo}:*"]);
    }

    #[test]
    fn a_set_of_files_gives_one_each() {
        let main = format!(
            "locals {{\n  roles = {{ for file in fileset(path.module, \"repos/*.yaml\") : file => yamldecode(file(\"${{path.module}}/${{file}}\")) }}\n}}\n{ROLE}"
        );
        let files = [("infra/repos/a.yaml", "repo: northwind/a\n"), ("infra/repos/b.yaml", "repo: northwind/b\n")];
        assert_eq!(globs(&folder(&main, &files)), ["repo:northwind/a:*", "repo:northwind/b:*"]);
    }

    #[test]
    fn data_alone_is_no_configuration() {
        let facts = read(&[unit("x/roles.json", r#"{"roles": [{"repo": "northwind/shop", "role": "roles/owner"}]}"#)]);
        assert!(facts.grants.is_empty() && facts.trusts.is_empty() && facts.workloads.is_empty() && facts.skipped.is_empty());
        let facts = folder("resource \"x\" \"y\" { role = \"roles/viewer\" }", &[("infra/roles.json", "{\"role\": \"roles/owner\"}")]);
        assert!(facts.grants.is_empty() && facts.skipped.is_empty());
        assert_eq!(folder("", &[("infra/x.yaml", "role: roles/owner")]).grants, []);
    }

    #[test]
    fn patterns_of_file_sets() {
        for (path, pattern, expected) in [
            ("a.yaml", "*.yaml", true),
            ("repos/a.yaml", "*.yaml", false),
            ("repos/a.yaml", "repos/*.yaml", true),
            ("repos/x/a.yaml", "**/*.yaml", true),
            ("a.json", "*.yaml", false),
            ("a.yaml", "a.yaml*.yaml", false),
        ] {
            assert_eq!(is_match(path, pattern), expected, "{path} {pattern}");
        }
    }
}
