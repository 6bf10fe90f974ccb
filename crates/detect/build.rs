//! Embeds `rules/*.toml`: the folder is the list, so that adding a provider touches one file. What the program would have to
//! find out of them at every start is found out here, with the program's own modules.

#![allow(dead_code, reason = "the program uses the rest of these modules")]

#[path = "src"]
mod src {
    pub(crate) mod byte_set;
    pub(crate) mod generic {
        mod lexicon;

        pub(crate) fn stems() -> &'static [&'static str] {
            lexicon::STEMS
        }
    }
    pub(crate) mod literal;
    pub(crate) mod named_value;
    pub(crate) mod pattern {
        pub(crate) mod facts;
    }
    pub(crate) mod rule_spec;
}

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use literal::Literal;
use literal::searched::{Known, searched};
use rule_spec::{FileSpec, RuleSpec};
use unkeyed_prefilter::Pattern;

use src::pattern::facts::{self, Facts};
// The modules name each other from the root.
use src::{byte_set, literal, named_value, rule_spec};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../rules").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut code = String::from("static FILES: &[(&str, &str)] = &[\n");
    let mut read = Vec::new();
    for path in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.display()).map_err(io::Error::other)?;
        read.push(file(path).map_err(|what| io::Error::other(format!("{}: {what}", path.display())))?);
    }
    code.push_str("];\n");
    let mut literals: Vec<&Literal> = read.iter().flat_map(|(_, facts)| facts).flat_map(|facts| &facts.literals).collect();
    literals.sort_by(|a, b| (&a.bytes, a.ignore_case).cmp(&(&b.bytes, b.ignore_case)));
    let known = Known::all(&searched(literals.into_iter()));
    let mut stems: Vec<Pattern> = src::generic::stems()
        .iter()
        .map(|stem| Pattern { bytes: stem.as_bytes().to_vec(), ignore_case: true, ..Pattern::default() })
        .collect();
    stems.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    fs::write(out.join("generic_stems.postcard"), postcard::to_allocvec(&Known::all(&stems)).map_err(io::Error::other)?)?;
    fs::write(out.join("builtin_rules.rs"), code)?;
    fs::write(out.join("builtin_rules.postcard"), postcard::to_allocvec(&read).map_err(io::Error::other)?)?;
    fs::write(out.join("builtin_literals.postcard"), postcard::to_allocvec(&known).map_err(io::Error::other)?)
}

/// A rule file, and what follows from the pattern of each of its rules.
fn file(path: &Path) -> Result<(FileSpec, Vec<Facts>), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut spec: FileSpec = toml::from_str(&text).map_err(|error| error.to_string())?;
    let facts = spec.rule.iter().map(|rule| facts(rule.get_ref())).collect::<Result<_, _>>()?;
    for rule in &mut spec.rule {
        rule.get_mut().forget_examples();
    }
    Ok((spec, facts))
}

fn facts(rule: &RuleSpec) -> Result<Facts, String> {
    if rule.extract.is_some() {
        return Ok(Facts::none());
    }
    let source = rule.source().ok_or("give either a pattern, or context and value, to which called may be added");
    let facts = source.map_err(str::to_owned).and_then(|source| Facts::new(&facts::parse(&source)?).map_err(|error| error.to_string()));
    facts.map_err(|what| format!("rule {}: {what}", rule.id))
}
