//! All rules that are in force.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use unkeyed_model::RuleInfo;

use crate::rule::{Rule, RuleFile};
use crate::rule_error::{Problem, RuleError};
use crate::{builtin, lint, rule_examples, rule_file};

/// Rules, sorted by id, and the files they come from.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
    files: Vec<RuleFile>,
}

impl RuleSet {
    /// The rules that are part of the program.
    ///
    /// # Errors
    /// If a file in `rules/` is broken; a test sees to it that none is.
    pub fn builtin() -> Result<Self, RuleError> {
        // That they compile within the size limit is tested, not repeated at every start.
        let mut problems = Vec::new();
        let mut set = Self { rules: builtin::rules(&mut problems).into_iter().map(Arc::new).collect(), files: builtin::files() };
        RuleError::unless_empty(problems)?;
        set.rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        Ok(set)
    }

    /// The rules of these files only.
    ///
    /// # Errors
    /// If a file does not parse, or if a rule can't be searched for; all problems at once.
    pub fn from_files(files: &[RuleFile]) -> Result<Self, RuleError> {
        let mut set = Self::default();
        set.extend(files)?;
        Ok(set)
    }

    /// Adds the rules of these files.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files), and if an id is there already; the set is then unchanged.
    pub fn extend(&mut self, files: &[RuleFile]) -> Result<(), RuleError> {
        let mut problems = Vec::new();
        let mut added: Vec<Rule> = files.iter().flat_map(|file| rule_file::read(file, &mut problems)).collect();
        problems.extend(added.iter().filter_map(|rule| Some(problem(rule, rule.pattern.compile_problem()?))));
        let mut seen: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        for rule in self.rules.iter().map(AsRef::as_ref).chain(&added) {
            if let Some((file, line)) = seen.insert(&rule.info.id, (&rule.file, rule.line)) {
                problems.push(problem(rule, format!("the id is taken by {file}:{line}; choose another")));
            }
        }
        RuleError::unless_empty(problems)?;
        self.rules.extend(added.drain(..).map(Arc::new));
        self.rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        self.files.extend(files.iter().cloned());
        Ok(())
    }

    /// The rules, sorted by id.
    pub(crate) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Position of a rule in [`rules`](Self::rules).
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.info.id.as_str().cmp(id)).ok()
    }

    pub(crate) fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// SHA-256 over all files, sorted by name, without regard to line ends, trailing blanks and empty lines.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut files: Vec<&RuleFile> = self.files.iter().collect();
        files.sort_by(|a, b| (&a.name, &a.text).cmp(&(&b.name, &b.text)));
        let mut hash = Sha256::new();
        for file in files {
            hash.update(file.name.as_bytes());
            hash.update([0]);
            for line in file.text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
                hash.update(line.as_bytes());
                hash.update(b"\n");
            }
            hash.update([0]);
        }
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// What reports show of each rule, sorted by id.
    #[must_use]
    pub fn infos(&self) -> Vec<Arc<RuleInfo>> {
        self.rules.iter().map(|rule| Arc::clone(&rule.info)).collect()
    }

    /// What an author should mend: `file:line: rule id: what and how`, sorted. Empty if all is well.
    #[must_use]
    pub fn lint(&self) -> Vec<String> {
        let mut problems: Vec<Problem> = self.rules.iter().flat_map(|rule| lint::lint(rule)).collect();
        problems.sort();
        problems.iter().map(Problem::to_string).collect()
    }

    /// Runs every rule's own examples through the engine, with just its file loaded. Returns the failures, sorted: rule,
    /// which example, what went wrong; never the example itself.
    #[must_use]
    pub fn test(&self) -> Vec<String> {
        rule_examples::test(self)
    }
}

fn problem(rule: &Rule, what: String) -> Problem {
    Problem { file: rule.file.clone(), line: rule.line, rule: Some(rule.info.id.clone()), what }
}
