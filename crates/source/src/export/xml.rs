//! Exports in XML: each element below the root, or each item of a feed, is a ticket or page; comments on it their own.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::markup::add;
use super::{Message, Take, time};

/// Elements and attributes by which a record is called, the more telling first. No titles: they are what somebody wrote.
const LABELS: &[&str] = &["key", "number", "id", "sys_id"];
/// Elements and attributes of the time at which it was written.
const TIMES: &[&str] = &["created", "sys_created_on", "creationDate"];
/// Deeper nesting than any export has.
const MAX_DEPTH: usize = 128;

/// A record while it is read.
#[derive(Default)]
struct Record {
    tag: String,
    /// How deep its element lies.
    depth: usize,
    /// What it may be called, by the rank in [`LABELS`].
    label: Option<(usize, String)>,
    message: Message,
}

impl Record {
    fn field(&mut self, name: &str, value: &str) {
        if let Some(rank) = LABELS.iter().position(|label| *label == name)
            && self.label.as_ref().is_none_or(|(best, _)| rank < *best)
        {
            self.label = Some((rank, value.trim().to_owned()));
        }
        if TIMES.contains(&name) && self.message.time.is_none() {
            self.message.time = time(value);
        }
        add(&mut self.message.text, name, value);
    }

    fn finish(mut self, parent: &[String]) -> Message {
        let label = self.label.map_or_else(String::new, |(_, label)| label);
        let name = if self.tag == "item" { label } else { format!("{} {label}", self.tag).trim_end().to_owned() };
        self.message.place = parent.iter().cloned().chain([name]).collect();
        self.message
    }
}

/// Reads an export.
pub(super) fn read(bytes: &[u8], take: Take<'_>) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("byte {} is not UTF-8", error.valid_up_to()))?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<String> = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    let mut value = String::new();
    loop {
        let event = reader.read_event().map_err(|_| format!("it is not XML from byte {} on", reader.error_position()))?;
        match event {
            Event::Start(start) => {
                flush(&mut records, &open, &mut value);
                element(&start, &mut open, &mut records)?;
            }
            Event::Empty(start) => {
                flush(&mut records, &open, &mut value);
                element(&start, &mut open, &mut records)?;
                if !close(&mut open, &mut records, take) {
                    return Ok(());
                }
            }
            Event::End(_) => {
                flush(&mut records, &open, &mut value);
                if !close(&mut open, &mut records, take) {
                    return Ok(());
                }
            }
            Event::Text(text) => value.push_str(&text),
            Event::CData(text) => value.push_str(&text),
            Event::GeneralRef(name) => {
                value.push('&');
                value.push_str(&name);
                value.push(';');
            }
            Event::Eof if open.is_empty() => return Ok(()),
            Event::Eof => return Err("it ends too early".to_owned()),
            _ => {}
        }
    }
}

/// Takes an element that begins.
fn element(start: &BytesStart<'_>, open: &mut Vec<String>, records: &mut Vec<Record>) -> Result<(), String> {
    if open.len() == MAX_DEPTH {
        return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
    }
    let tag = start.name().as_ref().to_owned();
    let mut named = None;
    let is_feed = open.first().is_some_and(|root| root == "rss");
    let begins = if is_feed { open.len() == 2 && tag == "item" } else { open.len() == 1 };
    let is_comment = tag == "comment" && !records.is_empty();
    if begins || is_comment {
        records.push(Record { tag: tag.clone(), depth: open.len(), ..Record::default() });
    }
    for attribute in start.attributes().with_checks(false).flatten() {
        let name = attribute.key.as_ref().to_owned();
        let value = attribute.value.into_owned();
        if name == "name" {
            // `<property name="body">` (Confluence): the name is the field's.
            named = Some(value);
        } else if let Some(record) = records.last_mut().filter(|record| record.depth == open.len()) {
            record.field(&name, &super::markup::plain(&value));
        }
    }
    open.push(named.unwrap_or(tag));
    Ok(())
}

/// Hands the text before a tag to the record around it.
fn flush(records: &mut [Record], open: &[String], value: &mut String) {
    if let (Some(record), Some(field)) = (records.last_mut(), open.last())
        && !value.trim().is_empty()
    {
        // Markup in an element is escaped once more for XML.
        let written = super::markup::plain(value);
        record.field(field, &written);
    }
    value.clear();
}

/// Takes an element that ends; `false`: no more is wanted.
fn close(open: &mut Vec<String>, records: &mut Vec<Record>, take: Take<'_>) -> bool {
    open.pop();
    let Some(record) = records.pop_if(|record| record.depth == open.len()) else { return true };
    let parent: Vec<String> = records.last().and_then(|parent| parent.label.as_ref()).map(|(_, label)| label.clone()).into_iter().collect();
    take(record.finish(&parent))
}
