//! The rules that are part of the program, as the build script left them.
//!
//! One decision a reader would question: they are parsed at build time, by the code that parses the rules of users at the
//! start, and embedded in a compact form with what follows from their patterns: the literals, and which window of each is
//! searched for in which bucket. To read a thousand rules from TOML, and their patterns, took longer than to scan a megabyte.
//! Patterns are parsed and compiled when a literal of theirs is first hit, which few are.

use unkeyed_prefilter::{Choice, Pattern};

use crate::literal::searched::Known;
use crate::pattern::Facts;
use crate::rule::{Rule, RuleFile};
use crate::rule_error::Problem;
use crate::rule_file;
use crate::rule_spec::FileSpec;

include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));
static READ: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_rules.postcard"));
static KNOWN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_literals.postcard"));
static STEMS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/generic_stems.postcard"));

/// The files as they were.
pub(crate) fn files() -> Vec<RuleFile> {
    FILES.iter().map(|&(name, text)| RuleFile { name: name.to_owned(), text: text.into() }).collect()
}

/// Their rules; what is wrong goes to `problems`.
pub(crate) fn rules(problems: &mut Vec<Problem>) -> Vec<Rule> {
    let read: Vec<(FileSpec, Vec<Facts>)> = match postcard::from_bytes(READ) {
        Ok(read) => read,
        Err(error) => {
            problems.push(Problem { file: "rules".into(), line: 1, rule: None, what: format!("the program is damaged: {error}") });
            return Vec::new();
        }
    };
    let files = files();
    files.iter().zip(read).flat_map(|(file, (spec, facts))| rule_file::check(file, spec, facts, problems)).collect()
}

/// What was decided for those of `patterns` that are stems of the lexicon.
pub(crate) fn stem_choices(patterns: &[Pattern], buckets: usize) -> Vec<Option<Choice>> {
    let known: Vec<Known> = postcard::from_bytes(STEMS).unwrap_or_default();
    Known::choices(&known, patterns, buckets)
}

/// What was decided for those of `patterns` that are literals of built-in rules.
pub(crate) fn choices(patterns: &[Pattern], buckets: usize) -> Vec<Option<Choice>> {
    let known: Vec<Known> = postcard::from_bytes(KNOWN).unwrap_or_default();
    Known::choices(&known, patterns, buckets)
}
