//! What a text is searched for, as tables: made of what is known of all rules' patterns, before one of them is compiled.
//!
//! One decision a reader would question: there are two tables. Most rules know a credential by its vendor's name, and thousands
//! of names stand everywhere. They are looked for only in front of a credential's name that gets a long value, and the words
//! of which such names are made are the few dozen that generic credentials are searched for by anyway.

mod table;

use serde::{Deserialize, Serialize};

use crate::byte_set::ByteSet;
use crate::generic::lexicon::STEMS;
use crate::generic::tool_table::TOOLS;
use crate::literal::Literal;
use crate::literal::guard::Guard;
use crate::named_value;
use crate::pattern::facts::Facts;

pub(crate) use table::Table;

/// What marks the places of generic credentials besides names and tools: addresses, data sources, statements.
pub(crate) const MARKS: [&str; 3] = ["://", "@tcp(", "identified"];

/// The tables for a list of rules.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Index {
    /// Searched for in the whole text.
    pub(crate) everywhere: Table,
    /// Searched for in front of the names of credentials.
    pub(crate) near: Table,
    /// So far in front of them.
    pub(crate) reach: usize,
    /// By rule: what stands near a literal in every match.
    pub(crate) guards: Vec<Option<Guard>>,
}

/// What a literal is searched for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    /// It is in every match of this rule, unless another of the rule's literals is.
    Rule(usize),
    /// It may mark the place of a generic credential: position among [`words`].
    Word(u16),
    /// It may be the last word of a credential's name.
    Name,
}

/// The words and marks of generic credentials.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    STEMS.iter().copied().chain(TOOLS.iter().map(|tool| tool.name)).chain(MARKS)
}

impl Index {
    /// The tables for rules of which this is known.
    pub(crate) fn new<'a>(rules: impl Iterator<Item = &'a Facts>) -> Self {
        let (mut everywhere, mut near) = (Vec::new(), Vec::new());
        let (mut reach, mut guards) = (0, Vec::new());
        for (at, facts) in rules.enumerate() {
            let table = if facts.near.is_some() { &mut near } else { &mut everywhere };
            table.extend(facts.literals.iter().map(|literal| (literal.clone(), Purpose::Rule(at))));
            reach = reach.max(facts.near.unwrap_or(0));
            guards.push(facts.guard);
        }
        let word = |text: &str| Literal { bytes: text.as_bytes().to_vec(), ignore_case: true, min: 0, max: 0, after: None };
        everywhere.extend((0..).zip(words()).map(|(at, text)| (word(&text.to_ascii_lowercase()), Purpose::Word(at))));
        let after = |text| named_value::may_follow(text);
        everywhere.extend(named_value::WORDS.iter().map(|text| (Literal { after: after(text), ..word(text) }, Purpose::Name)));
        Self { everywhere: Table::new(everywhere), near: Table::new(near), reach, guards }
    }

    /// Decides for every literal which window of it is searched for.
    #[allow(dead_code, reason = "it is the build script that decides")]
    pub(crate) fn decide(&mut self) {
        self.everywhere.decide();
        self.near.decide();
    }

    /// Takes over what was decided for the same literals of another index.
    pub(crate) fn decide_as(&mut self, other: &Self) {
        self.everywhere.decide_as(&other.everywhere);
        self.near.decide_as(&other.near);
    }
}
