//! Every format: a file of `fixtures/parse`, with an edit. The first two bytes choose the file, the next four where it is
//! cut and how much is left out there; what follows is put in.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use unkeyed_parse_fuzz::{Fixture, fixtures, read};

static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(fixtures);

fuzz_target!(|data: &[u8]| {
    let Some((head, put_in)) = data.split_first_chunk::<6>() else { return };
    let number = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let fixture = &FIXTURES[number(0) % FIXTURES.len()];
    let start = number(2) % (fixture.content.len() + 1);
    let end = (start + number(4) % 64).min(fixture.content.len());
    let edited = [&fixture.content[..start], put_in, &fixture.content[end..]].concat();
    read(&fixture.path, fixture.surface, &edited);
});
