//! Layers that are made to exhaust whoever reads them.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::image_maker::{Layer, Layout, config, digest, gzip, read, read_with, zstd};
use tar::EntryType;
use unkeyed_model::SkipReason;
use unkeyed_source::{Event, Flow, Options, Sink, open};

fn target(layout: &Layout) -> String {
    format!("oci-dir:{}", layout.path().display())
}

/// A header for `size` bytes that are said to follow.
fn header(name: &str, kind: EntryType, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o600);
    header.set_cksum();
    header
}

#[test]
fn a_layer_a_thousand_times_as_large_is_stopped() {
    let mut bomb = gzip(header("zeros", EntryType::Regular, 600 << 20).as_bytes());
    let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    zeros.write_all(&vec![0; 1 << 20]).unwrap();
    let zeros = zeros.finish().unwrap();
    (0..600).for_each(|_| bomb.extend_from_slice(&zeros));
    let named = digest(&bomb);
    let layout = Layout::new().image("x", &config(), &[("COPY", bomb)]);
    let read = read(&target(&layout));
    let rows: Vec<_> = read.skips.iter().map(|skip| (skip.path.as_str(), skip.why)).collect();
    assert_eq!(rows, [(named.as_str(), SkipReason::Limit), ("zeros", SkipReason::TooLarge)]);
    assert!(read.skips[0].detail.contains("200 times"), "{}", read.skips[0].detail);
}

#[test]
fn a_sparse_entry_of_a_terabyte_costs_what_is_stored_of_it() {
    let mut sparse = header("sparse", EntryType::GNUSparse, 512);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.realsize.copy_from_slice(b"\x80\0\0\0\0\0\x01\0\0\0\0\0");
    gnu.sparse[0].offset.copy_from_slice(b"00000000000\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
    sparse.set_cksum();
    let mut tar = sparse.as_bytes().to_vec();
    tar.extend([b'd'; 512]);
    tar.extend(Layer::new().file("after", b"a").tar());
    let layout = Layout::new().image("x", &config(), &[("COPY", gzip(&tar))]);
    let read = read(&target(&layout));
    assert_eq!((read.files(), read.skips.len()), (vec!["/after", "/sparse"], 0));
    assert_eq!(read.contents()["sparse"], [b'd'; 512]);
}

#[test]
fn an_entry_that_claims_a_terabyte_is_a_row() {
    let mut tar = header("claims", EntryType::Regular, 1 << 40).as_bytes().to_vec();
    tar.extend(b"there is no more than this");
    let blob = gzip(&tar);
    let named = digest(&blob);
    let layout = Layout::new().image("x", &config(), &[("COPY", blob)]);
    assert_eq!(read(&target(&layout)).reasons(), [("claims", SkipReason::TooLarge), (named.as_str(), SkipReason::Unreadable)]);
}

#[test]
fn long_names_and_attributes_have_a_bound() {
    for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader] {
        let mut tar = header("x", kind, 8 << 20).as_bytes().to_vec();
        tar.resize(tar.len() + (8 << 20), b'n');
        let blob = zstd(&tar);
        let named = digest(&blob);
        let layout = Layout::new().image("x", &config(), &[("COPY", blob)]);
        let read = read(&target(&layout));
        assert_eq!(read.reasons(), [(named.as_str(), SkipReason::Unreadable)], "{kind:?}");
        assert!(read.skips[0].detail.contains("the limit is 1048576"), "{}", read.skips[0].detail);
    }
}

#[test]
fn long_names_within_the_bound_are_read() {
    let name = format!("{}/key", "folder/".repeat(40));
    let mut builder = tar::Builder::new(Vec::new());
    let mut gnu = header("short", EntryType::Regular, 1);
    builder.append_data(&mut gnu, &name, &b"g"[..]).unwrap();
    let pax_name = format!("pax/{name}");
    builder.append_pax_extensions([("path", pax_name.as_bytes())]).unwrap();
    builder.append(&header("cut-off", EntryType::Regular, 1), &b"p"[..]).unwrap();
    let layout = Layout::new().image("x", &config(), &[("COPY", builder.into_inner().unwrap())]);
    let read = read(&target(&layout));
    let expected = [format!("/{}", name.replace("//", "/")), format!("/{}", pax_name.replace("//", "/"))];
    assert_eq!(read.files(), expected);
}

#[test]
fn a_file_beyond_the_limit_is_a_row_and_those_after_it_are_read() {
    let layer = Layer::new().file("large", &[b'l'; 2_000]).file("small", b"s").gzip();
    let layout = Layout::new().image("x", &config(), &[("COPY", layer)]);
    let read = read_with(&target(&layout), &Options { max_file_bytes: 1_000, ..Options::default() });
    assert_eq!((read.files(), read.reasons()), (vec!["/small"], vec![("large", SkipReason::TooLarge)]));
}

#[test]
fn indexes_in_circles_end() {
    let mut layout = Layout::new();
    let own = format!("sha256:{}", "ab".repeat(32));
    let circle = format!(r#"{{"manifests":[{{"digest":"{own}"}},{{"digest":"{own}"}}]}}"#);
    std::fs::write(layout.blob(&own), circle).unwrap();
    layout.list("x", serde_json::json!({"digest": own}));
    let error = open(&target(&layout), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("digest"), "{error}");
}

#[test]
fn whoever_has_enough_is_left_alone() {
    let mut layer = Layer::new();
    for number in 0..5_000 {
        layer = layer.file(&format!("file-{number}"), &[b'x'; 900]);
    }
    let layout = Layout::new().image("x", &config(), &[("COPY", layer.gzip())]);
    let target = open(&target(&layout), &Options { threads: 3, ..Options::default() }).unwrap();
    let seen = AtomicUsize::new(0);
    let sink = || -> Sink<'_> {
        Box::new(|event: Event<'_>| {
            let count = matches!(event, Event::Unit(_)).then(|| seen.fetch_add(1, Ordering::Relaxed));
            if count.is_some_and(|count| count >= 10) { Flow::Stop } else { Flow::Continue }
        })
    };
    target.source.units(&sink).unwrap();
    assert!((11..100).contains(&seen.load(Ordering::Relaxed)), "{seen:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let many =
        |prefix: &str| (0..400).fold(Layer::new(), |layer, number| layer.file(&format!("{prefix}/{number}"), &vec![b'x'; number * 37]));
    let layers: Vec<_> = ["a", "b", "c"].iter().map(|prefix| ("COPY", many(prefix).gzip())).collect();
    let layout = Layout::new().image("x", &config(), &layers);
    let with = |threads| read_with(&target(&layout), &Options { threads, ..Options::default() }).units;
    let alone = with(1);
    assert_eq!(alone.len(), 1 + 3 * 399);
    assert!(with(2) == alone && with(7) == alone);
}
