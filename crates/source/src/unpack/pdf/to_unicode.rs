//! Which characters the codes of a font stand for, as the font's ToUnicode map says (ISO 32000-1, 9.10.3).

use super::content::hexadecimal;
use super::find;

/// Ranges of codes of all fonts of a document that are kept.
pub(super) const MAX_RANGES: usize = 1 << 19;

/// Codes one after the other, which stand for characters one after the other.
struct Range {
    first: u32,
    last: u32,
    /// What `first` stands for.
    text: Box<str>,
}

/// The map of one font.
pub(super) struct ToUnicode {
    /// Bytes of a code.
    width: usize,
    /// In the order of codes.
    ranges: Vec<Range>,
}

impl ToUnicode {
    /// Reads a map, of which `room` ranges may be kept.
    pub(super) fn read(map: &[u8], room: usize) -> Self {
        let mut ranges = Vec::new();
        for section in sections(map, b"beginbfchar", b"endbfchar") {
            let mut words = Words(section);
            while let (Some(code), Some(text), true) = (words.code(), words.next(), ranges.len() < room) {
                ranges.push(Range { first: code, last: code, text: characters(&text) });
            }
        }
        for section in sections(map, b"beginbfrange", b"endbfrange") {
            let mut words = Words(section);
            while let (Some(first), Some(last), true) = (words.code(), words.code(), ranges.len() < room) {
                if !words.opens_list() {
                    let Some(text) = words.next() else { break };
                    ranges.push(Range { first, last, text: characters(&text) });
                    continue;
                }
                for code in first..=last {
                    let Some(text) = words.next_of_list().filter(|_| ranges.len() < room) else { break };
                    ranges.push(Range { first: code, last: code, text: characters(&text) });
                }
                words.close_list();
            }
        }
        ranges.sort_by_key(|range| range.first);
        let space = sections(map, b"begincodespacerange", b"endcodespacerange").next();
        let width = space.and_then(|space| Words(space).next()).map_or(2, |code| code.len().clamp(1, 4));
        Self { width, ranges }
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Appends the text of `codes`. Returns how many characters that are, and whether all codes are in the map.
    pub(super) fn text(&self, codes: &[u8], into: &mut Vec<u8>) -> (usize, bool) {
        let mut is_whole = true;
        for code in codes.chunks(self.width) {
            let code = code.iter().fold(0, |code, &byte| code << 8 | u32::from(byte));
            let range = self.ranges.partition_point(|range| range.first <= code).checked_sub(1).map(|at| &self.ranges[at]);
            match range.filter(|range| code <= range.last) {
                Some(range) => range.append(code, into),
                None => is_whole = false,
            }
        }
        (codes.len().div_ceil(self.width), is_whole)
    }
}

impl Range {
    fn append(&self, code: u32, into: &mut Vec<u8>) {
        let Some(last) = self.text.chars().next_back() else { return };
        let character = char::from_u32(u32::from(last).saturating_add(code - self.first)).unwrap_or(char::REPLACEMENT_CHARACTER);
        into.extend_from_slice(&self.text.as_bytes()[..self.text.len() - last.len_utf8()]);
        into.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn sections<'m>(map: &'m [u8], begin: &'static [u8], end: &'static [u8]) -> impl Iterator<Item = &'m [u8]> {
    memchr::memmem::find_iter(map, begin).map(move |at| {
        let section = &map[at + begin.len()..];
        &section[..find(section, end, 0).unwrap_or(section.len())]
    })
}

/// UTF-16.
fn characters(bytes: &[u8]) -> Box<str> {
    let units = bytes.chunks(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte)));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The strings of digits of a section: `<0041>`.
struct Words<'m>(&'m [u8]);

impl Words<'_> {
    fn next(&mut self) -> Option<Vec<u8>> {
        let start = memchr::memchr(b'<', self.0)? + 1;
        let mut bytes = Vec::new();
        let end = hexadecimal(self.0, start, &mut bytes);
        self.0 = &self.0[end..];
        Some(bytes)
    }

    fn code(&mut self) -> Option<u32> {
        self.next().map(|bytes| bytes.iter().fold(0, |code, &byte| code << 8 | u32::from(byte)))
    }

    fn opens_list(&mut self) -> bool {
        self.0 = self.0.trim_ascii_start();
        self.0.starts_with(b"[")
    }

    fn next_of_list(&mut self) -> Option<Vec<u8>> {
        let next = memchr::memchr2(b'<', b']', self.0)?;
        if self.0[next] == b'<' { self.next() } else { None }
    }

    fn close_list(&mut self) {
        self.0 = memchr::memchr(b']', self.0).map_or(&[], |end| &self.0[end + 1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(map: &ToUnicode, codes: &[u8]) -> (String, bool) {
        let mut text = Vec::new();
        let (_, is_whole) = map.text(codes, &mut text);
        (String::from_utf8(text).unwrap(), is_whole)
    }

    #[test]
    fn characters_ranges_and_lists() {
        let map = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0003> <0020> <0F00> <D83DDE00> endbfchar\n\
            2 beginbfrange <0010> <0012> <0061> <0020><0021> [<00660069> <0078>] endbfrange 1 beginbfchar <0040> <00660066> endbfchar";
        let map = ToUnicode::read(map, MAX_RANGES);
        assert_eq!(shown(&map, &[0, 0x10, 0, 0x12, 0, 3, 0x0F, 0, 0, 0x20, 0, 0x21, 0, 0x40]), ("ac 😀fixff".into(), true));
        assert_eq!(shown(&map, &[0, 0x13, 0, 0x10, 9]), ("a".into(), false), "not in the map; cut");
    }

    #[test]
    fn codes_of_one_byte_and_maps_that_make_no_sense() {
        let map = ToUnicode::read(b"begincodespacerange <00> <FF> endcodespacerange beginbfrange <01> <02> <0041> endbfrange", MAX_RANGES);
        assert_eq!(shown(&map, &[1, 2]), ("AB".into(), true));
        let wild =
            b"beginbfrange <00000000> <FFFFFFFF> [<> <41> ] <FFFFFFFF> <0> <D800> <0> <FFFFFFFF> <FFFFFFFF> endbfrange beginbfchar <";
        for end in 0..wild.len() {
            let map = ToUnicode::read(&wild[..end], 3);
            assert!(map.len() <= 3);
            let _ = map.text(&[0, 0, 255, 255, 255], &mut Vec::new());
        }
    }
}
