//! Keys inside secret objects: the value at `data.tls.key` is the one under the key `tls.key`.

use unkeyed_model::Location;

/// Every key under which the value at a place may be known: its path, and the path without each leading part.
pub(crate) fn keys(place: &Location) -> impl Iterator<Item = &str> {
    std::iter::successors(place.key_path.as_deref(), |path| path.split_once('.').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_hold_dots() {
        let place = Location { key_path: Some("data.tls.key".into()), ..Location::default() };
        assert_eq!(keys(&place).collect::<Vec<_>>(), ["data.tls.key", "tls.key", "key"]);
        assert_eq!(keys(&Location::default()).count(), 0);
    }
}
