//! A masked line of source with carets under what must go, cropped to the terminal.

use std::io;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use unkeyed_model::Snippet;

use super::page::{Ink, Page, faint, ink, plain};
use crate::printable;

/// Columns before the bar.
const GUTTER: usize = 4;

/// Writes the line and the line of carets.
pub(super) fn write(page: &mut Page<'_>, number: u32, snippet: &Snippet, level: Ink) -> io::Result<()> {
    let number = format!("{number:>GUTTER$}");
    let room = page.width().saturating_sub(number.len() + 4).max(20);
    let [before, marked, after] = cropped(parts(snippet), room);
    let frame = " ".repeat(number.len());
    let carets = "^".repeat(marked.width().max(1));
    page.line(&[faint(number), faint(" | "), plain(before.as_str()), plain(marked.as_str()), plain(after.as_str())])?;
    page.line(&[faint(frame), faint(" | "), plain(" ".repeat(before.width())), ink(level, carets)])
}

/// What stands before the mask, the mask, and what stands after it, each safe to print.
fn parts(snippet: &Snippet) -> [String; 3] {
    let take = |from: usize, to: usize| -> String { snippet.text.chars().skip(from).take(to.saturating_sub(from)).collect() };
    [take(0, snippet.start), take(snippet.start, snippet.end), take(snippet.end, usize::MAX)].map(|part| printable(&part).into_owned())
}

/// Makes the parts fit. The mask gets up to two thirds of the room; what stands before it comes next, as it says what
/// the credential is called.
fn cropped([before, marked, after]: [String; 3], room: usize) -> [String; 3] {
    if before.width() + marked.width() + after.width() <= room {
        return [before, marked, after];
    }
    let marked = start_of(&marked, room * 2 / 3);
    let left = room - marked.width();
    let before = end_of(before.trim_start(), left - after.width().min(left / 6));
    let after = start_of(&after, left - before.width());
    [before, marked, after]
}

/// As much of the start of `text` as fits into `room` columns, with an ellipsis if some is missing.
fn start_of(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let kept = fitting(text.chars(), room.saturating_sub(1));
    text.chars().take(kept).chain((room > 0).then_some('…')).collect()
}

/// The same for the end of `text`.
fn end_of(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let kept = fitting(text.chars().rev(), room.saturating_sub(1));
    let skipped = text.chars().count() - kept;
    (room > 0).then_some('…').into_iter().chain(text.chars().skip(skipped)).collect()
}

fn fitting(characters: impl Iterator<Item = char>, room: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used <= room
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize, text: &str, start: usize, end: usize) -> String {
        let mut out = Vec::new();
        write(
            &mut Page::new(&mut out, &crate::Options { width, ..crate::Options::default() }),
            7,
            &Snippet { text: text.into(), start, end },
            Ink::Error,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn carets_stand_under_the_mask_by_columns_and_not_by_characters() {
        assert_eq!(shown(80, "鍵é=****;", 3, 7), "   7 | 鍵é=****;\n     |     ^^^^\n");
        assert_eq!(shown(80, "a\u{202e}=**", 3, 5), "   7 | a\\u{202e}=**\n     |           ^^\n");
    }

    #[test]
    fn long_lines_are_cropped_around_the_mask() {
        let text = format!("{}=********{}", "b".repeat(100), "a".repeat(100));
        let lines = shown(60, &text, 101, 109);
        assert!(lines.lines().all(|line| line.width() <= 60), "{lines}");
        let (source, carets) = lines.split_once('\n').unwrap();
        assert!(source.contains("…bbb") && source.contains("=********aaa") && source.ends_with('…'), "{lines}");
        assert_eq!(source.find('*').map(|at| source[..at].width()), carets.find('^'));
        assert!(shown(60, &"*".repeat(500), 0, 500).lines().all(|line| line.width() <= 60));
    }

    #[test]
    fn a_place_beyond_the_text_still_gets_a_caret() {
        assert_eq!(shown(80, "short", 90, 95), "   7 | short\n     |      ^\n");
    }
}
