//! One unit while it is read: its text, and the way from byte spans to [`Location`]s.

use std::sync::Arc;

use unkeyed_model::{Facts, LineIndex, Location, Origin, Skip, SkipReason, Span, Unit};

/// A unit's text with everything needed to say where something stands in it.
pub(crate) struct Place<'a> {
    origin: Arc<Origin>,
    text: &'a str,
    lines: LineIndex<'a>,
}

/// Reads units of a format whose files have nothing to do with each other.
pub(crate) fn each(units: &[Unit<'_>], file: impl Fn(&Place<'_>, &mut Facts)) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => file(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

impl<'a> Place<'a> {
    /// The unit as text, or the coverage row that says why it isn't.
    pub(crate) fn new(unit: &'a Unit<'_>) -> Result<Self, Skip> {
        let origin = Arc::clone(unit.origin());
        match std::str::from_utf8(unit.bytes()) {
            Ok(text) => Ok(Self { origin, text, lines: LineIndex::new(unit.bytes()) }),
            Err(error) => Err(Skip {
                path: origin.path.clone(),
                why: SkipReason::Malformed,
                detail: format!("byte {} is not UTF-8; scanned as bytes only", error.valid_up_to()),
            }),
        }
    }

    /// The same unit once more.
    pub(crate) fn again(&self) -> Self {
        Self { origin: Arc::clone(&self.origin), text: self.text, lines: LineIndex::new(self.text.as_bytes()) }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The text of a span; empty if the span isn't in the text.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The text of a span with everything around it blanked out, so that what is read of it stands where it stands.
    pub(crate) fn alone(&self, span: Span) -> String {
        let blank = |text: &str| text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
        let (before, behind) = (self.text.get(..span.start), self.text.get(span.end..));
        [blank(before.unwrap_or_default()), self.slice(span).to_owned(), blank(behind.unwrap_or_default())].concat()
    }

    /// Path of the unit.
    pub(crate) fn path(&self) -> &str {
        &self.origin.path
    }

    /// Origin of the unit.
    pub(crate) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The location of `span`, with the structural path that leads there.
    pub(crate) fn at(&self, span: Span, key_path: impl Into<String>) -> Location {
        Location { key_path: Some(key_path.into()), ..self.bare(span) }
    }

    /// The location of `span`, without a structural path.
    pub(crate) fn bare(&self, span: Span) -> Location {
        Location { origin: Arc::clone(&self.origin), region: self.lines.region(span), key_path: None, decoded_via: Vec::new() }
    }

    /// The location that means the unit as a whole.
    pub(crate) fn whole(&self) -> Location {
        Location { origin: Arc::clone(&self.origin), ..Location::default() }
    }

    /// A coverage row for this unit.
    pub(crate) fn skip(&self, why: SkipReason, detail: impl Into<String>) -> Skip {
        Skip { path: self.origin.path.clone(), why, detail: detail.into() }
    }

    /// The 1-based line of a byte.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        self.lines.region(Span::new(offset, offset)).line
    }
}

/// `path.key`, or `path["key"]` where the key itself holds a dot, a bracket or a blank.
pub(crate) fn under(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', ' ', '\n']);
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[\"{}\"]", key.escape_debug()),
    }
}

/// A name in a folder; the root is the empty one.
pub(crate) fn beside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// `path[index]`.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}
