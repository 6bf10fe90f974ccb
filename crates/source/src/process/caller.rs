//! Whose rights a process has, from `/proc/<pid>/status` (proc_pid_status(5)).

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// Bits of `CAP_DAC_OVERRIDE` and `CAP_DAC_READ_SEARCH` (capabilities(7)): permissions don't hold for it.
const READS_ALL: u64 = 0b110;

/// User, groups and capabilities that count when a file is opened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Caller {
    user: u32,
    groups: Vec<u32>,
    reads_all: bool,
}

impl Caller {
    /// Reads the text of `status`.
    pub(super) fn of(status: &str) -> Self {
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        // The fourth number of each is the one for the file system.
        let of_files = |name: &str| field(name).split_whitespace().nth(3).and_then(|id| id.parse().ok()).unwrap_or(u32::MAX);
        let mut groups: Vec<u32> = field("Groups:").split_whitespace().filter_map(|id| id.parse().ok()).collect();
        groups.push(of_files("Gid:"));
        let capabilities = u64::from_str_radix(field("CapEff:").trim(), 16).unwrap_or(0);
        Self { user: of_files("Uid:"), groups, reads_all: capabilities & READS_ALL != 0 }
    }

    /// Whether it has a permission, one octal digit, on what this is known of.
    pub(super) fn may(&self, found: &Metadata, need: u32) -> bool {
        let class = if found.uid() == self.user {
            6
        } else if self.groups.contains(&found.gid()) {
            3
        } else {
            0
        };
        self.reads_all || found.mode() >> class & need != 0
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn status(user: u32, groups: &str, capabilities: &str) -> Caller {
        Caller::of(&format!("Name:\tx\nUid:\t1\t1\t1\t{user}\nGid:\t2\t2\t2\t4000000\nGroups:\t{groups}\nCapEff:\t{capabilities}\n"))
    }

    #[test]
    fn the_first_class_that_fits_decides() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let set = |mode| fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        let metadata = || fs::metadata(file.path()).unwrap();
        let (owner, group) = (metadata().uid(), metadata().gid());
        let other = owner.wrapping_add(7);
        set(0o604);
        assert!(status(owner, "", "0").may(&metadata(), 0o4));
        assert!(!status(other, &group.to_string(), "0").may(&metadata(), 0o4), "a group without the right is not everyone");
        assert!(status(other, "", "0").may(&metadata(), 0o4));
        set(0o000);
        assert!(!status(owner, "", "0").may(&metadata(), 0o4));
        assert!(status(other, "", "0000000000000002").may(&metadata(), 0o4));
    }
}
