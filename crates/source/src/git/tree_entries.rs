//! The entries of a tree object: `mode SP name NUL id`, one after the other.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A folder.
    Tree,
    /// A file or a link.
    Blob,
    /// The commit of another repository.
    Submodule,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    pub(super) kind: EntryKind,
    pub(super) name: &'a [u8],
    /// The id as it stands.
    pub(super) id: &'a [u8],
    /// Where the entry starts in the tree.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// Reads entries until the tree ends or stops making sense.
pub(super) struct TreeEntries<'a> {
    tree: &'a [u8],
    at: usize,
    id_width: usize,
}

impl<'a> TreeEntries<'a> {
    /// The entries of `tree`, whose ids have `id_width` bytes.
    pub(super) fn new(tree: &'a [u8], id_width: usize) -> Self {
        Self { tree, at: 0, id_width }
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.at == self.tree.len()
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = TreeEntry<'a>;

    fn next(&mut self) -> Option<TreeEntry<'a>> {
        let rest = self.tree.get(self.at..)?;
        let nul = memchr::memchr(0, rest)?;
        let head = &rest[..nul];
        // A mode has five or six digits.
        let space = head.iter().take(8).position(|&byte| byte == b' ')?;
        let (mode, name) = (&head[..space], &head[space + 1..]);
        let kind = match mode {
            b"40000" | b"040000" => EntryKind::Tree,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        let id = rest.get(nul + 1..nul + 1 + self.id_width)?;
        let start = self.at;
        self.at += nul + 1 + self.id_width;
        Some(TreeEntry { kind, name, id, start, end: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_until_the_tree_is_cut() {
        let mut tree = Vec::new();
        for (head, byte) in [("100644 a.env\0", 1), ("40000 folder\0", 2), ("160000 other\0", 0), ("120000 link\0", 4)] {
            tree.extend_from_slice(head.as_bytes());
            tree.extend_from_slice(&[byte; 20]);
        }
        let read = |tree: &[u8]| TreeEntries::new(tree, 20).map(|entry| (entry.kind, entry.name.to_vec(), entry.id[0])).collect::<Vec<_>>();
        let all = read(&tree);
        assert_eq!(all.len(), 4);
        assert_eq!(all[1], (EntryKind::Tree, b"folder".to_vec(), 2));
        assert_eq!([all[0].0, all[2].0, all[3].0], [EntryKind::Blob, EntryKind::Submodule, EntryKind::Blob]);
        for length in 0..tree.len() {
            assert!(read(&tree[..length]).len() < 4);
        }
    }
}
