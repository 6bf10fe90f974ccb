//! How a place is said: as a relative reference for machines, as `path:line:column` for people.

use unkeyed_model::{DecodeStep, Location, Origin};

/// The name of a stream that has none.
pub(crate) const STREAM: &str = "stdin";

/// RFC 3986 relative reference of the file; `stdin` for a stream without a name.
pub(crate) fn uri(origin: &Origin) -> String {
    if origin.path.is_empty() { STREAM.to_owned() } else { origin.uri() }
}

/// The same of a printable path that has no origin at hand (a coverage row).
pub(crate) fn uri_of_path(path: &str) -> String {
    uri(&Origin { path: path.to_owned(), ..Origin::default() })
}

/// `path:line:column`, `path` alone where the whole file is meant.
pub(crate) fn shown(location: &Location) -> String {
    let path = if location.origin.path.is_empty() { "<stdin>" } else { &location.origin.path };
    if has_region(location) { format!("{path}:{}:{}", location.region.line, location.region.column) } else { path.to_owned() }
}

/// Whether a place inside the file is meant.
pub(crate) const fn has_region(location: &Location) -> bool {
    location.region.line > 0
}

/// All decodings that lead to the place, outermost first.
pub(crate) fn decodings(location: &Location) -> Vec<DecodeStep> {
    location.origin.decoded_via.iter().chain(&location.decoded_via).copied().collect()
}
