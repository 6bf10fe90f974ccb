//! INI files: sections of `key = value`.

use unkeyed_model::Span;

/// One section.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    /// From its heading to its last line.
    pub(super) extent: Span,
    pub(super) entries: Vec<(&'a str, Span)>,
}

/// All sections of a text; entries above the first heading belong to a section without a name, which is left out.
pub(super) fn sections(text: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        let begin = start + line.len() - line.trim_start().len();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let name = name.trim().trim_matches('"');
            found.push(Section { name, extent: Span::new(begin, begin + body.len()), entries: Vec::new() });
            continue;
        }
        let Some(section) = found.last_mut() else { continue };
        section.extent.end = begin + body.len();
        // An indented line is part of a nested setting (AWS `s3 =`).
        if let Some((key, value)) = body.split_once('=').filter(|_| !line.starts_with([' ', '\t'])) {
            let value = value.trim();
            let end = begin + body.len();
            section.entries.push((key.trim(), Span::new(end - value.len(), end)));
        }
    }
    found
}
