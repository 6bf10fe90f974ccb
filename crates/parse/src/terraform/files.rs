//! The files of a folder as syntax trees.
//!
//! `hcl-edit` itself refuses more than 64 levels. Its objects are searched linearly for each key, hence files with more
//! assignments than any written by hand are left to the text scan, with a coverage row.

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::structure::Body;
use unkeyed_model::{Facts, SkipReason, Span, Unit, WorkloadKind};

use super::rendered::{Rendered, SpanMap};
use super::{exported, heredocs, json, module_grants, one_line, packer, pulumi, vault_paths};
use crate::place::Place;
use crate::trust_policy;

/// Largest file that is parsed, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Most `=` and `:` in a file.
const MAX_ASSIGNMENTS: usize = 30_000;

/// Most blocks of a file that may be left out because they don't parse.
const MAX_BROKEN: usize = 4;

/// One parsed file.
pub(super) struct File<'a> {
    /// Text and places.
    pub(super) place: Place<'a>,
    /// Syntax tree.
    pub(super) body: Body,
    /// For a file in another form, the way back from the tree's spans.
    spans: Option<SpanMap>,
    /// It assigns values to variables.
    is_values: bool,
}

impl File<'_> {
    /// Whether it assigns values to variables (`.tfvars`).
    pub(super) fn is_tfvars(&self) -> bool {
        self.is_values
    }

    /// Where a part of the tree stands in the file.
    pub(super) fn span(&self, span: Span) -> Span {
        self.spans.as_ref().map_or(span, |spans| spans.source(span))
    }

    /// Whether Terraform loads it without being told to.
    pub(super) fn is_automatic(&self) -> bool {
        let name = self.place.origin().file_name();
        let name = name.strip_suffix(".json").unwrap_or(name);
        name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
    }
}

impl<'a> File<'a> {
    /// A file in another form that was written out as configuration language.
    pub(super) fn of_rendered(place: Place<'a>, rendered: Rendered, facts: &mut Facts) -> Option<Self> {
        match hcl_edit::parser::parse_body(&rendered.text) {
            Ok(body) => Some(Self { place, body, spans: Some(rendered.spans), is_values: false }),
            Err(_) => {
                facts.skipped.push(place.skip(SkipReason::Malformed, "its structure goes beyond what is read of such files"));
                None
            }
        }
    }
}

/// Parses the units; what can't be parsed becomes a coverage row.
pub(super) fn parse<'a>(kind: WorkloadKind, units: &'a [Unit<'_>], facts: &mut Facts) -> Vec<File<'a>> {
    if kind == WorkloadKind::Export {
        return exported::files(units, facts);
    }
    let mut files = Vec::new();
    let is_read = |unit: &&Unit<'_>| !trust_policy::is_document(unit) && (kind != WorkloadKind::Terraform || super::is_configuration(unit));
    for unit in units.iter().filter(is_read) {
        match Place::new(unit) {
            Ok(place) => files.extend(parse_one(kind, place, facts)),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    files
}

/// Whether a file says how Terragrunt calls a module.
pub(crate) fn is_unit(name: &str) -> bool {
    name == "terragrunt.hcl"
}

/// Parses one file; what can't be parsed of it becomes a coverage row.
pub(super) fn parse_one<'a>(kind: WorkloadKind, place: Place<'a>, facts: &mut Facts) -> Option<File<'a>> {
    if !is_within_limits(&place) {
        let detail = format!("larger than {MAX_BYTES} bytes or {MAX_ASSIGNMENTS} assignments: structure not read");
        facts.skipped.push(place.skip(SkipReason::Limit, detail));
        return None;
    }
    let rendered = match rendered(kind, &place) {
        Ok(rendered) => rendered,
        Err(skip) => {
            facts.skipped.push(skip);
            return None;
        }
    };
    let text = rendered.as_ref().map_or(place.text(), |rendered| rendered.text.as_str());
    let unfolded = (kind == WorkloadKind::Spire && hcl_edit::parser::parse_body(text).is_err()).then(|| one_line::unfolded(text));
    let text = unfolded.as_deref().unwrap_or(text);
    let (mut body, broken) = parse_tolerantly(text);
    for body in body.iter_mut() {
        heredocs::mend(body, text);
        vault_paths::spell_out(body, text);
        module_grants::spell_out(body, text);
    }
    if let Some(line) = broken {
        let rest = if body.is_some() { "; the other blocks were read" } else { "" };
        let detail = format!("line {line}: not Terraform configuration language{rest}");
        facts.skipped.push(place.skip(SkipReason::Malformed, detail));
    }
    let is_values = rendered.as_ref().map_or(place.path().ends_with(".tfvars"), |rendered| rendered.is_values);
    let spans = rendered.map(|rendered| rendered.spans);
    body.map(|body| File { place, body, spans, is_values })
}

/// A file in another form, written out as configuration language; nothing for one that is.
fn rendered(kind: WorkloadKind, place: &Place<'_>) -> Result<Option<Rendered>, unkeyed_model::Skip> {
    let name = place.origin().file_name();
    if [".tf", ".tofu", ".tfvars", ".hcl", ".conf"].iter().any(|ending| name.ends_with(ending)) {
        return Ok(None);
    }
    let is_json = place.text().trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let root = if is_json {
        crate::json::parse(place)?
    } else {
        let mut read = crate::yaml::parse(place);
        match (read.nodes.is_empty(), read.skipped.pop()) {
            (true, Some(skip)) => return Err(skip),
            (true, None) => return Ok(None),
            (false, _) => read.nodes.swap_remove(0),
        }
    };
    Ok(Some(match kind {
        WorkloadKind::Pulumi => pulumi::render(&root),
        WorkloadKind::Packer => packer::render(&root),
        _ => json::render(&root, name.ends_with(".tfvars.json")),
    }))
}

/// The tree of a text, without the blocks that don't parse, and the line of the first fault.
fn parse_tolerantly(text: &str) -> (Option<Body>, Option<usize>) {
    // A byte order mark is replaced by blanks of the same length, so that spans stay true.
    let mut text = match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(format!("   {rest}")),
        None => Cow::Borrowed(text),
    };
    let mut broken = None;
    for _ in 0..MAX_BROKEN {
        match hcl_edit::parser::parse_body(&text) {
            Ok(body) => return (Some(body), broken),
            Err(error) => {
                broken.get_or_insert(error.location().line());
                let Some(block) = block_around(&text, error.location().offset()) else { break };
                let blank = text[block.clone()].replace(|c: char| c != '\n', " ");
                let mut without = text[..block.start].to_owned();
                without.push_str(&pad(blank, block.len()));
                without.push_str(&text[block.end..]);
                text = Cow::Owned(without);
            }
        }
    }
    (None, broken)
}

/// Blanks up to a length in bytes: characters of several bytes became one blank each.
fn pad(mut blank: String, length: usize) -> String {
    blank.extend(std::iter::repeat_n(' ', length.saturating_sub(blank.len())));
    blank
}

/// The top-level block around a byte: from a line that begins at the margin to the next `}` at the margin.
fn block_around(text: &str, offset: usize) -> Option<Range<usize>> {
    let offset = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at))?;
    let opens = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    while !opens(&text[start..]) {
        start = text[..start.checked_sub(1)?].rfind('\n').map_or(0, |at| at + 1);
    }
    let end = text[offset..].find("\n}").map_or(text.len(), |at| offset + at + 2);
    Some(start..end)
}

fn is_within_limits(place: &Place<'_>) -> bool {
    let text = place.text().as_bytes();
    text.len() <= MAX_BYTES && memchr::memchr2_iter(b'=', b':', text).count() <= MAX_ASSIGNMENTS
}
