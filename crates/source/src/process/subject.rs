//! One process, looked at.
//!
//! Everything is opened through one handle on `/proc/<pid>`, so that a process that ends meanwhile is noticed and never
//! taken for another one that gets its number.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::caller::Caller;
use crate::host::root::Root;
use crate::host::{files, known};
use crate::path_text::path_text;

/// The environment or command line of a process is read up to here; Linux allows 6 MiB for both together with its usual
/// limit on stacks (execve(2)).
pub(super) const MAX_BYTES: u64 = 8 << 20;

/// A handle on a process.
pub(super) struct Subject {
    pub(super) id: u32,
    folder: File,
}

impl Subject {
    pub(super) fn open(id: u32) -> io::Result<Self> {
        Ok(Self { id, folder: File::open(format!("/proc/{id}"))? })
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}/{name}", self.folder.as_raw_fd()))
    }

    /// One of the kernel's files on the process.
    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.path(name))?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What it is called, in printable form.
    pub(super) fn name(&self) -> String {
        let name = self.read("comm").unwrap_or_default();
        path_text(Path::new(OsStr::from_bytes(name.trim_ascii_end())))
    }

    /// Its root directory.
    pub(super) fn root(&self) -> io::Result<Root> {
        Root::open(&self.path("root"))
    }

    /// Whether its root directory is the one of the scan.
    pub(super) fn shares_root(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let id = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
        id(&self.path("root/.")).is_some_and(|own| id(Path::new("/")) == Some(own))
    }

    /// The credential files at well-known places that it can read.
    pub(super) fn files(&self, root: &Root, environment: &[u8]) -> io::Result<Vec<PathBuf>> {
        let caller = Caller::of(&String::from_utf8_lossy(&self.read("status")?));
        let value = |name: &[u8]| {
            let entry = |entry: &'_ [u8]| entry.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"=")).map(<[u8]>::to_vec);
            environment.split(|&byte| byte == 0).find_map(entry)
        };
        // What it may not read is not its; what the scan may not read is said when the process's own files are.
        let mut refused = Vec::new();
        let mut found = files::find(root, Path::new("/"), known::ON_SYSTEM, &mut refused);
        if let Some(home) = value(b"HOME").filter(|home| home.starts_with(b"/")) {
            found.append(&mut files::find(root, Path::new(OsStr::from_bytes(&home)), known::IN_HOME, &mut refused));
        }
        for name in known::NAMED_BY.iter().map(|name| name.as_bytes().to_vec()).chain(named_files(environment)) {
            let listed = value(&name).unwrap_or_default();
            let paths = listed.split(|&byte| byte == b':').filter(|path| path.starts_with(b"/"));
            found.extend(paths.map(|path| PathBuf::from(OsStr::from_bytes(path))));
        }
        found.sort();
        found.dedup();
        found.retain(|path| {
            root.metadata(path).is_ok_and(|metadata| metadata.is_file()) && root.reaches(path, |found, need| caller.may(found, need))
        });
        Ok(found)
    }
}

/// Variables `…_FILE` whose other words speak of a credential.
fn named_files(environment: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    environment.split(|&byte| byte == 0).filter_map(|entry| {
        let name = &entry[..entry.iter().position(|&byte| byte == b'=')?];
        let words = name.strip_suffix(b"_FILE")?.split(|&byte| byte == b'_');
        let speaks = words.into_iter().any(|word| known::SECRET_WORDS.iter().any(|known| known.as_bytes() == word));
        speaks.then(|| name.to_vec())
    })
}
