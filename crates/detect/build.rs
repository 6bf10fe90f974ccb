//! Embeds `rules/*.toml`: the folder is the list, so that adding a provider touches one file. What the program would have to
//! find out of them at every start is found out here, with the program's own modules.

#![allow(dead_code, reason = "the program uses the rest of these modules")]

#[path = "src"]
mod src {
    pub(crate) mod byte_set;
    pub(crate) mod catalogue;
    pub(crate) mod generic {
        pub(crate) mod lexicon;
        pub(crate) mod tool_table;
    }
    pub(crate) mod index;
    pub(crate) mod literal;
    pub(crate) mod named_value;
    pub(crate) mod pattern {
        pub(crate) mod facts;
    }
    pub(crate) mod rule_digest;
    pub(crate) mod rule_spec;
}

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use catalogue::{Catalogue, Listed};
use flate2::Compression;
use flate2::write::GzEncoder;
use index::Index;
use rule_spec::{FileSpec, RuleSpec, Source};

use src::pattern::facts::{self, Facts, FactsError};
// The modules name each other from the root.
use src::{byte_set, catalogue, generic, index, literal, named_value, pattern, rule_digest, rule_spec};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../rules").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut texts = Vec::new();
    for path in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        texts.push((name, fs::read_to_string(path)?));
    }
    let mut rules = Vec::new();
    for (at, (name, text)) in (0..).zip(&texts) {
        rules.extend(read(at, text).map_err(|what| io::Error::other(format!("{name}: {what}")))?);
    }
    rules.sort_by(|a, b| a.spec.id.cmp(&b.spec.id));
    let mut index = Index::new(rules.iter().map(|rule| &rule.facts));
    index.decide();
    // Compressed, so that whoever scans the program does not find the rules' examples in it.
    let mut files = GzEncoder::new(Vec::new(), Compression::best());
    files.write_all(&postcard::to_allocvec(&texts).map_err(io::Error::other)?)?;
    fs::write(out.join("builtin_files.gz"), files.finish()?)?;
    fs::write(out.join("builtin_index.postcard"), postcard::to_allocvec(&index).map_err(io::Error::other)?)?;
    write_rules(&out, &texts, &rules, &rule_digest::digest(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))))
}

/// A rule, and what follows from its pattern.
struct ReadRule {
    spec: RuleSpec,
    facts: Facts,
    file: u32,
    line: u32,
}

/// The rules of a file.
fn read(file: u32, text: &str) -> Result<Vec<ReadRule>, String> {
    let parsed: FileSpec = toml::from_str(text).map_err(|error| error.to_string())?;
    let rule = |rule: rule_spec::Placed<RuleSpec>| {
        let line = 1 + text.bytes().take(rule.start()).filter(|&byte| byte == b'\n').count();
        let mut spec = rule.into_inner();
        let facts = facts(&spec)?;
        spec.forget_examples();
        Ok(ReadRule { spec, facts, file, line: u32::try_from(line).unwrap_or(0) })
    };
    parsed.rule.into_iter().map(rule).collect()
}

/// Writes the rules one after the other, and where each stands.
fn write_rules(out: &Path, files: &[(String, String)], rules: &[ReadRule], digest: &str) -> io::Result<()> {
    let (mut bytes, mut listed) = (Vec::new(), Vec::new());
    for ReadRule { spec, facts, file, line } in rules {
        let start = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        listed.push(Listed { id: &spec.id, file: *file, line: *line, start, extracts: spec.extract.is_some() });
        bytes.extend(postcard::to_allocvec(&(spec, facts)).map_err(io::Error::other)?);
    }
    let files = files.iter().map(|(name, _)| name.as_str()).collect();
    let mut public: Vec<&str> = rules.iter().flat_map(|rule| &rule.spec.public).map(String::as_str).collect();
    public.sort_unstable();
    let catalogue = Catalogue { files, rules: listed, public, digest };
    fs::write(out.join("builtin_rules.postcard"), bytes)?;
    fs::write(out.join("builtin_catalogue.postcard"), postcard::to_allocvec(&catalogue).map_err(io::Error::other)?)
}

fn facts(rule: &RuleSpec) -> Result<Facts, String> {
    if rule.extract.is_some() {
        return Ok(Facts::none());
    }
    let source = rule.source().ok_or("give either a pattern, or context and value, to which called may be added")?;
    let hir = facts::parse(&source.text())?;
    let facts = match source {
        Source::Pattern(_) => Facts::new(&hir).map_err(Into::into),
        Source::Named(named) => Facts::named(&hir, &named),
    };
    facts.map_err(|what: FactsError| format!("rule {}: {what}", rule.id))
}
