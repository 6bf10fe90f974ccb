//! What the schema says of a table: its name, its columns, and where it begins.

use super::record::{Encoding, Value, values};

/// Bytes of a name or a statement that are read.
const TEXT_BYTES: usize = 64 << 10;

/// A table.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) root: u64,
}

impl Table {
    /// From a row of the schema: type, name, table, root page, statement. Indexes repeat what tables hold.
    pub(super) fn from_record(payload: &[u8], encoding: Encoding) -> Option<Self> {
        let mut row = values(payload);
        let mut text = || match row.next() {
            Some(Value::Text(text)) => {
                let mut decoded = Vec::new();
                encoding.decode(&text[..text.len().min(TEXT_BYTES)], &mut decoded);
                Some(String::from_utf8_lossy(&decoded).into_owned())
            }
            _ => None,
        };
        let (kind, name, _) = (text()?, text()?, text()?);
        let root = match row.next() {
            Some(Value::Number(root)) if root > 1 && kind == "table" => root as u64,
            _ => return None,
        };
        let mut decoded = Vec::new();
        if let Some(Value::Text(statement)) = row.next() {
            encoding.decode(&statement[..statement.len().min(TEXT_BYTES)], &mut decoded);
        }
        Some(Self { name, columns: columns(&String::from_utf8_lossy(&decoded)), root })
    }
}

/// The names of the columns in a `CREATE TABLE` statement: the first word of each part between commas, until the
/// constraints of the table.
fn columns(statement: &str) -> Vec<String> {
    let Some((_, body)) = statement.split_once('(') else { return Vec::new() };
    let (mut names, mut depth, mut quote, mut start) = (Vec::new(), 0_u32, None, 0);
    for (at, character) in body.char_indices() {
        match (quote, character) {
            (Some(end), _) => quote = quote.filter(|_| character != end),
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') if depth > 0 => depth -= 1,
            (None, ',' | ')') if depth == 0 => {
                names.push(first_word(body[start..at].trim_start()));
                start = at + 1;
                if character == ')' {
                    break;
                }
            }
            _ => {}
        }
    }
    let is_constraint =
        |word: &String| ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|one| word.eq_ignore_ascii_case(one));
    let end = names.iter().position(is_constraint).unwrap_or(names.len());
    names.truncate(end);
    names
}

fn first_word(definition: &str) -> String {
    let closing = match definition.chars().next() {
        Some('[') => ']',
        Some(quote @ ('"' | '\'' | '`')) => quote,
        _ => return definition.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default().to_owned(),
    };
    definition[1..].split(closing).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_until_the_constraints() {
        let statement =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, \"api key\" TEXT DEFAULT 'a,b)', [tok,en] BLOB, n DECIMAL(4,2), PRIMARY KEY (id))";
        assert_eq!(columns(statement), ["id", "api key", "tok,en", "n"]);
        assert_eq!(columns("CREATE TABLE t(a,b"), ["a"]);
        assert!(columns("CREATE VIRTUAL TABLE x").is_empty());
    }
}
