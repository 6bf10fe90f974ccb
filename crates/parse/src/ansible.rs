//! Ansible: one workload per play, with the variables that it draws in.
//!
//! Nothing is templated: `{{ x }}` that names a credential is a use by name of what the inventory or a vault keeps. The
//! decision a reader would question: files of variables (`group_vars`, `host_vars`, a role's `vars` and `defaults`) are no
//! workloads; what stands in them belongs to the plays that draw them in. Ansible docs, "Playbook keywords", "Lookup plugins".

use unkeyed_model::{Content, Custody, Facts, Reference, StoreKind, Unit, Use, Workload, WorkloadKind};

use crate::credential_name::is_credential;
use crate::facts;
use crate::flat::Flat;
use crate::host_files;
use crate::place::{self, Place};
use crate::provisioning;
use crate::scripts;
use crate::tree::Node;
use crate::yaml;

/// How far into a file the words that tell a playbook are looked for, in bytes.
const HEAD: usize = 16 << 10;

/// Lookups that fetch from a secret manager, and where they lead (`community.hashi_vault`, `amazon.aws`, `azure.azcollection`).
const LOOKUPS: &[(&str, StoreKind, &str)] = &[
    ("hashi_vault", StoreKind::Vault, "vault"),
    ("vault_kv2_get", StoreKind::Vault, "vault"),
    ("vault_read", StoreKind::Vault, "vault"),
    ("aws_secret", StoreKind::CloudSecretManager, "aws"),
    ("aws_ssm", StoreKind::CloudSecretManager, "aws"),
    ("secretsmanager_secret", StoreKind::CloudSecretManager, "aws"),
    ("ssm_parameter", StoreKind::CloudSecretManager, "aws"),
    ("azure_keyvault_secret", StoreKind::CloudSecretManager, "azure"),
    ("gcp_secret_manager", StoreKind::CloudSecretManager, "gcp"),
];

/// Tasks that draw in a file.
const IMPORTS: &[&str] = &[
    "import_tasks",
    "include_tasks",
    "include_vars",
    "ansible.builtin.import_tasks",
    "ansible.builtin.include_tasks",
    "ansible.builtin.include_vars",
];

/// Playbooks by their content, files of variables and tasks by their place.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_in = |folders: &[&str]| origin.path.split('/').any(|part| folders.contains(&part));
    let in_vars = || is_in(&["group_vars", "host_vars"]);
    let in_role = || is_in(&["roles"]) && is_in(&["vars", "defaults", "tasks", "handlers"]);
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    // Tasks beside a playbook, of which only those that make trusts matter.
    let in_tasks = || is_in(&["tasks"]) && provisioning::is_tasks(unit) && memchr::memmem::find(head, b"apiVersion:").is_none();
    ((is_yaml && (in_role() || is_playbook(head) || in_tasks())) || in_vars()).then(|| origin.path.clone())
}

/// A list whose items name hosts, with tasks or roles for them.
fn is_playbook(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let begins = |word: &str| {
        text.lines()
            .any(|line| line.trim_start_matches(['-', ' ']).starts_with(word) && !line.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let is_list = text.lines().any(|line| line.starts_with("- ") || line == "-");
    is_list && begins("hosts:") && ["tasks:", "roles:", "pre_tasks:", "vars:", "gather_facts:", "become:"].iter().any(|word| begins(word))
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            // A file that is encrypted as a whole is found as such.
            Ok(place) if place.text().starts_with("$ANSIBLE_VAULT;") => {}
            Ok(place) => file(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts.append(provisioning::read_manifests(units));
    facts
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    for root in &documents.nodes {
        let plays: Vec<(usize, &Node)> = root.items().iter().enumerate().filter(|(_, item)| item.get("hosts").is_some()).collect();
        if plays.is_empty() {
            // Variables, or tasks that plays draw in: only literals count here.
            literals(place, root, "", facts);
        }
        for (index, node) in plays {
            play(place, node, index, facts);
        }
    }
}

fn play(place: &Place<'_>, node: &Node, index: usize, facts: &mut Facts) {
    let name = node.str("name").or_else(|| node.str("hosts")).unwrap_or("play");
    let location = place.at(node.span, place::item("", index));
    let mut workload = Workload::new(WorkloadKind::Ansible, format!("ansible:{}#{index}", place.path()), name, location.clone());
    workload.extents.push(location);
    draws_in(place, node, &mut workload);
    let path = place::item("", index);
    literals(place, node, &path, facts);
    node.for_each_scalar(&path, &mut |path, scalar| used(place, scalar, path, &mut workload));
    for list in ["pre_tasks", "tasks", "post_tasks", "handlers"] {
        for (number, task) in node.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
            task_script(place, task, &format!("{path}.{list}[{number}]"), &mut workload);
        }
    }
    facts.workloads.push(workload);
}

/// Files whose content becomes part of the play: its variables, those of its hosts, its roles.
fn draws_in(place: &Place<'_>, node: &Node, workload: &mut Workload) {
    let mut draw = |file: &str| workload.uses.push((Use::File, host_files::relative(place.path(), file)));
    for file in node.get("vars_files").into_iter().flat_map(Node::one_or_many).filter_map(Node::text) {
        draw(file);
    }
    for hosts in node.get("hosts").into_iter().flat_map(Node::one_or_many).filter_map(Node::text).chain(["all"]) {
        for group in hosts.split([':', ',']).filter(|group| !group.is_empty() && !group.contains(['{', '*', '!', '&'])) {
            for form in [
                "group_vars/{}.yml",
                "group_vars/{}.yaml",
                "group_vars/{}",
                "group_vars/{}/vars.yml",
                "group_vars/{}/main.yml",
                "group_vars/{}/vault.yml",
                "host_vars/{}.yml",
            ] {
                draw(&form.replace("{}", group));
            }
        }
    }
    for task in ["pre_tasks", "tasks", "post_tasks", "handlers"].iter().flat_map(|list| node.get(list).map(Node::items).unwrap_or_default())
    {
        for file in IMPORTS.iter().filter_map(|name| task.get(name)?.text()).filter(|file| !file.contains('{')) {
            draw(file);
        }
    }
    for role in node.get("roles").map(Node::items).unwrap_or_default() {
        let name = role.text().or_else(|| role.str("role")).or_else(|| role.str("name")).filter(|name| !name.contains('{'));
        for part in name.iter().flat_map(|name| ["vars", "defaults", "tasks"].map(|part| format!("roles/{name}/{part}/main.yml"))) {
            draw(&part);
        }
    }
}

/// Literals under the names of credentials. Encrypted ones (`!vault`) are found as such.
fn literals(place: &Place<'_>, node: &Node, path: &str, facts: &mut Facts) {
    node.for_each_scalar(path, &mut |path, scalar| {
        let name = path.rsplit(['.', ']']).next().unwrap_or_default();
        let text = scalar.text().unwrap_or_default().trim();
        let is_reference = text.contains("{{") || text.starts_with('/') || text.starts_with('~') || scalar.tag.is_some();
        let says_nothing =
            scalar.is_null() || matches!(text, "" | "true" | "false" | "yes" | "no" | "omit") || text.contains(char::is_whitespace);
        if is_credential(name) && !is_reference && !says_nothing {
            facts.slots.push(facts::slot(name, place.at(scalar.span, path)));
        }
    });
}

/// `{{ … }}`: a lookup, or a variable that is named like a credential.
fn used(place: &Place<'_>, node: &Node, path: &str, workload: &mut Workload) {
    let flat = Flat::new(place, node);
    let receiver = path.rsplit(['.', ']']).next().unwrap_or_default();
    let mut from = 0;
    while let Some(open) = flat.text[from..].find("{{").map(|found| from + found) {
        let Some(close) = flat.text[open..].find("}}").map(|found| open + found + 2) else { return };
        let inner = flat.text[open + 2..close - 2].trim();
        let at = place.at(flat.span(open..close), path);
        workload.references.extend(expression(inner, receiver, at));
        from = close;
    }
}

fn expression(text: &str, receiver: &str, at: unkeyed_model::Location) -> Option<Reference> {
    let quoted: Vec<&str> = text.split(['\'', '"']).skip(1).step_by(2).collect();
    if text.contains("lookup(") || text.contains("query(") {
        let plugin = quoted.first()?.rsplit('.').next()?;
        if plugin == "env" {
            return facts::environment_reference(quoted.get(1)?, receiver, at);
        }
        let (_, store, to) = LOOKUPS.iter().find(|(name, ..)| *name == plugin)?;
        let mut fetched = facts::fetch(*store, *quoted.get(1).unwrap_or(&plugin), Custody::VaultStatic, at);
        fetched.destination = Some(unkeyed_model::Destination::new(*to, ""));
        return Some(fetched);
    }
    let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().filter(|name| is_credential(name))?;
    let reference = facts::received_by(facts::reference(StoreKind::Parameter, name, at), receiver);
    Some(Reference { content: if is_credential(receiver) { Content::Durable } else { reference.content }, ..reference })
}

/// The script of a `shell` or `command` task.
fn task_script(place: &Place<'_>, task: &Node, path: &str, workload: &mut Workload) {
    for module in ["shell", "command", "ansible.builtin.shell", "ansible.builtin.command"] {
        let Some(node) = task.get(module).map(|node| node.get("cmd").unwrap_or(node)).filter(|node| node.text().is_some()) else {
            continue;
        };
        let flat = Flat::new(place, node);
        scripts::read(flat.text, &|range| place.at(flat.span(range), path), workload);
    }
}
