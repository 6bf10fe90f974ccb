//! The strings that a content stream shows (ISO 32000-1, 7.3.4 and 9.4).

use super::to_unicode::ToUnicode;

/// Movement to the left in an array of strings, in thousandths of the font size, that is seen as a space.
const SPACE: f32 = -180.0;

/// Most of what a character may take up of its line, in parts of the font's size. What stands further to the right is a
/// piece by itself.
const WIDEST: f32 = 1.0;

/// Appends the text that the operators of `content` show, a line for each piece that is placed by itself; `font` is what the
/// codes of the font with that name stand for. Returns how many pieces are no text as they stand.
pub(super) fn shown_text<'f>(content: &[u8], font: impl Fn(&[u8]) -> Option<&'f ToUnicode>, into: &mut Vec<u8>) -> u64 {
    let shows_text = memchr::memmem::find(content, b"BT").is_some() && memchr::memmem::find(content, b"Tf").is_some();
    let (mut at, mut in_array, mut unmapped) = (0, false, 0);
    let mut state = State::default();
    while let Some(&byte) = content.get(at) {
        match byte {
            b'<' if content.get(at + 1) == Some(&b'<') => at += 2,
            b'(' | b'<' => {
                let start = into.len();
                at = if byte == b'(' { literal(content, at + 1, into) } else { hexadecimal(content, at + 1, into) };
                unmapped += u64::from(shows_text && !state.show(start, into));
            }
            b'%' => at += line_length(&content[at..]),
            b'[' | b']' => {
                in_array = byte == b'[';
                at += 1;
            }
            _ if is_regular(byte) || byte == b'/' => {
                let length = 1 + content[at + 1..].iter().take_while(|&&byte| is_regular(byte)).count();
                let word = &content[at..at + length];
                at += length;
                match word {
                    b"Td" | b"TD" if state.goes_on() => {}
                    b"Td" | b"TD" | b"T*" | b"Tm" | b"ET" | b"'" | b"\"" => {
                        new_line(into);
                        state.shown = 0;
                    }
                    b"Tf" => state.choose(&font),
                    // The data of a picture inside the stream, which may look like anything.
                    b"ID" => at = memchr::memmem::find(&content[at..], b"EI").map_or(content.len(), |end| at + end + 2),
                    _ => {
                        state.note(word);
                        if in_array && byte != b'/' && state.numbers[1] < SPACE {
                            into.push(b' ');
                        }
                    }
                }
            }
            _ => at += 1,
        }
    }
    new_line(into);
    unmapped
}

/// What operators need to know of what stands before them.
#[derive(Default)]
struct State<'c, 'f> {
    /// The last two numbers.
    numbers: [f32; 2],
    /// The last name, without its slash.
    name: &'c [u8],
    font: Option<&'f ToUnicode>,
    size: f32,
    /// Characters shown since the last place was chosen.
    shown: usize,
}

impl<'c, 'f> State<'c, 'f> {
    fn note(&mut self, word: &'c [u8]) {
        if let Some(name) = word.strip_prefix(b"/") {
            self.name = name;
        } else if let Some(number) = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()) {
            self.numbers = [self.numbers[1], number];
        }
    }

    fn choose(&mut self, font: impl Fn(&[u8]) -> Option<&'f ToUnicode>) {
        self.font = font(self.name);
        self.size = self.numbers[1].abs();
    }

    /// Whether the next piece stands on the same line, right behind what was shown: a word may be cut anywhere where the
    /// distances of characters are rounded.
    fn goes_on(&mut self) -> bool {
        let [right, up] = self.numbers;
        let shown = std::mem::take(&mut self.shown) as f32;
        up == 0.0 && right > 0.0 && right <= shown * self.size * WIDEST
    }

    /// Puts characters in the place of the codes that `into` has from `start` on. Whether they are known.
    fn show(&mut self, start: usize, into: &mut Vec<u8>) -> bool {
        let Some(font) = self.font else {
            self.shown += into.len() - start;
            return !is_codes(&into[start..]);
        };
        let codes = into.split_off(start);
        let (shown, is_whole) = font.text(&codes, into);
        self.shown += shown;
        is_whole
    }
}

/// Whether more than one byte in four is a control character: numbers of glyphs, as fonts of two bytes have them.
fn is_codes(text: &[u8]) -> bool {
    text.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count() * 4 > text.len()
}

/// Appends the strings of `text` that are UTF-16, which titles and values of forms may be.
pub(super) fn wide_strings(text: &[u8], into: &mut Vec<u8>) {
    let (mut at, mut bytes) = (0, Vec::new());
    while let Some(start) = memchr::memchr2(b'(', b'<', &text[at..]) {
        let begins = at + start + 1;
        bytes.clear();
        let is_hexadecimal = text[begins - 1] == b'<';
        let mark: &[u8] = if is_hexadecimal { b"FEFF" } else { b"\xFE\xFF" };
        let marked = text.get(begins..begins + mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
            || text[begins..].starts_with(br"\376\377");
        if !marked {
            at = begins;
            continue;
        }
        at = if is_hexadecimal { hexadecimal(text, begins, &mut bytes) } else { literal(text, begins, &mut bytes) };
        let units = bytes.chunks_exact(2).skip(1).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        for unit in char::decode_utf16(units) {
            into.extend_from_slice(unit.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).as_bytes());
        }
        into.push(b'\n');
    }
}

/// Appends the string that begins at `at`; returns where it ends.
fn literal(content: &[u8], mut at: usize, into: &mut Vec<u8>) -> usize {
    let mut depth = 1;
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            b'\\' => {
                at = escape(content, at, into);
                continue;
            }
            _ => {}
        }
        into.push(byte);
    }
    at
}

/// Appends what the escape behind a backslash means; returns where it ends.
fn escape(content: &[u8], at: usize, into: &mut Vec<u8>) -> usize {
    let Some(&byte) = content.get(at) else { return at };
    let octal = content[at..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    match byte {
        _ if octal > 0 => {
            into.push(content[at..at + octal].iter().fold(0, |number, &digit| number << 3 | (digit - b'0')));
            return at + octal;
        }
        b'n' => into.push(b'\n'),
        b'r' => into.push(b'\r'),
        b't' => into.push(b'\t'),
        b'b' | b'f' => into.push(b' '),
        // A line that goes on.
        b'\r' if content.get(at + 1) == Some(&b'\n') => return at + 2,
        b'\r' | b'\n' => {}
        other => into.push(other),
    }
    at + 1
}

/// Appends the bytes whose digits begin at `at`; returns where they end.
pub(super) fn hexadecimal(content: &[u8], at: usize, into: &mut Vec<u8>) -> usize {
    let end = memchr::memchr(b'>', &content[at..]).map_or(content.len(), |end| at + end);
    let mut half = None;
    for digit in content[at..end].iter().filter_map(|&byte| char::from(byte).to_digit(16)) {
        match half.take() {
            Some(high) => into.push((high << 4 | digit) as u8),
            None => half = Some(digit),
        }
    }
    into.extend(half.map(|high| (high << 4) as u8));
    (end + 1).min(content.len())
}

fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn line_length(content: &[u8]) -> usize {
    content.iter().position(|&byte| matches!(byte, b'\n' | b'\r')).unwrap_or(content.len())
}

fn new_line(into: &mut Vec<u8>) {
    if into.last().is_some_and(|&last| last != b'\n') {
        into.push(b'\n');
    }
}
