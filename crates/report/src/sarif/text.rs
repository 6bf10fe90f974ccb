//! Text for viewers: printable, of bounded length, and without links that the input put there.

use serde_sarif::sarif::{Message, MultiformatMessageString};

use crate::printable;

/// GitHub shows far less; a viewer must not choke on a hostile name.
const LONGEST: usize = 4_000;

/// A message whose text may hold words from the input.
pub(super) fn message(text: &str) -> Message {
    Message::builder().text(plain(text)).build()
}

/// Text without `[…](…)`, which SARIF §3.11.6 makes a link.
pub(super) fn plain(text: &str) -> String {
    let text = printable(text);
    let clipped = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    };
    clipped.replace("](", "] (")
}

/// Our own text in both forms.
pub(super) fn both(text: String, markdown: String) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).markdown(markdown).build()
}

/// Our own text.
pub(super) fn own(text: impl Into<String>) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text.into()).build()
}

/// `text` as a sentence: with a full stop, if it lacks an end.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_controls_of_the_input_are_defused() {
        assert_eq!(plain("see [here](https://evil.example)\u{1b}[m"), "see [here] (https://evil.example)\\u{1b}[m");
        assert_eq!(plain(&"é".repeat(5_000)).chars().count(), LONGEST + 1);
    }
}
