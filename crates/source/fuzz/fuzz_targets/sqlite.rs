//! SQLite databases of small pages, and logs.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    let (mark, rest): (&[u8], _) = match data.split_first() {
        Some((1, rest)) => (b"\x37\x7F\x06\x82\0\0\0\0\0\0\x02\0", rest),
        _ => (b"SQLite format 3\0\x02\0\0\0\0", data),
    };
    read("a.db", &[mark, rest].concat());
});
