//! Files that are made to exhaust whoever opens them.

use unkeyed_model::SkipReason;
use unkeyed_source::{Event, Flow, Options, open};

use super::make::{self, Member};
use super::{read, read_with, text};

#[test]
fn a_gzip_of_a_thousand_to_one_is_read_as_far_as_a_member_may_be() {
    let options = Options { max_file_bytes: 1 << 20, ..Options::default() };
    let found = read_with("zeros.gz", &make::gzip(&vec![0; 100 << 20]), &options);
    assert_eq!(
        found.units.iter().map(|(path, content)| (path.as_str(), content.len())).collect::<Vec<_>>(),
        [("zeros.gz!/zeros", 1 << 20)]
    );
    assert_eq!(found.rows(), [("zeros.gz!/zeros", SkipReason::Limit)]);
}

#[test]
fn a_tar_that_decompresses_to_far_more_than_itself_is_left() {
    let mut tar = make::tar(&[("first", &text(1)), ("zeros", &vec![0; 400 << 20])]);
    tar.extend(make::tar(&[("last", &text(2))]));
    let options = Options { max_file_bytes: 1 << 20, ..Options::default() };
    let found = read_with("bomb.tgz", &make::gzip(&tar), &options);
    assert_eq!(found.paths(), ["bomb.tgz!/first", "bomb.tgz!/zeros"]);
    assert_eq!(found.rows(), [("bomb.tgz", SkipReason::Limit), ("bomb.tgz!/zeros", SkipReason::Limit)]);
}

/// A zip whose directory names the same member again and again, as the zip bombs without recursion do.
fn overlapping(count: u16, content: &[u8]) -> Vec<u8> {
    let packed = make::deflate(content);
    let sizes = [packed.len() as u64, content.len() as u64];
    let mut file = make::zip_header(b"PK\x03\x04", &Member::new("kernel", b""), sizes, None);
    file.extend(packed);
    let start = file.len() as u32;
    for _ in 0..count {
        file.extend(make::zip_header(b"PK\x01\x02", &Member::new("kernel", b""), sizes, Some(0)));
    }
    let size = file.len() as u32 - start;
    file.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|count| file.extend(count.to_le_bytes()));
    [size, start].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend([0, 0]);
    file
}

#[test]
fn a_zip_of_overlapping_members_ends_at_the_ratio() {
    let options = Options { max_file_bytes: 1 << 20, ..Options::default() };
    let found = read_with("bomb.zip", &overlapping(60_000, &vec![b'0'; 1 << 20]), &options);
    assert!(found.units.len() < 1000, "{}", found.units.len());
    assert_eq!(found.rows(), [("bomb.zip", SkipReason::Limit)]);
    assert!(found.skips[0].detail.contains("times its own size"), "{}", found.skips[0].detail);
}

#[test]
fn a_hundred_thousand_members_that_are_archives_are_read() {
    let inner = make::gzip(b"x");
    let tar: Vec<(String, &[u8])> = (0..100_000).map(|number| (format!("{number}.gz"), &inner[..])).collect();
    let tar = make::tar(&tar.iter().map(|(name, content)| (name.as_str(), *content)).collect::<Vec<_>>());
    let found = read("many.tgz", &make::gzip(&tar));
    assert_eq!((found.units.len(), found.skips.len()), (100_000, 0));
}

#[test]
fn nesting_ends_at_the_limit() {
    let (mut zip, mut gzip) = (text(1), text(1));
    for _ in 0..100 {
        zip = make::zip(&[("deeper.zip", &zip)]);
        gzip = make::gzip(&gzip);
    }
    let found = read("deep.zip", &zip);
    assert_eq!(found.rows().len(), 1);
    assert_eq!((found.skips[0].why, found.skips[0].path.matches("!/").count()), (SkipReason::Limit, 12));
    assert_eq!(read("deep.gz", &gzip).rows(), [("deep.gz", SkipReason::Limit)]);
}

/// A gzip that decompresses to itself, as Russ Cox describes it (<https://research.swtch.com/zip>): every instruction takes
/// five bytes, `literal(n)` gives out the next n instructions, `REPEAT` the last four once more.
fn gzip_of_itself() -> Vec<u8> {
    const REPEAT: &[u8] = b"\x42\x88\x21\xC4\x00";
    const LAST_REPEAT: &[u8] = b"\x43\x88\x21\xC4\x00";
    const START: &[u8] = b"\x1F\x8B\x08\x08\0\0\0\0\0\xFFself\0";
    // The checksum of a file that holds this checksum.
    const END: &[u8] = b"\x36\x18\x8A\x4B\xD2\0\0\0\0\0\0\0\0\0\0";
    let literal = |count: u16| [&[0][..], &(5 * count).to_le_bytes(), &(!(5 * count)).to_le_bytes()].concat();
    let [zero, one, four] = [0, 1, 4].map(literal);
    let parts: &[&[u8]] = &[
        START,
        &four,
        START,
        &four,
        REPEAT,
        &one,
        REPEAT,
        &one,
        &one,
        &four,
        REPEAT,
        &one,
        &one,
        &four,
        REPEAT,
        &four,
        REPEAT,
        &four,
        REPEAT,
        &four,
        REPEAT,
        &four,
        REPEAT,
        &zero,
        &zero,
        &four,
        REPEAT,
        &zero,
        &zero,
        &four,
        LAST_REPEAT,
        END,
        LAST_REPEAT,
        END,
    ];
    parts.concat()
}

#[test]
fn a_file_that_holds_itself_ends_at_the_limit() {
    let file = gzip_of_itself();
    let mut inside = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&file[..]), &mut inside).unwrap();
    assert_eq!(inside, file);
    let found = read("self.gz", &file);
    assert_eq!(found.rows(), [("self.gz", SkipReason::Limit)]);
    let found = read("both.zip", &make::zip(&[("self.gz", &file), ("other", &text(1))]));
    assert_eq!(found.rows(), [("both.zip!/self.gz", SkipReason::Limit)]);
    assert_eq!(found.content("both.zip!/other"), text(1));
}

#[test]
fn rows_of_unread_members_are_counted_beyond_a_number() {
    let members: Vec<Member<'_>> = (0..1000).map(|_| Member { flags: 1, ..Member::new("locked", b"x") }).collect();
    let found = read("z.zip", &make::zip_of(&members));
    assert_eq!(found.skips.len(), 201);
    assert!(found.skips.iter().any(|skip| skip.path == "z.zip" && skip.detail.starts_with("800 more rows")));
}

#[test]
fn a_receiver_that_wants_no_more_gets_no_more() {
    let inner = make::tar(&[("a", &text(1)), ("b", &text(2))]);
    let archive = make::gzip(&make::tar(&[("first.tar", &inner), ("c", &text(3))]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tgz");
    std::fs::write(&path, archive).unwrap();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let sink = || {
        Box::new(|_: Event<'_>| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Flow::Stop
        }) as unkeyed_source::Sink<'_>
    };
    open(path.to_str().unwrap(), &Options::default()).unwrap().source.units(&sink).unwrap();
    assert_eq!(count.into_inner(), 1);
}
