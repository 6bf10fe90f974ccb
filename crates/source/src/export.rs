//! Exports of chats, tickets and wikis, taken apart into their messages: a credential in one is at that message, and is
//! as old as it. And the texts of office documents, whose markup may stand in the middle of a word.
//!
//! The decision a reader would question: an export is read twice, first only to see that it is whole. What isn't is
//! scanned as the text that it is, instead of half as messages. Places are lines of the message's text.

mod json;
pub(crate) mod markup;
mod table;
mod xml;

use std::sync::Arc;

use unkeyed_model::{Origin, Skip, SkipReason, Surface, Timestamp, Unit};

use crate::path_text::path_text;
use crate::{Event, Flow};

/// What is looked at to tell an export.
const HEAD_BYTES: usize = 4 << 10;
/// The same for pages, which begin with scripts and styles.
const PAGE_HEAD_BYTES: usize = 64 << 10;

/// Characters of a conversation's or ticket's name that are shown in paths.
const MAX_NAME: usize = 64;

/// A message, a ticket, a comment, a page.
#[derive(Debug, Default)]
struct Message {
    /// What it is called in its export, outermost part first: conversation and number, ticket and comment.
    place: Vec<String>,
    time: Option<Timestamp>,
    text: String,
}

/// Receives messages; `false` ends the reading.
type Take<'t> = &'t mut dyn FnMut(Message) -> bool;

/// One kind of export.
struct Format {
    /// `None`: that of the file.
    surface: Option<Surface>,
    /// Texts that all stand near its beginning.
    marks: &'static [&'static [u8]],
    /// Reads it, or says why it can't be read.
    read: fn(&[u8], Take<'_>) -> Result<(), String>,
}

const CHAT: Option<Surface> = Some(Surface::Chat);
const TICKET: Option<Surface> = Some(Surface::Ticket);

/// Slack (a file per channel and day), Teams (personal export, Graph); Jira (search, issue views, backup, CSV),
/// ServiceNow (JSON, XML, CSV), Confluence (space or site backup, pages), Jira's issue navigator as a page; parts of Office
/// Open XML (ECMA-376): text and its notes, slides, strings of sheets.
const FORMATS: &[Format] = &[
    Format { surface: CHAT, marks: &[b"[", b"\"type\"", b"\"message\"", b"\"ts\"", b"\"text\""], read: json::read },
    Format { surface: CHAT, marks: &[b"{", b"\"conversations\"", b"\"MessageList\""], read: json::read },
    Format { surface: CHAT, marks: &[b"{", b"\"value\"", b"\"createdDateTime\"", b"\"contentType\""], read: json::read },
    Format { surface: TICKET, marks: &[b"{", b"\"issues\"", b"\"key\"", b"\"fields\""], read: json::read },
    Format { surface: TICKET, marks: &[b"{", b"\"records\"", b"\"sys_"], read: json::read },
    Format { surface: TICKET, marks: &[b"{", b"\"result\"", b"\"sys_"], read: json::read },
    Format { surface: TICKET, marks: &[b"<", b"<rss", b"<channel>", b"<build-info>"], read: xml::read },
    Format { surface: TICKET, marks: &[b"<", b"<entity-engine-xml"], read: xml::read },
    Format { surface: TICKET, marks: &[b"<", b"<hibernate-generic"], read: xml::read },
    Format { surface: TICKET, marks: &[b"<", b"<unload", b"unload_date"], read: xml::read },
    Format { surface: TICKET, marks: &[b"<", b"<xml>", b"<sys_"], read: xml::read },
    Format { surface: TICKET, marks: &[b"Issue key", b"Summary"], read: table::read },
    Format { surface: TICKET, marks: &[b"number", b"short_description"], read: table::read },
    Format { surface: TICKET, marks: &[b"<", b"wiki-content", b"title-heading"], read: whole_page },
    Format { surface: TICKET, marks: &[b"<", b"wiki-content", b"Confluence"], read: whole_page },
    Format { surface: TICKET, marks: &[b"<", b"issuetable", b"issuerow"], read: whole_page },
    Format { surface: None, marks: &[b"<", b"<w:document"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<w:comments"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<w:footnotes"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<w:hdr"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<w:ftr"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<p:sld"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<p:notes"], read: whole_document },
    Format { surface: None, marks: &[b"<", b"<sst"], read: whole_document },
];

/// Names of files that exports consist of.
const ENDINGS: &[&str] = &[".json", ".xml", ".csv", ".html", ".htm"];

/// The kind of export that begins with these bytes.
fn format(name: &str, bytes: &[u8]) -> Option<&'static Format> {
    if !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    let is_page = name.ends_with(".html") || name.ends_with(".htm");
    let head = &bytes[..bytes.len().min(if is_page { PAGE_HEAD_BYTES } else { HEAD_BYTES })];
    let body = head.trim_ascii_start();
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    FORMATS.iter().find(|format| {
        // A mark of one byte is how the text begins.
        format.marks.iter().all(|mark| if mark.len() == 1 { body.starts_with(mark) } else { memchr::memmem::find(body, mark).is_some() })
            && (format.marks[0].len() == 1 || name.ends_with(".csv"))
    })
}

/// The surface of a file, if it is an export.
pub(crate) fn surface(name: &str, head: &[u8]) -> Option<Surface> {
    format(name, head)?.surface
}

/// Pushes the messages of an export, or `unit` as it is if it is none.
pub(crate) fn push(unit: Unit<'_>, push: &mut dyn FnMut(Event<'_>) -> Flow) -> Flow {
    let Some(format) = format(unit.origin().file_name(), unit.bytes()) else { return push(Event::Unit(unit)) };
    let origin = Origin::clone(unit.origin());
    let origin = Origin { surface: format.surface.unwrap_or(origin.surface), ..origin };
    if let Err(why) = (format.read)(unit.bytes(), &mut |_| true) {
        let detail = format!("looks like an export, but {why}; scanned as text, without telling messages apart");
        let row = Skip { path: origin.path.clone(), why: SkipReason::Malformed, detail };
        if push(Event::Skip(row)) == Flow::Stop {
            return Flow::Stop;
        }
        return push(Event::Unit(Unit::new(Arc::new(origin), unit.bytes())));
    }
    let mut flow = Flow::Continue;
    // It was read to the end before.
    let _ = (format.read)(unit.bytes(), &mut |message| {
        if !message.text.is_empty() {
            flow = push(Event::Unit(Unit::new(Arc::new(placed(&origin, &message)), message.text.into_bytes())));
        }
        flow == Flow::Continue
    });
    flow
}

/// The origin of a message in the export at `origin`.
fn placed(origin: &Origin, message: &Message) -> Origin {
    let mut path = origin.path.clone();
    for (index, part) in message.place.iter().enumerate() {
        path.push_str(if index == 0 { "!/" } else { "/" });
        let part: String = part.chars().take(MAX_NAME).collect();
        path.push_str(&path_text(part.as_ref()).replace('/', "%2F"));
    }
    Origin { path, first_seen: message.time.or(origin.first_seen), ..origin.clone() }
}

/// A page of an HTML export is one message, and already at its place.
fn whole_page(bytes: &[u8], take: Take<'_>) -> Result<(), String> {
    take(Message { place: Vec::new(), time: None, text: markup::in_its_lines(&String::from_utf8_lossy(bytes)) });
    Ok(())
}

/// The text of a part of a document, a line for each paragraph.
fn whole_document(bytes: &[u8], take: Take<'_>) -> Result<(), String> {
    take(Message { place: Vec::new(), time: None, text: markup::plain(&String::from_utf8_lossy(bytes)) });
    Ok(())
}

/// A time as these products write it: RFC 3339, without a colon in the offset, with a blank, or seconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(seconds) = text.split('.').next().filter(|seconds| seconds.len() >= 9).and_then(|seconds| seconds.parse().ok()) {
        return Timestamp::from_second(seconds).ok();
    }
    text.parse().ok().or_else(|| format!("{}Z", text.replacen(' ', "T", 1)).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_products_write_them() {
        let expected: Timestamp = "2024-01-05T09:00:00Z".parse().unwrap();
        for text in ["2024-01-05T09:00:00Z", "2024-01-05T10:00:00.000+0100", "2024-01-05 09:00:00", "1704445200.000100"] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }
}
