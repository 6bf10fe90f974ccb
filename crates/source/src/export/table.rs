//! Exports in CSV: a ticket per row (RFC 4180, so that a field may hold lines).

use super::markup::add;
use super::{Message, Take, time};

/// Reads an export.
pub(super) fn read(bytes: &[u8], take: Take<'_>) -> Result<(), String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headings: Vec<String> = reader.byte_headers().map_err(damaged)?.iter().map(shown).collect();
    let column = |names: &[&str]| headings.iter().position(|heading| names.iter().any(|name| heading.eq_ignore_ascii_case(name)));
    let (label, created) = (column(&["Issue key", "number"]), column(&["Created", "sys_created_on", "opened_at"]));
    for row in reader.byte_records() {
        let row = row.map_err(damaged)?;
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).map(shown);
        let mut message =
            Message { place: cell(label).into_iter().collect(), time: cell(created).and_then(|text| time(&text)), text: String::new() };
        for (heading, value) in headings.iter().zip(&row) {
            add(&mut message.text, heading, &shown(value));
        }
        if !take(message) {
            break;
        }
    }
    Ok(())
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The error's place only: its words may quote the row.
fn damaged(error: csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    format!("it is not CSV at line {line}")
}
