//! Opens files so that nothing on disk can make the scan hang.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file for reading. A name that was replaced by a link or a FIFO after the folder was listed is
/// refused (`O_NOFOLLOW`) or at least doesn't block (`O_NONBLOCK`); `follow` is for the target the user named.
pub(crate) fn regular_file(path: &Path, follow: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let follow_flag = if follow { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC | follow_flag);
    }
    #[cfg(not(unix))]
    let _ = follow;
    options.open(path)
}
