//! Exports in JSON: lists of objects, in a known key or at the root. One object at a time is held.

use std::collections::HashSet;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::markup::{add, plain};
use super::{Message, Take, time};

/// Keys that hold the messages, or conversations with messages.
const LISTS: &[&str] = &["conversations", "MessageList", "messages", "value", "issues", "records", "result"];
/// Keys that name what holds the messages.
const NAMES: &[&str] = &["displayName", "id"];
/// Keys by which an object is called, the more telling first: Jira, ServiceNow, Slack, Teams.
const LABELS: &[&str] = &["key", "number", "ts", "id", "sys_id"];
/// Keys of the time at which it was written.
const TIMES: &[&str] = &["ts", "created", "sys_created_on", "createdDateTime", "originalarrivaltime"];
/// What only repeats the text in another form, or describes who wrote it.
const REPEATED: &[&str] = &["blocks", "user_profile", "renderedFields", "avatarUrls"];
/// Keys of the texts that blocks show.
const SHOWN: &[&str] = &["text", "url", "title", "alt_text", "image_url", "value"];
/// Parts of a line in blocks; others are lines of their own.
const INLINE: &[&str] = &["text", "link", "emoji", "user"];

/// Reads an export.
pub(super) fn read(bytes: &[u8], take: Take<'_>) -> Result<(), String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut stopped = false;
    let mut reader = Deserializer::from_slice(bytes);
    let records = Records {
        within: None,
        take: &mut |message| {
            stopped = !take(message);
            !stopped
        },
    };
    match records.deserialize(&mut reader).and_then(|()| reader.end()) {
        Err(error) if !stopped => Err(format!("it is not JSON from line {} on", error.line())),
        _ => Ok(()),
    }
}

/// Walks to the messages.
struct Records<'t, 'f> {
    /// The conversation that they belong to.
    within: Option<String>,
    take: &'t mut (dyn FnMut(Message) -> bool + 'f),
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an export")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if LISTS.contains(&key.as_str()) {
                map.next_value_seed(Records { within: self.within.clone(), take: self.take })?;
            } else if NAMES.contains(&key.as_str()) {
                let name = map.next_value::<Value>()?;
                self.within = name.as_str().filter(|name| !name.is_empty()).map(str::to_owned).or(self.within);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Record { within: self.within.as_deref(), take: self.take })?.is_some() {}
        Ok(())
    }
}

/// One element of a list: a message, or a conversation with its own list.
struct Record<'t, 'f, 'w> {
    within: Option<&'w str>,
    take: &'t mut (dyn FnMut(Message) -> bool + 'f),
}

impl<'de> DeserializeSeed<'de> for Record<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let value: Value = serde::Deserialize::deserialize(deserializer)?;
        let goes_on = match value.get("MessageList").and_then(Value::as_array) {
            Some(messages) => {
                let name = NAMES.iter().find_map(|name| value.get(name)?.as_str()).filter(|name| !name.is_empty());
                messages.iter().all(|message| messages_of(name.or(self.within), message, self.take))
            }
            None => messages_of(self.within, &value, self.take),
        };
        if goes_on { Ok(()) } else { Err(serde::de::Error::custom("stopped")) }
    }
}

/// The message in an object, and the comments on it.
fn messages_of(within: Option<&str>, object: &Value, take: &mut (dyn FnMut(Message) -> bool + '_)) -> bool {
    let mut place: Vec<String> = within.map(str::to_owned).into_iter().collect();
    let label =
        LABELS.iter().find_map(|label| object.get(label)).map(|label| label.as_str().map_or_else(|| label.to_string(), str::to_owned));
    place.extend(label);
    let fields = object.get("fields").unwrap_or(object);
    let time = TIMES.iter().find_map(|key| time(fields.get(key)?.as_str()?));
    let mut message = Message { place, time, text: String::new() };
    let comments = fields.pointer("/comment/comments").and_then(Value::as_array);
    gather("", fields, comments.is_some(), &mut message.text);
    if let Some(blocks) = object.get("blocks").filter(|_| object.get("text").is_some()) {
        add_blocks(blocks, &mut message.text);
    }
    let parent = message.place.clone();
    take(message)
        && comments.into_iter().flatten().all(|comment| {
            let mut place = parent.clone();
            place.push(format!("comment {}", comment.get("id").and_then(Value::as_str).unwrap_or_default()));
            let mut message =
                Message { place, time: comment.get("created").and_then(Value::as_str).and_then(super::time), text: String::new() };
            gather("", comment, false, &mut message.text);
            take(message)
        })
}

/// Adds all text of a value. In Atlassian's document format (a tree of nodes with `text`) each paragraph is a line.
fn gather(key: &str, value: &Value, without_comments: bool, text: &mut String) {
    match value {
        Value::String(written) => add(text, key, written),
        Value::Number(number) if !key.is_empty() => add(text, key, &number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| gather(key, item, without_comments, text)),
        Value::Object(fields) if fields.contains_key("type") && fields.get("content").is_some_and(Value::is_array) => {
            paragraph(value, text)
        }
        Value::Object(fields) => {
            let repeats = |name: &str| REPEATED.contains(&name) || without_comments && name == "comment";
            let kept = fields.iter().filter(|(name, _)| !repeats(name) || *name == "blocks" && !fields.contains_key("text"));
            kept.for_each(|(name, value)| gather(name, value, without_comments, text));
        }
        _ => {}
    }
}

/// Adds the lines of Slack's `blocks` in which there is a word that the text doesn't have. The text mostly repeats them, but
/// with some it only says what is shown where blocks can't be.
fn add_blocks(blocks: &Value, text: &mut String) {
    let mut lines = String::new();
    shown(blocks, &mut lines);
    let said: HashSet<&str> = text.split_whitespace().map(bare).collect();
    let is_new = |line: &&str| line.split_whitespace().any(|word| !said.contains(bare(word)));
    let new: Vec<&str> = lines.lines().filter(is_new).collect();
    let new = new.join("\n");
    text.push_str(&new);
}

/// A word without the marks around it, such as those of emphasis.
fn bare(word: &str) -> &str {
    word.trim_matches(|character: char| !character.is_alphanumeric())
}

/// Adds what a block shows.
fn shown(block: &Value, text: &mut String) {
    if let Value::Array(blocks) = block {
        blocks.iter().for_each(|block| shown(block, text));
    }
    let Value::Object(fields) = block else { return };
    for (key, value) in fields {
        match value {
            Value::String(written) if SHOWN.contains(&key.as_str()) => text.push_str(&plain(written)),
            _ => shown(value, text),
        }
    }
    let is_inline = fields.get("type").and_then(Value::as_str).is_some_and(|kind| INLINE.contains(&kind));
    if !is_inline && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn paragraph(node: &Value, text: &mut String) {
    let children = node.get("content").and_then(Value::as_array).into_iter().flatten();
    for child in children {
        match child.get("text").and_then(Value::as_str) {
            Some(written) => text.push_str(&plain(written)),
            None if child.get("type").and_then(Value::as_str) == Some("hardBreak") => text.push('\n'),
            None => paragraph(child, text),
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
}
