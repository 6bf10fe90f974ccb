//! Places of a saved report in the model's terms.

use std::sync::Arc;

use unkeyed_model as model;

use super::read::count;
use super::v1;
use crate::printable;

impl v1::Place {
    /// The model's form; all decodings count as undone at the place, since the report doesn't tell them from the file's.
    pub(super) fn to_model(&self) -> model::Location {
        model::Location {
            origin: Arc::new(self.origin()),
            region: self.region(),
            key_path: self.key_path.clone(),
            decoded_via: self.decoded_via.clone(),
        }
    }

    fn origin(&self) -> model::Origin {
        let mode = |mode: &v1::Mode| model::FileMode {
            bits: u32::from_str_radix(&mode.bits, 8).unwrap_or_default(),
            open_to_all: mode.open_to_all,
        };
        model::Origin {
            surface: self.surface,
            path: path(&self.uri),
            tracked: self.tracked,
            commit: self.commit.clone(),
            git: self.git.as_ref().map(|git| Arc::new(git.to_model())),
            layer: self.layer.clone(),
            image_path: self.image_path.clone(),
            image: self.image.as_ref().map(|image| Arc::new(image.to_model())),
            decoded_via: Vec::new(),
            process: self.process.as_ref().map(|process| Arc::new(process.to_model())),
            mode: self.mode.as_ref().map(mode),
            first_seen: None,
        }
    }

    fn region(&self) -> model::Region {
        let start = count(self.byte_offset.unwrap_or_default());
        model::Region {
            line: self.line.unwrap_or_default(),
            column: self.column.unwrap_or_default(),
            end_line: self.end_line.unwrap_or_default(),
            end_column: self.end_column.unwrap_or_default(),
            span: model::Span::new(start, start.saturating_add(count(self.byte_length.unwrap_or_default()))),
        }
    }
}

impl v1::Git {
    fn to_model(&self) -> model::GitPlace {
        let Self { object, state, commits, branches, paths, author } = self.clone();
        model::GitPlace { object, state, commits, branches, paths, author }
    }
}

impl v1::ImagePlace {
    fn to_model(&self) -> model::ImagePlace {
        let by = self.fate_by.clone().unwrap_or_default();
        let fate = match self.fate.as_str() {
            "present" => model::Fate::Present,
            "linked" => model::Fate::Linked(by),
            "overwritten" => model::Fate::Overwritten(by),
            "deleted" => model::Fate::Deleted(by),
            _ => model::Fate::Unknown,
        };
        let images = self.images.iter().map(|name| Arc::from(name.as_str())).collect();
        model::ImagePlace { images, instruction: self.instruction.clone(), fate }
    }
}

impl v1::Process {
    fn to_model(&self) -> model::Process {
        model::Process { id: self.id, name: self.name.clone(), reads: self.reads.iter().map(|uri| path(uri)).collect() }
    }
}

/// The printable path of a relative reference: what [`model::Origin::uri`] encoded stands as it is again; what the path
/// itself encodes (controls, direction marks, invalid bytes, `%`) stays encoded.
pub(super) fn path(uri: &str) -> String {
    if uri == crate::place::STREAM {
        return String::new();
    }
    let mut path = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some(at) = rest.find('%') {
        path.push_str(&rest[..at]);
        let (bytes, after) = encoded(&rest[at..]);
        if bytes.is_empty() {
            path.push('%');
            rest = &rest[at + 1..];
            continue;
        }
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|character| push(&mut path, character));
            chunk.invalid().iter().for_each(|byte| path.push_str(&format!("%{byte:02X}")));
        }
        rest = after;
    }
    path.push_str(rest);
    path
}

/// The bytes of the `%XX` at the start, as many as follow each other, and what comes after them.
fn encoded<'t>(text: &'t str) -> (Vec<u8>, &'t str) {
    let (mut bytes, mut rest) = (Vec::new(), text);
    // The parser of numbers takes a sign, too.
    let digits = |tail: &'t str| tail.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    while let Some(byte) = rest.strip_prefix('%').and_then(digits).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        bytes.push(byte);
        rest = &rest[3..];
    }
    (bytes, rest)
}

fn push(path: &mut String, character: char) {
    let mut buffer = [0; 4];
    let text = character.encode_utf8(&mut buffer);
    if character == '%' || matches!(printable(text), std::borrow::Cow::Owned(_)) {
        text.bytes().for_each(|byte| path.push_str(&format!("%{byte:02X}")));
    } else {
        path.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unkeyed_model::Origin;

    #[test]
    fn a_path_comes_back_from_its_reference() {
        for original in ["a b/ü?.txt", "x%0Ay", "50%25", "%FF/b", "日本/[x](y)#z", "%E2%80%AEgnp", ""] {
            let origin = Origin { path: original.to_owned(), ..Origin::default() };
            assert_eq!(path(&crate::place::uri(&origin)), original);
        }
        for odd in ["%", "%zz", "a%2", "%é", "%+1"] {
            assert_eq!(path(odd), odd);
        }
    }
}
