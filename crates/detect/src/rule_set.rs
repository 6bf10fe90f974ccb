//! All rules that are in force.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use unkeyed_model::RuleInfo;

use crate::adjustment::{Adjustment, Refusal};
use crate::rule::{Rule, RuleFile};
use crate::rule_error::{Problem, RuleError};
use crate::rule_import::{self, Format};
use crate::{adjustment, builtin, lint, rule_examples, rule_file};

/// Rules, sorted by id, and the files they come from.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
    files: Vec<RuleFile>,
    remarks: Vec<Problem>,
}

/// What of another program's rule file could not be carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The rule, if it is about one, and what has no effect or why it is not used.
    pub what: String,
}

impl RuleSet {
    /// The rules that are part of the program.
    ///
    /// # Errors
    /// If a file in `rules/` is broken; a test sees to it that none is.
    pub fn builtin() -> Result<Self, RuleError> {
        // That they compile within the size limit and match their examples is tested, not repeated at every start.
        let mut problems = Vec::new();
        let mut set =
            Self { rules: builtin::rules(&mut problems).into_iter().map(Arc::new).collect(), files: builtin::files(), ..Self::default() };
        RuleError::unless_empty(problems)?;
        set.rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        Ok(set)
    }

    /// The rules of these files only.
    ///
    /// # Errors
    /// If a file does not parse, or if a rule can't be searched for or matches none of its own examples; all problems at once. Of
    /// another program's file only the rules in question are left out, which [`remarks`](Self::remarks) tells.
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
        let (mut problems, mut remarks) = (Vec::new(), Vec::new());
        let mut added = read(files, &mut problems, &mut remarks);
        added = self.with_free_ids(added, &mut problems, &mut remarks);
        added.retain(|rule| {
            let Some(what) = rule.pattern.compile_problem().or_else(|| rule_examples::never_found(rule)) else { return true };
            let list = if rule.is_foreign { &mut remarks } else { &mut problems };
            list.push(problem(rule, if rule.is_foreign { format!("not used: {what}") } else { what }));
            false
        });
        RuleError::unless_empty(problems)?;
        self.rules.extend(added);
        self.rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        self.files.extend(files.iter().cloned());
        self.remarks.append(&mut remarks);
        self.remarks.sort();
        Ok(())
    }

    /// The rules whose id no other rule has. Of our own format none may be left out.
    fn with_free_ids(&self, added: Vec<Arc<Rule>>, problems: &mut Vec<Problem>, remarks: &mut Vec<Problem>) -> Vec<Arc<Rule>> {
        let place = |rule: &Rule| (rule.file.clone(), rule.line);
        let mut seen: BTreeMap<String, (String, usize)> = self.rules.iter().map(|rule| (rule.info.id.clone(), place(rule))).collect();
        let mut free = Vec::with_capacity(added.len());
        for rule in added {
            match seen.get(&rule.info.id) {
                Some((file, line)) if rule.is_foreign => {
                    remarks.push(problem(&rule, format!("not used: the id is taken by {file}:{line}")));
                }
                Some((file, line)) => problems.push(problem(&rule, format!("the id is taken by {file}:{line}; choose another"))),
                None => {
                    seen.insert(rule.info.id.clone(), place(&rule));
                    free.push(rule);
                }
            }
        }
        free
    }

    /// Changes rules for this run.
    ///
    /// # Errors
    /// What is wrong with which adjustment; the rules are then to be thrown away.
    pub fn adjust(&mut self, adjustments: &[Adjustment]) -> Result<(), Vec<Refusal>> {
        adjustment::apply(&mut self.rules, adjustments)
    }

    /// What could not be carried over from rule files of other programs, by place.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let text = |rule: &Option<String>, what: &str| rule.as_ref().map_or_else(|| what.to_owned(), |rule| format!("rule {rule}: {what}"));
        let remark = |one: &Problem| Remark { file: one.file.clone(), line: one.line, what: text(&one.rule, &one.what) };
        self.remarks.iter().map(remark).collect()
    }

    /// A set of one rule, for its own examples.
    pub(crate) fn of(rule: &Arc<Rule>) -> Self {
        Self { rules: vec![Arc::clone(rule)], ..Self::default() }
    }

    /// The rules as their authors wrote them, with their examples, sorted by id.
    #[cfg(test)]
    pub(crate) fn authored(&self) -> Vec<Arc<Rule>> {
        let mut rules = read(&self.files, &mut Vec::new(), &mut Vec::new());
        rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        rules
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
        let (mut problems, mut remarks) = (Vec::new(), Vec::new());
        let rules = read(&self.files, &mut problems, &mut remarks);
        problems.extend(rules.iter().flat_map(|rule| lint::lint(rule)));
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

/// The rules of the files as their authors wrote them, with their examples.
fn read(files: &[RuleFile], problems: &mut Vec<Problem>, remarks: &mut Vec<Problem>) -> Vec<Arc<Rule>> {
    let mut rules = Vec::new();
    for file in files {
        let read = match rule_import::format(file) {
            Format::Own => rule_file::read(file, problems),
            format => rule_import::read(file, format, problems, remarks),
        };
        rules.extend(read.into_iter().map(Arc::new));
    }
    rules
}

fn problem(rule: &Rule, what: String) -> Problem {
    Problem { file: rule.file.clone(), line: rule.line, rule: Some(rule.info.id.clone()), what }
}
