//! What the scripts of a resource that computes are given: start scripts, commands of containers, provisioners.
//!
//! Detection takes the text of a configuration for a program, in which a bare word is no value. In a script it is one.

use std::borrow::Cow;

use unkeyed_model::{Facts, Location, Reference, Span, StoreKind, Workload};

use super::secrets::Reader;
use crate::evaluated::{At, Kind, Leaf, Val};
use crate::policy_document::hole;
use crate::{facts, given, host_files, scripts};

/// Scripts that a machine starts with.
const START_SCRIPTS: &[&str] = &[
    "user_data",
    "user_data_base64",
    "custom_data",
    "metadata_startup_script",
    "startup-script",
    "startup_script",
    "user-data",
    "gce-container-declaration",
    "windows-startup-script-ps1",
    "windows-startup-script-cmd",
    "windows-startup-script-bat",
    "sysprep-specialize-script-ps1",
    "sysprep-specialize-script-cmd",
    "sysprep-specialize-script-bat",
];
/// Where a script lies that a machine of Google's starts with (Compute Engine, "Use startup scripts").
const SCRIPT_PLACES: &[&str] = &["startup-script-url", "windows-startup-script-url", "sysprep-specialize-script-url"];

/// Whether an attribute leads to a script that the machine starts with. Google's machines keep theirs in a map.
pub(super) fn is_start(attribute: &str) -> bool {
    START_SCRIPTS.contains(&attribute) || attribute == "metadata"
}

/// Whether a value is a script: what a machine starts with, or a word of a container's command that is more than a word.
pub(super) fn is_script(leaf: &Leaf) -> bool {
    let is_word = ["command", "entryPoint", "entry_point", "args", "inline"].iter().any(|key| leaf.path.contains(&format!("{key}[")));
    let has_words = matches!(&leaf.val.kind, Kind::Text(text, _) if text.trim().contains(char::is_whitespace) || text.starts_with("--"));
    let first = leaf.path.split(['.', '[']).next().unwrap_or_default();
    let is_part = leaf.name == "content" && START_SCRIPTS.contains(&first);
    is_part || START_SCRIPTS.contains(&leaf.name.as_str()) || (is_word && has_words)
}

/// Whether a variable holds a whole file of settings, in which a bare word is a value as well.
fn is_file(leaf: &Leaf, text: &str) -> bool {
    let in_environment = leaf.within.first().is_some_and(|outer| facts::is_environment(outer));
    in_environment && text.trim().contains('\n') && !text.trim_start().starts_with("-----BEGIN")
}

/// A configuration of cloud-init with each command that is written as a list (`- [sh, -c, "a b"]`) as a line of a script.
fn as_script(text: &str) -> String {
    let line = |line: &str| match line.trim().strip_prefix("- [").and_then(|list| list.strip_suffix(']')) {
        Some(list) => words(list).join(" ") + "\n",
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The words of a list, quoted as a shell would have them.
fn words(list: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quote = None;
    for character in list.chars() {
        match (character, quote) {
            ('"' | '\'', None) => quote = Some(character),
            (_, Some(open)) if open == character => quote = None,
            (',', None) => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().into_iter().for_each(|word| word.push(character));
    }
    let quoted = |word: &String| {
        let word = word.trim();
        if word.contains(' ') && !word.starts_with(['"', '\'']) { format!("'{word}'") } else { word.to_owned() }
    };
    found.iter().map(quoted).collect()
}

/// Adds what a value of the resource does if it is a script, and the files that are copied or drawn into the machine.
pub(super) fn read(reader: &Reader<'_, '_>, leaf: &Leaf, at: Location, workload: &mut Workload, facts: &mut Facts) {
    let Kind::Text(text, basis) = &leaf.val.kind else { return };
    if (leaf.path.starts_with("provisioner.") && leaf.name == "source") || leaf.path.ends_with("host_path.path") {
        workload.references.extend(host_files::mounted(text, None, at));
        return;
    }
    if SCRIPT_PLACES.contains(&leaf.name.as_str()) {
        workload.references.push(facts::reference(StoreKind::ForeignDefinition, hole::shown(text), at));
        return;
    }
    if leaf.path.contains("nvironmentFiles[") && leaf.path.ends_with(".value") {
        workload.references.push(facts::environment(StoreKind::File, hole::shown(text), at));
        return;
    }
    if is_script(leaf) {
        let script = if text.trim_start().starts_with("#cloud-config") { Cow::Owned(as_script(text)) } else { Cow::Borrowed(&**text) };
        scripts::read(&script, &|_| at.clone(), workload);
    } else if !is_file(leaf, text) {
        return;
    }
    for (name, range) in given::values(&hole::as_words(text)) {
        let value = &text[range];
        // What is put into a file of settings is read as its part.
        if !is_script(leaf) && !hole::is_known(value) {
            continue;
        }
        let place = leaf.val.at.and_then(|at| {
            let (span, raw) = reader.module.source(at);
            let start = span.start + raw.find(value)?;
            Some(At { found: Some(Span::new(start, start + value.len())), ..at })
        });
        // What a variable's default put there stands elsewhere.
        if place.is_none() && hole::is_known(value) {
            let used = facts::reference(StoreKind::TerraformVariable, &leaf.name, at.clone());
            workload.references.push(Reference { used_as: Some(name), namespace: Some(reader.module.folder.clone()), ..used });
            continue;
        }
        let val = Val { kind: Kind::Text(value.to_owned(), *basis), at: place.or(leaf.val.at), via: None };
        let part = Leaf { name, within: leaf.within.clone(), path: leaf.path.clone(), val };
        workload.references.append(&mut reader.read(&part, facts));
    }
}
