//! The header of a commit or a tag: lines of `key SP value` up to an empty line.

use gix::ObjectId;

/// The tree of a commit.
pub(super) fn tree(commit: &[u8]) -> Option<ObjectId> {
    id(values(commit, b"tree ").next()?)
}

/// The parents of a commit.
pub(super) fn parents(commit: &[u8]) -> impl Iterator<Item = ObjectId> {
    values(commit, b"parent ").filter_map(id)
}

/// What a tag points to.
pub(super) fn target(tag: &[u8]) -> Option<ObjectId> {
    id(values(tag, b"object ").next()?)
}

/// `Name <address>` of the author.
pub(super) fn author(commit: &[u8]) -> Option<&[u8]> {
    let line = values(commit, b"author ").next()?;
    let end = line.iter().rposition(|&byte| byte == b'>')?;
    line.get(..=end)
}

/// When the author wrote it, in seconds since 1970.
pub(super) fn author_seconds(commit: &[u8]) -> Option<i64> {
    let line = values(commit, b"author ").next()?;
    let end = line.iter().rposition(|&byte| byte == b'>')?;
    std::str::from_utf8(line.get(end + 1..)?).ok()?.split_whitespace().next()?.parse().ok()
}

fn values<'a>(header: &'a [u8], key: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    header.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty()).filter_map(move |line| line.strip_prefix(key))
}

fn id(hex: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(hex).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_and_the_message_is_not() {
        let commit = format!(
            "tree {}\nparent {}\nparent {}\nauthor A > B <a@b.test> 1700000000 +0100\ncommitter C <c@d.test> 1 +0000\n\nparent {}\n",
            "1".repeat(40),
            "2".repeat(40),
            "3".repeat(40),
            "4".repeat(40)
        );
        let commit = commit.as_bytes();
        assert_eq!(tree(commit).unwrap().to_string(), "1".repeat(40));
        assert_eq!(parents(commit).map(|id| id.to_string()).collect::<Vec<_>>(), ["2".repeat(40), "3".repeat(40)]);
        assert_eq!((author(commit), author_seconds(commit)), (Some(&b"A > B <a@b.test>"[..]), Some(1_700_000_000)));
        for end in 0..commit.len() {
            let _ = (tree(&commit[..end]), parents(&commit[..end]).count(), author(&commit[..end]), author_seconds(&commit[..end]));
        }
    }
}
