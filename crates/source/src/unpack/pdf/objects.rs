//! The objects of a document, by number: those that stand by themselves and those in object streams (ISO 32000-1, 7.3.10 and
//! 7.5.7).
//!
//! The decision a reader would question: dictionaries are not parsed. A key is looked for in the text of an object, and
//! what stands behind it is taken for its value, so that damage costs the one object that it hits.

use super::{END, STREAM, find, memchr_rfind};

/// Objects that are looked at; which fonts further ones name is not known.
pub(super) const MAX_OBJECTS: usize = 1 << 19;
/// How far before a stream its dictionary is looked for.
const DICTIONARY_BYTES: usize = 4096;
const START: &[u8] = b" obj";

/// A stream as it stands in the file.
pub(super) struct Stream<'b> {
    /// What stands between the stream before and this one, its dictionary included.
    pub(super) outside: &'b [u8],
    pub(super) dictionary: &'b [u8],
    pub(super) data: &'b [u8],
    /// Number of the object.
    pub(super) number: Option<u32>,
}

/// The streams of a document, in the order of the file.
pub(super) struct Streams<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Streams<'b> {
    pub(super) const fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What stands behind the streams that were given out.
    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..]
    }
}

impl<'b> Iterator for Streams<'b> {
    type Item = Stream<'b>;

    fn next(&mut self) -> Option<Stream<'b>> {
        let bytes = self.bytes;
        let start = find(bytes, STREAM, self.at)?;
        let outside = &bytes[self.at..start];
        let data = start + STREAM.len();
        let data = data + [&b"\r\n"[..], b"\n", b"\r"].iter().find(|end| bytes[data..].starts_with(end)).map_or(0, |end| end.len());
        let end = find(bytes, END, data).unwrap_or(bytes.len());
        self.at = (end + END.len()).min(bytes.len());
        let near = &outside[outside.len().saturating_sub(DICTIONARY_BYTES)..];
        let (number, dictionary) = match memchr_rfind(near, START) {
            Some(at) => (number_before(&near[..at]), &near[at..]),
            None => (None, near),
        };
        Some(Stream { outside, dictionary, data: &bytes[data..end], number })
    }
}

/// What an object stream holds when its filters are undone.
pub(super) struct Packed {
    pub(super) text: Vec<u8>,
    /// Where the first object begins, behind the list of numbers and places.
    pub(super) first: usize,
}

impl Packed {
    pub(super) fn new(dictionary: &[u8], text: Vec<u8>) -> Self {
        let first = values(dictionary, b"/First").find_map(number).map_or(0, |first| first as usize).min(text.len());
        Self { text, first }
    }

    fn objects(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let (list, bodies) = self.text.split_at(self.first);
        let words = list.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let mut numbers = words.map_while(number).peekable();
        std::iter::from_fn(move || {
            let (object, start) = (numbers.next()?, numbers.next()? as usize);
            // The place of the next one stands behind its number.
            let mut ahead = numbers.clone().skip(1);
            let end = ahead.next().map_or(bodies.len(), |end| end as usize);
            Some((object, bodies.get(start..end).unwrap_or_default()))
        })
    }
}

/// Every object, the last one of each number.
pub(super) struct Objects<'b> {
    /// In the order of their numbers.
    all: Vec<(u32, &'b [u8])>,
    /// Whether there are more than [`MAX_OBJECTS`].
    pub(super) is_cut: bool,
}

impl<'b> Objects<'b> {
    /// The objects of the document `bytes`, whose object streams are `packed`.
    pub(super) fn of(bytes: &'b [u8], packed: &'b [Packed]) -> Self {
        let mut streams = Streams::of(bytes);
        let mut outside: Vec<&[u8]> = streams.by_ref().map(|stream| stream.outside).collect();
        outside.push(streams.rest());
        let plain = outside.into_iter().flat_map(plain);
        let mut all: Vec<_> = plain.chain(packed.iter().flat_map(Packed::objects)).take(MAX_OBJECTS + 1).collect();
        let is_cut = all.len() > MAX_OBJECTS;
        all.truncate(MAX_OBJECTS);
        all.sort_by_key(|&(number, _)| number);
        Self { all, is_cut }
    }

    /// The object with that number.
    pub(super) fn get(&self, number: u32) -> Option<&'b [u8]> {
        let end = self.all.partition_point(|&(other, _)| other <= number);
        let (found, body) = *self.all.get(end.checked_sub(1)?)?;
        (found == number).then_some(body)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &'b [u8])> {
        self.all.iter().copied()
    }
}

/// The objects that begin in `outside`.
fn plain(outside: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut starts = memchr::memmem::find_iter(outside, START).peekable();
    std::iter::from_fn(move || {
        let start = starts.next()?;
        let end = starts.peek().copied().unwrap_or(outside.len());
        Some((number_before(&outside[..start]), &outside[start + START.len()..end]))
    })
    .filter_map(|(number, body)| Some((number?, body)))
}

/// The number in front of a generation: `12 0`.
fn number_before(text: &[u8]) -> Option<u32> {
    let mut words = text[text.len().saturating_sub(24)..].rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next()?;
    let word = words.next()?;
    number(&word[word.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1)..])
}

/// What stands behind each `key` of `body`.
pub(super) fn values<'b>(body: &'b [u8], key: &'static [u8]) -> impl Iterator<Item = &'b [u8]> {
    let places = memchr::memmem::find_iter(body, key).map(move |at| &body[at + key.len()..]);
    places.filter(|rest| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric())).map(<[u8]>::trim_ascii_start)
}

/// The number that `text` begins with.
pub(super) fn number(text: &[u8]) -> Option<u32> {
    let digits = text.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// The object that `text` begins by naming: `12 0 R`.
pub(super) fn reference(text: &[u8]) -> Option<u32> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(3);
    let (object, generation, mark) = (words.next()?, words.next()?, words.next()?);
    number(generation)?;
    (mark.starts_with(b"R") && object.iter().all(u8::is_ascii_digit)).then(|| number(object))?
}

/// The objects that a value names: one, or a list of them.
pub(super) fn references(value: &[u8]) -> Vec<u32> {
    let Some(list) = value.strip_prefix(b"[") else { return reference(value).into_iter().collect() };
    let list = &list[..memchr::memchr(b']', list).unwrap_or(list.len())];
    list.split(|&byte| byte == b'R').filter_map(number_before_generation).collect()
}

fn number_before_generation(text: &[u8]) -> Option<u32> {
    number(text.trim_ascii_start())
}

/// The names of the dictionary that `value` begins with, each with the object that it names.
pub(super) fn named(value: &[u8]) -> impl Iterator<Item = (&[u8], u32)> {
    let inner = value.strip_prefix(b"<<").unwrap_or_default();
    let inner = &inner[..find(inner, b">>", 0).unwrap_or(inner.len())];
    inner.split(|&byte| byte == b'/').filter_map(|entry| {
        let end = entry.iter().position(u8::is_ascii_whitespace)?;
        Some((&entry[..end], reference(entry[end..].trim_ascii_start())?))
    })
}
