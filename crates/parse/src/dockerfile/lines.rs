//! Logical lines of a Dockerfile: continuations joined, comments dropped, here-documents attached.

use std::ops::Range;

use unkeyed_model::Span;

/// One instruction.
pub(super) struct Instruction {
    /// Upper case.
    pub(super) keyword: String,
    /// Everything behind the keyword, continuation lines joined; here-documents follow on lines of their own.
    pub(super) text: String,
    /// First byte of the instruction.
    pub(super) start: usize,
    /// For each piece of `text`: where it starts there, and where it starts in the file.
    pieces: Vec<(usize, usize)>,
}

impl Instruction {
    /// Where a range of the text stands in the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let source = |at: usize| {
            let piece = self.pieces.partition_point(|(from, _)| *from <= at).saturating_sub(1);
            self.pieces.get(piece).map_or(self.start, |(from, source)| source + at.saturating_sub(*from))
        };
        let start = source(range.start);
        let end = if range.is_empty() { start } else { source(range.end - 1) + 1 };
        Span::new(start, end.max(start))
    }
}

/// All instructions of a file.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape_character(text);
    let mut lines = Lines { text, at: text.len() - text.trim_start_matches('\u{feff}').len() };
    let mut found = Vec::new();
    while let Some((start, line)) = lines.next() {
        let body = line.trim_start();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let start = start + line.len() - body.len();
        let length = body.find(char::is_whitespace).unwrap_or(body.len());
        let keyword = body[..length].to_ascii_uppercase();
        let rest = body[length..].trim_start();
        let mut instruction = Instruction { keyword, text: String::new(), start, pieces: Vec::new() };
        join(&mut instruction, &mut lines, start + body.len() - rest.len(), rest, escape);
        attach_heredocs(&mut instruction, &mut lines);
        found.push(instruction);
    }
    found
}

/// Joins a line with those that continue it.
fn join<'a>(instruction: &mut Instruction, lines: &mut Lines<'a>, start: usize, line: &'a str, escape: char) {
    let (mut start, mut line) = (start, line);
    loop {
        let trimmed = line.trim_end();
        let continued = trimmed.strip_suffix(escape);
        instruction.pieces.push((instruction.text.len(), start));
        instruction.text.push_str(continued.unwrap_or(line));
        if continued.is_none() {
            return;
        }
        // Comments and empty lines between continuation lines are dropped (Dockerfile reference).
        loop {
            let Some((next, text)) = lines.next() else { return };
            if !text.trim_start().starts_with('#') && !text.trim().is_empty() {
                (start, line) = (next, text);
                break;
            }
        }
        // What stood on two lines is two words unless the break was inside one.
    }
}

/// `RUN <<EOF` and `COPY <<EOF /file`: the lines up to the delimiter.
fn attach_heredocs(instruction: &mut Instruction, lines: &mut Lines<'_>) {
    if !matches!(instruction.keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return;
    }
    let delimiters: Vec<String> = instruction.text.split("<<").skip(1).filter_map(delimiter).collect();
    for delimiter in delimiters {
        for (start, line) in lines.by_ref() {
            if line.trim() == delimiter {
                break;
            }
            if instruction.keyword == "RUN" {
                instruction.text.push('\n');
                instruction.pieces.push((instruction.text.len(), start));
                instruction.text.push_str(line);
            }
        }
    }
    // The script of a here-document is run; its marker would make the shell reader skip it.
    if instruction.keyword == "RUN" && instruction.text.trim_start().starts_with("<<") {
        let length = instruction.text.find('\n').unwrap_or(instruction.text.len());
        instruction.text.replace_range(..length, &" ".repeat(length));
    }
}

fn delimiter(behind: &str) -> Option<String> {
    let word = behind.strip_prefix(['-', '~']).unwrap_or(behind);
    let word: String = word.chars().take_while(|c| !c.is_whitespace() && !matches!(c, ';' | '|' | '&' | ')' | '>')).collect();
    let word = word.replace(['"', '\''], "");
    (word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && word.len() <= 64).then_some(word)
}

/// The character of the `# escape=` directive, which only counts above everything else.
fn escape_character(text: &str) -> char {
    let directives = text.trim_start_matches('\u{feff}').lines().map_while(|line| line.trim().strip_prefix('#')?.split_once('='));
    for (name, value) in directives {
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// Physical lines with their offsets.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let end = memchr::memchr(b'\n', &self.text.as_bytes()[start..]).map_or(self.text.len(), |offset| start + offset);
        self.at = end + 1;
        Some((start, self.text[start..end].trim_end_matches('\r')))
    }
}
