//! Credentials that no vendor's format gives away: passwords, keys and tokens by the place where they stand.
//!
//! A word of the lexicon is extended to the name around it; the name is judged; what follows it says which value it gets; the
//! value is measured. One decision a reader would question: this is code and not patterns. A pattern that knows every
//! syntax can be neither read nor explained, and runs on from each of the hot words; here nearly all of them
//! die at the byte behind the name.

mod address;
mod cursor;
mod dialect;
mod extract;
mod judge;
mod legible;
mod lexicon;
mod measure;
mod name;
mod place;
mod rarity;
mod score;
mod tool;
mod value;
mod vocabulary;
mod weights;

use std::ops::ControlFlow;

use unkeyed_model::{Confidence, Origin, Span};
use unkeyed_prefilter::{BuildError, Engine, Matcher, Pattern};

use crate::builtin;

pub(crate) use extract::Extract;

use cursor::Cursor;
use dialect::Dialect;
use place::{Around, Place};

/// Reading and judging a place costs about as much as so many bytes of ordinary text …
const PLACE_COST: usize = 1 << 10;
/// … and may cost so much per byte of the text in all, and so much at least. Real text stays far below.
const COST_PER_BYTE: usize = 32;
const COST_MIN: usize = 8 << 20;

/// The search for the words of the lexicon.
#[derive(Debug)]
pub(crate) struct Generic {
    matcher: Matcher,
    triggers: Vec<Trigger>,
}

/// What a literal starts.
#[derive(Clone, Copy, Debug)]
enum Trigger {
    /// A part of a name, of this length.
    Name(usize),
    /// `://`
    Address,
    /// `@tcp(`
    DataSource,
    /// A tool of [`tool::TOOLS`].
    Tool(usize),
    /// `identified`, of this length.
    Statement(usize),
}

/// A credential that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) extract: Extract,
    pub(crate) secret: Span,
    pub(crate) confidence: Confidence,
}

impl Generic {
    pub(crate) fn new() -> Result<Self, BuildError> {
        let names = lexicon::STEMS.iter().map(|stem| (*stem, Trigger::Name(stem.len())));
        let tools = tool::TOOLS.iter().enumerate().map(|(at, tool)| (tool.name, Trigger::Tool(at)));
        let rest = [("://", Trigger::Address), ("@tcp(", Trigger::DataSource), ("identified", Trigger::Statement("identified".len()))];
        let all: Vec<(&str, Trigger)> = names.chain(tools).chain(rest).collect();
        let patterns: Vec<Pattern> =
            all.iter().map(|(literal, _)| Pattern { bytes: literal.as_bytes().to_vec(), ignore_case: true, after: None }).collect();
        let engine = Engine::best();
        let choices = builtin::stem_choices(&patterns, engine.buckets());
        Ok(Self {
            matcher: Matcher::with_choices(&patterns, &choices, engine)?,
            triggers: all.into_iter().map(|(_, trigger)| trigger).collect(),
        })
    }

    /// Calls `on_found` with every credential of `text`, until it breaks. `file` is where the text stands as it is; nothing for
    /// decoded text. One place may be found more than once. Returns whether it was all looked at: a text that is nothing but
    /// places where credentials stand is made to be slow, and is cut short.
    pub(crate) fn scan(
        &self,
        text: &[u8],
        file: Option<&Origin>,
        scratch: &mut unkeyed_prefilter::Scratch,
        mut on_found: impl FnMut(Found) -> ControlFlow<()>,
    ) -> bool {
        let dialect = Dialect::of(file);
        self.places(text, dialect, scratch, |place, name| match judge::judge(text, &place, name.as_ref(), dialect, file).found() {
            Some(found) => on_found(found),
            None => ControlFlow::Continue(()),
        })
    }

    /// Why what stands at `span` is reported, or is not: one line for each thought. Never holds a byte of the value.
    pub(crate) fn why(&self, text: &[u8], file: Option<&Origin>, span: Span) -> Vec<String> {
        let dialect = Dialect::of(file);
        let mut lines = Vec::new();
        self.places(text, dialect, &mut unkeyed_prefilter::Scratch::default(), |place, name| {
            if place.value.span.overlaps(span) {
                let told = judge::judge(text, &place, name.as_ref(), dialect, file).told();
                if lines != told {
                    lines.extend(told);
                }
            }
            ControlFlow::Continue(())
        });
        lines
    }

    /// Calls `on_place` with every value that a name, an address, a tool or a statement gives.
    fn places(
        &self,
        text: &[u8],
        dialect: Dialect,
        scratch: &mut unkeyed_prefilter::Scratch,
        mut on_place: impl FnMut(Place, Option<name::Name>) -> ControlFlow<()>,
    ) -> bool {
        let mut cost = COST_MIN.max(text.len().saturating_mul(COST_PER_BYTE));
        // A name may hold several words; it is read once.
        let mut read = 0;
        self.matcher.scan(text, scratch, |literal, at| {
            let found = match self.triggers[literal as usize] {
                Trigger::Name(length) if at >= read => {
                    let end = name::end_of(text, at + length);
                    let follows = text.get(end).is_some_and(|&byte| place::may_follow(byte));
                    let named = follows.then(|| named_value(text, at, end, dialect)).flatten();
                    if named.is_some() {
                        read = end;
                    }
                    named.map(|(place, name)| (place, Some(name)))
                }
                Trigger::Name(_) => None,
                Trigger::Address => address::userinfo(text, at).map(|place| (place, None)),
                Trigger::DataSource => address::before_protocol(text, at).map(|place| (place, None)),
                Trigger::Tool(index) => tool::password(text, at, &tool::TOOLS[index], dialect).map(|place| (place, None)),
                Trigger::Statement(length) => tool::identified(text, at + length).map(|place| (place, None)),
            };
            let Some((place, name)) = found.filter(|(place, _)| legible::is_in_text(text, place.value.span)) else {
                return ControlFlow::Continue(());
            };
            cost = cost.saturating_sub(PLACE_COST);
            if cost == 0 { ControlFlow::Break(()) } else { on_place(place, name) }
        });
        cost > 0
    }
}

/// The value of the name that holds the hit at `at` and ends at `end`.
fn named_value(text: &[u8], at: usize, end: usize, dialect: Dialect) -> Option<(Place, name::Name)> {
    if matches!(dialect, Dialect::Lock) || !is_followed_by_operator(text, end) {
        return None;
    }
    let name = name::judge(text, at, end)?;
    place::of(&Around { text, name, dialect }).map(|place| (place, name))
}

/// A first look at what follows, before the name is judged: nearly all words are followed by other words.
fn is_followed_by_operator(text: &[u8], end: usize) -> bool {
    let mut cursor = Cursor::new(text, end);
    let closers = cursor.run(6, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*'));
    let gap = cursor.space();
    let Some(next) = cursor.peek() else { return false };
    match next {
        b'=' | b':' | b'|' | b'?' | b'<' | b'!' | b'{' | b'>' | b'[' => true,
        b',' => !closers.is_empty(),
        b'(' => gap == 0,
        _ => gap > 0 && (next.is_ascii_graphic() || next >= 0x80),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod training;
