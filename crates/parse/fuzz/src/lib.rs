//! What the targets share.

use std::sync::Arc;

use unkeyed_model::{ImagePlace, Origin, Surface, Unit};

/// Reads one Unit; panics if a place of what was read lies outside it.
pub fn read(path: &str, surface: Surface, content: &[u8]) {
    let image = (surface == Surface::ImageConfig).then(|| Arc::new(ImagePlace { images: vec!["a:v1".into()], ..ImagePlace::default() }));
    let origin = Arc::new(Origin { path: path.into(), surface, image, ..Origin::default() });
    let unit = Unit::new(origin, content);
    let Some(group) = unkeyed_parse::group(&unit) else { return };
    let facts = unkeyed_parse::read(&group, std::slice::from_ref(&unit));
    for slot in &facts.slots {
        assert!(slot.location.region.span.end <= content.len(), "{}", slot.name);
    }
}
