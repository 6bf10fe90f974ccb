//! Lines on a terminal: escaped, wrapped, and styled and linked if wanted.
//!
//! This is the only place of the human output where bytes are written, so that nothing reaches a terminal unescaped.

use std::borrow::Cow;
use std::io;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::{Options, printable};

/// A name of hostile length is cut here; the JSON report has it whole.
const LONGEST: usize = 2_000;

/// More spaces than this between two words are taken for fewer.
const WIDEST_GAP: usize = 4;

/// What a piece of text is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Body text.
    Plain,
    /// What one looks for.
    Strong,
    /// Labels and frames.
    Faint,
    /// Must be mended.
    Error,
    /// Should be mended.
    Warning,
    /// Good to know.
    Note,
    /// As it should be.
    Good,
}

impl Ink {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Note => AnsiColor::Cyan.on_default().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
        }
    }
}

/// A piece of a line.
#[derive(Clone, Debug)]
pub(super) struct Piece<'t> {
    ink: Ink,
    text: Cow<'t, str>,
    link: Option<String>,
}

impl Piece<'_> {
    /// The same, leading to a file: its relative reference (RFC 3986), which holds no control characters.
    pub(super) fn leading_to(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    /// The same in another ink.
    pub(super) fn in_ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// Text in an ink.
pub(super) fn ink<'t>(ink: Ink, text: impl Into<Cow<'t, str>>) -> Piece<'t> {
    Piece { ink, text: text.into(), link: None }
}

/// Body text.
pub(super) fn plain<'t>(text: impl Into<Cow<'t, str>>) -> Piece<'t> {
    ink(Ink::Plain, text)
}

/// A label or frame.
pub(super) fn faint<'t>(text: impl Into<Cow<'t, str>>) -> Piece<'t> {
    ink(Ink::Faint, text)
}

/// Where the page is written to.
pub(super) struct Page<'a> {
    out: &'a mut dyn io::Write,
    options: Options<'a>,
}

/// How a part of a line looks: its ink, and the file that it leads to.
type Look<'t> = (Ink, Option<&'t str>);

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn io::Write, options: &Options<'a>) -> Self {
        Self { out, options: *options }
    }

    /// Columns. Below 40 nothing can be laid out any more; the terminal wraps instead.
    pub(super) fn width(&self) -> usize {
        self.options.width.max(40)
    }

    pub(super) const fn options(&self) -> &Options<'a> {
        &self.options
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Bytes that another page made.
    pub(super) fn paste(&mut self, made: &[u8]) -> io::Result<()> {
        self.out.write_all(made)
    }

    /// One line, never wrapped.
    pub(super) fn line(&mut self, pieces: &[Piece<'_>]) -> io::Result<()> {
        for piece in pieces {
            self.put((piece.ink, piece.link.as_deref()), &printable(&piece.text))?;
        }
        self.blank()
    }

    /// Text that wraps at spaces: the first line starts at column `indent`, the others at `hang`. Words longer than the
    /// line stay whole, so that paths and commands can be copied.
    pub(super) fn flow(&mut self, indent: usize, hang: usize, pieces: &[Piece<'_>]) -> io::Result<()> {
        self.spaces(indent)?;
        self.wrap(indent, hang, pieces)
    }

    /// The same, all at column `hang`, behind a label that stands at `indent`.
    pub(super) fn labelled(&mut self, indent: usize, label: &Piece<'_>, hang: usize, pieces: &[Piece<'_>]) -> io::Result<()> {
        let text = printable(&label.text);
        self.spaces(indent)?;
        self.put((label.ink, label.link.as_deref()), &text)?;
        self.spaces(hang.saturating_sub(indent + text.width()))?;
        self.wrap(hang, hang, pieces)
    }

    fn wrap(&mut self, start: usize, hang: usize, pieces: &[Piece<'_>]) -> io::Result<()> {
        let safe: Vec<(Look<'_>, String)> = pieces.iter().map(|piece| ((piece.ink, piece.link.as_deref()), clipped(&piece.text))).collect();
        let mut line: Vec<(Look<'_>, String)> = Vec::new();
        let mut column = start;
        for Word { gap, parts } in words(&safe) {
            let width: usize = parts.iter().map(|(_, part)| part.width()).sum();
            if !line.is_empty() && column + gap + width > self.width() {
                self.finish(&line)?;
                self.spaces(hang)?;
                line.clear();
                column = hang;
            }
            if let Some((look, text)) = line.last_mut() {
                // A gap inside one look belongs to it, so that a styled phrase is one run.
                let inside = parts.first().is_some_and(|(next, _)| next == look);
                let spaces = " ".repeat(gap);
                if inside {
                    text.push_str(&spaces)
                } else {
                    line.push(((Ink::Plain, None), spaces))
                }
                column += gap;
            }
            for (look, part) in parts {
                match line.last_mut() {
                    Some((last, text)) if *last == look => text.push_str(part),
                    _ => line.push((look, part.to_owned())),
                }
            }
            column += width;
        }
        self.finish(&line)
    }

    fn finish(&mut self, line: &[(Look<'_>, String)]) -> io::Result<()> {
        for (look, text) in line {
            self.put(*look, text)?;
        }
        self.blank()
    }

    fn put(&mut self, (ink, link): Look<'_>, text: &str) -> io::Result<()> {
        let Some((base, link)) = self.options.link_base.zip(link) else { return self.styled(ink, text) };
        write!(self.out, "\u{1b}]8;;{base}/{link}\u{1b}\\")?;
        self.styled(ink, text)?;
        self.out.write_all(b"\x1b]8;;\x1b\\")
    }

    fn styled(&mut self, ink: Ink, text: &str) -> io::Result<()> {
        if self.options.color && ink != Ink::Plain && !text.is_empty() {
            let style = ink.style();
            write!(self.out, "{style}{text}{style:#}")
        } else {
            self.out.write_all(text.as_bytes())
        }
    }

    fn spaces(&mut self, count: usize) -> io::Result<()> {
        write!(self.out, "{:count$}", "")
    }
}

fn clipped(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// What stays on one line, and the spaces before it.
struct Word<'t> {
    gap: usize,
    parts: Vec<(Look<'t>, &'t str)>,
}

/// Splits at spaces; a word may consist of several pieces that touch. Wider gaps are kept up to a limit.
fn words<'t>(pieces: &'t [(Look<'t>, String)]) -> Vec<Word<'t>> {
    let mut words: Vec<Word<'_>> = vec![Word { gap: 0, parts: Vec::new() }];
    for (look, text) in pieces {
        for (index, part) in text.split(' ').enumerate() {
            match words.last_mut() {
                Some(last) if index > 0 && last.parts.is_empty() => last.gap = (last.gap + 1).min(WIDEST_GAP),
                Some(_) if index == 0 => {}
                _ => words.push(Word { gap: 1, parts: Vec::new() }),
            }
            if let Some(word) = words.last_mut().filter(|_| !part.is_empty()) {
                word.parts.push((*look, part));
            }
        }
    }
    words.retain(|word| !word.parts.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flowed(width: usize, color: bool, pieces: &[Piece<'_>]) -> String {
        let mut out = Vec::new();
        Page::new(&mut out, &Options { width, color, ..Options::default() }).flow(2, 6, pieces).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_wraps_and_hangs_and_long_words_stay_whole() {
        let long = "x".repeat(50);
        let text = format!("one two three four five six seven eight {long} nine");
        assert_eq!(
            flowed(40, false, &[plain(text)]),
            format!("  one two three four five six seven\n      eight\n      {long}\n      nine\n")
        );
    }

    #[test]
    fn pieces_that_touch_stay_together_and_wide_letters_count_twice() {
        assert_eq!(flowed(40, false, &[ink(Ink::Error, "error"), plain(": a  b"), faint("  c ")]), "  error: a  b  c\n");
        assert_eq!(
            flowed(40, false, &[plain("日本日本日本日本日本日本日本日本日 日本")]),
            "  日本日本日本日本日本日本日本日本日\n      日本\n"
        );
    }

    #[test]
    fn style_is_ours_and_escapes_of_the_input_are_not() {
        let shown = flowed(40, true, &[ink(Ink::Error, "a\u{1b}[2Jb")]);
        assert_eq!(shown, "  \u{1b}[1m\u{1b}[31ma\\u{1b}[2Jb\u{1b}[0m\n");
        assert!(!flowed(40, false, &[ink(Ink::Error, "a\u{1b}[2Jb")]).contains('\u{1b}'));
    }

    #[test]
    fn a_place_is_a_link_only_where_a_base_is_given() {
        let pieces = [plain("see"), plain(" a b.yml:3").leading_to(Some("a%20b.yml".into())), plain(" now")];
        let mut out = Vec::new();
        let options = Options { link_base: Some("file:///srv"), ..Options::default() };
        Page::new(&mut out, &options).flow(0, 0, &pieces).unwrap();
        let link = |text: &str| format!("\u{1b}]8;;file:///srv/a%20b.yml\u{1b}\\{text}\u{1b}]8;;\u{1b}\\");
        assert_eq!(String::from_utf8(out).unwrap(), format!("see {} now\n", link("a b.yml:3")));
        assert_eq!(flowed(40, true, &pieces), "  see a b.yml:3 now\n");
    }

    #[test]
    fn endless_names_are_cut() {
        assert_eq!(flowed(40, false, &[plain("n".repeat(100_000))]).chars().count(), 2 + LONGEST + 2);
    }
}
