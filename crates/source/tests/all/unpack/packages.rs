//! Package formats: ar and deb, cpio and rpm, 7z, asar.

use std::io::Cursor;

use unkeyed_model::SkipReason;

use super::{make, read, text};

pub(crate) fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = b"!<arch>\n".to_vec();
    for (name, content) in members {
        file.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).bytes());
        file.extend(*content);
        if content.len() % 2 == 1 {
            file.push(b'\n');
        }
    }
    file
}

pub(crate) fn cpio(members: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, mode, content) in members.iter().chain(&[("TRAILER!!!", 0, &b""[..])]) {
        let fields = [0, *mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        file.extend(b"070701");
        fields.iter().for_each(|field| file.extend(format!("{field:08X}").bytes()));
        file.extend([name.as_bytes(), b"\0"].concat());
        file.resize(file.len().next_multiple_of(4), 0);
        file.extend(*content);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

pub(crate) fn rpm(script: &[u8], payload: &[u8]) -> Vec<u8> {
    let header = |strings: &[u8]| {
        let mut header = b"\x8E\xAD\xE8\x01\0\0\0\0\0\0\0\x01".to_vec();
        header.extend((strings.len() as u32).to_be_bytes());
        header.extend([0; 16]);
        header.extend(strings);
        header
    };
    let mut file = b"\xED\xAB\xEE\xDB".to_vec();
    file.resize(96, 0);
    file.extend(header(b"signature"));
    file.resize((file.len() - 96).next_multiple_of(8) + 96, 0);
    file.extend(header(script));
    file.extend(payload);
    file
}

pub(crate) fn seven_zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, content) in members {
        writer.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file(name), Some(*content)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn asar(directory: &str, data: &[u8]) -> Vec<u8> {
    let padded = (directory.len() as u32).next_multiple_of(4);
    let mut file = Vec::new();
    [4, padded + 8, padded + 4, directory.len() as u32].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend(directory.bytes());
    file.resize(16 + padded as usize, 0);
    file.extend(data);
    file
}

#[test]
fn debian_packages_are_read_to_the_last_file() {
    let control = make::gzip(&make::tar(&[("./postinst", &text(1))]));
    let data = make::xz(&make::tar(&[("./etc/app.conf", &text(2)), ("./usr/doc.gz", &make::gzip(&text(3)))]));
    let deb = ar(&[("debian-binary", b"2.0\n"), ("control.tar.gz/", &control), ("data.tar.xz/", &data)]);
    let found = read("a.deb", &deb);
    let expected = ["control.tar.gz!/postinst", "data.tar.xz!/etc/app.conf", "data.tar.xz!/usr/doc.gz!/doc", "debian-binary"];
    assert_eq!(found.paths(), expected.map(|path| format!("a.deb!/{path}")));
    assert_eq!(found.skips, []);
}

#[test]
fn names_of_ar_members_in_both_dialects() {
    let bsd = [b"a-long-name-of-bsd.o".to_vec(), text(1)].concat();
    let library = ar(&[("/", b"symbols"), ("//", b"first-long-name.o/\nsecond-long-name.o/\n"), ("/19", &text(2)), ("#1/20", &bsd)]);
    let found = read("lib.a", &library);
    assert_eq!(found.units, [("lib.a!/a-long-name-of-bsd.o".into(), text(1)), ("lib.a!/second-long-name.o".into(), text(2))]);
}

#[test]
fn rpm_packages_are_read_with_their_scripts() {
    let payload = cpio(&[("./etc/app.conf", 0o100_600, &text(1)), ("./etc", 0o040_755, b""), ("./link", 0o120_777, b"/etc/passwd")]);
    for (compress, what) in
        [(make::gzip as fn(&[u8]) -> Vec<u8>, "gz"), (make::xz, "xz"), (make::zstd, "zst"), (make::bzip2, "bz2"), (make::lzma, "lzma")]
    {
        let found = read("a.rpm", &rpm(b"post\0install --token 77\0", &compress(&payload)));
        assert_eq!(found.paths(), ["a.rpm!/etc/app.conf", "a.rpm!/rpm-header"], "{what}");
        assert_eq!(found.content("a.rpm!/etc/app.conf"), text(1));
        assert_eq!(found.content("a.rpm!/rpm-header"), b"post\0install --token 77\0");
        assert_eq!(found.rows(), [("a.rpm", SkipReason::NotARegularFile)]);
    }
}

#[test]
fn an_initramfs_has_a_second_archive_behind_the_first() {
    let mut image = cpio(&[("early", 0o100_644, &text(1))]);
    image.resize(image.len() + 300, 0);
    image.extend(make::zstd(&cpio(&[("init", 0o100_755, &text(2))])));
    let found = read("initrd.img", &image);
    assert_eq!(found.units, [("initrd.img!/early".into(), text(1)), ("initrd.img!/init".into(), text(2))]);
    assert_eq!(found.skips, []);
}

#[test]
fn seven_zip_archives_are_read() {
    let found = read("a.7z", &seven_zip(&[("x/y.txt", &text(1)), ("z.tar", &make::tar(&[("inner", &text(2))]))]));
    assert_eq!(found.units, [("a.7z!/x/y.txt".into(), text(1)), ("a.7z!/z.tar!/inner".into(), text(2))]);
    assert_eq!(found.skips, []);
}

#[test]
fn electron_archives_are_read() {
    let directory = r#"{"files":{"main.js":{"size":400,"offset":"0"},"lib":{"files":{"k.json":{"size":400,"offset":"400"},
        "native.node":{"size":9,"unpacked":true}}}}}"#;
    let found = read("app.asar", &asar(directory, &[text(1), text(2)].concat()));
    assert_eq!(found.units, [("app.asar!/lib/k.json".into(), text(2)), ("app.asar!/main.js".into(), text(1))]);
    assert_eq!(found.skips, []);
}
