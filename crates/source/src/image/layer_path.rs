//! The name of a layer's entry as the path that a container would see.

use std::path::Path;

use crate::path_text::path_text;

/// What the name of a whiteout starts with (OCI image specification, "Layer filesystem changeset").
const WHITEOUT: &str = ".wh.";
/// The name of the file that marks an opaque folder.
const OPAQUE: &str = ".wh..wh..opq";

/// `name` without root, empty parts, `.` and `..`, in printable form: nothing climbs out of the image.
pub(crate) fn normal(name: &[u8]) -> String {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in name.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    path_text(Path::new(&os_string(parts.join(&b'/'))))
}

#[cfg(unix)]
fn os_string(name: Vec<u8>) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(name)
}

#[cfg(not(unix))]
fn os_string(name: Vec<u8>) -> std::ffi::OsString {
    String::from_utf8_lossy(&name).into_owned().into()
}

/// What an entry's path says about lower layers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning<'p> {
    /// Something stands here.
    Here,
    /// The folder of this path hides what it had below.
    Opaque(&'p str),
    /// The entry of this path is deleted.
    Whiteout(String),
}

/// Reads whiteouts.
pub(crate) fn meaning(path: &str) -> Meaning<'_> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.strip_prefix(WHITEOUT) {
        Some(_) if name == OPAQUE => Meaning::Opaque(folder),
        Some(gone) if !gone.is_empty() && !gone.starts_with(WHITEOUT) => {
            Meaning::Whiteout(if folder.is_empty() { gone.to_owned() } else { format!("{folder}/{gone}") })
        }
        _ => Meaning::Here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_climbs_out() {
        for (name, path) in [
            (&b"./etc/passwd"[..], "etc/passwd"),
            (b"/etc//passwd", "etc/passwd"),
            (b"../../etc/shadow", "etc/shadow"),
            (b"a/../../b/./c/", "b/c"),
            (b"\xff\n", "%FF%0A"),
            (b"", ""),
        ] {
            assert_eq!(normal(name), path);
        }
    }

    #[test]
    fn whiteouts_are_understood() {
        assert_eq!(meaning("root/.wh..aws"), Meaning::Whiteout("root/.aws".into()));
        assert_eq!(meaning(".wh.x"), Meaning::Whiteout("x".into()));
        assert_eq!(meaning("a/.wh..wh..opq"), Meaning::Opaque("a"));
        assert_eq!(meaning("a/.wh..wh.plnk"), Meaning::Here);
        assert_eq!(meaning("a/b.wh."), Meaning::Here);
    }
}
