//! Which font a name means in a stream of a page, and what the font's codes stand for.
//!
//! A page, or what it is part of, has resources, and these the names of fonts. Where the page of a stream can't be told, the
//! name is looked for in all resources of the document.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::filters::{self, Decoded};
use super::has;
use super::objects::{MAX_OBJECTS, Objects, Packed, Stream, Streams, named, reference, references, values};
use super::to_unicode::{MAX_RANGES, ToUnicode};
use crate::unpack::Halt;
use crate::unpack::door::Door;

/// Folders of pages inside each other, and resources named by resources, that are followed.
const DEPTH: u32 = 32;
/// Bytes of objects in streams that are kept while a document is read; which fonts further ones name is not known.
const PACKED_BYTES: usize = 32 << 20;

/// Names of fonts and the numbers of the fonts.
type Names<'b> = BTreeMap<&'b [u8], u32>;

/// The fonts of a document.
pub(super) struct Fonts<'b> {
    objects: Objects<'b>,
    maps: BTreeMap<u32, ToUnicode>,
    /// The object with the map of each font.
    map_of: BTreeMap<u32, u32>,
    /// The page of each stream.
    page_of: BTreeMap<u32, u32>,
    everywhere: Names<'b>,
    /// By number of a page, of resources or of a dictionary of fonts.
    known: BTreeMap<u32, Rc<Names<'b>>>,
    /// Whether something was left out because of a limit.
    pub(super) is_cut: bool,
}

/// Undoes the filters of the streams that hold objects. The second is whether there are more than are kept.
pub(super) fn packed(door: &Door<'_>, bytes: &[u8]) -> Result<(Vec<Packed>, bool), Halt> {
    let (mut all, mut kept) = (Vec::new(), 0);
    for stream in Streams::of(bytes).filter(|stream| has(stream.dictionary, b"/ObjStm")) {
        if let Decoded::Bytes(text) = filters::decode(door, stream.dictionary, stream.data)? {
            kept += text.len();
            if kept > PACKED_BYTES {
                return Ok((all, true));
            }
            all.push(Packed::new(stream.dictionary, text));
        }
    }
    Ok((all, false))
}

impl<'b> Fonts<'b> {
    /// The fonts of the document `bytes`.
    pub(super) fn of(door: &Door<'_>, bytes: &'b [u8], packed: &'b [Packed]) -> Result<Self, Halt> {
        let objects = Objects::of(bytes, packed);
        let is_cut = objects.is_cut;
        let (maps, map_of, page_of) = Default::default();
        let mut fonts = Self { objects, maps, map_of, page_of, everywhere: Names::new(), known: BTreeMap::new(), is_cut };
        fonts.index();
        fonts.read_maps(door, bytes)?;
        Ok(fonts)
    }

    fn index(&mut self) {
        for (number, body) in self.objects.iter() {
            self.map_of.extend(values(body, b"/ToUnicode").find_map(reference).map(|map| (number, map)));
            self.everywhere.extend(values(body, b"/Font").flat_map(named));
            let mut contents = values(body, b"/Contents").flat_map(references).collect::<Vec<_>>();
            while let Some(content) = contents.pop() {
                let is_new = self.page_of.insert(content, number).is_none();
                let list = self.objects.get(content).map(<[u8]>::trim_ascii_start).filter(|body| is_new && body.starts_with(b"["));
                contents.extend(list.map(references).unwrap_or_default());
            }
        }
    }

    fn read_maps(&mut self, door: &Door<'_>, bytes: &[u8]) -> Result<(), Halt> {
        let wanted: BTreeSet<u32> = self.map_of.values().copied().collect();
        let mut room = MAX_RANGES;
        for stream in Streams::of(bytes) {
            let Some(number) = stream.number.filter(|number| wanted.contains(number)) else { continue };
            if let Decoded::Bytes(map) = filters::decode(door, stream.dictionary, stream.data)? {
                let map = ToUnicode::read(&map, room);
                room -= map.len();
                self.is_cut |= room == 0;
                self.maps.insert(number, map);
            }
        }
        Ok(())
    }

    /// Whether `stream` says what the codes of a font stand for.
    pub(super) fn is_map(&self, stream: &Stream<'_>) -> bool {
        stream.number.is_some_and(|number| self.maps.contains_key(&number))
    }

    /// What the names of fonts in `stream` mean.
    pub(super) fn names_in(&mut self, stream: &Stream<'b>) -> Rc<Names<'b>> {
        let page = stream.number.map(|number| self.page_of.get(&number).copied().unwrap_or(number));
        page.map(|page| self.names(page, DEPTH)).unwrap_or_default()
    }

    /// The map of the font called `name`.
    pub(super) fn map(&self, names: &Names<'b>, name: &[u8]) -> Option<&ToUnicode> {
        let font = names.get(name).or_else(|| self.everywhere.get(name))?;
        self.maps.get(self.map_of.get(font)?)
    }

    /// The fonts that the object with this number names, or what it belongs to.
    fn names(&mut self, number: u32, depth: u32) -> Rc<Names<'b>> {
        if let Some(known) = self.known.get(&number) {
            return Rc::clone(known);
        }
        let body = self.objects.get(number).unwrap_or_default();
        let own: Names<'b> = values(body, b"/Font").flat_map(named).chain(named(body.trim_ascii_start())).collect();
        let further = || [&b"/Font"[..], b"/Resources", b"/Parent"].into_iter().find_map(|key| values(body, key).find_map(reference));
        let names = match further().filter(|_| depth > 0 && !values(body, b"/Font").any(|value| value.starts_with(b"<<"))) {
            Some(number) => self.names(number, depth - 1),
            None => Rc::new(own),
        };
        self.known.insert(number, Rc::clone(&names));
        names
    }
}

/// What is said where fonts were left out.
pub(super) fn limit() -> String {
    format!(
        "more than {MAX_OBJECTS} objects, {PACKED_BYTES} bytes of them in streams or {MAX_RANGES} ranges of codes: not all fonts are known"
    )
}
