//! Configurations of images.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_model::Surface;
use unkeyed_parse_fuzz::read;

fuzz_target!(|data: &[u8]| {
    const STARTS: [&str; 5] = [
        "",
        "{\"rootfs\": {}, \"config\": {\"Env\": [\"",
        "{\"rootfs\": {}, \"config\": {\"Entrypoint\": [\"/bin/sh\", \"-c\", \"",
        "{\"rootfs\": {}, \"history\": [{\"created_by\": \"RUN |2 A_TOKEN=",
        "{\"rootfs\": {}, \"history\": [{\"created_by\": \"/bin/sh -c #(nop)  ENV A_TOKEN=",
    ];
    if let Some((first, rest)) = data.split_first() {
        read("a.json", Surface::ImageConfig, &[STARTS[usize::from(*first) % STARTS.len()].as_bytes(), rest].concat());
    }
});
