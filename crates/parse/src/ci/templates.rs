//! Texts that a configuration puts into others before a job runs (`<< parameters.x >>`, `${{ parameters.x }}`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::asked::asked;
use super::mentions::Mention;
use super::system::System;

/// What the names of parameters stand for at one place.
#[derive(Clone, Default)]
pub(crate) struct Templates {
    texts: Rc<BTreeMap<String, String>>,
    /// Those for which whoever starts the pipeline may give another text.
    open: Rc<BTreeSet<String>>,
}

impl Templates {
    /// With further texts; what they are made of themselves is filled in.
    pub(crate) fn with<'t>(&self, texts: impl Iterator<Item = (String, &'t str)>, system: &System) -> Self {
        let (mut all, mut open) = ((*self.texts).clone(), (*self.open).clone());
        for (name, text) in texts {
            if asked(text, self, system).is_empty() {
                open.remove(&name);
            } else {
                open.insert(name.clone());
            }
            all.insert(name, self.fill(text, system));
        }
        Self { texts: Rc::new(all), open: Rc::new(open) }
    }

    /// The same texts, as defaults that whoever starts the pipeline may replace.
    pub(crate) fn asked(self) -> Self {
        Self { open: Rc::new(self.texts.keys().cloned().collect()), ..self }
    }

    /// Those of the names that whoever starts the pipeline may replace.
    pub(crate) fn opened(mut self, names: impl Iterator<Item = String>) -> Self {
        Rc::make_mut(&mut self.open).extend(names);
        self
    }

    /// Whether the configuration doesn't decide what a name stands for.
    pub(super) fn leaves_open(&self, name: &str) -> bool {
        !self.texts.contains_key(name) || self.open.contains(name)
    }

    /// What handing them on costs, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.texts.len().saturating_mul(64)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// A text with everything filled in that is known.
    pub(crate) fn fill(&self, text: &str, system: &System) -> String {
        let mut filled = String::new();
        let mut at = 0;
        for found in places(text, system) {
            if let Some(known) = self.get(&found.name).filter(|known| filled.len() + known.len() <= MAX_FILLED) {
                filled.push_str(&text[at..found.range.start]);
                filled.push_str(known);
                at = found.range.end;
            }
        }
        filled.push_str(&text[at..]);
        filled
    }
}

/// Longest text that is put together, in bytes, the text itself aside.
const MAX_FILLED: usize = 65_536;

/// The places in a text that stand for others.
pub(super) fn places(text: &str, system: &System) -> Vec<Mention> {
    let (open, close) = match (system.angles, system.macros) {
        (true, _) => ("<<", ">>"),
        (_, true) => ("${{", "}}"),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(open).map(|offset| at + offset) {
        let inner = start + open.len();
        // No place is longer than a line.
        let line = text[inner..].find('\n').map_or(text.len(), |offset| inner + offset);
        at = inner;
        let Some(end) = text[inner..line].find(close).map(|offset| inner + offset) else { continue };
        let name = text[inner..end].trim();
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if is_name {
            at = end + close.len();
            found.push(Mention { name: name.to_owned(), range: start..at });
        }
    }
    found
}

/// The text as a shell reads it: places that stand for others as words, escaped `\\<<` without what looks like a document.
pub(super) fn for_shell<'t>(text: &'t str, system: &System) -> Cow<'t, str> {
    if !system.angles || !text.contains("<<") {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for place in places(text, system) {
        word(&mut bytes[place.range]);
    }
    let mut at = 0;
    while let Some(start) = text[at..].find("\\<<").map(|offset| at + offset) {
        let end = text.as_bytes()[start + 1..].iter().position(|byte| *byte != b'<').map_or(text.len(), |length| start + 1 + length);
        blank(&mut bytes, start..end);
        at = end;
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn word(place: &mut [u8]) {
    place.iter_mut().filter(|byte| matches!(byte, b'<' | b'>' | b' ' | b'\t')).for_each(|byte| *byte = b'_');
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    bytes[range].fill(b' ');
}

#[cfg(test)]
mod tests {
    use unkeyed_model::WorkloadKind;

    use super::*;

    const CIRCLE: System = System { angles: true, ..System::new("x", WorkloadKind::CircleciJob) };

    #[test]
    fn places_are_filled_in_and_hidden_from_the_shell() {
        let templates = Templates::default().with([("parameters.a".to_owned(), "$TOKEN")].into_iter(), &CIRCLE);
        let templates = templates.with([("parameters.b".to_owned(), "x << parameters.a >>")].into_iter(), &CIRCLE);
        assert_eq!(templates.fill("<<parameters.b>> << parameters.c >> <<EOF", &CIRCLE), "x $TOKEN << parameters.c >> <<EOF");
        assert_eq!(for_shell("a << parameters.b >> \\<<< c", &CIRCLE), "a ___parameters.b___      c");
        assert_eq!(for_shell("a <<EOF", &System::new("x", WorkloadKind::GitlabJob)), "a <<EOF");
    }
}
