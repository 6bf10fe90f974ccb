//! What somebody who wrote an unknown name may have meant.

/// The least likeness (0 to 1) of a name that is suggested.
const ALIKE: f64 = 0.7;
/// The shortest name, in bytes, that is taken for a part of others.
const SHORTEST_PART: usize = 3;
/// Names that are suggested at most.
const MOST: usize = 3;

/// How alike two names are, whatever their case: 1 for equal ones.
fn likeness(unknown: &str, known: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&unknown.to_lowercase(), &known.to_lowercase())
}

/// The known name that is most like `unknown`, if one is.
pub(crate) fn nearest<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    several(unknown, known).first().copied()
}

/// The known names that `unknown` is a part of, then those that are much like it, each the likeliest first.
pub(crate) fn several<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> Vec<&'k str> {
    let lower = unknown.to_lowercase();
    let is_part = |known: &str| lower.len() >= SHORTEST_PART && known.to_lowercase().contains(&lower);
    let mut scored: Vec<(bool, f64, &str)> = known.map(|known| (is_part(known), likeness(unknown, known), known)).collect();
    scored.retain(|(is_part, score, _)| *is_part || *score >= ALIKE);
    scored.sort_by(|one, other| other.0.cmp(&one.0).then(other.1.total_cmp(&one.1)).then(one.2.cmp(other.2)));
    scored.into_iter().take(MOST).map(|(_, _, known)| known).collect()
}

/// `; did you mean …?` for a message, empty if nothing is alike.
pub(crate) fn hint<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> String {
    let names: Vec<String> = several(unknown, known).iter().map(|known| format!("`{known}`")).collect();
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_parts_are_recognised_and_nothing_else() {
        let known = ["aws.access-key", "github.pat-classic", "gitlab.pat", "TB-AWS-03", "TB-AZ-01"];
        let hint = |unknown: &str| hint(unknown, known.into_iter());
        assert_eq!(hint("aws.acess-key"), "; did you mean `aws.access-key`?");
        assert_eq!(hint("pat-classic"), "; did you mean `github.pat-classic`?");
        assert_eq!(hint("github.pat"), "; did you mean `github.pat-classic`, `gitlab.pat`?");
        assert_eq!(hint("tb-aws-3"), "; did you mean `TB-AWS-03`?");
        assert_eq!(hint("x"), "");
        assert_eq!(nearest("zebra", known.into_iter()), None);
    }
}
