//! Dockerfiles and Containerfiles: one workload per file, seen before the image exists.
//!
//! What is declared here persists in the image: `ENV` and `ARG` in its configuration and history, copied files in a
//! layer even if a later one deletes them. `RUN --mount=type=secret` leaves nothing behind.

mod lines;
pub(crate) mod values;

use std::collections::BTreeSet;

use unkeyed_model::{Custody, Declaration, Facts, Lifetime, Role, StoreKind, Unit, Use, VendorDefault, Workload, WorkloadKind};

use self::lines::{Instruction, instructions};
use self::values::Part;
use crate::commands::{self, Effect};
use crate::interpolation::interpolations;
use crate::place::Place;
use crate::provisioning::Visit;
use crate::scripts;
use crate::{facts, host_files, shell};

/// `Dockerfile`, `Containerfile`, with a prefix or suffix.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let lower = name.to_ascii_lowercase();
    let named = ["dockerfile", "containerfile"].iter().any(|base| {
        let suffixed = lower.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
        suffixed || lower.strip_suffix(base).is_some_and(|before| before.ends_with('.'))
    });
    let is_other =
        || [".dockerignore", ".md", ".j2", ".tpl", ".tmpl", ".erb", ".py", ".sh", ".json"].iter().any(|ending| lower.ends_with(ending));
    (named && !is_other()).then(|| unit.origin().path.clone())
}

/// Reads one file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => {
                let mut image = Image::new(&place);
                image.read();
                facts.slots.append(&mut image.slots);
                facts.declarations.append(&mut image.declarations);
                facts.workloads.push(image.workload);
            }
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

/// Visits what `RUN` gives to a shell.
pub(crate) fn each_run(text: &str, visit: &mut Visit<'_>) {
    for instruction in instructions(text).iter().filter(|instruction| instruction.keyword == "RUN") {
        visit(&instruction.text, &|range| instruction.span(range));
    }
}

struct Image<'a> {
    place: &'a Place<'a>,
    workload: Workload,
    slots: Vec<unkeyed_model::Slot>,
    declarations: Vec<Declaration>,
    /// Build arguments named like credentials: name, where declared.
    arguments: Vec<(String, unkeyed_model::Location)>,
    /// Build arguments without a value and without a telling name.
    open_arguments: BTreeSet<String>,
    stages: Vec<(usize, String)>,
    stage_names: BTreeSet<String>,
}

impl<'a> Image<'a> {
    fn new(place: &'a Place<'a>) -> Self {
        let mut workload = Workload::new(WorkloadKind::Dockerfile, format!("dockerfile:{}", place.path()), place.path(), place.whole());
        workload.extents.push(place.bare(unkeyed_model::Span::new(0, place.text().len())));
        Self {
            place,
            workload,
            slots: Vec::new(),
            declarations: Vec::new(),
            arguments: Vec::new(),
            open_arguments: BTreeSet::new(),
            stages: Vec::new(),
            stage_names: BTreeSet::new(),
        }
    }

    fn read(&mut self) {
        for instruction in instructions(self.place.text()) {
            match instruction.keyword.as_str() {
                "FROM" => self.from(&instruction),
                "ARG" => self.argument(&instruction),
                "ENV" => self.environment(&instruction),
                "COPY" | "ADD" => self.copy(&instruction),
                "ENTRYPOINT" | "CMD" => self.starts(&instruction),
                "RUN" => self.run(&instruction),
                "LABEL" => self.label(&instruction),
                _ => {}
            }
        }
        self.stage_traits();
    }

    fn at(&self, instruction: &Instruction, part: &Part, path: String) -> unkeyed_model::Location {
        self.place.at(instruction.span(part.range.clone()), path)
    }

    fn from(&mut self, instruction: &Instruction) {
        let parts = values::words(&instruction.text);
        let mut words = parts.iter().filter(|part| !part.text.starts_with("--"));
        let Some(image) = words.next() else { return };
        if !self.stage_names.contains(&image.text.to_ascii_lowercase()) && image.text != "scratch" {
            self.workload.uses.push((Use::Image, image.text.clone()));
        }
        let name = words.nth(1).map(|part| part.text.clone()).unwrap_or_default();
        self.stage_names.insert(name.to_ascii_lowercase());
        self.stages.push((instruction.start, name));
    }

    /// `ARG NAME` and `ARG NAME=default`. A build argument used by a `RUN` is part of the image's history.
    fn argument(&mut self, instruction: &Instruction) {
        for (name, value) in values::assignments(&instruction.text) {
            if !facts::is_credential_variable(&name.text) {
                if value.is_none_or(|value| value.text.is_empty()) {
                    self.open_arguments.insert(name.text);
                }
                continue;
            }
            let path = format!("ARG {}", name.text);
            match value.filter(|value| !value.text.is_empty()) {
                Some(value) if interpolations(&value.text).is_empty() => {
                    let at = self.at(instruction, &value, path);
                    self.slots.push(facts::slot(&name.text, at));
                }
                Some(_) => {}
                None => {
                    let at = self.at(instruction, &name, path);
                    self.declare(
                        "image.build-argument",
                        format!("ARG {}", name.text),
                        facts::slot(&name.text, at.clone()).destination,
                        at.clone(),
                    );
                    self.arguments.push((name.text, at));
                }
            }
        }
    }

    fn environment(&mut self, instruction: &Instruction) {
        for (name, value) in values::assignments(&instruction.text) {
            let Some(value) = value.filter(|value| !value.text.trim().is_empty()) else { continue };
            let at = self.at(instruction, &value, format!("ENV {}", name.text));
            if interpolations(&value.text).is_empty() {
                let is_path = value.text.starts_with('/') && !value.text.contains(char::is_whitespace);
                if facts::is_credential_variable(&name.text) && !is_path {
                    self.slots.push(facts::slot(&name.text, at));
                }
            } else if facts::is_credential_variable(&name.text) {
                // The argument's value becomes part of the image's configuration.
                self.declare("image.environment", format!("ENV {}", name.text), facts::slot(&name.text, at.clone()).destination, at);
            }
        }
    }

    fn copy(&mut self, instruction: &Instruction) {
        let parts = values::words(&instruction.text);
        // What an earlier stage or another image holds is no file of the inputs.
        let is_foreign = parts.iter().any(|part| part.text.starts_with("--from="));
        let sources: Vec<&Part> = parts.iter().filter(|part| !part.text.starts_with("--") && !part.text.starts_with("<<")).collect();
        for source in sources.split_last().map_or(&[][..], |(_, sources)| sources) {
            let name = source.text.trim_matches(['[', ']', '"', ',', '\'']);
            if !name.contains("://") && !is_foreign {
                let at = self.at(instruction, source, instruction.keyword.clone());
                self.workload.traits.push(("copies".to_owned(), name.to_owned(), at));
            }
            let Some(destination) = host_files::credential_file(&source.text) else { continue };
            let path = format!("{} {}", instruction.keyword, source.text);
            let at = self.at(instruction, source, path.clone());
            if !is_foreign {
                self.workload.uses.push((Use::File, host_files::relative(self.place.path(), &source.text)));
            }
            self.declare("image.copied-file", path, destination, at);
        }
    }

    /// A script that is copied in and that the image starts with belongs to it, whatever folder it is copied to.
    fn starts(&mut self, instruction: &Instruction) {
        let bare = |text: &str| text.trim_matches(['[', ']', '"', ',', '\'']).rsplit('/').next().unwrap_or_default().to_owned();
        let named: Vec<String> = values::words(&instruction.text).iter().map(|part| bare(&part.text)).collect();
        let copied = self.workload.traits.iter().filter(|(name, ..)| name == "copies").map(|(_, path, _)| path);
        let started = copied.filter(|path| crate::commands::is_script(path) && named.contains(&bare(path)));
        let scripts: Vec<(Use, String)> =
            started.map(|path| (Use::Component, host_files::relative(self.place.path(), path.as_str()))).collect();
        self.workload.uses.extend(scripts);
        let commands = shell::commands(&instruction.text);
        for (index, effect) in commands::effects(&commands) {
            self.fetches(effect, instruction, commands[index].range());
        }
    }

    /// A value that a command reads from a store, while the image is built or when it starts.
    fn fetches(&mut self, effect: Effect, instruction: &Instruction, range: std::ops::Range<usize>) {
        if let Effect::Fetches { store, name, custody, destination } = effect {
            let at = self.place.at(instruction.span(range), instruction.keyword.clone());
            let fetched = facts::fetch(store, name, custody, at);
            self.workload.references.push(unkeyed_model::Reference { destination: Some(destination), ..fetched });
        }
    }

    fn declare(&mut self, kind: &str, name: String, destination: Option<unkeyed_model::Destination>, location: unkeyed_model::Location) {
        self.declarations.push(Declaration {
            kind: kind.to_owned(),
            name,
            custody: Custody::Embedded,
            role: Role::Access,
            // What a copied file or an argument holds isn't seen; nothing makes it expire.
            lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
            destination,
            principal: None,
            location,
        });
    }

    fn run(&mut self, instruction: &Instruction) {
        let mut mounted = Vec::new();
        for part in values::words(&instruction.text) {
            let Some(mount) = part.text.strip_prefix("--mount=") else { continue };
            mounted.extend(self.mount(instruction, &part, mount));
        }
        let commands = shell::commands(&instruction.text);
        self.spent_arguments(instruction, &commands);
        self.kept_secrets(instruction, &commands, &mounted);
        for (index, effect) in commands::effects(&commands) {
            let at = self.place.at(instruction.span(commands[index].range()), "RUN");
            match effect {
                fetched @ Effect::Fetches { .. } => self.fetches(fetched, instruction, commands[index].range()),
                Effect::WritesCredential(form) => self.workload.traits.push(("writes-credential".into(), form.into(), at)),
                Effect::Lasts { what, length } => self.workload.traits.push((what.into(), length, at)),
                _ => {}
            }
        }
    }

    /// Build arguments whose names don't tell that they are credentials, where what they are given to does.
    fn spent_arguments(&mut self, instruction: &Instruction, commands: &[shell::Command]) {
        for used in interpolations(&instruction.text) {
            let (before, behind) = (&instruction.text[..used.range.start], &instruction.text[used.range.end..]);
            let in_address = before.ends_with([':', '/']) && behind.starts_with('@');
            let is_open = self.open_arguments.contains(&used.name) && !facts::is_credential_variable(&used.name);
            if is_open && (in_address || scripts::around(commands, &used.range).is_credential()) {
                self.open_arguments.remove(&used.name);
                let at = self.place.at(instruction.span(used.range), "RUN");
                self.declare("image.build-argument", format!("ARG {}", used.name), None, at);
            }
        }
    }

    /// Secrets of the build that an instruction writes to a file of the image, unless it takes that away again.
    fn kept_secrets(&mut self, instruction: &Instruction, commands: &[shell::Command], mounted: &[String]) {
        let removed = commands.iter().filter(|command| command.program() == "rm").flat_map(|command| &command.words);
        let removed: Vec<&str> = removed.map(|word| word.text.as_str()).collect();
        for command in commands {
            let text = instruction.text.get(command.range()).unwrap_or_default();
            let copied = matches!(command.program(), "cp" | "mv" | "install").then(|| command.words.last()).flatten();
            let Some(file) = command.outputs.first().or(copied).filter(|file| !file.text.starts_with("/dev/")) else { continue };
            let is_kept = !removed.iter().any(|gone| *gone == file.text) && !file.text.starts_with("/tmp/");
            if is_kept && mounted.iter().any(|target| text.contains(target.as_str()) && *target != file.text) {
                let at = self.place.at(instruction.span(command.range()), "RUN");
                self.declare("image.copied-file", format!("RUN {}", file.text), None, at);
            }
        }
    }

    /// BuildKit: the secret is there for this one instruction and in no layer. The file that it is in.
    fn mount(&mut self, instruction: &Instruction, part: &Part, mount: &str) -> Option<String> {
        let field = |name: &str| mount.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        let kind = field("type").unwrap_or("bind");
        if kind != "secret" && kind != "ssh" {
            return None;
        }
        let target = field("target").or_else(|| field("dst")).or_else(|| field("destination"));
        let name = field("id").or_else(|| target?.rsplit('/').next()).unwrap_or(kind);
        let at = self.at(instruction, part, format!("RUN --mount=type={kind}"));
        let mut reference = facts::reference(StoreKind::BuildSecret, name, at);
        reference.custody = Custody::RuntimeMinted;
        reference.used_as = field("env").or(target).map(str::to_owned);
        self.workload.references.push(reference);
        (kind == "secret").then(|| target.map_or_else(|| format!("/run/secrets/{name}"), str::to_owned))
    }

    fn label(&mut self, instruction: &Instruction) {
        for (name, value) in values::assignments(&instruction.text) {
            if let (Some(value), "maintainer" | "owner" | "org.opencontainers.image.authors" | "org.opencontainers.image.vendor") =
                (value, name.text.as_str())
            {
                self.workload.owner.get_or_insert(value.text);
            }
        }
    }

    /// Which bytes belong to the stage that is shipped, and which to stages that only build.
    fn stage_traits(&mut self) {
        let end = self.place.text().len();
        for (index, (start, name)) in self.stages.iter().enumerate() {
            let stop = self.stages.get(index + 1).map_or(end, |(next, _)| *next);
            let which = if index + 1 == self.stages.len() { "final" } else { "build" };
            let path = if name.is_empty() { format!("stage {index}") } else { format!("stage {name}") };
            self.workload.traits.push(("stage".into(), which.into(), self.place.at(unkeyed_model::Span::new(*start, stop), path)));
        }
        if self.arguments.is_empty() {
            return;
        }
        // An argument that a later `ENV` repeats is one credential, told by the `ENV`.
        let kept: BTreeSet<String> =
            self.declarations.iter().filter_map(|found| found.name.strip_prefix("ENV ").map(str::to_owned)).collect();
        self.declarations.retain(|found| found.name.strip_prefix("ARG ").is_none_or(|name| !kept.contains(name)));
    }
}

#[cfg(test)]
mod tests;
