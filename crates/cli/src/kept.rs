//! What is kept for the structured readers until everything was seen.
//!
//! The decision a reader would question: of one container, only so much is kept. A file of a few megabytes can hold
//! manifests of gigabytes, and what is read from a manifest takes many times its bytes. What lies beyond is searched as
//! text, and that is said once for each container.

use unkeyed_model::{Skip, SkipReason, Unit};
use unkeyed_parse::Group;

/// Most bytes of the members of one container whose structure is read.
pub(crate) const CONTAINER_BYTES: usize = 8 << 20;
/// What a member counts beside its bytes.
const MEMBER_COST: usize = 1 << 10;
/// Between a container and its members, in paths.
const SEPARATOR: &str = "!/";

/// Units with their groups. Those of one container come one after the other.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    units: Vec<(Group, Unit<'static>)>,
    container: String,
    bytes: usize,
}

impl Kept {
    /// Whether there is room for `unit`; else, the first time, what is to be said of its container.
    pub(crate) fn admit(&mut self, unit: &Unit<'_>) -> Result<(), Option<Skip>> {
        let Some((container, _)) = unit.origin().path.split_once(SEPARATOR) else { return Ok(()) };
        if self.container != container {
            container.clone_into(&mut self.container);
            self.bytes = 0;
        }
        let before = self.bytes;
        self.bytes = before.saturating_add(unit.bytes().len() + MEMBER_COST);
        if self.bytes <= CONTAINER_BYTES {
            return Ok(());
        }
        let detail = format!("more than {CONTAINER_BYTES} bytes of members that have a structure; the rest was searched as text");
        let row = Skip { path: container.to_owned(), why: SkipReason::Limit, detail };
        Err((before <= CONTAINER_BYTES).then_some(row))
    }

    /// Keeps a Unit that was admitted.
    pub(crate) fn keep(&mut self, group: Group, unit: Unit<'_>) {
        let surface = group.surface;
        self.units.push((group, unit.into_owned().known_as(surface)));
    }

    /// Takes in what another thread kept.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.units.append(&mut other.units);
    }

    /// Everything that was kept.
    pub(crate) fn take(&mut self) -> Vec<(Group, Unit<'static>)> {
        std::mem::take(&mut self.units)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Surface};

    use super::*;

    #[test]
    fn of_one_container_so_much_is_kept_and_of_folders_all() {
        let content = vec![b'a'; CONTAINER_BYTES / 2 - MEMBER_COST];
        let mut kept = Kept::default();
        let mut keep = |path: &str| {
            let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), &content[..]);
            let group = Group { format: "k8s", key: String::new(), surface: Surface::K8sManifest };
            kept.admit(&unit).map_err(|row| row.map(|row| row.path))?;
            kept.keep(group, unit);
            Ok(())
        };
        let kept_or_said: [Result<(), Option<String>>; 8] =
            ["a.zip!/1", "a.zip!/2", "a.zip!/3", "a.zip!/4", "b.zip!/1", "c.yaml", "d.yaml", "e.yaml"].map(&mut keep);
        assert_eq!(kept_or_said[..2], [Ok(()), Ok(())]);
        assert_eq!(kept_or_said[2..4], [Err(Some("a.zip".into())), Err(None)]);
        assert_eq!(kept_or_said[4..], [Ok(()), Ok(()), Ok(()), Ok(())]);
        assert_eq!(kept.take().len(), 6);
    }
}
