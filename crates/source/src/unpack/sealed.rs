//! Formats that hold other content and are not opened here. They are known so that a report doesn't pass over them in silence.
//!
//! Encrypted files are not among them: what is locked and lies beside no key is a matter of the rules.

use unkeyed_model::{SkipReason, has_extension};

use super::sniff::has_control;

/// Where a mark stands, the mark, and what such a file is.
type Mark = (usize, &'static [u8], &'static str);

/// What packs other content. Sources of the marks: the formats' own documentation, and file(1) for those that have none.
const PACKED: &[Mark] = &[
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (0, b"MSCF\0\0\0\0", "a cabinet of Windows"),
    (0, b"MSWIM\0\0\0", "an image of Windows (WIM)"),
    (0, b"xar!\0", "a xar archive (package of macOS)"),
    (7, b"**ACE**", "an ACE archive"),
    (0, b"\x89LZO\0\r\n\x1A\n", "a file compressed by lzop"),
    (0, b"LRZI\0", "a file compressed by lrzip"),
    (0, b"# v2 git bundle\n", "a git bundle"),
    (0, b"# v3 git bundle\n", "a git bundle"),
    (0, b"hsqs", "a squashfs file system"),
    (0, b"QFI\xFB", "a disk image (qcow)"),
    (0, b"KDMV", "a disk image (VMDK)"),
    (0, b"vhdxfile", "a disk image (VHDX)"),
    (0, b"conectix", "a disk image (VHD)"),
    (54, b"FAT12   ", "a file system (FAT)"),
    (54, b"FAT16   ", "a file system (FAT)"),
    (82, b"FAT32   ", "a file system (FAT)"),
    (3, b"EXFAT   ", "a file system (exFAT)"),
    (3, b"NTFS    ", "a file system (NTFS)"),
    (0, b"XFSB\0", "a file system (XFS)"),
    (0, b"PGDMP", "a dump of PostgreSQL in its own format"),
    (0, b"REDIS00", "a snapshot of Redis"),
];

/// Documents and tables, of which a part stands in plain bytes.
const MIXED: &[Mark] = &[
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an OLE compound file (documents of older Office, mails of Outlook, installers)"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"LPKSHHRH", "a journal of systemd"),
];

/// What a file is that begins with `head` and bears `name`, if it is one of these, and what that means for what was read. A text
/// may begin with a short mark.
pub(super) fn what(head: &[u8], name: &str) -> Option<(SkipReason, &'static str)> {
    let in_list = |list: &[Mark], why| {
        let (_, mark, what) = list.iter().find(|(at, mark, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark)))?;
        (mark.ends_with(b"\n") || has_control(head)).then_some((why, *what))
    };
    let tested = || match () {
        () if is_compress(head) => Some("a file compressed by compress (.Z)"),
        () if has_partitions(head) => Some("an image of a disk with partitions"),
        () if is_ext(head) => Some("a file system (ext2, ext3 or ext4)"),
        // Its mark stands behind 32 KiB that may hold anything (ECMA-119, 7.2.1).
        () if has_extension(name, &["iso"]) && has_control(head) => Some("an image of a disc (ISO 9660)"),
        () => None,
    };
    in_list(PACKED, SkipReason::NotOpened)
        .or_else(|| in_list(MIXED, SkipReason::NotUnderstood))
        .or_else(|| tested().map(|what| (SkipReason::NotOpened, what)))
}

/// The mark, and how many bits a code has: 9 to 16, with a flag above and none between.
fn is_compress(head: &[u8]) -> bool {
    matches!(head, [0x1F, 0x9D, flags, ..] if flags & 0x60 == 0 && (9..=16).contains(&(flags & 0x1F)))
}

/// A superblock stands at 1024: `s_magic`, with a size of blocks, a state and a behaviour on errors that there are (Linux,
/// "ext4 Data Structures and Algorithms", "The Super Block").
fn is_ext(head: &[u8]) -> bool {
    let Some(block) = head.get(1024..) else { return false };
    let number = |at: usize| Some(u16::from_le_bytes(block.get(at..at + 2)?.try_into().ok()?));
    let is_within = |at: usize, most: u16| number(at).is_some_and(|number| number <= most);
    number(0x38) == Some(0xEF53) && is_within(0x18, 6) && is_within(0x1A, 0) && is_within(0x3A, 7) && is_within(0x3C, 3)
}

/// A boot record ends with its mark, and before it stand four partitions: a status of two that there are, a type, where it
/// starts and how long it is, or nothing at all (UEFI Specification, 5.2.1; a GPT disk has one that protects it, 5.2.3).
fn has_partitions(head: &[u8]) -> bool {
    let Some(table) = head.get(446..510).filter(|_| head.get(510..512) == Some(b"\x55\xAA")) else { return false };
    let is_used = |entry: &[u8]| entry[4] != 0 && entry[8..12] != [0; 4] && entry[12..16] != [0; 4];
    let is_sound = |entry: &[u8]| entry[0] & 0x7F == 0 && (is_used(entry) || entry.iter().all(|&byte| byte == 0));
    let mut entries = table.chunks(16);
    entries.clone().all(is_sound) && entries.any(is_used)
}
