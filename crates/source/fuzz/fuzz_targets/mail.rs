//! Messages and mailboxes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    if let Some((first, rest)) = data.split_first() {
        let start: &[u8] = if first & 1 == 0 { b"Received: x\nFrom: a\nTo: b\n" } else { b"From a Mon Jun  1 00:00:00 2026\nFrom: a\n" };
        read("a.eml", &[start, rest].concat());
    }
});
