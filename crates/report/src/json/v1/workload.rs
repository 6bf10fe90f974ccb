//! Version 1: workloads and the identities they have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::{Assurance, IdentityKind, LayerState, Platform, Reach, Reason, Relation, TtlBasis, Verdict, WorkloadKind};

use super::place::Place;
use crate::json::words::Word;

/// Something that runs and authenticates to something else, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Workload")]
pub struct Workload<F = u64> {
    /// Stable id, `kind:path#name`.
    pub id: String,
    /// What kind of thing runs.
    #[schemars(with = "Word<WorkloadKind>")]
    pub kind: WorkloadKind,
    /// Name for people.
    pub name: String,
    /// Where it is defined.
    pub locations: Vec<Place>,
    /// What the statements on it rest on.
    #[serde(default)]
    #[schemars(with = "Word<Assurance>")]
    pub assurance: Assurance,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Deployment environment.
    pub environment: Option<String>,
    /// The verdict.
    #[schemars(with = "Word<Verdict>")]
    pub verdict: Verdict,
    /// For an indeterminate one: the verdict if every unknown layer passed.
    #[schemars(with = "Option<Word<Verdict>>")]
    pub leaning: Option<Verdict>,
    /// Why, most decisive first.
    #[schemars(with = "Vec<Word<Reason>>")]
    pub reasons: Vec<Reason>,
    /// Each piece of evidence that would settle an indeterminate verdict.
    pub missing: Vec<Missing>,
    /// The layers of evidence.
    pub layers: Layers,
    /// Ways in without a stored secret.
    pub identity_paths: Vec<IdentityPath>,
    /// The definitions elsewhere that the verdict rests on, each after the one that leads to it.
    #[serde(default)]
    pub links: Vec<Link>,
    /// How many more links there are.
    #[serde(default)]
    pub hidden_links: u64,
    /// What it reaches.
    pub destinations: Vec<Destination>,
    /// Ids of the listed artifacts that are attributed to it.
    pub artifacts: Vec<String>,
    /// How many more are attributed to it and not listed.
    pub hidden_artifacts: u64,
    /// Its findings: positions in `findings`, from 0; in records their ids.
    pub findings: Vec<F>,
    /// It authenticates to nothing that can be seen, and is left out of the counts of verdicts.
    pub no_access_observed: bool,
}

impl<F> Workload<F> {
    /// The same with its findings named otherwise.
    #[must_use]
    pub fn with_findings<G>(self, findings: Vec<G>) -> Workload<G> {
        Workload {
            id: self.id,
            kind: self.kind,
            name: self.name,
            locations: self.locations,
            assurance: self.assurance,
            owner: self.owner,
            environment: self.environment,
            verdict: self.verdict,
            leaning: self.leaning,
            reasons: self.reasons,
            missing: self.missing,
            layers: self.layers,
            identity_paths: self.identity_paths,
            links: self.links,
            hidden_links: self.hidden_links,
            destinations: self.destinations,
            artifacts: self.artifacts,
            hidden_artifacts: self.hidden_artifacts,
            findings,
            no_access_observed: self.no_access_observed,
        }
    }
}

/// A piece of evidence that is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// What.
    pub what: String,
    /// The command or file that supplies it.
    pub supply: String,
}

/// The layers of evidence; trust and role never compensate each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Layers {
    /// Absence of credentials.
    #[serde(rename = "L0")]
    #[schemars(with = "Word<LayerState>")]
    pub l0: LayerState,
    /// Identity is the primary credential.
    #[serde(rename = "L1")]
    #[schemars(with = "Word<LayerState>")]
    pub l1: LayerState,
    /// Tokens are just in time and short.
    #[serde(rename = "L2")]
    #[schemars(with = "Word<LayerState>")]
    pub l2: LayerState,
    /// The trust binding is exact.
    #[serde(rename = "L3a")]
    #[schemars(with = "Word<LayerState>")]
    pub l3a: LayerState,
    /// The role is narrow.
    #[serde(rename = "L3b")]
    #[schemars(with = "Word<LayerState>")]
    pub l3b: LayerState,
}

/// A way in without a stored secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityPath {
    /// Managed, federated or attested.
    #[schemars(with = "Word<IdentityKind>")]
    pub kind: IdentityKind,
    /// The platform that is reached.
    #[schemars(with = "Word<Platform>")]
    pub platform: Platform,
    /// What does it, in the vendor's words.
    pub mechanism: String,
    /// How far it leads.
    #[schemars(with = "Word<Reach>")]
    pub reach: Reach,
    /// Where.
    pub destination: Destination,
    /// Who the workload becomes there.
    pub principal: Value,
    /// The tokens it will present, as far as the inputs tell.
    pub tokens: Vec<PredictedToken>,
    /// Lifetime of what is obtained.
    pub ttl: Option<Ttl>,
    /// Where a token is allowed; null: not seen.
    pub capability: Option<Place>,
    /// Where it is used; null: not seen.
    pub consumer: Option<Place>,
    /// The platform vouches for binding and scope itself; false: the scope is not declared; null: trusts and grants are judged.
    pub platform_bound: Option<bool>,
}

/// One step from a definition to another that the verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What the other definition is.
    #[schemars(with = "Word<Relation>")]
    pub relation: Relation,
    /// The name it is used by.
    pub name: String,
    /// Where it is used.
    pub from: Place,
    /// Where it is defined.
    pub to: Place,
}

/// Something a workload authenticates to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    /// What kind of thing (`aws`, `registry`, `vault` …).
    pub kind: String,
    /// Account, tenant, project, host or registry.
    pub name: Option<String>,
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}:{name}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}

/// A token the workload's platform will issue to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PredictedToken {
    /// `iss`.
    pub issuer: Value,
    /// `sub`; a hole in braces (`{branch}`) stands for any one value.
    pub subject: Value,
    /// `aud`.
    pub audience: Value,
}

/// A value of configuration, or why it can't be told: exactly one of `value` and `unknown` is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Value {
    /// The text.
    pub value: Option<String>,
    /// How the text is known.
    pub basis: Option<ValueBasis>,
    /// Why it is not.
    pub unknown: Option<String>,
}

/// How a value became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueBasis {
    /// Written there.
    Literal,
    /// The default of a variable that nothing in the inputs overrides.
    Default,
    /// The platform's documented default.
    Platform,
}

/// A token lifetime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ttl {
    /// Seconds.
    pub seconds: u64,
    /// How it is known.
    #[schemars(with = "Word<TtlBasis>")]
    pub basis: TtlBasis,
}
