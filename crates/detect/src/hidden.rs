//! Takes values out of texts that are about to leave: names, references, addresses that a parser read.

use aho_corasick::{AhoCorasick, MatchKind};

const MASK: &str = "****";

/// Values that no text may hold, and one search for all of them.
#[derive(Debug)]
pub struct Hidden {
    is_empty: bool,
    /// `None` if they are too many to be searched for.
    search: Option<AhoCorasick>,
}

impl Hidden {
    /// Hides `values`, none of them empty.
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let values: Vec<&str> = values.into_iter().collect();
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values).ok();
        Self { is_empty: values.is_empty(), search }
    }

    /// Replaces every value in `text` by asterisks; the whole text if the values can't be searched for.
    pub fn mask(&self, text: &mut String) {
        match &self.search {
            _ if self.is_empty => {}
            None => MASK.clone_into(text),
            Some(search) if search.is_match(text.as_str()) => {
                let mut masked = String::with_capacity(text.len());
                search.replace_all_with(text, &mut masked, |_, _, masked| {
                    masked.push_str(MASK);
                    true
                });
                *text = masked;
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(values: &[&str], text: &str) -> String {
        let mut text = text.to_owned();
        Hidden::new(values.iter().copied()).mask(&mut text);
        text
    }

    #[test]
    fn values_are_taken_out_wherever_they_stand() {
        assert_eq!(masked(&["hunter2", "hunter22"], "a:hunter22@b/hunter2"), "a:****@b/****");
        assert_eq!(masked(&["hunter2"], "nothing"), "nothing");
        assert_eq!(masked(&[], "nothing"), "nothing");
    }

    #[test]
    fn nothing_is_shown_if_they_cannot_be_searched_for() {
        let mut text = "anything".to_owned();
        Hidden { is_empty: false, search: None }.mask(&mut text);
        assert_eq!(text, MASK);
    }
}
