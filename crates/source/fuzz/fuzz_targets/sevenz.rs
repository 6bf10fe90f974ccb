//! 7z, with the checksums of its start set right: 20 bytes of packed data, then the directory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    let directory = data.get(20..).unwrap_or_default();
    let mut start = 20_u64.to_le_bytes().to_vec();
    start.extend((directory.len() as u64).to_le_bytes());
    start.extend(crc32fast::hash(directory).to_le_bytes());
    let checksum = crc32fast::hash(&start).to_le_bytes();
    read("a.7z", &[b"7z\xBC\xAF\x27\x1C\0\x04", &checksum[..], &start, data].concat());
});
