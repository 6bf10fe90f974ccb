//! ar, cpio, rpm and asar.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const MARKS: [&[u8]; 4] = [b"!<arch>\n", b"070701", b"\xED\xAB\xEE\xDB", b"\x04\0\0\0"];
    if let Some((first, rest)) = data.split_first() {
        read("a.bin", &[MARKS[usize::from(*first) % MARKS.len()], rest].concat());
    }
});
