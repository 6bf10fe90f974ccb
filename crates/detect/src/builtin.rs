//! The rules that are part of the program, as the build script left them.
//!
//! One decision a reader would question: they are parsed at build time, by the code that parses the rules of users at the
//! start, and embedded in a compact form with what follows from their patterns. A rule is read when a text first hits one of
//! its literals, which few do: to read thousands at every start took longer than to scan a megabyte.

use std::io::Read as _;
use std::sync::LazyLock;

use flate2::bufread::GzDecoder;

use crate::catalogue::Catalogue;
use crate::index::Index;
use crate::pattern::Facts;
use crate::rule::{Rule, RuleFile};
use crate::rule_error::Problem;
use crate::rule_file;
use crate::rule_spec::RuleSpec;

static FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_files.gz"));
static RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_rules.postcard"));
static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_index.postcard"));
static CATALOGUE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin_catalogue.postcard"));

/// What is known of the rules.
pub(crate) fn catalogue() -> &'static Catalogue<'static> {
    static READ: LazyLock<Catalogue<'static>> = LazyLock::new(|| postcard::from_bytes(CATALOGUE).unwrap_or_default());
    &READ
}

/// The files as they were; none if the program is damaged.
pub(crate) fn files() -> Vec<RuleFile> {
    let mut bytes = Vec::new();
    // An error leaves too little to be read.
    let _ = GzDecoder::new(FILES).read_to_end(&mut bytes);
    let files: Vec<(String, String)> = postcard::from_bytes(&bytes).unwrap_or_default();
    files.into_iter().map(|(name, text)| RuleFile { name, text: text.into() }).collect()
}

/// Reads a rule.
///
/// # Errors
/// What is wrong with it. A test sees to it that nothing is.
pub(crate) fn rule(at: usize) -> Result<Rule, Problem> {
    let damaged = |what: &dyn ToString| Problem {
        file: "rules".into(),
        line: 1,
        rule: None,
        what: format!("the program is damaged: {}", what.to_string()),
    };
    let listed = catalogue().rules.get(at).ok_or_else(|| damaged(&"a rule is missing"))?;
    let name = *catalogue().files.get(listed.file as usize).ok_or_else(|| damaged(&"a rule's file is missing"))?;
    // The text would only tell at which line something is wrong, and that was found out when the program was built.
    let file = RuleFile { name: name.to_owned(), text: "".into() };
    let bytes = RULES.get(listed.start as usize..).unwrap_or_default();
    let ((spec, facts), _): ((RuleSpec, Facts), _) = postcard::take_from_bytes(bytes).map_err(|error| damaged(&error))?;
    rule_file::known(&file, listed.line as usize, spec, facts)
}

/// What a text is searched for with them.
pub(crate) fn index() -> Index {
    postcard::from_bytes(INDEX).unwrap_or_else(|_| Index::new(std::iter::empty()))
}

/// The same, kept for those who only look something up in it.
pub(crate) fn shared_index() -> &'static Index {
    static READ: LazyLock<Index> = LazyLock::new(index);
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_read() {
        let rules = &catalogue().rules;
        assert!(rules.is_sorted_by_key(|rule| rule.id) && rules.len() > 1_000);
        for (at, listed) in rules.iter().enumerate() {
            let rule = rule(at).map_err(|problem| problem.to_string()).unwrap();
            assert_eq!((rule.info.id.as_str(), rule.extract.is_some()), (listed.id, listed.extracts));
        }
        assert!(!index().guards.is_empty());
        assert!(files().iter().map(|file| file.name.as_str()).eq(catalogue().files.iter().copied()));
    }
}
