//! Messages and mailboxes.

use unkeyed_model::SkipReason;

use super::{Found, make, read, text};

fn base64(content: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for group in content.chunks(3) {
        let bits = group.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        let digits = (0..=group.len()).map(|at| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]));
        encoded.extend(digits.chain("==".chars()).take(4));
    }
    encoded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\r\n").collect()
}

/// A message with a text that is encoded, the same as a page, an archive, and a message that was forwarded.
pub(crate) fn message(archive: &[u8]) -> String {
    let header = "Received: from a by b\r\nDate: Mon, 1 Jun 2026 02:00:00 +0200\r\nFrom: ann@example.org\r\nSubject: access\r\n";
    let page = "<p>token:=20x3</p>";
    format!(
        "{header}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n\
         --outer\r\nContent-Type: multipart/alternative; boundary=\"in ner\"\r\n\r\n\
         --in ner\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--in ner\r\n\
         Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{page}\r\n--in ner--\r\n\
         --outer\r\nContent-Type: application/zip; name=keys.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\
         --outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: forwarded\r\n\r\nsecret: x4\r\n--outer--\r\n",
        base64(b"password: x2\n"),
        base64(archive),
    )
}

fn shown(found: &Found, path: &str) -> String {
    String::from_utf8_lossy(found.content(path)).into_owned()
}

#[test]
fn a_message_is_its_text_and_its_attachments() {
    let found = read("a.eml", message(&make::zip(&[("k.env", &text(1))])).as_bytes());
    assert_eq!(found.paths(), ["a.eml!/keys.zip!/k.env", "a.eml!/text"]);
    assert_eq!(found.content("a.eml!/keys.zip!/k.env"), text(1));
    let text = shown(&found, "a.eml!/text");
    for line in ["Subject: access", "preamble", "password: x2", "token: x3", "Subject: forwarded", "secret: x4"] {
        assert!(text.lines().any(|shown| shown == line), "{line} is not in {text}");
    }
    assert_eq!(found.skips, []);
}

#[test]
fn a_mailbox_is_its_messages() {
    let line = "From ann@example.org Mon Jun  1 00:00:00 2026\n";
    let plain = "From: ann@example.org\nSubject: x\n\nFrom here on: password: y1\n>From there\n\n";
    let found = read("archive.mbox", format!("{line}{plain}{line}{}", message(&make::gzip(&text(2)))).as_bytes());
    assert_eq!(found.paths(), ["archive.mbox!/1/text", "archive.mbox!/2/keys.zip!/keys.zip", "archive.mbox!/2/text"]);
    assert!(shown(&found, "archive.mbox!/1/text").contains("From here on: password: y1\n"));
    assert_eq!(found.content("archive.mbox!/2/keys.zip!/keys.zip"), text(2));
    assert_eq!(found.skips, []);
}

#[test]
fn messages_in_messages_end() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000) + "password: z1\n";
    let found = read("a.eml", format!("Received: x\nFrom: a\nTo: b\n{nested}").as_bytes());
    assert_eq!(found.rows(), [("a.eml", SkipReason::Limit)]);
    assert!(shown(&found, "a.eml!/text").ends_with("password: z1\n"));
    let parts = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(10_000);
    assert!(!read("a.eml", parts.as_bytes()).units.is_empty());
}

#[test]
fn patches_stay_as_they_are() {
    let patch = format!("From {} Mon Sep 17 00:00:00 2001\nFrom: a\nDate: b\nSubject: [PATCH] c\n\n-a\n+b\n", "0a".repeat(20));
    assert_eq!(read("0001.patch", patch.as_bytes()).paths(), ["0001.patch"]);
}
