//! What is wrong with rule files: every problem at once, each with its place and what to do.

use std::fmt;

/// Rule files that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// Rule id, if the problem is inside a rule.
    pub(crate) rule: Option<String>,
    /// What is wrong and what to do.
    pub(crate) what: String,
}

impl RuleError {
    /// `Err` if there are problems.
    pub(crate) fn unless_empty(mut problems: Vec<Problem>) -> Result<(), Self> {
        problems.sort();
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// One sentence per problem, sorted by file and line.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.problems.iter().map(Problem::to_string).collect()
    }
}

impl From<Problem> for RuleError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems().join("\n"))
    }
}

impl std::error::Error for RuleError {}
