//! Credentials that no vendor's format gives away: passwords, keys and tokens by the place where they stand.
//!
//! A word of the lexicon is extended to the name around it; the name is judged; what follows it says which value it gets; the
//! value is measured. One decision a reader would question: this is code and not patterns. A pattern that knows every
//! syntax can be neither read nor explained, and runs on from each of the hot words; here nearly all of them
//! die at the byte behind the name.

mod address;
mod column;
mod cursor;
mod dialect;
mod extract;
mod judge;
mod legible;
pub(crate) mod lexicon;
mod measure;
mod name;
mod place;
mod rarity;
mod score;
mod tool;
pub(crate) mod tool_table;
mod value;
mod vocabulary;
mod weights;
pub(crate) mod whole;

use std::cell::{Cell, OnceCell};

use unkeyed_model::{Confidence, Origin, Span};

use crate::index::MARKS;
use crate::inherit::LOCAL;
use crate::placeholder::Language;

pub(crate) use extract::Extract;

use cursor::Cursor;
use dialect::Dialect;
use place::{Around, Place};

/// Reading and judging a place costs about as much as so many bytes of ordinary text …
const PLACE_COST: usize = 1 << 10;
/// … and may cost so much per byte of the text in all, and so much at least. In 1.6 GB of public source no text of more than
/// 32 KiB came to a third of that.
const COST_PER_BYTE: usize = 12;
const COST_MIN: usize = 16 << 20;

/// What the words mean that a text is searched for, in the order of [`words`](crate::index::words).
#[derive(Debug)]
pub(crate) struct Generic {
    triggers: Vec<Trigger>,
}

/// What was looked at of one text.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Told when the first word is met: most texts hold none.
    dialect: OnceCell<Dialect>,
    /// How many places were read, and how many may be.
    places: usize,
    limit: usize,
    /// A name may hold several words; up to here they were read.
    read: usize,
}

/// What has a say about a word.
#[derive(Clone, Copy)]
struct View<'t> {
    text: &'t [u8],
    /// Where it starts in the whole text.
    start: usize,
    /// The whole text does not end with it.
    goes_on: bool,
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
    /// A tool of [`tool_table::TOOLS`].
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

impl Progress {
    /// At the start of a text of that length.
    pub(crate) fn new(length: usize) -> Self {
        Self { dialect: OnceCell::new(), places: 0, limit: max_places(length), read: 0 }
    }

    fn dialect(&self, file: Option<&Origin>) -> Dialect {
        *self.dialect.get_or_init(|| Dialect::of(file))
    }

    /// The place below one in a table, which counts as a place of its own.
    fn below(&mut self, view: View<'_>, place: &Place, name: name::Name, dialect: Dialect) -> Option<(Place, Option<name::Name>)> {
        let next = column::below(view.text, &name, place, dialect).filter(|next| view.holds(next.value.span))?;
        self.places += 1;
        (!self.is_exhausted()).then_some((next, Some(name)))
    }

    /// How many places were read.
    pub(crate) fn places(&self) -> usize {
        self.places
    }

    /// Whether a text that is nothing but places where credentials stand was cut short.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.places >= self.limit
    }
}

impl Generic {
    pub(crate) fn new() -> Self {
        let names = lexicon::STEMS.iter().map(|stem| Trigger::Name(stem.len()));
        let tools = (0..tool_table::TOOLS.len()).map(Trigger::Tool);
        let marks = MARKS.iter().map(|&mark| match mark {
            "://" => Trigger::Address,
            "@tcp(" => Trigger::DataSource,
            statement => Trigger::Statement(statement.len()),
        });
        Self { triggers: names.chain(tools).chain(marks).collect() }
    }

    /// Calls `on_found` with the credentials that a word at `at` leads to. Words must come in order of place. One place may be
    /// found more than once. `file` is where the text stands as it is; nothing for decoded text.
    pub(crate) fn look(
        &self,
        progress: &mut Progress,
        text: &[u8],
        file: Option<&Origin>,
        word: u16,
        at: usize,
        mut on_found: impl FnMut(Found),
    ) {
        let view = View::around(text, at);
        let dialect = progress.dialect(file);
        let mut next = self.place(progress, dialect, view, word, at);
        while let Some((place, name)) = next {
            if let Some(found) = judge::judge(view.text, &place, name.as_ref(), dialect, file).found() {
                on_found(Found { secret: view.whole(found.secret), ..found });
            }
            next = name.and_then(|name| progress.below(view, &place, name, dialect));
        }
    }

    /// Why what a word at `at` leads to is reported, or is not: one line for each thought, if it is the value at `span`. Never
    /// holds a byte of the value.
    pub(crate) fn why(&self, progress: &mut Progress, text: &[u8], file: Option<&Origin>, word: u16, at: usize, span: Span) -> Vec<String> {
        let (view, dialect) = (View::around(text, at), progress.dialect(file));
        let mut next = self.place(progress, dialect, view, word, at);
        while let Some((place, name)) = next {
            if view.whole(place.value.span).overlaps(span) {
                return judge::judge(view.text, &place, name.as_ref(), dialect, file).told();
            }
            next = name.and_then(|name| progress.below(view, &place, name, dialect));
        }
        Vec::new()
    }

    /// The value that a name, an address, a tool or a statement gives, by its place in the view; `at` is one in the whole text.
    fn place(
        &self,
        progress: &mut Progress,
        dialect: Dialect,
        view: View<'_>,
        word: u16,
        at: usize,
    ) -> Option<(Place, Option<name::Name>)> {
        let (is_read, at, text) = (at < progress.read, at - view.start, view.text);
        if progress.is_exhausted() {
            return None;
        }
        let (place, name) = match self.triggers[usize::from(word)] {
            Trigger::Name(_) if is_read => None,
            Trigger::Name(length) => {
                let end = name::end_of(text, at + length);
                // ` pw` begins with what stands before the name.
                let at = at + usize::from(!name::is_name_byte(text[at]));
                let follows = text.get(end).is_some_and(|&byte| place::may_follow(byte));
                let named = follows.then(|| named_value(text, at, end, dialect)).flatten();
                if named.is_some() {
                    progress.read = view.start + end;
                }
                named.map(|(place, name)| (place, Some(name)))
            }
            Trigger::Address => address::userinfo(text, at).map(|place| (place, None)),
            Trigger::DataSource => address::before_protocol(text, at).map(|place| (place, None)),
            Trigger::Tool(index) => tool::password(text, at, &tool_table::TOOLS[index], dialect).map(|place| (place, None)),
            Trigger::Statement(length) => tool::identified(text, at + length, dialect).map(|place| (place, None)),
        }?;
        // Reading a value that ends beyond the view, or is none, costs as much as judging one.
        progress.places += 1;
        let is_value = view.holds(place.value.span) && legible::is_in_text(text, place.value.span);
        (is_value && !progress.is_exhausted()).then_some((place, name))
    }
}

impl<'t> View<'t> {
    fn around(text: &'t [u8], at: usize) -> Self {
        let (start, end) = (at.saturating_sub(LOCAL), text.len().min(at + LOCAL));
        Self { text: &text[start..end], start, goes_on: end < text.len() }
    }

    /// The span in the whole text.
    fn whole(&self, span: Span) -> Span {
        Span::new(self.start + span.start, self.start + span.end)
    }

    /// Whether it shows the end of a value.
    fn holds(&self, value: Span) -> bool {
        !self.goes_on || value.end < self.text.len()
    }
}

/// Whether names and values mean the same in both files.
pub(crate) fn are_read_alike(one: &Origin, other: &Origin) -> bool {
    let kind = |origin| (Dialect::of(Some(origin)), Language::of(origin), is_source_map(origin));
    one.path == other.path || kind(one) == kind(other)
}

/// A source map repeats a program as escaped text.
pub(crate) fn is_source_map(file: &Origin) -> bool {
    file.path.ends_with(".map")
}

/// Whether a byte may belong to a name.
pub(crate) const fn is_name_byte(byte: u8) -> bool {
    name::is_name_byte(byte)
}

/// How many places are read of a text of that length.
pub(crate) fn max_places(length: usize) -> usize {
    COST_MIN.max(length.saturating_mul(COST_PER_BYTE)) / PLACE_COST
}

/// The value of the name that holds the hit at `at` and ends at `end`.
fn named_value(text: &[u8], at: usize, end: usize, dialect: Dialect) -> Option<(Place, name::Name)> {
    if matches!(dialect, Dialect::Lock) || !is_followed_by_operator(text, end, dialect) {
        return None;
    }
    let name = name::judge(text, at, end)?;
    place::of(&Around { text, name, dialect, head: Cell::default() }).map(|place| (place, name))
}

/// A first look at what follows, before the name is judged: nearly all words are followed by other words.
fn is_followed_by_operator(text: &[u8], end: usize, dialect: Dialect) -> bool {
    let mut cursor = Cursor::new(text, end);
    let closers = cursor.run(6, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*'));
    let gap = cursor.space();
    let Some(next) = cursor.peek() else { return false };
    match next {
        b'=' | b':' | b'|' | b'?' | b'<' | b'!' | b'{' | b'>' | b'[' => true,
        // Behind a bare word only a literal is of interest: `set :password, "x"`.
        b';' => dialect == Dialect::Table,
        0xef => cursor.window(3) == "：".as_bytes(),
        b',' => {
            cursor.at += 1;
            let blanks = cursor.blanks();
            let is_literal = || cursor.window(4 - blanks.min(1)).iter().any(|byte| matches!(byte, b'"' | b'\''));
            // A mapping of YAML on one line: `{ name: DB_PASSWORD, value: x }`.
            let is_field = || dialect == Dialect::Yaml && cursor.window(6).eq_ignore_ascii_case(b"value:");
            dialect == Dialect::Table || !closers.is_empty() || is_literal() || is_field()
        }
        // `find("password").type("x")`
        b'.' => text[closers.start..closers.end].contains(&b')'),
        // C#'s `new NetworkCredential ("user", "x")`.
        b'(' => gap == 0 || gap == 1 && matches!(cursor.ahead(1), Some(b'"' | b'\'')),
        _ => gap > 0 && (next.is_ascii_graphic() || next >= 0x80),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod training;
