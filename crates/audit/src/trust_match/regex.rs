//! Regular expressions of CEL's `matches`, as globs (`*`, `?`) that admit the same texts or a little less.
//!
//! One decision a reader would question: only what people write to say "this, then anything" is turned. An expression that says more
//! becomes none, so that its test can't be told.

/// Most globs that alternatives may make.
const MOST: usize = 16;

/// The globs that admit what an expression finds; `None` where globs can't say it.
pub(super) fn globs(regex: &str) -> Option<Vec<String>> {
    // A backslash is doubled in CEL's own texts.
    let regex = regex.replace("\\\\", "\\");
    let (rest, open) = match regex.strip_prefix('^') {
        Some(rest) => (rest, false),
        None => (regex.as_str(), true),
    };
    let (rest, ends) = match rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\')) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let mut globs = vec![if open { "*".to_owned() } else { String::new() }];
    let mut rest = rest;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let pieces = match c {
            '(' => {
                let (inner, behind) = rest.split_once(')')?;
                rest = behind;
                inner.strip_prefix("?:").unwrap_or(inner).split('|').map(literal).collect::<Option<Vec<_>>>()?
            }
            '[' => {
                let end = rest[1..].find(']')? + 1;
                rest = &rest[end + 1..];
                vec!["?".to_owned()]
            }
            '.' if rest.starts_with(['*', '+']) => vec!["?".to_owned()],
            '|' | ')' | '{' | '}' | '^' | '$' | '*' | '+' | '?' => return None,
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                // `\w`, `\d` and the like name any of many.
                vec![if escaped.is_ascii_alphanumeric() { "?".to_owned() } else { literal(&escaped.to_string())? }]
            }
            // A dot that stands for itself in almost every name.
            c => vec![literal(&c.to_string())?],
        };
        let pieces = match rest.chars().next() {
            Some('*' | '+') if pieces.iter().all(|piece| piece == "?") => {
                rest = &rest[1..];
                vec!["*".to_owned()]
            }
            Some('*' | '+' | '?' | '{') => return None,
            _ => pieces,
        };
        if globs.len() * pieces.len() > MOST {
            return None;
        }
        globs = globs.iter().flat_map(|glob| pieces.iter().map(move |piece| format!("{glob}{piece}"))).collect();
    }
    Some(globs.into_iter().map(|glob| if ends || glob.ends_with('*') { glob } else { glob + "*" }).collect())
}

/// A text without signs that mean more in a glob or an expression.
fn literal(text: &str) -> Option<String> {
    (!text.contains(['*', '?', '+', '[', '(', '{', '\\', '^', '$'])).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_turned() {
        for (regex, expected) in [
            ("^acme/api$", &["acme/api"][..]),
            ("^acme/.*$", &["acme/*"]),
            ("acme/.+", &["*acme/*"]),
            ("^repo:acme/[a-z0-9-]+:ref:refs/heads/main$", &["repo:acme/*:ref:refs/heads/main"]),
            ("^acme/(api|web)$", &["acme/api", "acme/web"]),
            (r"^acme/my\.app$", &["acme/my.app"]),
            (r"^acme/\\w+$", &["acme/*"]),
        ] {
            assert_eq!(
                globs(regex).as_deref(),
                Some(expected.iter().map(|&text| text.to_owned()).collect::<Vec<_>>().as_slice()),
                "{regex}"
            );
        }
    }

    #[test]
    fn what_globs_can_not_say_is_none() {
        for regex in ["a{2}", "a|b", "^(a|b+)$", "^a?$", "(a|b", "[a", "^acme/(a|b)*$", "\\", "(a|b)(a|b)(a|b)(a|b)(a|b)"] {
            assert_eq!(globs(regex), None, "{regex}");
        }
    }
}
