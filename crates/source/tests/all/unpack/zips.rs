//! What a zip can hold, and what it can hide.

use unkeyed_model::SkipReason;

use super::make::{self, Member};
use super::{read, text};

#[test]
fn every_method_and_every_way_to_give_sizes() {
    for method in [0, 8, 12, 14, 93, 95] {
        for (flags, zip64) in [(0, false), (2, false), (8, false), (0, true)] {
            let (first, second) = (text(1), text(2));
            let members = [
                Member { method, flags, zip64, ..Member::new("a/b.txt", &first) },
                Member { method, flags, zip64, ..Member::new("c.txt", &second) },
            ];
            let found = read("z.jar", &make::zip_of(&members));
            assert_eq!(found.units, [("z.jar!/a/b.txt".into(), text(1)), ("z.jar!/c.txt".into(), text(2))], "{method} {flags} {zip64}");
            assert_eq!(found.skips, [], "{method} {flags} {zip64}");
        }
    }
}

#[test]
fn zips_in_zips_in_tars_keep_the_whole_path() {
    let inner = make::zip(&[("deep.env", &text(1))]);
    let outer = make::zip(&[("lib/inner.jar", &inner), ("x.tar.gz", &make::gzip(&make::tar(&[("y", &text(2))])))]);
    let found = read("a.tgz", &make::gzip(&make::tar(&[("app.war", &outer)])));
    assert_eq!(found.paths(), ["a.tgz!/app.war!/lib/inner.jar!/deep.env", "a.tgz!/app.war!/x.tar.gz!/y"]);
    assert_eq!(found.skips, []);
}

#[test]
fn encrypted_members_and_unknown_methods_are_said() {
    let content = text(1);
    let members = [
        Member { flags: 1, ..Member::new("locked", &content) },
        Member { method: 9, ..Member::new("large", &content) },
        Member { method: 98, ..Member::new("ppmd", &content) },
        Member::new("open", &content),
    ];
    let found = read("z.zip", &make::zip_of(&members));
    assert_eq!(found.paths(), ["z.zip!/open"]);
    let unread = ["z.zip!/large", "z.zip!/ppmd"].map(|path| (path, SkipReason::Unreadable));
    assert_eq!(found.rows(), [unread[0], ("z.zip!/locked", SkipReason::Encrypted), unread[1]]);
    assert!(found.skips[0].detail.contains("Deflate64") && found.skips[2].detail.contains("PPMd"), "{:?}", found.skips);
}

#[test]
fn members_that_the_directory_leaves_out_are_read() {
    let (kept, deleted) = (text(1), text(2));
    let members = [Member { listed: false, ..Member::new("deleted", &deleted) }, Member::new("kept", &kept)];
    let found = read("z.zip", &make::zip_of(&members));
    assert_eq!(found.units, [("z.zip!/deleted".into(), deleted), ("z.zip!/kept".into(), kept)]);
    assert_eq!(found.skips, []);
}

#[test]
fn what_stands_before_the_first_member_is_read() {
    let found = read("app.jar", &[b"#!/bin/sh\nexec java -jar $0 --token 1234\n".to_vec(), make::zip(&[("a", &text(1))])].concat());
    assert_eq!(found.paths(), ["app.jar!/a", "app.jar!/outside-its-directory-0"]);
    assert!(found.content("app.jar!/outside-its-directory-0").ends_with(b"1234\n"));
}

#[test]
fn a_zip_without_a_directory_is_read_from_its_members() {
    for flags in [0, 8] {
        let (first, second) = (text(1), text(2));
        let zip = make::zip_of(&[Member { flags, ..Member::new("a", &first) }, Member { flags, ..Member::new("b", &second) }]);
        let end = zip.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
        let found = read("z.zip", &zip[..end]);
        assert_eq!(found.units, [("z.zip!/a".into(), text(1)), ("z.zip!/b".into(), text(2))]);
        assert_eq!(found.rows(), [("z.zip", SkipReason::Malformed)]);
    }
}
