//! What stands on a line before a place: the quotation mark that is open, whether a comment began.
//!
//! One decision a reader would question: of a line that starts far away only what is near is looked at, as if the line began
//! there. A line of a million places must not be read a million times, and what is farther away than `inherit::LOCAL` must have
//! no say.

/// A line's start is looked for so far before a place …
const LINE: usize = 512;
/// … and if it isn't there, so many bytes are looked at.
const NEAR: usize = 256;

/// The beginning of a line up to the place that was asked for last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LineHead {
    from: usize,
    /// Where its first character stands that is no blank, or `at`.
    begin: usize,
    at: usize,
    is_read: bool,
    open: Option<u8>,
    /// A mark of a comment stands somewhere before `at`.
    commented: bool,
}

impl LineHead {
    /// The quotation mark of the string in which `at` stands, as far as its line tells.
    pub(crate) fn open_quote(&mut self, text: &[u8], at: usize) -> Option<u8> {
        self.read_to(text, at);
        self.open
    }

    /// What stands before `at` in a line that is a comment as a whole.
    pub(crate) fn comment<'t>(&mut self, text: &'t [u8], at: usize) -> Option<&'t [u8]> {
        self.read_to(text, at);
        let line = &text[self.begin..at];
        matches!(line.first(), Some(b'#' | b';')).then_some(line).or_else(|| line.starts_with(b"//").then_some(line))
    }

    /// Whether `at` stands behind the mark of a comment on its line.
    pub(crate) fn is_comment(&mut self, text: &[u8], at: usize) -> bool {
        self.read_to(text, at);
        let start = &text[self.begin..at];
        let marks: [&[u8]; 7] = [b"//", b"#", b"*", b"/*", b"--", b"<!--", b";;"];
        // Erlang's maps begin with `#{`.
        self.commented || !start.starts_with(b"#{") && marks.iter().any(|mark| start.starts_with(mark))
    }

    fn read_to(&mut self, text: &[u8], at: usize) {
        if self.is_read && self.at == at {
            return;
        }
        let known = at.saturating_sub(LINE);
        let line = memchr::memrchr(b'\n', &text[known..at]).map(|end| known + end + 1);
        let from = line.unwrap_or(if known == 0 { 0 } else { at - NEAR });
        *self = Self { from, begin: from, at: from, is_read: true, ..Self::default() };
        self.begin += text[from..at].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.read_quotes(text, at);
        self.read_comments(text, at);
        self.at = at;
    }

    fn read_quotes(&mut self, text: &[u8], at: usize) {
        for found in memchr::memchr3_iter(b'"', b'\'', b'`', &text[self.at..at]) {
            let quote = self.at + found;
            let escapes = text[self.from..quote].iter().rev().take_while(|&&byte| byte == b'\\').count();
            match self.open {
                _ if escapes % 2 == 1 => {}
                None => self.open = Some(text[quote]),
                Some(open) if open == text[quote] => self.open = None,
                Some(_) => {}
            }
        }
    }

    /// `// `, ` # ` and `/* `.
    fn read_comments(&mut self, text: &[u8], at: usize) {
        let mut blanks = memchr::memchr_iter(b' ', &text[self.at..at]).map(|found| &text[self.from..self.at + found]);
        self.commented = self.commented || blanks.any(|head| head.ends_with(b"//") || head.ends_with(b"/*") || head.ends_with(b" #"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_comments_of_the_line() {
        let text = b"a = 'x\\' y'; b = \"z\n  # c\nd // e\nf # g";
        let at = |part: &str| text.windows(part.len()).position(|window| window == part.as_bytes()).unwrap();
        let fresh = |part: &str| {
            let at = at(part);
            (LineHead::default().open_quote(text, at), LineHead::default().is_comment(text, at))
        };
        assert_eq!(fresh("y'"), (Some(b'\''), false));
        assert_eq!(fresh("b ="), (None, false));
        assert_eq!(fresh("z\n"), (Some(b'"'), false));
        assert_eq!(fresh("c\n"), (None, true));
        assert_eq!(fresh("d /"), (None, false));
        assert_eq!(fresh("e\n"), (None, true));
        assert_eq!(fresh("g"), (None, true));
    }

    #[test]
    fn what_was_read_before_changes_no_answer() {
        let line = b"x = \"a // b\\\" c' # `d` \\\\\" e ".repeat(200);
        let text = [&b"first \"\n"[..], &line, b"\n", &line, b"\n'\n", &line].concat();
        for step in [1, 3, 7, 100, 1500] {
            let mut head = LineHead::default();
            for at in (0..text.len()).step_by(step) {
                let fresh = (LineHead::default().open_quote(&text, at), LineHead::default().is_comment(&text, at));
                assert_eq!((head.open_quote(&text, at), head.is_comment(&text, at)), fresh, "{at}");
            }
        }
    }
}
