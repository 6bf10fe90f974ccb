//! Exports of chats, tickets and wikis.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const NAMES: [(&str, &[u8]); 6] = [
        ("a.json", b"[{\"type\": \"message\", \"ts\": \"1704445200.1\", \"text\": \""),
        ("a.json", b"{\"issues\": [{\"key\": \"A-1\", \"fields\": {"),
        ("a.xml", b"<rss version=\"0.92\"><channel><build-info></build-info><item>"),
        ("a.xml", b"<unload unload_date=\"x\"><incident>"),
        ("a.csv", b"Issue key,Summary,Created\n"),
        ("a.html", b"<html><div class=\"wiki-content\" id=\"title-heading\">"),
    ];
    if let Some((first, rest)) = data.split_first() {
        let (name, start) = NAMES[usize::from(*first) % NAMES.len()];
        read(name, &[start, rest].concat());
    }
});
