//! Programs that make AWS roles and signed URLs: the Cloud Development Kit, Pulumi and the platforms' libraries, in TypeScript,
//! JavaScript, Python, Go, Java, C# and Kotlin (Pulumi not in the last); signed URLs also in Ruby and PHP; and programs that
//! fetch stored secrets or are given credentials.
//!
//! The decision a reader would question: a program isn't run, only its literals are read, as they stand in the calls that
//! matter (AWS CDK API reference, `aws-iam`; Boto3 and AWS SDK for JavaScript, presigned URLs). A value that is computed is
//! unknown, and a trust whose conditions are computed is none. Tests of programs say nothing of what is in force.

mod assumed;
mod builders;
mod fetches;
mod lifetimes;
mod literal;
mod names;
pub(crate) mod pulumi;
mod reads;
mod statements;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::{Map, Value as Json, json};
use unkeyed_model::{Facts, Location, Platform, Principal, SkipReason, Span, Unit};

use self::literal::{Argument, Names};
use crate::place::{self, Place};
use crate::policy_document::{self, Carrier, hole};
use crate::terraform;

/// Longest program that is read, in bytes: what is longer is generated, or bundled from many.
const MAX_BYTES: usize = 1 << 20;

/// Most calls and documents of a file that are read.
const MAX_CALLS: usize = 1_000;

/// Endings of programs.
const ENDINGS: &[&str] = &[".ts", ".js", ".mjs", ".cjs", ".py", ".go", ".java", ".cs", ".kt"];

/// Classes of principals that an identity provider vouches for.
const FEDERATED: &[&str] = &[
    "WebIdentityPrincipal(",
    "FederatedPrincipal(",
    "OpenIdConnectPrincipal(",
    "NewWebIdentityPrincipal(",
    "NewFederatedPrincipal(",
    "NewOpenIdConnectPrincipal(",
];

/// Classes of principals of which one stands for accounts or for anybody.
const ACCOUNTS: &[&str] = &["AnyPrincipal(", "StarPrincipal(", "ArnPrincipal(", "AccountPrincipal("];

/// What else is looked for.
const STATEMENTS: &[&str] = &["PolicyStatement(", "NewPolicyStatement("];
const BUILDERS: &[&str] = &["PolicyStatement.Builder.create(", "PolicyStatementProps.builder("];
const MANAGED: &[&str] =
    &["fromAwsManagedPolicyName(", "from_aws_managed_policy_name(", "FromAwsManagedPolicyName(", "ManagedPolicy_FromAwsManagedPolicyName("];
const PROVIDER: &str = "oidc-provider/";
/// What the platform's own interface calls a trust.
const TRUST: &str = "AssumeRolePolicyDocument";
/// Calls of the platform's libraries that give a role a policy of AWS, and that give it one of its own.
const ATTACHING: &[&str] = &["attach_role_policy(", "attachRolePolicy(", "AttachRolePolicyCommand(", "attach_user_policy("];
const PUTTING: &[&str] = &["put_role_policy(", "putRolePolicy(", "PutRolePolicyCommand(", "put_user_policy("];
const AWS_POLICY: &str = "arn:aws:iam::aws:policy/";

/// Programs that make trusts, grants or signed URLs, and are no tests.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_test = || {
        let in_tests = origin.path.split('/').any(|part| matches!(part, "test" | "tests" | "__tests__" | "spec" | "node_modules"));
        in_tests || name.starts_with("test_") || name.contains(".test.") || name.contains(".spec.") || name.contains("_test.")
    };
    let may_tell = is_kit(name) || has_ending(name, statements::ENDINGS) || has_ending(name, fetches::FURTHER);
    let is_told = || {
        is_kit(name) && holds(&KIT, unit.bytes())
            || has_ending(name, statements::ENDINGS) && (holds(&SIGNING, unit.bytes()) || holds_document(unit.bytes()))
            || (is_kit(name) || has_ending(name, fetches::FURTHER)) && (fetches::holds_one(unit.bytes()) || reads::holds_one(unit.bytes()))
    };
    (may_tell && !is_test() && is_told()).then(|| origin.path.clone())
}

/// Words of which one stands in every program that makes a role, a grant or a signed URL, by the languages of the kits and by
/// the others.
static KIT: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let calls = FEDERATED.iter().chain(ACCOUNTS).chain(MANAGED).chain(lifetimes::WORDS);
    words(
        calls
            .chain(STATEMENTS)
            .chain(BUILDERS)
            .chain(ATTACHING)
            .chain(PUTTING)
            .chain(lifetimes::SESSIONS)
            .chain([&PROVIDER, &TRUST])
            .chain(pulumi::IMPORTS),
    )
});
static SIGNING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| words(statements::WORDS));

/// The fastest of its kinds, and the largest: a few hundred kilobytes. Every program is searched. Only searches for the leftmost
/// match may look for the words' beginnings with vectors first.
fn words<'w>(words: impl IntoIterator<Item = &'w &'w str>) -> Option<AhoCorasick> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).match_kind(MatchKind::LeftmostFirst).build(words).ok()
}

/// Whether a trust policy stands in a program as text, as every language writes it.
fn holds_document(bytes: &[u8]) -> bool {
    ["Statement", PROVIDER, "sts:AssumeRoleWithWebIdentity"].iter().all(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
}

fn holds(words: &Option<AhoCorasick>, bytes: &[u8]) -> bool {
    words.as_ref().is_some_and(|words| words.is_match(bytes))
}

/// Whether a file is in a language in which roles and URLs are read.
fn is_kit(name: &str) -> bool {
    has_ending(name, ENDINGS) && !name.ends_with(".d.ts")
}

/// Whether a program makes its resources with Pulumi.
pub(crate) fn is_pulumi(place: &Place<'_>) -> bool {
    is_kit(place.origin().file_name()) && pulumi::is_one(place.text())
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Reads them, each for itself.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = place::each(units, |place, facts| {
        if place.text().len() > MAX_BYTES {
            let detail = format!("a program of more than {MAX_BYTES} bytes; its trusts, grants, signed URLs and fetches were not read");
            facts.skipped.push(place.skip(SkipReason::Limit, detail));
            return;
        }
        let name = place.origin().file_name();
        if is_kit(name) && holds(&KIT, place.text().as_bytes()) {
            Program::new(place).read(facts);
        } else if has_ending(name, statements::ENDINGS) {
            Program::new(place).signed(facts);
        }
        fetches::read(place, facts);
        reads::read(place, facts);
    });
    for unit in units.iter().filter(|unit| unit.bytes().len() <= MAX_BYTES && Place::new(unit).is_ok_and(|place| is_pulumi(&place))) {
        facts.append(terraform::read_provisioning(std::slice::from_ref(unit), &unit.origin().path));
    }
    facts
}

/// One program while it is read.
struct Program<'p> {
    place: &'p Place<'p>,
    names: Names,
    /// The only issuer that the file makes a provider for.
    issuer: Option<String>,
    /// Resources of Pulumi, which have readers of their own.
    made: Vec<Range<usize>>,
}

impl<'p> Program<'p> {
    fn new(place: &'p Place<'p>) -> Self {
        let names = names::names(place.text());
        let mut issuers: BTreeSet<String> = BTreeSet::new();
        let mut addresses = place.text().match_indices("rl").filter(|(at, _)| place.text()[..*at].ends_with(['u', 'U']));
        for (at, _) in addresses.by_ref().take(MAX_CALLS) {
            let behind = place.text()[at + 2..].trim_start().strip_prefix([':', '=', '(']).map(str::trim_start);
            let url = behind.and_then(|text| literal::value(text, &names)).and_then(|json| json.as_str().map(str::to_owned));
            issuers.extend(url.filter(|url| url.starts_with("https://")));
        }
        // Beyond the limit stands who knows what: the issuer is not known.
        let is_told = issuers.len() == 1 && addresses.next().is_none();
        let issuer = if is_told { issuers.pop_first() } else { None };
        let made = if is_pulumi(place) { pulumi::ranges(place.text(), &names) } else { Vec::new() };
        Self { place, names, issuer, made }
    }

    fn key(&self) -> String {
        format!("aws:program/{}", self.place.path())
    }

    fn read(&self, facts: &mut Facts) {
        let before = facts.trusts.len();
        let mut left = MAX_CALLS;
        for class in FEDERATED {
            self.calls(class, &mut left, |at, text| self.principal(at, text, facts));
        }
        assumed::read(self, &mut left, facts);
        self.documents(&mut left, facts);
        let first = facts.grants.len();
        for call in STATEMENTS {
            self.calls(call, &mut left, |at, text| {
                let Some((arguments, _)) = literal::arguments(text, &self.names) else { return };
                let named = arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())));
                let object = arguments.first().and_then(|argument| argument.value.as_object()).into_iter().flatten();
                self.statement(at, &named.chain(object.map(|(name, value)| (name.clone(), value.clone()))).collect(), facts);
            });
        }
        for call in BUILDERS {
            self.calls(call, &mut left, |at, text| self.statement(at, &builders::chained(text, &self.names), facts));
        }
        for call in MANAGED {
            self.calls(call, &mut left, |at, text| {
                if let Some(name) =
                    literal::arguments(text, &self.names).and_then(|(all, _)| all.first()?.value.as_str().map(str::to_owned))
                {
                    self.managed(&name, at, facts);
                }
            });
        }
        // Where a trust stands too, any policy of AWS is taken for its role's.
        let is_alone = facts.trusts.len() == before;
        for call in ATTACHING.iter().filter(|_| is_alone) {
            self.calls(call, &mut left, |at, text| self.attached(at, text, facts));
        }
        if !is_alone {
            self.calls(AWS_POLICY, &mut left, |at, text| {
                let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))).unwrap_or(text.len());
                self.managed(&text[..end], at, facts);
            });
        }
        let sessions = facts.sessions.len();
        lifetimes::sessions(self, &mut left, facts);
        if facts.grants.len() > first || facts.sessions.len() > sessions {
            self.holder(self.key(), self.place.whole(), facts);
        }
        if has_ending(self.place.origin().file_name(), statements::ENDINGS) {
            statements::read(self, &mut left, facts);
        } else {
            lifetimes::read(self, &mut left, facts);
        }
        self.limited(left, facts);
    }

    /// Reads a program of which only signed URLs are understood, and trust policies that it holds as JSON.
    fn signed(&self, facts: &mut Facts) {
        let mut left = MAX_CALLS;
        self.documents(&mut left, facts);
        statements::read(self, &mut left, facts);
        self.limited(left, facts);
    }

    fn limited(&self, left: usize, facts: &mut Facts) {
        if left == 0 {
            let detail = format!("more than {MAX_CALLS} calls that make trusts, grants or signed URLs; the others were not read");
            facts.skipped.push(self.place.skip(SkipReason::Limit, detail));
        }
    }

    /// Each place where a word stands, with the text behind it.
    fn calls(&self, word: &str, left: &mut usize, mut read: impl FnMut(usize, &str)) {
        let text = self.place.text();
        for (at, _) in text.match_indices(word) {
            let is_whole = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if is_whole && *left > 0 && !self.made.iter().any(|range| range.contains(&at)) {
                *left -= 1;
                read(at, &text[at + word.len()..]);
            }
        }
    }

    fn at(&self, at: usize) -> Location {
        self.place.bare(Span::new(at, at))
    }

    fn holder(&self, key: String, location: Location, facts: &mut Facts) {
        let names = vec![self.place.path().to_owned()];
        facts.principals.push(Principal { platform: Platform::Aws, key, kind: "role".to_owned(), names, location });
    }

    fn managed(&self, name: &str, at: usize, facts: &mut Facts) {
        facts.grants.push(policy_document::managed_policy(&self.key(), &format!("{AWS_POLICY}{name}"), self.at(at)));
    }

    /// A policy of AWS that a call of the platform's library attaches.
    fn attached(&self, at: usize, text: &str, facts: &mut Facts) {
        let Some((arguments, _)) = literal::arguments(text, &self.names) else { return };
        let named = arguments.iter().find(|argument| argument.name.as_deref() == Some("PolicyArn")).map(|argument| &argument.value);
        let arn = named.or_else(|| arguments.first()?.value.get("PolicyArn")).and_then(Json::as_str);
        if let Some((_, name)) = arn.and_then(|arn| arn.split_once(":iam::aws:policy/")) {
            self.managed(name, at, facts);
        }
    }

    /// A principal that a provider vouches for, with its conditions: in the call, or behind it.
    fn principal(&self, at: usize, text: &str, facts: &mut Facts) {
        let Some((arguments, end)) = literal::arguments(text, &self.names) else { return };
        let behind = text[end..].trim_start();
        let further =
            ["withConditions(", "with_conditions(", "WithConditions("].iter().find_map(|name| behind.strip_prefix('.')?.strip_prefix(name));
        let given = arguments.iter().skip(1).map(|argument| &argument.value).find(|value| value.is_object()).cloned();
        let added = further.and_then(|text| literal::arguments(text, &self.names)).and_then(|(all, _)| Some(all.into_iter().next()?.value));
        let is_computed = |value: &&Argument| value.value.as_str().is_some_and(|text| !text.starts_with("sts:"));
        let conditions = match given.or(added) {
            Some(conditions @ Json::Object(_)) => conditions,
            Some(_) => return,
            None if arguments.iter().skip(1).any(|one| is_computed(&one)) => return,
            None => json!({}),
        };
        let is_saml = arguments.iter().any(|argument| argument.value.as_str() == Some("sts:AssumeRoleWithSAML"));
        let Some(provider) = arguments.first().and_then(|first| first.value.as_str()).filter(|_| !is_saml) else { return };
        let provider = match (&self.issuer, hole::is_known(provider) && provider.contains(PROVIDER)) {
            (Some(issuer), false) => format!("arn:aws:iam::{}:{PROVIDER}{}", hole::hole("account"), issuer.trim_start_matches("https://")),
            _ => provider.to_owned(),
        };
        let statement = json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": { "Federated": provider },
            "Condition": conditions,
        });
        self.trust(&json!({ "Statement": [statement] }), at, facts);
    }

    fn trust(&self, document: &Json, at: usize, facts: &mut Facts) {
        if !is_written_out(document) {
            return;
        }
        let key = format!("{}/{}", self.key(), facts.trusts.len());
        let locate = |_: usize| self.at(at);
        let carrier = Carrier { principal: &key, id: &key, locate: &locate, issuer: &|_| self.issuer.clone() };
        let mut trusts = policy_document::trusts(document, &carrier);
        if !trusts.is_empty() {
            facts.trusts.append(&mut trusts);
            self.holder(key, self.at(at), facts);
        }
    }

    /// Whole documents, as the platform's own interface takes them.
    fn documents(&self, left: &mut usize, facts: &mut Facts) {
        let mut found = Vec::new();
        self.calls("Statement", left, |at, text| {
            let list = text.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':').map(str::trim_start);
            if let Some(list) = list.filter(|list| list.starts_with(['[', '{']))
                && let Some(statements) = literal::value(list, &self.names)
            {
                found.push((at, json!({ "Statement": names::formatted(statements) })));
            }
        });
        for (at, document) in found {
            if document.to_string().contains("\"Principal\"") {
                // A statement with principals that assumes no role is one of a resource's policy.
                let statements = document.get("Statement");
                let statements =
                    statements.and_then(Json::as_array).map_or(statements.map_or(&[][..], std::slice::from_ref), Vec::as_slice);
                let own: Vec<&Json> = statements.iter().filter(|statement| statement.to_string().contains("\"sts:")).collect();
                if !own.is_empty() {
                    self.trust(&json!({ "Statement": own }), at, facts);
                }
            } else {
                self.granted(&document, at, facts);
            }
        }
    }

    fn granted(&self, document: &Json, at: usize, facts: &mut Facts) {
        let key = self.key();
        let locate = |_: usize| self.at(at);
        let carrier = Carrier { principal: &key, id: &key, locate: &locate, issuer: &|_| None };
        facts.grants.append(&mut policy_document::grants(document, &carrier));
    }

    /// A statement of the development kit, whose elements have names of their own.
    fn statement(&self, at: usize, all: &Map<String, Json>, facts: &mut Facts) {
        let mut statement = names::statement(all);
        if !statement.contains_key("Action") && !statement.contains_key("NotAction") {
            return;
        }
        let denies = all.get("effect").is_some_and(|effect| effect.as_str().is_some_and(|text| text.contains("DENY")));
        // One with principals stands on a resource.
        if denies || all.contains_key("principals") {
            return;
        }
        statement.extend(names::field(all, "conditions").map(|conditions| ("Condition".to_owned(), conditions.clone())));
        self.granted(&json!({ "Statement": [statement] }), at, facts);
    }
}

/// Whether every condition is written out: one that is computed may say anything.
fn is_written_out(document: &Json) -> bool {
    let statements = document.get("Statement").map_or(&[][..], |list| list.as_array().map_or(std::slice::from_ref(list), Vec::as_slice));
    let is_written = |(operator, keys): (&String, &Json)| {
        hole::is_known(operator) && keys.as_object().is_some_and(|keys| keys.keys().all(|key| hole::only_hole(key).is_none()))
    };
    statements.iter().all(|statement| match statement.get("Condition") {
        None => statement.is_object(),
        Some(Json::Object(operators)) => operators.iter().all(is_written),
        Some(_) => false,
    })
}

#[cfg(test)]
mod tests;
