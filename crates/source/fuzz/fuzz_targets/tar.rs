//! Tars, with the checksums of their headers set right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::read;

fuzz_target!(|data: &[u8]| {
    let mut tar = data.to_vec();
    for block in tar.chunks_exact_mut(512) {
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    read("a.tar", &tar);
});
