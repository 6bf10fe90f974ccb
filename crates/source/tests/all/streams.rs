//! Long texts in windows, and dumps of environments.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use unkeyed_model::{DecodeStep, Skip, SkipReason, Surface, Unit, Window};
use unkeyed_source::{Error, Event, Flow, LONGEST, Options, Sink, WINDOW_BYTES, open};

/// What is left of a Unit.
type Seen = (String, Option<Window>, Vec<u8>, Surface, Vec<DecodeStep>);

fn read(target: &str, options: &Options, flow: Flow) -> (Vec<Seen>, Vec<Skip>) {
    let target = open(target, options).unwrap();
    let found = Mutex::new((Vec::new(), Vec::new()));
    let seen = |unit: &Unit<'_>| {
        let origin = unit.origin();
        (origin.path.clone(), unit.window().copied(), unit.bytes().to_vec(), origin.surface, origin.decoded_via.clone())
    };
    let sink = || -> Sink<'_> {
        Box::new(|event| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => found.0.push(seen(&unit)),
                Event::Skip(skip) => found.1.push(skip),
            }
            flow
        })
    };
    target.source.units(&sink).unwrap();
    drop(target);
    found.into_inner().unwrap()
}

/// A text of more than two windows; returns its length.
fn long_text(path: &Path) -> usize {
    let mut file = File::create(path).unwrap();
    let block: String = (0..1_000).map(|line| format!("{line:05} a line of a log that says nothing at all\n")).collect();
    let blocks = 2 * WINDOW_BYTES / block.len() + 2;
    (0..blocks).for_each(|_| file.write_all(block.as_bytes()).unwrap());
    blocks * block.len()
}

fn in_order(mut units: Vec<Seen>) -> Vec<Seen> {
    units.sort_by_key(|unit| unit.1.map(|window| window.bytes));
    units
}

#[test]
fn a_long_text_comes_in_windows_whatever_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("build.log");
    let length = long_text(&path);
    let options = Options { max_file_bytes: 1 << 20, threads: 3, ..Options::default() };
    for target in [path.to_str().unwrap(), folder.path().to_str().unwrap()] {
        let (units, skips) = read(target, &options, Flow::Continue);
        let units = in_order(units);
        assert!(skips.is_empty() && units.len() == 3, "{skips:?}");
        let mut end = 0;
        for (path, window, bytes, surface, _) in &units {
            let window = window.unwrap();
            assert_eq!((path.as_str(), *surface), ("build.log", Surface::Log));
            assert_eq!(window.bytes + window.own.start, end);
            assert!(bytes.len() <= WINDOW_BYTES && window.columns == 0 && bytes.starts_with(b"0"), "begins with a line");
            assert_eq!(&bytes[..5], format!("{:05}", window.lines % 1_000).as_bytes(), "the line that it says");
            end = window.bytes + window.own.end;
        }
        assert_eq!(end, length);
        assert!(units[0].1.unwrap().own.end == WINDOW_BYTES - LONGEST);
    }
}

#[test]
fn a_stopped_scan_reads_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("build.log");
    long_text(&path);
    let options = Options { max_file_bytes: 1 << 20, threads: 1, ..Options::default() };
    let (units, _) = read(path.to_str().unwrap(), &options, Flow::Stop);
    assert_eq!(units.len(), 1);
}

#[test]
fn long_utf16_is_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let text = "käse ".repeat(1_000);
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("x.log"), bytes).unwrap();
    let (units, skips) = read(folder.path().to_str().unwrap(), &Options { max_file_bytes: 100, ..Options::default() }, Flow::Continue);
    assert!(skips.is_empty());
    assert_eq!((units[0].2.as_slice(), units[0].4.as_slice()), (text.as_bytes(), &[DecodeStep::Utf16le][..]));
}

#[test]
fn a_dump_of_an_environment_is_what_the_user_says_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.txt");
    fs::write(&path, "HOME=/root\n").unwrap();
    let target = format!("env:{}", path.display());
    let (units, _) = read(&target, &Options::default(), Flow::Continue);
    assert_eq!((units[0].0.as_str(), units[0].3, units[0].2.as_slice()), ("saved.txt", Surface::EnvDump, &b"HOME=/root\n"[..]));
    let environ = folder.path().join("environ");
    fs::write(&environ, "HOME=/root\0A=b\nc\0").unwrap();
    let lines = read(&format!("env:{}", environ.display()), &Options::default(), Flow::Continue).0;
    assert_eq!(lines[0].2, b"HOME=/root\nA=b\nc\n");
    let several = Options { prefix: target.clone(), ..Options::default() };
    assert_eq!(read(&target, &several, Flow::Continue).0[0].0, target);
    let (units, skips) = read(&target, &Options { max_file_bytes: 4, ..Options::default() }, Flow::Continue);
    assert!(units.is_empty());
    assert_eq!((skips[0].why, skips[0].path.as_str()), (SkipReason::TooLarge, "saved.txt"));
    assert!(matches!(open("env:/no/such/file", &Options::default()), Err(Error::Io { .. })));
    assert!(matches!(open(&format!("env:{}", folder.path().display()), &Options::default()), Err(Error::NotScannable { .. })));
}
