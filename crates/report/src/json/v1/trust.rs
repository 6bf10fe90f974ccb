//! Version 1: who is trusted with what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::Platform;

use super::place::Place;
use super::workload::Value;
use crate::json::words::Word;

/// Who may become a principal, under which conditions; the same form for every platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trust {
    /// Stable id: file, resource, ordinal.
    pub id: String,
    /// Whose trust.
    #[schemars(with = "Word<Platform>")]
    pub platform: Platform,
    /// Kind of party that is trusted: `oidc`, `saml`, `account`, `service`, `any`, `certificate`, `approle` …
    pub trusted: String,
    /// The principal that may be become: file and resource.
    pub principal: String,
    /// What the principal is called: ARN, name, client id, e-mail.
    pub names: Vec<String>,
    /// The issuer, account or service.
    pub issuer: Value,
    /// What the subject must be.
    pub subject: TrustSubject,
    /// Accepted audiences; null: any.
    pub audiences: Option<Vec<Value>>,
    /// All conditions as written, those on subject and audience included.
    pub conditions: Vec<Condition>,
    /// Switches of the platform by their documented names.
    pub settings: Vec<Setting>,
    /// Where it stands.
    pub location: Place,
    /// Ids of the workloads that become the principal.
    pub workloads: Vec<String>,
}

/// What a trust says of the subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrustSubject {
    /// How `values` are meant.
    pub rule: SubjectRule,
    /// Texts, globs or an expression, any of which will do.
    pub values: Vec<String>,
    /// Why it can't be told.
    pub unknown: Option<String>,
}

/// How the values of a subject are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectRule {
    /// The subject must equal one of them.
    Exact,
    /// It must match one of them; which characters are wild is the platform's own rule.
    Glob,
    /// It must meet the expression, which is in the platform's language.
    Expression,
    /// Every subject of the issuer will do.
    Any,
    /// It can't be told.
    Unknown,
}

/// A condition on the token or the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// Claim or condition key.
    pub name: String,
    /// Operator in the platform's words, without qualifiers.
    pub operator: String,
    /// Values, any of which will do.
    pub values: Vec<Value>,
    /// `ForAllValues` or `ForAnyValue` where written.
    pub set_qualifier: Option<String>,
    /// Whether an absent claim meets it.
    pub if_exists: bool,
}

/// A switch of a platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// Its documented name.
    pub name: String,
    /// How it is set.
    pub value: Value,
}
