//! The condition of a trust, whatever the platform's notation: tests on claims, joined by "and" and "or".

use unkeyed_model::{Claim, Platform, SubjectRule, TrustBinding, Value};

use super::expression;
use super::pattern::{Case, Pattern, Wild, certain};
use super::token::{Claimed, Token};

/// A condition on a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// All must hold.
    All(Vec<Condition>),
    /// One must hold.
    Either(Vec<Condition>),
    /// A test of one claim.
    Test(Test),
}

/// A test of one claim against values, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    /// The claim as written.
    pub(crate) claim: String,
    /// How values compare.
    pub(crate) how: How,
    /// The values.
    pub(crate) values: Vec<Value>,
    /// It must *not* hold.
    pub(crate) negated: bool,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Equal.
    Is,
    /// Equal but for case.
    Folded,
    /// `*` and `?` are wild.
    Like,
    /// `*` is wild.
    Glob,
    /// Begins with.
    StartsWith,
    /// Contains.
    Contains,
    /// Some other way, which can't be told.
    Opaque,
}

/// How a token fits a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It can't.
    No,
    /// It can't be told whether it does.
    Unknown,
    /// The condition asks for something that is not in a predicted token, and that may be so.
    Open,
    /// It does.
    Yes,
}

impl Test {
    /// The claim's plain name: without issuer (AWS), `assertion.`/`attribute.`/`google.` (GCP) or `claims` (Azure).
    pub(crate) fn plain_claim(&self) -> &str {
        plain(&self.claim)
    }

    fn patterns(&self) -> Vec<Option<Pattern>> {
        self.values.iter().map(|value| self.how.pattern(value.known()?)).collect()
    }

    fn fit(&self, token: &Token<'_>) -> Fit {
        if self.how == How::Opaque {
            return Fit::Unknown;
        }
        let templates = match token.claim(self.plain_claim()) {
            Claimed::Templates(templates) => templates,
            Claimed::Unknown if is_identity(self.plain_claim()) => return Fit::Unknown,
            Claimed::Unknown => return Fit::Open,
        };
        let patterns = self.patterns();
        let best = templates.iter().map(|template| fit_template(template, token, &patterns)).max().unwrap_or(Fit::No);
        match (self.negated, best) {
            (true, Fit::Yes) => Fit::No,
            (true, Fit::No) => Fit::Yes,
            _ => best,
        }
    }

    /// Whether the test alone keeps every other subject out.
    fn pins(&self, token: &Token<'_>) -> bool {
        if self.negated || self.plain_claim() != "sub" {
            return false;
        }
        let Claimed::Templates(templates) = token.claim("sub") else { return false };
        let allowed: Vec<Pattern> = templates.iter().filter_map(|template| token.pattern(template, Case::Folded)).collect();
        self.patterns().iter().all(|pattern| pattern.as_ref().is_some_and(|pattern| allowed.iter().any(|token| pattern.within(token))))
    }
}

/// Claims that tell who asks.
const NAMING: [&str; 7] =
    ["sub", "repository", "project_path", "terraform_workspace_name", "pipeline_slug", "service_account", "namespace"];

/// Claims that every token has: what they must equal can't be met "perhaps".
fn is_identity(claim: &str) -> bool {
    matches!(claim, "sub" | "aud" | "iss")
}

fn fit_template(template: &str, token: &Token<'_>, patterns: &[Option<Pattern>]) -> Fit {
    let (Some(strict), Some(folded)) = (token.pattern(template, Case::Strict), token.pattern(template, Case::Folded)) else {
        return Fit::Unknown;
    };
    let fits = |pattern: &Option<Pattern>| {
        let Some(pattern) = pattern else { return Fit::Unknown };
        if !folded.meets(pattern) {
            return Fit::No;
        }
        // The case of a remote's address need not be the case of the repository's name.
        if !strict.meets(pattern) {
            return Fit::Unknown;
        }
        let sure = !token.is_open(template) || token.elsewhere(template).is_some_and(|elsewhere| elsewhere.meets(pattern));
        if sure { Fit::Yes } else { Fit::Unknown }
    };
    patterns.iter().map(fits).max().unwrap_or(Fit::No)
}

impl How {
    fn pattern(self, text: &str) -> Option<Pattern> {
        // Filled in elsewhere, or a policy variable, whose value is decided when the request is made.
        if text.contains("${") {
            return None;
        }
        match self {
            Self::Is => Pattern::of_trust(text, Wild::Nothing),
            Self::Folded => Pattern::of_trust(text, Wild::Nothing).map(Pattern::folded),
            Self::Like => Pattern::of_trust(text, Wild::StarAndMark),
            Self::Glob => Pattern::of_trust(text, Wild::Star),
            Self::StartsWith => Pattern::beginning(text),
            Self::Contains => Pattern::holding(text),
            Self::Opaque => None,
        }
    }

    /// Whether the value says something else than itself.
    pub(crate) fn is_wild(self, text: &str) -> bool {
        let text = certain(text);
        match self {
            Self::Like => text.contains(['*', '?']),
            Self::Glob => text.contains('*'),
            Self::StartsWith | Self::Contains | Self::Opaque => true,
            Self::Is | Self::Folded => false,
        }
    }
}

impl Condition {
    /// A condition that can't be told.
    pub(crate) fn opaque(text: &str) -> Self {
        Self::Test(Test { claim: String::new(), how: How::Opaque, values: vec![Value::literal(text)], negated: false })
    }

    /// The whole condition of a trust: subject, audience and everything else.
    pub(crate) fn of(trust: &TrustBinding) -> Self {
        let mut parts: Vec<Self> = subject(trust).into_iter().collect();
        if let Some(audiences) = trust.audiences.as_ref().filter(|_| is_audience(trust)) {
            let like = trust.claims.iter().any(|claim| plain(&claim.name) == "aud" && how(claim) == Some((How::Like, false)));
            let how = if like { How::Like } else { How::Is };
            parts.push(Self::Test(Test { claim: "aud".into(), how, values: audiences.clone(), negated: false }));
        }
        parts.extend(trust.claims.iter().filter_map(|claim| further(claim, trust.platform)));
        Self::All(parts)
    }

    /// All its tests, in order.
    pub(crate) fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Either(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Test(test) => vec![test],
        }
    }

    /// How a token fits.
    pub(crate) fn fit(&self, token: &Token<'_>) -> Fit {
        match self {
            Self::Test(test) => test.fit(token),
            Self::Either(options) => options.iter().map(|option| option.fit(token)).max().unwrap_or(Fit::No),
            // What can't be predicted doesn't weaken what is certain: a token that fits the subject exactly is trusted,
            // even if a further claim narrows the trust.
            Self::All(parts) => {
                let fits: Vec<Fit> = parts.iter().map(|part| part.fit(token)).collect();
                let worst = fits.iter().copied().min().unwrap_or(Fit::Yes);
                let named = || parts.iter().zip(&fits).any(|(part, fit)| *fit == Fit::Yes && part.names_workload());
                if worst == Fit::Open && named() { Fit::Yes } else { worst }
            }
        }
    }

    /// Whether it tells this workload's repository, project or service account from others.
    pub(crate) fn names_workload(&self) -> bool {
        match self {
            Self::Test(test) => !test.negated && NAMING.contains(&test.plain_claim()),
            Self::Either(options) => options.iter().all(Self::names_workload),
            Self::All(parts) => parts.iter().any(Self::names_workload),
        }
    }

    /// Whether the condition keeps every other subject out.
    pub(crate) fn pins(&self, token: &Token<'_>) -> bool {
        match self {
            Self::Test(test) => test.pins(token),
            Self::Either(options) => options.iter().all(|option| option.pins(token)),
            Self::All(parts) => parts.iter().any(|part| part.pins(token)),
        }
    }
}

fn plain(claim: &str) -> &str {
    let claim = claim.rsplit_once(':').map_or(claim, |(_, last)| last);
    let claim = ["assertion.", "attribute.", "claims.", "/"].iter().find_map(|lead| claim.strip_prefix(lead)).unwrap_or(claim);
    match claim {
        "google.subject" | "subject" | "bound_subject" => "sub",
        "bound_service_account_names" => "service_account",
        "bound_service_account_namespaces" => "namespace",
        claim => claim,
    }
}

/// Oracle tests the accepted values against whatever claim is named, elsewhere it is the audience.
fn is_audience(trust: &TrustBinding) -> bool {
    let named = trust.settings.iter().find(|(name, _)| name == "client_claim_name").map(|(_, value)| value.known());
    trust.platform != Platform::Oci || named == Some(Some("aud"))
}

fn subject(trust: &TrustBinding) -> Option<Condition> {
    let literal = |values: &[String]| values.iter().map(Value::literal).collect();
    let test = |how, values| Some(Condition::Test(Test { claim: "sub".into(), how, values, negated: false }));
    let of_claims = |how_is| trust.claims.iter().any(|claim| plain(&claim.name) == "sub" && how(claim) == Some((how_is, false)));
    match &trust.subject {
        SubjectRule::Exact(values) => test(if of_claims(How::Folded) { How::Folded } else { How::Is }, literal(values)),
        SubjectRule::Glob(values) => test(glob(trust.platform), literal(values)),
        // Oracle's rules have their own grammar; the claims say the same.
        SubjectRule::Expression(_) if of_claims(How::Contains) => {
            let claim = trust.claims.iter().find(|claim| plain(&claim.name) == "sub")?;
            test(How::Contains, claim.values.clone())
        }
        SubjectRule::Expression(text) => Some(expression::read(text)),
        SubjectRule::Any => None,
        SubjectRule::Unknown(why) => test(How::Is, vec![Value::unknown(why)]),
    }
}

fn glob(platform: Platform) -> How {
    match platform {
        Platform::Aws | Platform::Azure => How::Like,
        _ => How::Glob,
    }
}

/// A condition beyond subject and audience. Positive tests of those two are already said by the trust's own fields.
fn further(claim: &Claim, platform: Platform) -> Option<Condition> {
    if claim.operator == "cel" {
        let text = claim.values.first().and_then(Value::known);
        return Some(text.map_or_else(|| Condition::opaque(""), expression::read));
    }
    let name = plain(&claim.name);
    let (how, negated) = match how(claim) {
        Some((How::Is, negated)) if platform == Platform::Oci => (How::Glob, negated),
        known => known.unwrap_or((How::Opaque, false)),
    };
    let about_request = ["aws:", "sts:"].iter().any(|lead| claim.name.to_ascii_lowercase().starts_with(lead));
    if about_request || claim.operator.eq_ignore_ascii_case("Null") || (is_identity(name) && !negated) {
        return None;
    }
    Some(Condition::Test(Test { claim: claim.name.clone(), how, values: claim.values.clone(), negated }))
}

/// An operator, in any platform's words: how it compares, and whether it denies. `ArnEquals` behaves as `ArnLike` does (IAM
/// User Guide, "Condition operators").
pub(crate) fn how(claim: &Claim) -> Option<(How, bool)> {
    Some(match claim.operator.to_ascii_lowercase().as_str() {
        "stringequals" | "==" | "eq" | "string" | "is" | "in" | "" => (How::Is, false),
        "stringequalsignorecase" => (How::Folded, false),
        "stringlike" | "arnlike" | "arnequals" | "matches" => (How::Like, false),
        "glob" => (How::Glob, false),
        "stringnotequals" | "stringnotequalsignorecase" | "!=" => (How::Is, true),
        "stringnotlike" | "arnnotlike" | "arnnotequals" => (How::Like, true),
        "startswith" => (How::StartsWith, false),
        "co" | "contains" => (How::Contains, false),
        _ => return None,
    })
}
