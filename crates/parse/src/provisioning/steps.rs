//! Commands in steps of pipelines, recipes of Makefiles and of other runners of tasks, scripts of packages and instructions of
//! Dockerfiles: they make the same trusts and grants as those of a script of its own.
//!
//! The decision a reader would question: a step is read where it is written and once, not for each job that draws it in; what a
//! caller would fill in stays unknown. Only values that stand in variables around it are known.

use std::collections::BTreeSet;
use std::ops::Range;

use unkeyed_model::{SkipReason, Span, Unit};

use super::expansion::name_at;
use super::script::{Script, Text};
use super::{ENDINGS, WORDS, blanks, head, holds, is_yaml, power_shell};
use crate::exports::Out;
use crate::flat::Flat;
use crate::tree::{Kind, Node};
use crate::{commands, dockerfile, jenkins, json, recipes, yaml};

/// Keys whose texts are scripts, in the languages of all systems.
const SCRIPTS: &[&str] = &[
    "run",
    "script",
    "scripts",
    "before_script",
    "after_script",
    "bash",
    "pwsh",
    "powershell",
    "inlineScript",
    "Inline",
    "command",
    "commands",
    "cmd",
    "cmds",
    "args",
    "before_install",
    "install",
    "before_deploy",
    "after_success",
    "runcmd",
    "shell",
    "ansible.builtin.shell",
    "ansible.builtin.command",
];

/// Keys of variables.
const VARIABLES: &[&str] = &["env", "variables", "environment", "vars"];

/// The longest `<< parameters.x >>`, in bytes.
const MAX_MARK: usize = 200;

/// Formats whose files hold steps.
pub(crate) const FORMATS: &[&str] = &[
    "github-actions",
    "circleci",
    "bitbucket",
    "buildkite",
    "drone",
    "travis",
    "codebuild",
    "cloudbuild",
    "jenkins",
    "gitlab-ci",
    "azure-pipelines",
    "cloud-init",
    "ansible",
    "makefiles",
    "dockerfile",
    "package-scripts",
];

/// Whether a file's steps make trusts.
pub(super) fn are_in(unit: &Unit<'_>) -> bool {
    let head = head(unit);
    WORDS.iter().any(|word| holds(head, word))
}

fn is_justfile(name: &str) -> bool {
    matches!(name, "justfile" | "Justfile" | ".justfile") || name.ends_with(".just")
}

/// Whether a file is a task runner's that no other reader claims: a justfile, or a Taskfile.
pub(super) fn is_runners(name: &str) -> bool {
    is_justfile(name) || (is_yaml(name) && (name.starts_with("Taskfile.") || name.starts_with("taskfile.")))
}

/// Whether a file is none of YAML, but holds steps.
pub(super) fn reader_of(path: &str) -> Option<fn(&str, &mut Visit<'_>)> {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        _ if is_yaml(name) || ENDINGS.iter().any(|ending| name.ends_with(ending)) => None,
        "Makefile" | "makefile" | "GNUmakefile" => Some(recipes::each_recipe),
        name if is_justfile(name) => Some(recipes::each_just),
        name if name.contains("ockerfile") || name.contains("ontainerfile") => Some(dockerfile::each_run),
        name if name.contains("enkinsfile") || name.ends_with(".groovy") => Some(jenkins::each_text),
        _ => None,
    }
}

/// What is done with a script, and where a part of it stands.
pub(crate) type Visit<'v> = dyn FnMut(&str, &dyn Fn(Range<usize>) -> Span) + 'v;

/// Reads the steps of a file.
pub(super) fn read(out: &mut Out<'_>) {
    let (mut script, mut read) = (Script::new(), BTreeSet::new());
    if let Some(each) = reader_of(out.place.path()) {
        return each(out.place.text(), &mut |text, locate| script.run(&Text { text, locate, is_step: true }, out));
    }
    if out.place.path().ends_with(commands::PACKAGE) {
        let root = json::parse(out.place).ok();
        for entry in root.iter().filter_map(|root| root.get("scripts")).flat_map(Node::entries) {
            script.begin();
            Walk { script: &mut script, read: &mut read, out }.script(&entry.value, Shell::Posix);
        }
        return;
    }
    for document in &yaml::parse(out.place).nodes {
        let mut walk = Walk { script: &mut script, read: &mut read, out };
        let jobs = document.get("jobs").unwrap_or(document);
        walk.with_variables(document, |walk| {
            for entry in document.entries().iter().filter(|entry| entry.name() != "jobs") {
                walk.script.begin();
                walk.value(entry.name(), &entry.value, Shell::Posix);
            }
            for job in jobs.entries().iter().filter(|job| document.get("jobs").is_some() && !SCRIPTS.contains(&job.name())) {
                walk.script.begin();
                walk.value(job.name(), &job.value, Shell::Posix);
            }
            document.items().iter().chain(jobs.items()).for_each(|item| walk.value("", item, Shell::Posix));
        });
    }
}

/// What reads the texts of a step.
#[derive(Clone, Copy)]
enum Shell {
    Posix,
    /// PowerShell.
    Power,
    /// Another language's interpreter.
    None,
}

struct Walk<'w, 'o> {
    script: &'w mut Script,
    /// Where the texts begin that were read: an alias may bring one a thousand times.
    read: &'w mut BTreeSet<usize>,
    out: &'w mut Out<'o>,
}

impl Walk<'_, '_> {
    fn value(&mut self, key: &str, node: &Node, shell: Shell) {
        match &node.kind {
            Kind::Map(entries) => {
                let shell = shell_of(node).unwrap_or(shell);
                self.with_variables(node, |walk| {
                    for entry in entries.iter().filter(|entry| !VARIABLES.contains(&entry.name())) {
                        walk.value(entry.name(), &entry.value, shell);
                    }
                });
            }
            Kind::Seq(items) => items.iter().for_each(|item| self.value(key, item, shell)),
            Kind::Scalar(text, _) if SCRIPTS.contains(&key) && text.contains([' ', '\n']) => {
                let is_power_shell = matches!(shell, Shell::Power) || matches!(key, "pwsh" | "powershell" | "Inline");
                self.script(node, if is_power_shell { Shell::Power } else { shell });
            }
            Kind::Scalar(..) => {}
        }
    }

    fn script(&mut self, node: &Node, shell: Shell) {
        if !self.read.insert(node.span.start) {
            return;
        }
        let flat = Flat::new(self.out.place, node);
        let text = match shell {
            Shell::Posix => flat.text.to_owned(),
            Shell::Power => {
                let (text, limited) = power_shell::plain(flat.text);
                if limited {
                    let row = self.out.place.skip(SkipReason::Limit, power_shell::LIMITED);
                    self.out.facts.skipped.push(row);
                }
                text
            }
            Shell::None => return,
        };
        let text = without_marks(&blanks::as_variables(&self.script.with_macros(&text)));
        self.script.run(&Text { text: &text, locate: &|range| flat.span(range), is_step: true }, self.out);
    }

    /// Does something with the variables that a mapping sets for what stands in it.
    fn with_variables(&mut self, node: &Node, work: impl FnOnce(&mut Self)) {
        let set = VARIABLES.iter().filter_map(|key| node.get(key)).flat_map(variables).collect::<Vec<_>>();
        let mut before = Vec::new();
        for (name, value) in set {
            let value = self.script.expanded(value);
            before.push((name.to_owned(), self.script.given.insert(name.to_owned(), value)));
        }
        work(self);
        for (name, value) in before.into_iter().rev() {
            match value {
                Some(value) => self.script.given.insert(name, value),
                None => self.script.given.remove(&name),
            };
        }
    }
}

/// `NAME: value`, `- name: NAME` with `value: …`, `NAME: {value: …}`, `- NAME=value`.
fn variables(node: &Node) -> Vec<(&str, &str)> {
    let entries = node.entries().iter().filter_map(|entry| Some((entry.name(), entry.value.text().or_else(|| entry.value.str("value"))?)));
    let items = node.items().iter().filter_map(|item| match item.text() {
        Some(text) => text.split_once('='),
        None => Some((item.str("name")?, item.str("value")?)),
    });
    entries.chain(items).collect()
}

/// What a step says of its shell.
fn shell_of(step: &Node) -> Option<Shell> {
    let told = ["shell", "scriptType", "pwsh"].iter().find_map(|key| step.str(key).filter(|text| !text.contains(' ')));
    let task = step.str("task").or_else(|| step.str("uses")).unwrap_or_default().to_ascii_lowercase();
    match told {
        Some("pwsh" | "powershell" | "ps" | "pscore") => Some(Shell::Power),
        Some("python" | "python3" | "node" | "perl" | "cmd" | "batch") => Some(Shell::None),
        Some(_) => Some(Shell::Posix),
        None if task.contains("powershell@") => Some(Shell::Power),
        None if task.contains("github-script") => Some(Shell::None),
        None => None,
    }
}

impl Script {
    /// `$(NAME)` of Azure Pipelines as a variable, where one of that name is known; lengths don't change.
    fn with_macros(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for (at, _) in text.match_indices("$(") {
            let name = name_at(&text[at + 2..]);
            if self.given.contains_key(name) && text[at + 2 + name.len()..].starts_with(')') {
                bytes[at + 1] = b'{';
                bytes[at + 2 + name.len()] = b'}';
            }
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// `<< parameters.x >>` of CircleCI as a word: it would begin a here-document.
fn without_marks(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, inner)) = rest.split_once("<<") {
        out.push_str(before);
        let near = &inner.as_bytes()[..inner.len().min(MAX_MARK)];
        let end = near.windows(2).position(|pair| pair == b">>").filter(|&end| {
            let inside = inner[..end].trim_start();
            inside.starts_with(['p', 'i']) && inside.contains('.') && !inside.contains('\n')
        });
        rest = match end {
            Some(end) => {
                out.push_str("${");
                out.extend(std::iter::repeat_n('_', end + 1));
                out.push('}');
                &inner[end + 2..]
            }
            None => {
                out.push_str("<<");
                inner
            }
        };
    }
    out + rest
}
