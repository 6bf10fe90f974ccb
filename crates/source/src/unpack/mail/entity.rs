//! The parts of a message (MIME, RFC 2045 to 2049).

use std::borrow::Cow;

use unkeyed_model::{SkipReason, Timestamp};

use super::transfer::decoded;
use crate::export::markup;
use crate::unpack::Outcome;
use crate::unpack::door::Door;
use crate::unpack::place::Place;

/// Parts inside parts, and messages inside messages.
const DEPTH: u32 = 12;
/// Most bytes of a field that are looked at.
const FIELD_BYTES: usize = 4 << 10;

/// A message on its way out.
pub(super) struct Message<'d, 'p> {
    door: &'d mut Door<'p>,
    place: Place,
    /// In front of the names of its members.
    prefix: &'d str,
    /// Its header, and every part that is meant to be read.
    text: Vec<u8>,
    parts: u32,
}

impl<'d, 'p> Message<'d, 'p> {
    pub(super) fn new(door: &'d mut Door<'p>, place: &Place, prefix: &'d str, bytes: &[u8]) -> Self {
        let place = place.as_message(field(split(bytes).0, "date").and_then(|date| time(&date)));
        Self { door, place, prefix, text: Vec::new(), parts: 0 }
    }

    pub(super) fn push(mut self, bytes: &[u8]) -> Outcome {
        self.header(bytes);
        self.entity(bytes, 0)?;
        let name = format!("{}text", self.prefix);
        self.door.text(&self.place, name.as_bytes(), &self.text)
    }

    fn header(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(split(bytes).0);
        self.text.push(b'\n');
    }

    fn entity(&mut self, bytes: &[u8], depth: u32) -> Outcome {
        let (header, body) = split(bytes);
        let kind = field(header, "content-type").unwrap_or_default();
        let encoding = field(header, "content-transfer-encoding").unwrap_or_default();
        let lower = kind.trim_start().to_ascii_lowercase();
        let boundary = parameter(&kind, "boundary").filter(|_| lower.starts_with("multipart/"));
        let is_message = lower.starts_with("message/rfc822");
        if (boundary.is_some() || is_message) && depth == DEPTH {
            let detail = format!("parts of a message nested deeper than {DEPTH}: read as they stand, without undoing their encoding");
            self.door.say(&self.place, SkipReason::Limit, detail)?;
            self.text.extend_from_slice(body);
            return Ok(());
        }
        if let Some(boundary) = boundary {
            return self.multipart(body, &boundary, depth);
        }
        let content = decoded(&encoding, body);
        if is_message {
            self.header(&content);
            return self.entity(&content, depth + 1);
        }
        let disposition = field(header, "content-disposition").unwrap_or_default();
        let name = parameter(&disposition, "filename").or_else(|| parameter(&kind, "name"));
        self.leaf(&lower, name, &content)
    }

    fn multipart(&mut self, body: &[u8], boundary: &str, depth: u32) -> Outcome {
        let mark = format!("--{boundary}");
        let mut start = None;
        let mut at = 0;
        loop {
            let found = next_line(body, mark.as_bytes(), at);
            let end = found.unwrap_or(body.len());
            match start {
                Some(start) => self.entity(&body[start..end], depth + 1)?,
                None => self.text.extend_from_slice(&body[..end]),
            }
            let Some(found) = found else { return Ok(()) };
            let rest = &body[found + mark.len()..];
            let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            at = found + mark.len() + line;
            if rest.starts_with(b"--") {
                self.text.extend_from_slice(&body[at..]);
                return Ok(());
            }
            start = Some(at);
        }
    }

    fn leaf(&mut self, kind: &str, name: Option<String>, content: &[u8]) -> Outcome {
        match name {
            None if kind.starts_with("text/html") => {
                let text = std::str::from_utf8(content).map_or_else(|_| latin1(content).into(), Cow::Borrowed);
                self.text.extend_from_slice(markup::plain(&text).as_bytes());
            }
            None if kind.is_empty() || kind.starts_with("text/") => self.text.extend_from_slice(content),
            name => {
                self.parts += 1;
                let name = format!("{}{}", self.prefix, name.unwrap_or_else(|| format!("part-{}", self.parts)));
                return self.door.member(&self.place, name.as_bytes(), &mut &content[..]);
            }
        }
        if !self.text.ends_with(b"\n") {
            self.text.push(b'\n');
        }
        Ok(())
    }
}

/// What is no UTF-8 is most often a character set of one byte.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// Header and body.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = bytes.strip_prefix(b"\r\n").or_else(|| bytes.strip_prefix(b"\n")) {
        return (&[], body);
    }
    let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    for end in ends {
        let rest = &bytes[end..];
        if let Some(body) = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")) {
            return (&bytes[..end], body);
        }
    }
    (bytes, &[])
}

/// The value of a field, unfolded; `wanted` is in lower case.
fn field(header: &[u8], wanted: &str) -> Option<String> {
    let mut lines = header.split(|&byte| byte == b'\n');
    let is_wanted = |line: &&[u8]| line.get(wanted.len()) == Some(&b':') && line[..wanted.len()].eq_ignore_ascii_case(wanted.as_bytes());
    let first = lines.find(is_wanted)?;
    let mut value = first[wanted.len() + 1..].to_vec();
    for line in lines.take_while(|line| line.starts_with(b" ") || line.starts_with(b"\t")) {
        if value.len() > FIELD_BYTES {
            break;
        }
        value.extend_from_slice(line);
    }
    value.truncate(FIELD_BYTES);
    Some(String::from_utf8_lossy(&value).trim().to_owned())
}

/// A parameter of a field: `; name="value"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(wanted).map(|at| from + at) {
        from = at + wanted.len();
        let is_begun = lower[..at].trim_end().ends_with(';');
        let Some(rest) = value[from..].trim_start().strip_prefix('=').filter(|_| is_begun) else { continue };
        let rest = rest.trim_start();
        let text = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split([';', ' ', '\t', '\r']).next(),
        };
        return text.filter(|text| !text.is_empty()).map(str::to_owned);
    }
    None
}

/// Where the next line begins that starts with `mark`.
fn next_line(body: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(&body[from..], mark).map(|at| from + at);
    found.find(|&at| at == 0 || body[at - 1] == b'\n')
}

/// `Mon, 1 Jun 2026 00:00:00 +0200 (CEST)` (RFC 5322, 3.3), as RFC 3339 writes it.
fn time(date: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = date.split_once(',').map_or(date, |(_, date)| date);
    let mut words = date.split_ascii_whitespace();
    let (day, month, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let clock: Cow<'_, str> = if clock.len() == 5 { format!("{clock}:00").into() } else { clock.into() };
    let zone = words.next().filter(|zone| zone.len() == 5 && zone.is_ascii() && zone.starts_with(['+', '-']));
    let zone = zone.map_or_else(|| "Z".to_owned(), |zone| format!("{}:{}", &zone[..3], &zone[3..]));
    format!("{year}-{month:02}-{day:0>2}T{clock}{zone}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_parameters_and_dates_are_found() {
        let header = b"Subject: a\r\nContent-Type: multipart/mixed;\r\n\tcharset=x; Boundary=\"b;1\"\r\nX: y\r\n";
        let kind = field(header, "content-type").unwrap();
        assert_eq!(parameter(&kind, "boundary").as_deref(), Some("b;1"));
        assert_eq!(parameter("text/plain; name=a.txt; x", "name").as_deref(), Some("a.txt"));
        assert_eq!((parameter("text/plain; filename=a", "name"), field(header, "to")), (None, None));
        assert_eq!(time("Mon, 1 Jun 2026 02:00:00 +0200 (CEST)"), "2026-06-01T00:00:00Z".parse().ok());
        assert_eq!((time("1 Jun 2026 00:00 GMT"), time("soon")), ("2026-06-01T00:00:00Z".parse().ok(), None));
        assert_eq!(
            (split(b"a: b\n\nc"), split(b"\r\nc"), split(b"a: b")),
            ((&b"a: b\n"[..], &b"c"[..]), (&b""[..], &b"c"[..]), (&b"a: b"[..], &b""[..]))
        );
    }
}
