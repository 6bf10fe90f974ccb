//! What somebody who wrote an unknown key may have meant.

use crate::suggest;

/// `message` of the TOML reader, with the known name that is most like the unknown one. It writes both between backquotes,
/// the unknown one first.
pub(super) fn with_suggestion(message: &str) -> String {
    if !message.starts_with("unknown ") {
        return message.to_owned();
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted.next() else { return message.to_owned() };
    match suggest::nearest(unknown, quoted) {
        Some(best) => format!("{message}; did you mean `{best}`?"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_name_is_suggested_if_one_is_similar() {
        let message = |unknown: &str| format!("unknown field `{unknown}`, expected one of `owner`, `reason`, `approved_by`");
        assert_eq!(with_suggestion(&message("aproved_by")), message("aproved_by") + "; did you mean `approved_by`?");
        assert_eq!(with_suggestion(&message("Owners")), message("Owners") + "; did you mean `owner`?");
        assert_eq!(with_suggestion(&message("xyz")), message("xyz"));
        assert_eq!(with_suggestion("missing field `owner`"), "missing field `owner`");
    }
}
