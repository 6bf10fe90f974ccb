//! What every check is made of, and how it speaks.

use std::collections::BTreeSet;

use unkeyed_model::{Artifact, Finding, Level, Location, Standard};

use super::view::View;

/// One check. Its manual page is the comment at the head of its own file.
#[derive(Debug)]
pub(crate) struct Check {
    /// Id (`TB-AWS-03`).
    pub(crate) id: &'static str,
    /// What it says, in a few words.
    pub(crate) title: &'static str,
    /// Level when it fires, unless circumstances change it.
    pub(crate) level: Level,
    /// Standards that speak of it.
    pub(crate) standards: &'static [Standard],
    /// The source of the check's file, for its leading comment.
    pub(crate) source: &'static str,
    /// Looks, and says what it finds.
    pub(crate) run: fn(&View<'_>, &mut Sink<'_>),
}

impl Check {
    /// The manual page: the leading `//!` lines of the check's file.
    pub(crate) fn doc(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let mut doc = String::new();
        for line in lines {
            doc.push_str(line.strip_prefix(' ').unwrap_or(line));
            doc.push('\n');
        }
        doc
    }
}

/// Most places that are attached to one finding; nobody reads more.
const MOST_RELATED: usize = 20;

/// What a check has to say once.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    level: Level,
    message: String,
    locations: Vec<Location>,
    related: Vec<(Location, String)>,
}

impl Statement {
    /// A sentence about a place.
    pub(crate) fn new(level: Level, location: &Location, message: String) -> Self {
        Self { level, message, locations: vec![location.clone()], related: Vec::new() }
    }

    /// Adds a place that belongs to it, with a phrase that says how. Beyond [`MOST_RELATED`] they are left out: the places
    /// are said again for every workload.
    pub(crate) fn with(mut self, location: &Location, how: impl Into<String>) -> Self {
        if self.related.len() < MOST_RELATED {
            self.related.push((location.clone(), how.into()));
        }
        self
    }
}

/// Takes what one check says.
#[derive(Debug)]
pub(crate) struct Sink<'v> {
    view: &'v View<'v>,
    check: &'static Check,
    findings: Vec<Finding>,
}

impl<'v> Sink<'v> {
    /// Runs one check.
    pub(crate) fn run(check: &'static Check, view: &'v View<'v>) -> Vec<Finding> {
        let mut sink = Self { view, check, findings: Vec::new() };
        (check.run)(view, &mut sink);
        // Two trusts that one line makes may be at fault alike; it is said once.
        let mut said = BTreeSet::new();
        sink.findings.retain(|finding| said.insert((finding.workload.clone(), finding.message.clone(), finding.locations.clone())));
        sink.findings
    }

    /// About a trust, a grant or a session policy of a principal: once for each workload that becomes it, and once
    /// alone if none does.
    pub(crate) fn principal(&mut self, key: &str, statement: &Statement) {
        self.principals(&[key], statement);
    }

    /// The same for several principals together: once for each workload that becomes any of them.
    pub(crate) fn principals(&mut self, keys: &[&str], statement: &Statement) {
        let users: BTreeSet<&str> = keys.iter().flat_map(|key| self.view.users(key)).map(|user| user.workload.id.as_str()).collect();
        if users.is_empty() {
            self.say(None, statement.clone());
        }
        for user in users {
            self.say(Some(user.to_owned()), statement.clone());
        }
    }

    /// About one workload.
    pub(crate) fn workload(&mut self, id: &str, statement: Statement) {
        self.say(Some(id.to_owned()), statement);
    }

    /// About nobody in particular.
    pub(crate) fn alone(&mut self, statement: Statement) {
        self.say(None, statement);
    }

    fn say(&mut self, workload: Option<String>, statement: Statement) {
        self.findings.push(Finding {
            check: self.check.id,
            level: statement.level,
            message: statement.message,
            workload,
            locations: statement.locations,
            related: statement.related,
            standards: self.check.standards.to_vec(),
            suppressed_by: None,
        });
    }
}

/// A place as people write it: `path:line`.
pub(crate) fn spot(location: &Location) -> String {
    match location.region.line {
        0 => location.origin.path.clone(),
        line => format!("{}:{line}", location.origin.path),
    }
}

/// A credential in words: the name it is used by, what its structure tells, or what its rule calls it.
pub(crate) fn called(artifact: &Artifact) -> &str {
    match &artifact.name {
        Some(name) => name,
        // What a generic rule is called is no noun for a sentence.
        None if artifact.rule.provider == "generic" => "a literal credential",
        None if artifact.kind != artifact.rule.id || artifact.rule.name.is_empty() => &artifact.kind,
        None => &artifact.rule.name,
    }
}

/// Words in a row, with an "and" before the last: `a, b and c`. More than four are cut.
pub(crate) fn list<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words[..] {
        [] => String::new(),
        [only] => only.to_owned(),
        [ref firsts @ .., last] if words.len() <= 4 => format!("{} and {last}", firsts.join(", ")),
        _ => format!("{} and {} more", words[..3].join(", "), words.len() - 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_credential_is_called_by_what_people_know() {
        let estate = crate::checks::testing::one_path(unkeyed_model::Platform::Aws);
        let mut key = crate::checks::testing::artifact("aws.access-key", unkeyed_model::Class::Durable, &estate);
        assert_eq!(called(&key), "aws.access-key");
        key.rule = std::sync::Arc::new(unkeyed_model::RuleInfo { name: "AWS access key".into(), ..(*key.rule).clone() });
        assert_eq!(called(&key), "AWS access key");
        key.kind = "aws.temp-key".into();
        assert_eq!(called(&key), "aws.temp-key");
        key.name = Some("AWS_SECRET_ACCESS_KEY".into());
        assert_eq!(called(&key), "AWS_SECRET_ACCESS_KEY");
    }

    #[test]
    fn related_places_are_limited() {
        let place = testing::place("a", 0, 1);
        let full = (0..100).fold(Statement::new(Level::Note, &place, String::new()), |statement, _| statement.with(&place, "x"));
        assert_eq!(full.related.len(), MOST_RELATED);
    }

    #[test]
    fn places_and_lists_are_written_for_people() {
        assert_eq!(spot(&testing::place("iam.tf", 35, 40)), "iam.tf:4");
        assert_eq!(spot(&Location::default()), "");
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
