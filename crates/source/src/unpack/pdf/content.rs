//! The strings that a content stream shows (ISO 32000-1, 7.3.4 and 9.4).

/// Movement to the left in an array of strings, in thousandths of the font size, that is seen as a space.
const SPACE: f32 = -180.0;

/// Appends the text that the operators of `content` show, a line for each piece that is placed by itself. Returns how many
/// pieces are no text as they stand.
pub(super) fn shown_text(content: &[u8], into: &mut Vec<u8>) -> u64 {
    let shows_text = memchr::memmem::find(content, b"BT").is_some() && memchr::memmem::find(content, b"Tf").is_some();
    let (mut at, mut in_array, mut unmapped) = (0, false, 0);
    while let Some(&byte) = content.get(at) {
        match byte {
            b'<' if content.get(at + 1) == Some(&b'<') => at += 2,
            b'(' | b'<' => {
                let start = into.len();
                at = if byte == b'(' { literal(content, at + 1, into) } else { hexadecimal(content, at + 1, into) };
                unmapped += u64::from(shows_text && is_codes(&into[start..]));
            }
            b'%' => at += line_length(&content[at..]),
            b'[' | b']' => {
                in_array = byte == b'[';
                at += 1;
            }
            _ if is_regular(byte) => {
                let length = content[at..].iter().take_while(|&&byte| is_regular(byte)).count();
                let word = &content[at..at + length];
                at += length;
                match word {
                    b"Td" | b"TD" | b"T*" | b"Tm" | b"ET" | b"'" | b"\"" => new_line(into),
                    // The data of a picture inside the stream, which may look like anything.
                    b"ID" => at = memchr::memmem::find(&content[at..], b"EI").map_or(content.len(), |end| at + end + 2),
                    _ if in_array && is_space(word) => into.push(b' '),
                    _ => {}
                }
            }
            _ => at += 1,
        }
    }
    new_line(into);
    unmapped
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

fn is_space(word: &[u8]) -> bool {
    std::str::from_utf8(word).ok().and_then(|word| word.parse::<f32>().ok()).is_some_and(|number| number < SPACE)
}

fn line_length(content: &[u8]) -> usize {
    content.iter().position(|&byte| matches!(byte, b'\n' | b'\r')).unwrap_or(content.len())
}

fn new_line(into: &mut Vec<u8>) {
    if into.last().is_some_and(|&last| last != b'\n') {
        into.push(b'\n');
    }
}
