//! A file system as a process sees it, from its root directory on.
//!
//! One decision a reader would question: names are resolved by `openat2` with `RESOLVE_IN_ROOT`. A link in a container
//! that points to `/etc/shadow` means the container's file; opened by its path under `/proc/<pid>/root` it would be the
//! host's.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};

/// Names of a folder beyond so many are not looked at.
pub(crate) const MAX_NAMES: usize = 10_000;

/// A root directory.
#[derive(Debug)]
pub(crate) struct Root(OwnedFd);

impl Root {
    /// The root directory at `path`.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(CWD, path, flags, Mode::empty())?))
    }

    fn at(&self, path: &Path, flags: OFlags) -> io::Result<File> {
        let relative = path.strip_prefix("/").unwrap_or(path);
        let relative = if relative.as_os_str().is_empty() { Path::new(".") } else { relative };
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        Ok(openat2(&self.0, relative, flags | OFlags::CLOEXEC, Mode::empty(), resolve)?.into())
    }

    /// Opens a regular file; anything else is refused without blocking.
    pub(crate) fn file(&self, path: &Path) -> io::Result<File> {
        let file = self.at(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::from(io::ErrorKind::InvalidInput)) }
    }

    /// What is known of a file without reading it.
    pub(crate) fn metadata(&self, path: &Path) -> io::Result<std::fs::Metadata> {
        self.at(path, OFlags::PATH)?.metadata()
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let folder = self.at(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let listing = std::fs::read_dir(format!("/proc/self/fd/{}", folder.as_raw_fd()))?;
        let mut names: Vec<OsString> = listing.take(MAX_NAMES).flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        Ok(names)
    }

    /// Whether whoever `may` is asked for can get to the file: read it, and pass all folders above it. `may` is given what
    /// is known of a place and the permission that is needed there, as one octal digit.
    pub(crate) fn reaches(&self, path: &Path, may: impl Fn(&std::fs::Metadata, u32) -> bool) -> bool {
        let allowed = |path: &Path, need: u32| self.metadata(path).is_ok_and(|found| may(&found, need));
        allowed(path, 0o4) && path.ancestors().skip(1).all(|folder| allowed(folder, 0o1))
    }
}

/// Whether users who are neither owner nor in the group have a permission.
pub(crate) fn everyone(found: &std::fs::Metadata, need: u32) -> bool {
    found.mode() & need != 0
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn links_do_not_lead_out_of_the_root() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("etc")).unwrap();
        fs::write(folder.path().join("etc/secret"), "inside").unwrap();
        symlink("/etc/secret", folder.path().join("absolute")).unwrap();
        symlink("../../../../etc/passwd", folder.path().join("upwards")).unwrap();
        let root = Root::open(folder.path()).unwrap();
        assert_eq!(std::io::read_to_string(root.file(Path::new("/absolute")).unwrap()).unwrap(), "inside");
        assert_eq!(root.file(Path::new("/upwards")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(root.names(Path::new("/")).unwrap(), ["absolute", "etc", "upwards"]);
    }

    #[test]
    fn pipes_are_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
        assert!(Root::open(folder.path()).unwrap().file(Path::new("pipe")).is_err());
    }

    #[test]
    fn a_closed_folder_closes_what_is_below() {
        let folder = tempfile::tempdir().unwrap();
        let set = |name: &str, mode| fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir(folder.path().join("closed")).unwrap();
        fs::write(folder.path().join("closed/file"), "x").unwrap();
        set("", 0o755);
        set("closed/file", 0o644);
        set("closed", 0o755);
        let root = Root::open(folder.path()).unwrap();
        assert!(root.reaches(Path::new("/closed/file"), everyone));
        set("closed", 0o700);
        assert!(!root.reaches(Path::new("/closed/file"), everyone));
    }
}
