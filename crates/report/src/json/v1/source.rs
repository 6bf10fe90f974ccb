//! Version 1: a report that became part of another one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::Class;

use super::{Gate, Inventory, Read, Run, Tool};
use crate::json::words::Counts;

/// What a merged report keeps of one of its parts beside the rows: all that can't be told from the rows themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The name that its paths and ids begin with.
    pub name: String,
    /// What made it.
    pub tool: Tool,
    /// How it was asked for.
    pub run: Run,
    /// The outcome of its gate.
    pub gate: Gate,
    /// Why, a sentence each.
    pub gate_reasons: Vec<String>,
    /// What would make it pass, a sentence each.
    pub gate_remedies: Vec<String>,
    /// Artifacts by class that it doesn't list.
    #[schemars(with = "Counts<Class>")]
    pub unlisted: BTreeMap<Class, u64>,
    /// How many of them are below the confidence asked for.
    pub hidden_low_confidence: u64,
    /// How many of them are public.
    pub hidden_public: u64,
    /// How complete its inventory is.
    pub inventory: Inventory,
    /// Amounts that it read.
    pub read: Read,
    /// Limits that were in force.
    pub limits: BTreeMap<String, u64>,
}
