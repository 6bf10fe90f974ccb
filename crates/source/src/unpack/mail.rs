//! Mail: single messages (RFC 5322) and mailboxes of them (RFC 4155).
//!
//! The text of a message is one member, its attachments are others; a mailbox numbers its messages. The reader is our own,
//! because libraries build every header and part in memory and follow messages inside messages without end. A message is
//! held whole, a mailbox of any length is not.

mod entity;
mod transfer;

use std::io::{BufRead, Read};

use unkeyed_model::{SkipReason, has_extension};

use super::Outcome;
use super::door::Door;
use super::place::Place;
use entity::Message;

/// Largest message that is read whole; of a larger one, the first part. Most mail servers take 25 MB or less.
pub(super) const MESSAGE_BYTES: usize = 32 << 20;
/// So much of a line is looked at for the marks between messages.
const LINE_BYTES: u64 = 64 << 10;
/// Fields that only mail has.
const OWN_FIELDS: &[&str] = &["received", "return-path", "delivered-to", "message-id", "mime-version"];
/// Fields that mail shares with other texts.
const SHARED_FIELDS: &[&str] = &["from", "to", "cc", "date", "subject", "content-type", "reply-to"];
/// So many known fields tell a message whose name doesn't.
const TELLING: usize = 3;

/// Begins with the line between messages.
pub(super) fn is_mailbox(head: &[u8], _name: &str) -> bool {
    let line = head.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
    is_between(line) && known_fields(&head[line.len()..]).is_some()
}

/// `From SENDER WEEKDAY …`. What `git format-patch` writes there is a commit: a patch stays the text that it is.
fn is_between(line: &[u8]) -> bool {
    let Some(line) = line.strip_prefix(b"From ") else { return false };
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let sender = words.next().unwrap_or_default();
    let is_commit = sender.len() >= 40 && sender.iter().all(u8::is_ascii_hexdigit);
    let day = words.next().unwrap_or_default();
    !is_commit && [&b"Mon"[..], b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].contains(&day)
}

/// Has the header of a message.
pub(super) fn is_message(head: &[u8], name: &str) -> bool {
    let is_named = has_extension(name, &["eml", "mht", "mhtml"]);
    known_fields(head).is_some_and(|(own, shared)| if is_named { own + shared > 0 } else { own > 0 && own + shared >= TELLING })
}

/// How many fields of mail, own and shared, the header has that `head` is or begins with; `None` if it is no header.
fn known_fields(head: &[u8]) -> Option<(usize, usize)> {
    let (mut own, mut shared) = (0, 0);
    let mut lines = head.split_inclusive(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let text = line.trim_ascii_end();
        if text.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(colon) = memchr::memchr(b':', text) else {
            // The last line may be cut.
            return (lines.peek().is_none() && !line.ends_with(b"\n")).then_some((own, shared));
        };
        let field = &text[..colon];
        if field.is_empty() || !field.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let is_one_of = |fields: &[&str]| fields.iter().any(|known| field.eq_ignore_ascii_case(known.as_bytes()));
        own += usize::from(is_one_of(OWN_FIELDS));
        shared += usize::from(is_one_of(SHARED_FIELDS));
    }
    Some((own, shared))
}

/// Reads a message.
pub(super) fn message(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let mut bytes = Vec::new();
    content.take(MESSAGE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    push(door, place, "", &mut bytes)
}

/// Reads the messages of a mailbox.
pub(super) fn mailbox(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let (mut bytes, mut line, mut number) = (Vec::new(), Vec::new(), 0_u64);
    let (mut is_start, mut is_apart) = (true, true);
    loop {
        line.clear();
        let read = (&mut *content).take(LINE_BYTES).read_until(b'\n', &mut line);
        let ended = !matches!(read, Ok(1..));
        if ended || (is_start && is_apart && is_between(&line)) {
            if number > 0 {
                push(door, place, &format!("{number}/"), &mut bytes)?;
            }
            number += 1;
        } else if bytes.len() <= MESSAGE_BYTES {
            bytes.extend_from_slice(&line);
        }
        if ended {
            return read.map(drop).map_err(Into::into);
        }
        is_apart = is_start && line.trim_ascii().is_empty();
        is_start = line.ends_with(b"\n");
    }
}

/// Pushes what a message holds, and says so if it is cut.
fn push(door: &mut Door<'_>, place: &Place, prefix: &str, bytes: &mut Vec<u8>) -> Outcome {
    let is_cut = bytes.len() > MESSAGE_BYTES;
    bytes.truncate(MESSAGE_BYTES);
    let held = door.budget.held();
    // Once as it stands and once decoded.
    door.budget.claim(2 * bytes.len())?;
    Message::new(door, place, prefix, bytes).push(bytes)?;
    door.budget.hold_only(held);
    bytes.clear();
    bytes.shrink_to(super::limits::SPARE_BYTES);
    if is_cut {
        door.say(place, SkipReason::Limit, format!("a message longer than {MESSAGE_BYTES} bytes, of which the first were read"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_is_told_from_other_texts() {
        let header =
            b"Received: from a\r\n\tby b; Mon, 1 Jun 2026 00:00:00 +0000\r\nFrom: a@example.org\r\nSubject: x\r\n\r\nbody without a colon";
        assert!(is_message(header, "1780272000.M1P2.host:2,S") && is_message(&header[..60], "a.eml"));
        assert!(is_message(b"Subject: x\n\ny", "a.eml") && !is_message(b"Subject: x\n\ny", "a.txt"));
        for text in
            ["a: 1\nb: 2\n", "From: a\nTo: b\nSubject: c\n", "Received", "", "{\"from\": 1}\n", "Message-ID: x\nno field\nFrom: y\nTo: z\n"]
        {
            assert!(!is_message(text.as_bytes(), "a.yaml"), "{text}");
        }
        assert!(is_mailbox(b"From a@example.org Mon Jun  1 00:00:00 2026\nFrom: a\n\n", "mbox"));
        assert!(is_mailbox(b"From MAILER-DAEMON  Mon Jun  1 00:00:00 2026\r\nDate: x\r\n", "Inbox"));
        let patch = format!("From {} Mon Sep 17 00:00:00 2001\nFrom: a\nSubject: [PATCH] x\n\n", "0a".repeat(20));
        assert!(!is_mailbox(patch.as_bytes(), "0001-x.patch") && !is_mailbox(b"From here on Monday\n", "notes"));
    }
}
