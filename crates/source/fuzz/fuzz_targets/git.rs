//! A repository of one pack: its index names four objects at places that the input chooses, and refs lead to two of them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::{folder, read_target};

/// Ids of the objects: a digit twenty times.
const IDS: [u8; 4] = [0x11, 0x44, 0x77, 0xAA];

fn index(offsets: &[u8], flips: &[u8]) -> Vec<u8> {
    let mut index = b"\xFFtOc\0\0\0\x02".to_vec();
    for first in 0..=255_u8 {
        index.extend((IDS.iter().filter(|id| **id <= first).count() as u32).to_be_bytes());
    }
    IDS.iter().for_each(|id| index.extend([*id; 20]));
    index.extend([0; 16]);
    offsets.iter().for_each(|offset| index.extend((12 + u32::from(*offset)).to_be_bytes()));
    index.extend([0; 40]);
    for flip in flips.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([flip[0], flip[1]])) % index.len();
        index[at] ^= flip[2];
    }
    index
}

fuzz_target!(|data: &[u8]| {
    let Some((head, objects)) = data.split_at_checked(11) else { return };
    let root = folder();
    for folder in ["objects/pack", "objects/info", "refs/heads", "refs/tags"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let hex = |id: u8| format!("{id:02x}").repeat(20);
    std::fs::write(root.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(root.join("config"), "[core]\nrepositoryformatversion = 0\nbare = true\n").unwrap();
    std::fs::write(root.join("refs/heads/main"), hex(IDS[0])).unwrap();
    std::fs::write(root.join("refs/tags/v1"), hex(IDS[1])).unwrap();
    let pack = [b"PACK\0\0\0\x02\0\0\0\x04", objects, &[0; 20]].concat();
    let name = format!("objects/pack/pack-{}", "0".repeat(40));
    std::fs::write(root.join(format!("{name}.pack")), pack).unwrap();
    let flips = if head[4] & 1 == 0 { &head[5..5] } else { &head[5..11] };
    std::fs::write(root.join(format!("{name}.idx")), index(&head[..4], flips)).unwrap();
    read_target(&format!("git:{}", root.display()));
});
