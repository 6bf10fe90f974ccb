//! Zips: by their directory, and piece by piece.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    read("a.zip", &[b"PK\x03\x04", data].concat());
});
