//! The filters that streams of a PDF go through (ISO 32000-1, 7.4), undone in the order in which they are named.

use std::io::Read;

use super::STREAM_BYTES;
use crate::unpack::Halt;
use crate::unpack::door::Door;

/// What a stream holds.
pub(super) enum Decoded {
    Bytes(Vec<u8>),
    /// A picture.
    Picture,
    /// A filter that is not known here, or damage from the first byte on.
    Not,
}

/// Undoes the filters that `dictionary` names.
pub(super) fn decode(door: &Door<'_>, dictionary: &[u8], data: &[u8]) -> Result<Decoded, Halt> {
    let Some(names) = names(dictionary) else { return Ok(Decoded::Not) };
    let mut decoded = data.to_vec();
    for name in names {
        decoded = match name {
            b"FlateDecode" | b"Fl" => {
                let mut inflated = Vec::new();
                // What a damaged stream gave before its damage is kept.
                let result = flate2::read::ZlibDecoder::new(&decoded[..]).take(STREAM_BYTES).read_to_end(&mut inflated);
                if result.is_err() && inflated.is_empty() {
                    return Ok(Decoded::Not);
                }
                inflated
            }
            b"LZWDecode" | b"LZW" => lzw(&decoded, !is_late(dictionary)),
            b"ASCII85Decode" | b"A85" => ascii85(&decoded),
            b"ASCIIHexDecode" | b"AHx" => {
                let mut bytes = Vec::new();
                super::content::hexadecimal(&decoded, 0, &mut bytes);
                bytes
            }
            b"RunLengthDecode" | b"RL" => run_length(&decoded),
            b"DCTDecode" | b"DCT" | b"JPXDecode" | b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode" => return Ok(Decoded::Picture),
            _ => return Ok(Decoded::Not),
        };
        std::io::copy(&mut door.budget.metered(&decoded[..], 1), &mut std::io::sink()).ok();
        door.budget.within()?;
    }
    Ok(Decoded::Bytes(decoded))
}

/// The names behind `/Filter`; `None` if they stand elsewhere (`12 0 R`).
fn names(dictionary: &[u8]) -> Option<Vec<&[u8]>> {
    const KEY: &[u8] = b"/Filter";
    let Some(at) = memchr::memmem::find(dictionary, KEY) else { return Some(Vec::new()) };
    let rest = dictionary[at + KEY.len()..].trim_ascii_start();
    let list = match rest.strip_prefix(b"[") {
        Some(list) => &list[..memchr::memchr(b']', list).unwrap_or(list.len())],
        None => {
            let name = rest.strip_prefix(b"/")?;
            &rest[..1 + name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()]
        }
    };
    let names = list.split(|&byte| byte == b'/').skip(1);
    Some(names.map(|name| &name[..name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()]).collect())
}

/// Whether codes get longer only when they must (`/EarlyChange 0`).
fn is_late(dictionary: &[u8]) -> bool {
    const KEY: &[u8] = b"/EarlyChange";
    let value = memchr::memmem::find(dictionary, KEY).map(|at| dictionary[at + KEY.len()..].trim_ascii_start());
    value.is_some_and(|value| value.starts_with(b"0"))
}

const CLEAR: usize = 256;
const END: usize = 257;
/// First code that stands for a text met before.
const FIRST: usize = 258;
const MOST_CODES: usize = 1 << 12;

/// A code's text is that of the code before it with one more byte, and stands in the output where that one does.
fn lzw(data: &[u8], early: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut texts: Vec<(usize, usize)> = Vec::new();
    let mut previous = None;
    let (mut held, mut bits, mut width) = (0_usize, 0, 9);
    for &byte in data {
        (held, bits) = (held << 8 | usize::from(byte), bits + 8);
        if bits < width {
            continue;
        }
        bits -= width;
        let code = held >> bits;
        held &= (1 << bits) - 1;
        let start = out.len();
        match (code, previous) {
            (CLEAR, _) => {
                texts.clear();
                (previous, width) = (None, 9);
                continue;
            }
            (END, _) => break,
            (0..CLEAR, _) => out.push(code as u8),
            (_, Some((from, length))) if code == FIRST + texts.len() => {
                out.extend_from_within(from..from + length);
                out.push(out[start]);
            }
            _ => match texts.get(code - FIRST) {
                Some(&(from, length)) => out.extend_from_within(from..from + length),
                None => break,
            },
        }
        if let Some((from, length)) = previous.filter(|_| FIRST + texts.len() < MOST_CODES) {
            texts.push((from, length + 1));
        }
        previous = Some((start, out.len() - start));
        let next = FIRST + texts.len() + usize::from(early);
        width = 9 + [1 << 9, 1 << 10, 1 << 11].iter().filter(|&&size| next >= size).count();
        if out.len() as u64 >= STREAM_BYTES {
            break;
        }
    }
    out.truncate(STREAM_BYTES as usize);
    out
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let data = data.trim_ascii_start();
    let mut out = Vec::new();
    let (mut group, mut count) = (0_u32, 0);
    for &byte in data.strip_prefix(b"<~").unwrap_or(data) {
        match byte {
            b'~' => break,
            b'z' if count == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        (count..5).for_each(|_| group = group.wrapping_mul(85).wrapping_add(84));
        out.extend(&group.to_be_bytes()[..count - 1]);
    }
    out
}

fn run_length(mut data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let [length, rest @ ..] = data {
        let taken = match usize::from(*length) {
            128 => break,
            copied @ 0..128 => {
                let copied = rest.len().min(copied + 1);
                out.extend(&rest[..copied]);
                copied
            }
            repeated => {
                out.extend(rest.first().into_iter().flat_map(|&byte| std::iter::repeat_n(byte, 257 - repeated)));
                1
            }
        };
        data = rest.get(taken..).unwrap_or_default();
        if out.len() as u64 >= STREAM_BYTES {
            break;
        }
    }
    out.truncate(STREAM_BYTES as usize);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        // ISO 32000-1, 7.4.4.2.
        assert_eq!(lzw(b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", true), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        assert_eq!(ascii85(b" <~87cUR\nD]j7BEbo80~>ignored"), b"Hello world!");
        assert_eq!(ascii85(b"z!!"), [0, 0, 0, 0, 0]);
        assert_eq!(run_length(&[2, b'a', b'b', b'c', 254, b'd', 128, 9]), b"abcddd");
    }

    /// As TIFF 6.0 describes it: the code length grows one code early, or not.
    fn packed(text: &[u8], early: bool) -> Vec<u8> {
        let (mut bits, mut codes) = (String::from("100000000"), std::collections::BTreeMap::new());
        let (mut at, mut next) = (0, FIRST);
        let width = |next: usize| 9 + [9, 10, 11].iter().filter(|&&size| next + usize::from(early) > 1 << size).count();
        while at < text.len() {
            let known = |length: &usize| at + length <= text.len() && codes.contains_key(&text[at..at + length]);
            let length = (2..).take_while(known).last().unwrap_or(1);
            let code = codes.get(&text[at..at + length]).copied().unwrap_or(usize::from(text[at]));
            bits += &format!("{code:0width$b}", width = width(next));
            if at + length < text.len() {
                codes.insert(text[at..=at + length].to_vec(), next);
            }
            (at, next) = (at + length, next + 1);
            if next == 4094 {
                bits += &format!("{CLEAR:012b}");
                codes.clear();
                next = FIRST;
            }
        }
        bits += &format!("{END:0width$b}", width = width(next));
        bits += &"0".repeat(bits.len().next_multiple_of(8) - bits.len());
        bits.as_bytes().chunks(8).map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
    }

    #[test]
    fn codes_grow_and_start_again() {
        let text: Vec<u8> = (0..40_000_u32).map(|number| (number.wrapping_mul(number) >> 7) as u8 % 17).collect();
        for early in [true, false] {
            assert!(lzw(&packed(&text, early), early) == text, "{early}");
        }
        for end in 0..200 {
            let _ = lzw(&packed(&text[..300], true)[..end], true);
        }
    }

    #[test]
    fn filters_are_found() {
        let of = |dictionary: &str| names(dictionary.as_bytes()).map(|names| names.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>());
        assert_eq!(of("<< /Length 5 >>"), Some(vec![]));
        assert_eq!(of("<< /Filter/FlateDecode/Length 5 >>"), Some(vec![b"FlateDecode".to_vec()]));
        assert_eq!(of("<</Filter [ /A85 /LZW ] /Length 5>>"), Some(vec![b"A85".to_vec(), b"LZW".to_vec()]));
        assert_eq!(of("<</Filter 12 0 R>>"), None);
    }
}
