//! Compressed streams, and tars in them.

use unkeyed_model::SkipReason;

use super::{make, read, text};

type Compress = fn(&[u8]) -> Vec<u8>;

const FORMATS: &[(&str, Compress)] = &[
    ("gz", make::gzip),
    ("bz2", make::bzip2),
    ("xz", make::xz),
    ("lzma", make::lzma),
    ("lz", make::lzip),
    ("zst", make::zstd),
    ("lz4", make::lz4),
    ("br", make::brotli),
];

#[test]
fn a_compressed_text_is_read_under_its_own_name() {
    for (ending, compress) in FORMATS {
        let found = read(&format!("app.log.{ending}"), &compress(&text(1)));
        assert_eq!(found.units, [(format!("app.log.{ending}!/app.log"), text(1))]);
        assert_eq!(found.skips, []);
    }
}

#[test]
fn a_compressed_tar_is_one_container() {
    let tar = make::tar(&[("a/.env", &text(1)), ("b.txt", &text(2))]);
    for (ending, compress) in FORMATS {
        let found = read(&format!("site.tar.{ending}"), &compress(&tar));
        let path = |name: &str| format!("site.tar.{ending}!/{name}");
        assert_eq!(found.units, [(path("a/.env"), text(1)), (path("b.txt"), text(2))]);
        assert_eq!(found.skips, []);
    }
}

#[test]
fn streams_one_after_another_are_read_as_one() {
    let both = [text(1), text(2)].concat();
    for (ending, compress) in FORMATS.iter().filter(|(ending, _)| !["lzma", "br"].contains(ending)) {
        let found = read(&format!("a.{ending}"), &[compress(&text(1)), compress(&text(2))].concat());
        assert_eq!(found.units, [(format!("a.{ending}!/a"), both.clone())], "{ending}");
        assert_eq!(found.skips, []);
    }
    let padded = [make::gzip(&text(1)), vec![0; 700], make::gzip(&text(2)), vec![0; 40_000]].concat();
    assert_eq!(read("a.gz", &padded).units, [("a.gz!/a".into(), both.clone())]);
    let skippable = [b"\x53\x2A\x4D\x18\x03\0\0\0abc", &make::zstd(&both)[..]].concat();
    assert_eq!(read("a.zst", &skippable).units, [("a.zst!/a".into(), both)]);
}

#[test]
fn what_follows_a_stream_and_is_none_is_said() {
    let found = read("a.gz", &[make::gzip(&text(1)), b"something else".to_vec()].concat());
    assert_eq!(found.units, [("a.gz!/a".into(), text(1))]);
    assert_eq!(found.rows(), [("a.gz!/a", SkipReason::Malformed)]);
}

#[test]
fn the_name_decides_nothing_that_the_bytes_do_not_show() {
    for name in ["notes.zip", "notes.tar", "notes.gz", "notes.7z", "notes.pdf", "notes.sqlite", "notes.pyc", "notes.br"] {
        let found = read(name, &text(1));
        assert_eq!(found.units, [(name.into(), text(1))]);
        assert_eq!(found.skips, []);
    }
    let found = read("picture.png", &make::gzip(&text(1)));
    assert_eq!(found.paths(), ["picture.png!/picture.png"]);
}

/// The beginning of what mkfs.ext4 makes: an empty boot block, then blocks of 4 KiB, the mark, clean, go on after errors.
fn superblock() -> Vec<u8> {
    let mut block = vec![0; 2048];
    for (at, value) in [(0x18, 2_u16), (0x38, 0xEF53), (0x3A, 1), (0x3C, 1)] {
        block[1024 + at..][..2].copy_from_slice(&value.to_le_bytes());
    }
    block
}

/// The boot record that sfdisk makes with one partition of Linux at 1 MiB.
fn boot_record() -> Vec<u8> {
    let mut record = vec![0; 512];
    record[446..462].copy_from_slice(&[0, 0x20, 0x21, 0, 0x83, 0x61, 0x21, 0, 0, 8, 0, 0, 0, 0x10, 0, 0]);
    record[510..].copy_from_slice(b"\x55\xAA");
    record
}

/// What isn't opened is searched as it is, and said: also inside of what is opened.
#[test]
fn formats_that_are_not_opened_are_said() {
    for (name, start) in [
        ("a.rar", &b"Rar!\x1A\x07\x01\0"[..]),
        ("a.tar.Z", b"\x1F\x9D\x90"),
        ("repo.bundle", b"# v2 git bundle\n"),
        ("disk.qcow2", b"QFI\xFB\0\0\0\x03"),
        ("disk.iso", b"\0\0\0\0"),
        ("root.img", &superblock()),
        ("disk.img", &boot_record()),
        ("esp.img", &[&[0; 82], &b"FAT32   "[..]].concat()),
    ] {
        let content = [start, &text(1)].concat();
        let found = read(name, &content);
        assert_eq!((&found.units[..], found.rows()), (&[(name.into(), content.clone())][..], vec![(name, SkipReason::NotOpened)]));
        let found = read("outer.tar", &make::tar(&[(name, &content)]));
        let path = format!("outer.tar!/{name}");
        assert_eq!((&found.units[..], found.rows()), (&[(path.clone(), content)][..], vec![(path.as_str(), SkipReason::NotOpened)]));
    }
    let found = read("mail.msg", &[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &text(1)[..]].concat());
    assert_eq!(found.rows(), [("mail.msg", SkipReason::NotUnderstood)]);
    let mut other = superblock();
    other[1024 + 0x3C] = 9;
    assert_eq!(read("root.img", &other).skips, [], "the two bytes of the mark stand in many files");
    let mut other = boot_record();
    other[446] = 7;
    assert_eq!(read("disk.img", &other).skips, [], "a sector may end with the mark of a boot record by chance");
    for text in ["hsqs is how a squashfs begins\n", "PAR1=x\n", "Rar! is no archive\n"] {
        assert_eq!(read("notes.txt", text.as_bytes()).skips, []);
    }
}
