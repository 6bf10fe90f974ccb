//! The vocabulary of the model, as JSON Schema.
//!
//! Version 1 freezes its structs, but takes its words from the model: each word list becomes an `enum` of the published
//! schema, so that a new word changes that file and is a decision.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use unkeyed_model::{
    Assurance, Class, Confidence, Custody, DatedBy, DecodeStep, GitState, IdentityKind, LayerState, Level, LifetimeBasis,
    LifetimeConfidence, Platform, Reach, Reachability, Reason, Relation, Replayable, Role, SkipReason, Surface, Tracked, TtlBasis, Verdict,
    WorkloadKind,
};

/// Stands for a model enum where a schema is asked for.
pub(super) struct Word<T>(PhantomData<T>);

/// Stands for a map from every word of a model enum to a count.
pub(super) struct Counts<T>(PhantomData<T>);

macro_rules! words {
    ($($word:ident),+ $(,)?) => { $(
        impl JsonSchema for Word<$word> {
            fn schema_name() -> Cow<'static, str> {
                stringify!($word).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                enumeration($word::ALL.iter().map(|word| word.as_str()))
            }
        }
    )+ };
}

words!(
    Assurance,
    Class,
    Confidence,
    Custody,
    DatedBy,
    DecodeStep,
    GitState,
    IdentityKind,
    LayerState,
    Level,
    LifetimeBasis,
    LifetimeConfidence,
    Platform,
    Reach,
    Reachability,
    Reason,
    Relation,
    Replayable,
    Role,
    SkipReason,
    Surface,
    Tracked,
    TtlBasis,
    Verdict,
    WorkloadKind,
);

macro_rules! counts {
    ($($word:ident as $name:literal),+) => { $(
        impl JsonSchema for Counts<$word> {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                tally($word::ALL.iter().map(|word| word.as_str()))
            }
        }
    )+ };
}

counts!(Class as "ClassCounts", Verdict as "VerdictCounts");

fn enumeration<'w>(words: impl Iterator<Item = &'w str>) -> Schema {
    let words: Vec<&str> = words.collect();
    json_schema!({ "type": "string", "enum": words })
}

fn tally<'w>(words: impl Iterator<Item = &'w str>) -> Schema {
    let words: Vec<&str> = words.collect();
    let count = json_schema!({ "type": "integer", "minimum": 0 });
    let properties: serde_json::Map<String, serde_json::Value> =
        words.iter().map(|word| ((*word).to_owned(), count.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": properties, "required": words })
}

/// The schema of `schema_version`: exactly 1.
pub(crate) fn version_one(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "description": "Always 1; an incompatible form would have another number.", "type": "integer", "const": 1 })
}
