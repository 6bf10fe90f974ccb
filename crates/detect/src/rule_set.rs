//! All rules that are in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use unkeyed_model::RuleInfo;

use crate::adjustment::{Adjustment, Refusal};
use crate::generic::Extract;
use crate::index::Index;
use crate::rule::{Rule, RuleFile};
use crate::rule_error::{Problem, RuleError};
use crate::rule_import::{self, Format};
use crate::rule_list::RuleList;
use crate::{adjustment, builtin, lint, rule_digest, rule_examples, rule_file};

/// Rules, sorted by id, and the files they come from.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: RuleList,
    /// The built-in rules are among them.
    has_builtin: bool,
    /// Nothing was added to those, nor changed.
    is_builtin: bool,
    /// The files of the others.
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
    /// If the program is damaged.
    pub fn builtin() -> Result<Self, RuleError> {
        let rules = RuleList::builtin();
        if rules.len() == 0 {
            let what = "the program is damaged: its rules can't be read".into();
            RuleError::unless_empty(vec![Problem { file: "rules".into(), line: 1, rule: None, what }])?;
        }
        Ok(Self { rules, has_builtin: true, is_builtin: true, ..Self::default() })
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
        self.change(|rules| rules.extend(added));
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
        if adjustments.is_empty() { Ok(()) } else { self.change(|rules| adjustment::apply(rules, adjustments)) }
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Vec<Arc<Rule>>) -> T) -> T {
        let mut rules = std::mem::take(&mut self.rules).into_vec();
        let result = change(&mut rules);
        self.rules = RuleList::of(rules);
        self.is_builtin = false;
        result
    }

    /// What could not be carried over from rule files of other programs, by place.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let text = |rule: &Option<String>, what: &str| rule.as_ref().map_or_else(|| what.to_owned(), |rule| format!("rule {rule}: {what}"));
        let remark = |one: &Problem| Remark { file: one.file.clone(), line: one.line, what: text(&one.rule, &one.what) };
        self.remarks.iter().map(remark).collect()
    }

    /// What a text is searched for.
    pub(crate) fn index(&self) -> Index {
        if self.is_builtin {
            return builtin::index();
        }
        let mut index = Index::new(self.rules.iter().map(|rule| rule.pattern.facts()));
        index.decide_as(builtin::shared_index());
        index
    }

    /// Documented example values of all rules, sorted.
    pub(crate) fn public(&self) -> Vec<Vec<u8>> {
        if self.is_builtin {
            return builtin::catalogue().public.iter().map(|value| value.as_bytes().to_vec()).collect();
        }
        let mut public: Vec<Vec<u8>> =
            self.rules.iter().flat_map(|rule| rule.public.iter().map(|value| value.clone().into_bytes())).collect();
        public.sort_unstable();
        public
    }

    /// The rules whose matches are found by code.
    pub(crate) fn extracting(&self) -> Vec<(Extract, Arc<Rule>)> {
        let of = |rule: &Arc<Rule>| Some((rule.extract?, Arc::clone(rule)));
        if self.is_builtin {
            let listed = builtin::catalogue().rules.iter().enumerate().filter(|(_, listed)| listed.extracts);
            return listed.filter_map(|(at, _)| of(self.rules.get(at))).collect();
        }
        self.rules.iter().filter_map(of).collect()
    }

    /// A set of one rule, for its own examples.
    pub(crate) fn of(rule: &Arc<Rule>) -> Self {
        Self { rules: RuleList::of(vec![Arc::clone(rule)]), ..Self::default() }
    }

    /// The rules as their authors wrote them, with their examples, sorted by id.
    #[cfg(test)]
    pub(crate) fn authored(&self) -> Vec<Arc<Rule>> {
        let mut rules = read(&self.files(), &mut Vec::new(), &mut Vec::new());
        rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        rules
    }

    /// The rules, sorted by id.
    pub(crate) fn rules(&self) -> &RuleList {
        &self.rules
    }

    /// Position of a rule in [`rules`](Self::rules).
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.rules.position(id)
    }

    /// The files that the rules come from.
    pub(crate) fn files(&self) -> Vec<RuleFile> {
        let builtin = if self.has_builtin { builtin::files() } else { Vec::new() };
        builtin.into_iter().chain(self.files.iter().cloned()).collect()
    }

    /// SHA-256 over all files, sorted by name, without regard to line ends, trailing blanks and empty lines.
    #[must_use]
    pub fn digest(&self) -> String {
        if self.has_builtin && self.files.is_empty() {
            return builtin::catalogue().digest.to_owned();
        }
        rule_digest::digest(self.files().iter().map(|file| (file.name.as_str(), &*file.text)))
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
        let rules = read(&self.files(), &mut problems, &mut remarks);
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
