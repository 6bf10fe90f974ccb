//! Real processes and home directories.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use unkeyed_model::{Origin, Skip, SkipReason, Surface};
use unkeyed_source::{Error, Event, Flow, Options, Sink, open};

type Units = BTreeMap<String, (Arc<Origin>, String)>;

fn read(target: &str) -> (Units, Vec<Skip>) {
    let target = open(target, &Options { threads: 2, ..Options::default() }).unwrap();
    let found = Mutex::new((Units::new(), Vec::new()));
    let sink = || -> Sink<'_> {
        Box::new(|event| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => {
                    let text = String::from_utf8_lossy(unit.bytes()).into_owned();
                    let earlier = found.0.insert(unit.origin().path.clone(), (Arc::clone(unit.origin()), text));
                    assert!(earlier.is_none(), "{} was read twice", unit.origin().path);
                }
                Event::Skip(skip) => found.1.push(skip),
            }
            Flow::Continue
        })
    };
    target.source.units(&sink).unwrap();
    drop(target);
    found.into_inner().unwrap()
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A process with that home that says when it has started, and ends with the test.
struct Running(Child);

impl Running {
    fn with_home(home: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "echo started; read line; exit", "worker", "--password", "of the test"]);
        command.env_clear().env("HOME", home).env("API_TOKEN", "a\nb").env("DB_PASSWORD_FILE", home.join("mounted"));
        let mut child = command.env("PATH", "/bin:/usr/bin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = [0; 7];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A home directory with some of the files that are looked for, and others.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    write(&at(".aws/credentials"), "aws", 0o600);
    write(&at(".aws/sso/cache/0123.json"), "sso", 0o600);
    write(&at(".ssh/id_ed25519"), "key", 0o600);
    write(&at(".ssh/id_ed25519.pub"), "public", 0o644);
    write(&at(".ssh/known_hosts"), "hosts", 0o644);
    write(&at("mounted"), "mounted", 0o600);
    write(&at("thesis.txt"), "not looked at", 0o644);
    write(&at("real-netrc"), "netrc", 0o644);
    symlink("real-netrc", at(".netrc")).unwrap();
    home
}

#[test]
fn the_files_of_a_home_with_their_permissions() {
    let home = home();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (units, skips) = read(&format!("host:{}", home.path().display()));
    let modes: Vec<_> = units.iter().map(|(path, (origin, _))| (path.as_str(), origin.mode.unwrap().bits)).collect();
    let expected = [(".aws/credentials", 0o600), (".aws/sso/cache/0123.json", 0o600), (".netrc", 0o644), (".ssh/id_ed25519", 0o600)];
    assert_eq!(modes, expected);
    assert!(skips.is_empty(), "{skips:?}");
    assert!(units.values().all(|(origin, _)| origin.surface == Surface::HostFs));
    let open_to_all = |units: &Units| units[".netrc"].0.mode.unwrap().open_to_all;
    assert!(open_to_all(&units), "{:?}", units[".netrc"].0.mode);
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!open_to_all(&read(&format!("host:{}", home.path().display())).0));
}

#[test]
fn a_process_with_what_it_holds_and_reads() {
    let home = home();
    let running = Running::with_home(home.path());
    let id = running.0.id();
    let (units, skips) = read(&format!("pid:{id}"));
    assert!(skips.is_empty(), "{skips:?}");
    let (origin, text) = &units[&format!("proc/{id}/environ")];
    assert!(origin.surface == Surface::EnvDump && text.contains("API_TOKEN=a\nb\n"), "{text}");
    let process = origin.process.as_deref().unwrap();
    assert_eq!((process.id, process.name.as_str()), (id, "sh"));
    assert_eq!(units[&format!("proc/{id}/cmdline")].1, "sh -c echo started; read line; exit worker --password of the test ");
    let below = home.path().display().to_string();
    for name in ["mounted", ".aws/credentials", ".ssh/id_ed25519", ".netrc"] {
        let path = format!("{}/{name}", below.trim_start_matches('/'));
        assert!(process.reads.contains(&path) && units.contains_key(&path), "{path} in {process:?}");
    }
}

#[test]
fn a_file_that_two_processes_read_is_read_once() {
    let home = home();
    let running = [Running::with_home(home.path()), Running::with_home(home.path())];
    // Others come and go while all are read; these two stay.
    let (units, _) = read("pid:all");
    let reads = |running: &Running| {
        let (origin, _) = &units[&format!("proc/{}/environ", running.0.id())];
        origin.process.as_ref().unwrap().reads.iter().filter(|path| path.ends_with(".aws/credentials")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(reads(&running[0]), reads(&running[1]));
    assert_eq!(reads(&running[0]).len(), 1);
    assert!(!units.contains_key(&format!("proc/{}/environ", std::process::id())), "the scan itself");
}

#[test]
fn a_process_that_has_ended_is_a_row() {
    let mut child = Command::new("true").spawn().unwrap();
    // Until its parent asks how it ended, its number is kept.
    while !fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap().contains(") Z ") {
        std::thread::yield_now();
    }
    let (units, skips) = read(&format!("pid:{}", child.id()));
    child.wait().unwrap();
    assert!(units.is_empty());
    assert!(matches!(skips[0].why, SkipReason::NotSupplied | SkipReason::Unreadable), "{skips:?}");
    assert!(matches!(open("pid:4000000000", &Options::default()), Err(Error::Io { .. })));
}

#[test]
fn what_is_not_written_as_such_targets_are_is_refused() {
    let refused = |target: &str| open(target, &Options::default()).unwrap_err().to_string();
    assert_eq!(refused("pid:web"), "pid:web: name one process by its number, or all: pid:1234, pid:all");
    assert!(refused("host:/no/such/home").starts_with("host:/no/such/home: "));
    assert!(refused("host:/etc/hostname").contains("neither a folder"));
}
