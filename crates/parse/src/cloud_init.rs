//! cloud-init: the first boot of a machine as a workload.
//!
//! Read are cloud-config (YAML behind `#cloud-config`) and user-data scripts. The decision a reader would question: a
//! password that the configuration sets for a user counts, although it lets others in; it stands in the user data, which
//! every process of the machine can read (cloud-init docs, "Users and groups", "Set passwords", "Write files", "Run commands").

use std::ops::Range;

use unkeyed_model::{Facts, Span, Unit, Workload, WorkloadKind};

use crate::facts;
use crate::flat::Flat;
use crate::place::{self, Place};
use crate::scripts;
use crate::shell;
use crate::text_template;
use crate::tree::Node;
use crate::yaml;

/// Keys whose value is a secret here.
const SECRETS: &[&str] = &["plain_text_passwd", "password", "rsa_private", "ecdsa_private", "ed25519_private", "dsa_private"];

/// Files that begin with `#cloud-config`, and scripts that are called user data.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let text = unit.bytes();
    let is_config = text.starts_with(b"#cloud-config") || text.starts_with(b"## template: jinja\n#cloud-config");
    let is_named = || {
        let name = origin.file_name().to_ascii_lowercase();
        ["user-data", "userdata", "user_data", "cloud-init", "cloudinit"].iter().any(|word| name.starts_with(word))
            && !name.ends_with(".md")
    };
    (is_config || text.starts_with(b"#!") && is_named()).then(|| origin.path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let name = place.origin().file_name().to_owned();
    let mut workload = Workload::new(WorkloadKind::CloudInit, format!("cloud-init:{}", place.path()), name, place.whole());
    workload.extents.push(place.bare(Span::new(0, place.text().len())));
    if place.text().starts_with("#!") {
        let locate = |range: Range<usize>| place.at(Span::new(range.start, range.end), "script");
        scripts::read(place.text(), &locate, &mut workload);
        facts.slots.append(&mut scripts::written_out(&shell::commands(place.text()), place.text(), &locate));
    } else {
        let mut documents = yaml::parse(place);
        facts.skipped.append(&mut documents.skipped);
        for root in &documents.nodes {
            configuration(place, root, &mut workload, facts);
        }
    }
    filled(place, &mut workload);
    facts.workloads.push(workload);
}

fn configuration(place: &Place<'_>, root: &Node, workload: &mut Workload, facts: &mut Facts) {
    for key in ["runcmd", "bootcmd"] {
        for (index, item) in root.get(key).map(Node::items).unwrap_or_default().iter().enumerate() {
            let words: Vec<_> = item.one_or_many().iter().collect();
            scripts::command(place, &words, &place::item(key, index), workload);
            facts.slots.append(&mut scripts::secrets(place, &words, &place::item(key, index)));
        }
    }
    for (index, item) in root.get("write_files").map(Node::items).unwrap_or_default().iter().enumerate() {
        let script = item.get("content").filter(|content| content.text().is_some_and(|text| text.starts_with("#!")));
        if let Some(content) = script {
            let path = format!("{}.content", place::item("write_files", index));
            scripts::command(place, &[content], &path, workload);
            facts.slots.append(&mut scripts::secrets(place, &[content], &path));
        }
    }
    root.for_each_scalar("", &mut |path, node| {
        let name = path.rsplit(['.']).next().unwrap_or_default();
        // A file's content is looked at as what it is.
        let is_secret = SECRETS.contains(&name) || facts::is_credential_variable(name);
        let says = node.text().is_some_and(|text| !matches!(text.trim(), "" | "true" | "false" | "RANDOM" | "R") && !text.contains("{{"));
        if is_secret && says && !node.is_null() {
            facts.slots.push(facts::slot(name, place.at(node.span, path)));
        }
    });
    passwords(place, root, facts);
}

/// What a template of a configuration is given.
fn filled(place: &Place<'_>, workload: &mut Workload) {
    if text_template::is_one(place.path()) {
        let locate = |range: Range<usize>| place.at(Span::new(range.start, range.end), "template");
        workload.references.append(&mut text_template::filled(place.text(), &locate));
    }
}

/// `chpasswd: list:` holds lines of `user:password`.
fn passwords(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    let Some(list) = root.path(&["chpasswd", "list"]) else { return };
    for node in list.one_or_many() {
        let flat = Flat::new(place, node);
        let mut at = 0;
        for line in flat.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if let Some((user, password)) =
                line.trim_end().split_once(':').filter(|(_, password)| !matches!(*password, "" | "RANDOM" | "R"))
            {
                let from = start + user.len() + 1;
                facts.slots.push(facts::slot("password", place.at(flat.span(from..from + password.len()), "chpasswd.list")));
            }
        }
    }
}
