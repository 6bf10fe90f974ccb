//! PDF, property lists, Android resources, Python and Dalvik code.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const MARKS: [&[u8]; 6] = [b"%PDF-1.7\n", b"bplist00", b"\x02\0\x0C\0", b"\x03\0\x08\0", b"dex\n035\0", b"\xCB\r\r\n"];
    if let Some((first, rest)) = data.split_first() {
        read("a.pyc", &[MARKS[usize::from(*first) % MARKS.len()], rest].concat());
    }
});
