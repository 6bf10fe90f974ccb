//! Reads one rule file: TOML as authors write it becomes [`Rule`]s, or problems with their lines.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use unkeyed_model::{Confidence, Custody, Remediation, Replayable, Role, RuleInfo, VendorDefault};

use crate::checksum;
use crate::generic::Extract;
use crate::pattern::{Facts, Pattern};
use crate::rule::{Examples, Rule, RuleFile};
use crate::rule_error::Problem;
use crate::rule_spec::{FileSpec, LifetimeTable, LifetimeWord, Placed, RuleSpec, Source};
use crate::structure::table;

/// The rules of a file; what is wrong goes to `problems`.
pub(crate) fn read(file: &RuleFile, problems: &mut Vec<Problem>) -> Vec<Rule> {
    match toml::from_str(&file.text) {
        Ok(spec) => check(file, spec, problems),
        Err(error) => {
            problems.push(syntax_problem(file, &error));
            Vec::new()
        }
    }
}

/// One rule of a file that was read before, with what is known of its pattern.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn known(file: &RuleFile, line: usize, spec: RuleSpec, facts: Facts) -> Result<Rule, Problem> {
    let provider = file.name.strip_suffix(".toml").unwrap_or_default();
    Reader { file, provider, line, id: spec.id.clone() }.rule(spec, Some(facts))
}

fn check(file: &RuleFile, spec: FileSpec, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let provider = spec.provider.get_ref();
    let stem = file.name.rsplit(['/', '\\']).next().and_then(|name| name.strip_suffix(".toml"));
    if stem != Some(provider) {
        problems.push(Problem {
            file: file.name.clone(),
            line: line_of(&file.text, spec.provider.start()),
            rule: None,
            what: format!("provider is {provider:?}, but the file has another name; call the file {provider}.toml"),
        });
    }
    let mut rules = Vec::new();
    for rule in spec.rule {
        let line = line_of(&file.text, rule.start());
        let reader = Reader { file, provider, line, id: rule.get_ref().id.clone() };
        match reader.rule(rule.into_inner(), None) {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.push(found),
        }
    }
    rules
}

struct Reader<'a> {
    file: &'a RuleFile,
    provider: &'a str,
    line: usize,
    id: String,
}

impl Reader<'_> {
    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { file: self.file.name.clone(), line: self.line, rule: Some(self.id.clone()), what: what.into() }
    }

    fn problem_at<T>(&self, place: &Placed<T>, what: impl Into<String>) -> Problem {
        Problem { line: line_of(&self.file.text, place.start()), ..self.problem(what) }
    }

    fn rule(&self, spec: RuleSpec, facts: Option<Facts>) -> Result<Rule, Problem> {
        let rest = self.id.strip_prefix(self.provider).and_then(|rest| rest.strip_prefix('.'));
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(kebab)) {
            return Err(self.problem(format!("the id must be \"{}.\" and lower-case words joined by hyphens", self.provider)));
        }
        let pattern = self.pattern(&spec, facts)?;
        let is_lifetime_stated = spec.lifetime.is_some();
        let (lifetime, why) = self.lifetime(spec.lifetime)?;
        let description = if why.is_empty() { spec.description } else { format!("{} Lifetime: {why}.", spec.description) };
        Ok(Rule {
            info: Arc::new(RuleInfo {
                id: self.id.clone(),
                name: spec.name,
                provider: self.provider.to_owned(),
                description,
                reference: spec.reference,
                remediation: Remediation { instead: spec.instead, revoke: spec.revoke },
            }),
            kind: self.id.as_str().into(),
            file: self.file.name.clone(),
            line: self.line,
            pattern,
            is_foreign: false,
            extract: self.named(&spec.extract, "extractor", Extract::named, &Extract::names())?,
            is_named: spec.context.is_some(),
            confidence: spec.confidence.unwrap_or(Confidence::High),
            role: spec.role.unwrap_or(Role::Access),
            replayable: spec.replayable.unwrap_or(Replayable::Bearer),
            custody: spec.custody.unwrap_or(Custody::Embedded),
            typed_position: spec.typed_position,
            min_entropy: spec.min_entropy,
            checksum: self.named(&spec.checksum, "checksum", checksum::checksum, &checksum::names())?,
            inspect: self.named(&spec.inspect, "inspector", table::inspector, "see detect/src/structure/table.rs")?,
            keywords_near: spec.keywords_near.iter().map(|word| word.to_ascii_lowercase().into_bytes()).collect(),
            paths: self.paths(&spec.paths)?,
            path_globs: spec.paths.into_iter().map(Placed::into_inner).collect(),
            path_pattern: None,
            allow: Vec::new(),
            lifetime,
            is_lifetime_stated,
            public: spec.public,
            examples: Examples { matching: spec.r#match, other: spec.no_match },
        })
    }

    /// The pattern as written, or the one that context and value stand for.
    fn pattern(&self, spec: &RuleSpec, facts: Option<Facts>) -> Result<Pattern, Problem> {
        if let Some(extract) = &spec.extract {
            return if spec.has_pattern() {
                Err(self.problem_at(extract, "give either a pattern or what code extracts"))
            } else {
                Ok(Pattern::never())
            };
        }
        let (Some(place), Some(source)) = (spec.pattern.as_ref().or(spec.context.as_ref()), spec.source()) else {
            return Err(self.problem("give either a pattern, or context and value, to which called may be added, or extract"));
        };
        let pattern = match (facts, source) {
            (Some(facts), source) => Ok(Pattern::with_facts(source.text(), facts)),
            (None, Source::Pattern(text)) => Pattern::new(text),
            (None, Source::Named(named)) => Pattern::named(&named),
        };
        pattern.map_err(|error| self.problem_at(place, error.to_string()))
    }

    fn named<T>(&self, name: &Option<Placed<String>>, what: &str, find: fn(&str) -> Option<T>, known: &str) -> Result<Option<T>, Problem> {
        let Some(name) = name else { return Ok(None) };
        match find(name.get_ref()) {
            Some(found) => Ok(Some(found)),
            None => Err(self.problem_at(name, format!("there is no {what} {:?}; known: {known}", name.get_ref()))),
        }
    }

    fn paths(&self, globs: &[Placed<String>]) -> Result<Option<GlobSet>, Problem> {
        if globs.is_empty() {
            return Ok(None);
        }
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            let built = GlobBuilder::new(glob.get_ref()).literal_separator(true).case_insensitive(true).build();
            set.add(built.map_err(|error| self.problem_at(glob, format!("{error}; write it like **/.npmrc")))?);
        }
        set.build().map(Some).map_err(|error| self.problem(error.to_string()))
    }

    fn lifetime(&self, spec: Option<LifetimeTable>) -> Result<(VendorDefault, String), Problem> {
        let Some(table) = spec else { return Ok((VendorDefault::Unstated, String::new())) };
        let default = match (table.default, table.seconds) {
            (LifetimeWord::AtMost, Some(seconds)) => VendorDefault::AtMost(seconds),
            (LifetimeWord::Short, Some(seconds)) => VendorDefault::Short(seconds),
            (LifetimeWord::AtMost | LifetimeWord::Short, None) => {
                return Err(self.problem("the lifetimes \"at-most\" and \"short\" need seconds"));
            }
            (_, Some(_)) => return Err(self.problem("seconds belong to the lifetimes \"at-most\" and \"short\" only")),
            (LifetimeWord::Never, None) => VendorDefault::NeverExpires,
            (LifetimeWord::Revoked, None) => VendorDefault::Revoked,
            (LifetimeWord::Unstated, None) => VendorDefault::Unstated,
        };
        Ok((default, table.why))
    }
}

/// TOML's own error, with the id of the rule above it.
fn syntax_problem(file: &RuleFile, error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |span| span.start);
    let before = file.text.get(..at).unwrap_or_default();
    let here = before.rfind("[[rule]]").map(|start| &file.text[start..]);
    let id = here.and_then(|rule| rule.lines().find_map(|line| line.strip_prefix("id = ")));
    Problem {
        file: file.name.clone(),
        line: line_of(&file.text, at),
        rule: id.map(|id| id.trim().trim_matches(['"', '\'']).to_owned()),
        what: error.message().replace('\n', " "),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}
