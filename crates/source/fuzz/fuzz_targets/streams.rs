//! Compressed streams: each decoder sees any bytes behind its mark.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const MARKS: [&[u8]; 9] = [
        b"\x1F\x8B\x08",
        b"BZh91AY&SY",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
        b"\x04\x22\x4D\x18",
        b"\x02\x21\x4C\x18",
        b"LZIP\x01",
        b"\x5D\0\0\x10\0",
        // Brotli has none: its name tells, and a byte that no text has.
        b"",
    ];
    if let Some((first, rest)) = data.split_first() {
        let mark = MARKS[usize::from(*first) % MARKS.len()];
        read(if mark.is_empty() { "a.tar.br" } else { "a.tar.gz" }, &[mark, rest].concat());
    }
});
