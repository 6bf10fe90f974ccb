//! Reads one rule file: TOML as authors write it becomes [`Rule`]s, or problems with their lines.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;
use unkeyed_model::{Confidence, Custody, Remediation, Replayable, Role, RuleInfo, VendorDefault};

use crate::checksum;
use crate::generic::Extract;
use crate::named_value;
use crate::pattern::Pattern;
use crate::rule::{Examples, Rule, RuleFile};
use crate::rule_error::Problem;
use crate::structure::table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSpec {
    provider: Spanned<String>,
    #[serde(default)]
    rule: Vec<Spanned<RuleSpec>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSpec {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    reference: String,
    pattern: Option<Spanned<String>>,
    context: Option<Spanned<String>>,
    called: Option<String>,
    value: Option<String>,
    extract: Option<Spanned<String>>,
    confidence: Option<Confidence>,
    role: Option<Role>,
    replayable: Option<Replayable>,
    custody: Option<Custody>,
    #[serde(default)]
    typed_position: bool,
    #[serde(default)]
    min_entropy: f64,
    checksum: Option<Spanned<String>>,
    inspect: Option<Spanned<String>>,
    #[serde(default)]
    keywords_near: Vec<String>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    lifetime: Option<LifetimeSpec>,
    #[serde(default)]
    instead: String,
    #[serde(default)]
    revoke: String,
    #[serde(default)]
    r#match: Vec<String>,
    #[serde(default)]
    no_match: Vec<String>,
    #[serde(default)]
    public: Vec<String>,
}

/// `"never"`, or a table with a default and why.
#[derive(Deserialize)]
#[serde(untagged, expecting = "\"never\", \"revoked\", \"unstated\", or { default = …, seconds = …, why = … }")]
enum LifetimeSpec {
    Word(LifetimeWord),
    Table(LifetimeTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LifetimeTable {
    default: LifetimeWord,
    seconds: Option<u64>,
    #[serde(default)]
    why: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LifetimeWord {
    Never,
    AtMost,
    Short,
    Revoked,
    Unstated,
}

/// The rules of a file; what is wrong goes to `problems`.
pub(crate) fn read(file: &RuleFile, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let spec: FileSpec = match toml::from_str(&file.text) {
        Ok(spec) => spec,
        Err(error) => {
            problems.push(syntax_problem(file, &error));
            return Vec::new();
        }
    };
    let provider = spec.provider.get_ref();
    let stem = file.name.rsplit(['/', '\\']).next().and_then(|name| name.strip_suffix(".toml"));
    if stem != Some(provider) {
        problems.push(Problem {
            file: file.name.clone(),
            line: line_of(&file.text, spec.provider.span().start),
            rule: None,
            what: format!("provider is {provider:?}, but the file has another name; call the file {provider}.toml"),
        });
    }
    let mut rules = Vec::new();
    for rule in spec.rule {
        let line = line_of(&file.text, rule.span().start);
        let reader = Reader { file, provider, line, id: rule.get_ref().id.clone() };
        match reader.rule(rule.into_inner()) {
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

    fn problem_at<T>(&self, place: &Spanned<T>, what: impl Into<String>) -> Problem {
        Problem { line: line_of(&self.file.text, place.span().start), ..self.problem(what) }
    }

    fn rule(&self, spec: RuleSpec) -> Result<Rule, Problem> {
        let rest = self.id.strip_prefix(self.provider).and_then(|rest| rest.strip_prefix('.'));
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(kebab)) {
            return Err(self.problem(format!("the id must be \"{}.\" and lower-case words joined by hyphens", self.provider)));
        }
        let pattern = self.pattern(&spec)?;
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
            path_globs: spec.paths.into_iter().map(Spanned::into_inner).collect(),
            path_pattern: None,
            allow: Vec::new(),
            lifetime,
            is_lifetime_stated,
            public: spec.public,
            examples: Examples { matching: spec.r#match, other: spec.no_match },
        })
    }

    /// The pattern as written, or the one that context and value stand for.
    fn pattern(&self, spec: &RuleSpec) -> Result<Pattern, Problem> {
        if let Some(extract) = &spec.extract {
            let alone = spec.pattern.is_none() && spec.context.is_none() && spec.value.is_none() && spec.called.is_none();
            return if alone { Ok(Pattern::never()) } else { Err(self.problem_at(extract, "give either a pattern or what code extracts")) };
        }
        let (place, source) = match (&spec.pattern, &spec.context, &spec.value) {
            (Some(pattern), None, None) if spec.called.is_none() => (pattern, pattern.get_ref().clone()),
            (None, Some(context), Some(value)) => (context, named_value::pattern(context.get_ref(), spec.called.as_deref(), value)),
            _ => return Err(self.problem("give either a pattern, or context and value, to which called may be added, or extract")),
        };
        Pattern::new(&source).map_err(|error| self.problem_at(place, error.to_string()))
    }

    fn named<T>(&self, name: &Option<Spanned<String>>, what: &str, find: fn(&str) -> Option<T>, known: &str) -> Result<Option<T>, Problem> {
        let Some(name) = name else { return Ok(None) };
        match find(name.get_ref()) {
            Some(found) => Ok(Some(found)),
            None => Err(self.problem_at(name, format!("there is no {what} {:?}; known: {known}", name.get_ref()))),
        }
    }

    fn paths(&self, globs: &[Spanned<String>]) -> Result<Option<GlobSet>, Problem> {
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

    fn lifetime(&self, spec: Option<LifetimeSpec>) -> Result<(VendorDefault, String), Problem> {
        let table = match spec {
            None => return Ok((VendorDefault::Unstated, String::new())),
            Some(LifetimeSpec::Word(default)) => LifetimeTable { default, seconds: None, why: String::new() },
            Some(LifetimeSpec::Table(table)) => table,
        };
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
