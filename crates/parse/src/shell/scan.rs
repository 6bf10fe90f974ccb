//! The scanner behind [`commands`].

use super::{Command, Word};

/// Deepest nesting of command substitutions; below it they are read as text.
const MAX_DEPTH: usize = 16;

/// The simple commands of a script, innermost substitutions first.
pub(crate) fn commands(script: &str) -> Vec<Command> {
    let mut scanner = Scanner {
        script,
        bytes: script.as_bytes(),
        at: 0,
        open: vec![Level::new(None)],
        done: Vec::new(),
        heredocs: Vec::new(),
        no_expression: false,
        no_brace_until: 0,
        no_arithmetic: false,
    };
    while scanner.at < script.len() {
        scanner.step();
    }
    while !scanner.open.is_empty() {
        scanner.end_command(false);
        scanner.open.pop();
    }
    scanner.done
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// What is being read: the script, or a substitution in it.
struct Level {
    command: Command,
    word: Option<(usize, Vec<u8>)>,
    quote: Quote,
    closer: Option<u8>,
    next_is_output: bool,
    next_is_input: bool,
}

impl Level {
    fn new(closer: Option<u8>) -> Self {
        Self { command: Command::default(), word: None, quote: Quote::None, closer, next_is_output: false, next_is_input: false }
    }
}

struct Scanner<'a> {
    script: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Level>,
    done: Vec<Command>,
    /// Delimiters of here-documents whose bodies start on the next line.
    heredocs: Vec<(String, usize)>,
    /// No further `}}` / `))` in the script, no `}` before this offset: a search that failed isn't repeated.
    no_expression: bool,
    no_arithmetic: bool,
    no_brace_until: usize,
}

impl Scanner<'_> {
    fn step(&mut self) {
        if self.take_expansion() {
            return;
        }
        match self.open.last().map(|level| level.quote) {
            Some(Quote::Single) => self.in_single(),
            Some(Quote::Double) => self.in_double(),
            Some(Quote::None) | None => self.bare(),
        }
    }

    /// `${{ … }}`, `${…}`, `$((…))` are kept as text.
    fn take_expansion(&mut self) -> bool {
        let single = self.open.last().is_some_and(|level| level.quote == Quote::Single);
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"${{") && !self.no_expression {
            match memchr::memmem::find(rest, b"}}") {
                Some(end) => return self.push_text(end + 2),
                None => self.no_expression = true,
            }
        }
        if single {
            return false;
        }
        if rest.starts_with(b"$((") && !self.no_arithmetic {
            match memchr::memmem::find(rest, b"))") {
                Some(end) => return self.push_text(end + 2),
                None => self.no_arithmetic = true,
            }
        }
        if rest.starts_with(b"${") && self.at >= self.no_brace_until {
            match memchr::memchr2(b'}', b'\n', rest) {
                Some(end) if rest[end] == b'}' => return self.push_text(end + 1),
                other => self.no_brace_until = self.at + other.unwrap_or(rest.len()),
            }
        }
        false
    }

    fn in_single(&mut self) {
        if self.bytes[self.at] == b'\'' {
            self.set_quote(Quote::None);
        } else {
            self.push_text(1);
        }
    }

    fn in_double(&mut self) {
        match (self.bytes[self.at], self.bytes.get(self.at + 1)) {
            (b'"', _) => self.set_quote(Quote::None),
            (b'\\', Some(b'"' | b'\\' | b'$' | b'`')) => {
                self.at += 1;
                self.push_text(1);
            }
            (b'\\', Some(b'\n')) => self.at += 2,
            (b'$', Some(b'(')) => self.descend(2, b')'),
            (b'`', _) => self.backtick(),
            _ => {
                self.push_text(1);
            }
        }
    }

    fn bare(&mut self) {
        match (self.bytes[self.at], self.bytes.get(self.at + 1)) {
            (b'\\', Some(b'\n')) => self.at += 2,
            (b'\\', Some(b'\r')) => self.at += 3,
            (b'\\', Some(_)) => {
                self.at += 1;
                self.push_text(1);
            }
            (b'\'', _) => self.set_quote(Quote::Single),
            (b'"', _) => self.set_quote(Quote::Double),
            (b'#', _) if self.open.last().is_some_and(|level| level.word.is_none()) => {
                self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
            }
            (b'$' | b'<' | b'>', Some(b'(')) => self.descend(2, b')'),
            (b'`', _) => self.backtick(),
            (b'<', Some(b'<')) => self.heredoc(),
            (b'<', _) => self.redirect(false),
            (b'>', _) => self.redirect(true),
            (b'&', Some(b'>')) => {
                self.at += 1;
                self.redirect(true);
            }
            (b'\n', _) => {
                self.end_command(false);
                self.at += 1;
                self.skip_heredocs();
            }
            (b'|', Some(b'|')) | (b'&', Some(b'&')) => self.separator(2, false),
            (b'|', _) => self.separator(1, true),
            (b')', _) if self.open.last().is_some_and(|level| level.closer == Some(b')')) => self.ascend(),
            (b';' | b'&' | b'(' | b')', _) => self.separator(1, false),
            (byte, _) if byte.is_ascii_whitespace() => {
                self.end_word();
                self.at += 1;
            }
            _ => {
                self.push_text(1);
            }
        }
    }

    fn separator(&mut self, length: usize, pipe: bool) {
        self.end_command(pipe);
        self.at += length;
    }

    fn set_quote(&mut self, quote: Quote) {
        let at = self.at;
        if let Some(level) = self.open.last_mut() {
            level.quote = quote;
            level.word.get_or_insert_with(|| (at, Vec::new()));
        }
        self.at += 1;
    }

    /// Takes `length` bytes into the current word.
    fn push_text(&mut self, length: usize) -> bool {
        let end = (self.at + length).min(self.bytes.len());
        let at = self.at;
        if let Some(level) = self.open.last_mut() {
            level.word.get_or_insert_with(|| (at, Vec::new())).1.extend_from_slice(&self.bytes[at..end]);
        }
        self.at = end;
        true
    }

    fn descend(&mut self, length: usize, closer: u8) {
        if self.open.len() > MAX_DEPTH {
            self.push_text(length);
            return;
        }
        let at = self.at;
        if let Some(level) = self.open.last_mut() {
            level.word.get_or_insert_with(|| (at, Vec::new())).1.extend_from_slice(b"$()");
        }
        self.open.push(Level::new(Some(closer)));
        self.at += length;
    }

    fn ascend(&mut self) {
        self.end_command(false);
        if self.open.len() > 1 {
            self.open.pop();
        }
        self.at += 1;
    }

    fn backtick(&mut self) {
        if self.open.last().is_some_and(|level| level.closer == Some(b'`')) {
            self.ascend();
        } else {
            self.descend(1, b'`');
        }
    }

    fn redirect(&mut self, output: bool) {
        let mut length = 1;
        while matches!(self.bytes.get(self.at + length), Some(b'>' | b'|' | b'&')) {
            length += 1;
        }
        let duplicates = self.bytes[self.at..self.at + length].ends_with(b"&");
        if let Some(level) = self.open.last_mut() {
            // `2>` names a descriptor, not an argument.
            if level.word.as_ref().is_some_and(|(_, text)| text.iter().all(u8::is_ascii_digit)) {
                level.word = None;
            }
        }
        self.end_word();
        if let Some(level) = self.open.last_mut() {
            level.next_is_output = output && !duplicates;
            level.next_is_input = !output || duplicates;
        }
        self.at += length;
    }

    fn heredoc(&mut self) {
        self.end_word();
        let rest = &self.script[self.at + 2..];
        if rest.starts_with('<') {
            self.at += 3;
            if let Some(level) = self.open.last_mut() {
                level.next_is_input = true;
            }
            return;
        }
        let word = rest.trim_start_matches(['-', '~']).trim_start_matches([' ', '\t']);
        let length = word.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '>' | ')')).unwrap_or(word.len());
        let delimiter = word[..length].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        self.heredocs.push((delimiter, self.at));
        self.at += 2 + (rest.len() - word.len()) + length;
    }

    fn skip_heredocs(&mut self) {
        for (delimiter, at) in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = start;
            while self.at < self.bytes.len() {
                let rest = &self.script[self.at..];
                let line = rest.split('\n').next().unwrap_or_default();
                self.at = (self.at + line.len() + 1).min(self.bytes.len());
                if line.trim() == delimiter {
                    break;
                }
                end = self.at;
            }
            // It is read by the last command of the pipe that it stands in: `read X <<EOF || true`, `cat <<EOF | tee x`.
            let mut reader = self.done.len();
            while reader > 1 && !self.done[reader - 1].piped && self.done[reader - 1].range().start > at {
                reader -= 1;
            }
            if let Some(command) = reader.checked_sub(1).and_then(|reader| self.done.get_mut(reader)) {
                command.document.get_or_insert(start..end);
            }
        }
    }

    fn end_word(&mut self) {
        let end = self.at;
        let Some(level) = self.open.last_mut() else { return };
        let Some((start, text)) = level.word.take() else { return };
        let word = Word { text: String::from_utf8_lossy(&text).into_owned(), range: start..end };
        if std::mem::take(&mut level.next_is_output) {
            level.command.outputs.push(word);
        } else if !std::mem::take(&mut level.next_is_input) {
            level.command.words.push(word);
        }
    }

    fn end_command(&mut self, pipe: bool) {
        self.end_word();
        let Some(level) = self.open.last_mut() else { return };
        level.quote = Quote::None;
        let command = std::mem::replace(&mut level.command, Command { piped: pipe, ..Command::default() });
        if !command.words.is_empty() {
            self.done.push(command);
        }
    }
}
