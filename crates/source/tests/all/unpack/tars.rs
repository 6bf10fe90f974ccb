//! What a tar can hold besides plain files.

use unkeyed_model::SkipReason;

use super::{make, read, text};

fn header(kind: u8, name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(size);
    header.set_cksum();
    header
}

fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut entry = header(kind, name, content.len() as u64).as_bytes().to_vec();
    entry.extend(content);
    entry.resize(entry.len().next_multiple_of(512), 0);
    entry
}

#[test]
fn names_lead_nowhere() {
    let names = ["../../etc/passwd", "/etc/shadow", "a/../../b", "./c", "d!/e", "f\u{1b}[2J"];
    let tar: Vec<u8> = names.iter().flat_map(|name| entry(b'0', name, &text(1))).collect();
    let paths = ["%2E%2E/%2E%2E/etc/passwd", "%2Fetc/shadow", "a/%2E%2E/%2E%2E/b", "c", "d%21/e", "f%1B[2J"];
    assert_eq!(read("t.tar", &tar).paths(), paths.map(|path| format!("t.tar!/{path}")));
}

#[test]
fn links_are_counted_and_not_followed() {
    let mut link = header(b'2', "out", 0);
    link.set_link_name("/etc/passwd").unwrap();
    link.set_cksum();
    let mut hard = header(b'1', "again", 0);
    hard.set_link_name("first").unwrap();
    hard.set_cksum();
    let tar = [entry(b'0', "first", &text(1)), link.as_bytes().to_vec(), hard.as_bytes().to_vec(), entry(b'3', "dev/null", b"")].concat();
    let found = read("t.tar", &tar);
    assert_eq!(found.units, [("t.tar!/first".into(), text(1))]);
    assert_eq!(found.rows(), [("t.tar", SkipReason::NotARegularFile)]);
    assert!(found.skips[0].detail.starts_with("3 links"));
}

#[test]
fn long_names_and_pax_headers_apply_to_the_next_entry() {
    let long = "folder/".repeat(40) + "key.pem";
    let gnu = [entry(b'L', "././@LongLink", &[long.as_bytes(), b"\0"].concat()), entry(b'0', "short", &text(1))].concat();
    assert_eq!(read("t.tar", &gnu).paths(), [format!("t.tar!/{long}")]);
    // The size of the pax header overrules the header's.
    let mut records = format!("{} path={long}\n", long.len() + 10).into_bytes();
    records.extend(b"12 size=400\n");
    let mut pax = [entry(b'x', "pax", &records), header(b'0', "short", 0).as_bytes().to_vec()].concat();
    pax.extend(text(1));
    pax.resize(pax.len().next_multiple_of(512), 0);
    pax.extend(entry(b'0', "next", &text(2)));
    let found = read("t.tar", &pax);
    assert_eq!(found.units, [(format!("t.tar!/{long}"), text(1)), ("t.tar!/next".into(), text(2))]);
    assert_eq!(found.skips, []);
}

#[test]
fn a_sparse_file_of_a_terabyte_costs_what_is_stored() {
    let mut header = tar::Header::new_gnu();
    header.set_path("disk.img").unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(400);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.sparse[0].offset.copy_from_slice(b"17600000000\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000000620\0");
    gnu.isextended = [1];
    // 1 TiB, in the binary form of large numbers.
    gnu.realsize = [0x80, 0, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0];
    header.set_cksum();
    let mut tar = [header.as_bytes().to_vec(), vec![0; 512], text(1), vec![0; 112]].concat();
    tar.extend(entry(b'0', "next", &text(2)));
    let found = read("t.tar", &tar);
    assert_eq!(found.units, [("t.tar!/disk.img".into(), text(1)), ("t.tar!/next".into(), text(2))]);
    assert_eq!(found.skips, []);
}

#[test]
fn an_entry_that_claims_a_terabyte_is_read_as_far_as_it_goes() {
    let mut claim = header(b'0', "huge", 0);
    claim.as_mut_bytes()[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0]);
    claim.set_cksum();
    let found = read("t.tar", &[claim.as_bytes().to_vec(), text(1)].concat());
    assert_eq!(found.units, [("t.tar!/huge".into(), text(1))]);
    assert_eq!(found.rows(), [("t.tar", SkipReason::Malformed), ("t.tar!/huge", SkipReason::Malformed)]);
}

#[test]
fn what_stands_after_the_end_or_after_damage_is_read() {
    let tar = [make::tar(&[("a", &text(1))]), make::tar(&[("b", &text(2))])].concat();
    let found = read("t.tar", &tar);
    assert_eq!((found.paths(), found.skips.len()), (vec!["t.tar!/a", "t.tar!/b"], 0));
    let tar = [entry(b'0', "a", &text(1)), make::noise(5, 1024), entry(b'0', "b", &text(2))].concat();
    let found = read("t.tar", &tar);
    assert_eq!(found.paths(), ["t.tar!/a", "t.tar!/b"]);
    assert_eq!(found.rows(), [("t.tar", SkipReason::Malformed)]);
}

#[test]
fn the_oldest_tars_are_known_by_checksum_and_name() {
    let mut old = tar::Header::new_old();
    old.set_path("old.txt").unwrap();
    old.set_size(400);
    old.set_cksum();
    let mut tar = [old.as_bytes().to_vec(), text(1)].concat();
    tar.resize(1024, 0);
    assert_eq!(read("t.tar", &tar).paths(), ["t.tar!/old.txt"]);
}
