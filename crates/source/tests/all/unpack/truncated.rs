//! Every format, cut off at every place: nothing fails, what came before is read, and the gap is said.

use unkeyed_model::SkipReason;

use super::{databases, documents, mail, make, packages, read, text};

const STEP: usize = 4096;

/// A small and a larger file of each format.
fn samples() -> Vec<(String, Vec<u8>)> {
    let large = make::noise(7, 30_000);
    let mut samples = Vec::new();
    for content in [&text(1)[..100], &large] {
        let members = [("first.txt", content), ("second.txt", content)];
        let tar = make::tar(&members);
        let hex: String = content.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut add = |name: &str, content: Vec<u8>| samples.push((name.to_owned(), content));
        add("a.tar.gz", make::gzip(&tar));
        add("a.tar.bz2", make::bzip2(&tar));
        add("a.tar.xz", make::xz(&tar));
        add("a.tar.lzma", make::lzma(&tar));
        add("a.tar.lz", make::lzip(&tar));
        add("a.tar.zst", make::zstd(&tar));
        add("a.tar.lz4", make::lz4(&tar));
        add("a.tar.br", make::brotli(&tar));
        add("a.tar", tar);
        add("a.zip", make::zip(&members));
        add("a.7z", packages::seven_zip(&members));
        let payload = packages::cpio(&[("first.txt", 0o100_644, content), ("second.txt", 0o100_644, content)]);
        add("a.rpm", packages::rpm(b"script\0", &make::gzip(&payload)));
        add("a.cpio", payload);
        add("a.deb", packages::ar(&[("control.tar.gz", &make::gzip(&make::tar(&members))), ("data", content)]));
        let length = content.len();
        let directory = format!(r#"{{"files":{{"a":{{"size":{length},"offset":"0"}}}}}}"#);
        add("a.asar", packages::asar(&directory, content));
        add(
            "a.db",
            databases::sqlite(&format!("PRAGMA page_size=512; CREATE TABLE t(a, b); INSERT INTO t VALUES(1, '{hex}'), (2, x'{hex}');")).0,
        );
        let insert = format!("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES('{hex}');\n.shell cp a.db-wal kept-wal\n");
        add("a.db-wal", databases::sqlite(&insert).1.unwrap());
        add("a.pdf", documents::pdf(&[("", b"BT (shown) Tj ET"), ("/Filter /FlateDecode", &make::zlib(content))]));
        add("a.plist", documents::plist());
        add("a.arsc", documents::resources());
        let message = mail::message(&make::zip(&members));
        add("a.mbox", format!("From a Mon Jun  1 00:00:00 2026\n{message}\nFrom b Mon Jun  1 00:00:00 2026\n{message}").into_bytes());
    }
    samples
}

#[test]
fn a_file_cut_off_anywhere_is_read_as_far_as_it_goes() {
    for (name, whole) in samples() {
        let complete = read(&name, &whole);
        assert_eq!(complete.skips, [], "{name}");
        let step = if whole.len() < 2 * STEP { 1.max(whole.len() / 600) } else { STEP };
        for length in (0..whole.len()).step_by(step).skip(1) {
            let found = read(&name, &whole[..length]);
            assert!(!found.units.is_empty() || !found.skips.is_empty(), "{name} at {length}");
            let failed = found.skips.iter().find(|skip| skip.why == SkipReason::InternalError);
            assert_eq!(failed, None, "{name} at {length}");
        }
    }
}

#[test]
fn what_came_before_the_cut_is_read_and_the_cut_is_said() {
    let members = [("first.txt", &text(1)[..]), ("second.txt", &make::noise(7, 300_000))];
    let payload = packages::cpio(&[("first.txt", 0o100_644, members[0].1), ("second.txt", 0o100_644, members[1].1)]);
    let tar = make::tar(&members);
    let samples = [
        ("a.tar.gz", make::gzip(&tar)),
        ("a.tar.xz", make::xz(&tar)),
        ("a.tar.zst", make::zstd(&tar)),
        ("a.tar.lz4", make::lz4(&tar)),
        ("a.tar.br", make::brotli(&tar)),
        ("a.tar", tar),
        ("a.zip", make::zip(&members)),
        ("a.cpio", payload),
        ("a.deb", packages::ar(&members)),
    ];
    for (name, whole) in samples {
        let found = read(name, &whole[..whole.len() * 2 / 3]);
        assert_eq!(found.content(&format!("{name}!/first.txt")), text(1), "{name}");
        let second = found.content(&format!("{name}!/second.txt"));
        assert!(second.len() > 60_000 && members[1].1.starts_with(second), "{name}: {}", second.len());
        assert!(found.skips.iter().any(|skip| skip.why == SkipReason::Malformed), "{name}");
    }
}
