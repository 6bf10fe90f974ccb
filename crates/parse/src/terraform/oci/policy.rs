//! Statements of an OCI policy: `Allow group A to manage all-resources in tenancy where …` (Oracle, "Policy Syntax").

use unkeyed_model::ResourceScope;

use crate::policy_document::hole;

/// A statement.
pub(crate) struct PolicyStatement {
    /// `group`, `dynamic-group`, `service`, `any-user`, `any-group`.
    pub(crate) subject_kind: String,
    /// Whose names or OCIDs; one that is empty for `any-…`.
    pub(crate) subjects: Vec<String>,
    /// `inspect`, `read`, `use`, `manage`, or a permission list.
    pub(crate) verb: String,
    /// Resource type or family.
    pub(crate) target: String,
    /// `tenancy`, `compartment X`.
    pub(crate) place: String,
    /// Class of the place.
    pub(crate) scope: ResourceScope,
    /// What follows `where`.
    pub(crate) condition: Option<String>,
}

/// Reads a statement; `None` if it isn't one that allows (`define`, `endorse`, `admit`, unresolved text).
pub(crate) fn statement(text: &str) -> Option<PolicyStatement> {
    let (_, rest) = split_word(text, &["allow"])?;
    let (subject, rest) = split_word(rest, &["to"])?;
    let (what, rest) = split_word(rest, &["in"])?;
    let (place, condition) = match split_word(rest, &["where"]) {
        Some((place, condition)) => (place, Some(condition.trim().to_owned())),
        None => (rest, None),
    };
    let (kind, name) = subject.trim().split_once(char::is_whitespace).unwrap_or((subject.trim(), ""));
    let (verb, target) = what.trim().split_once(char::is_whitespace).unwrap_or((what.trim(), ""));
    let place = place.trim();
    let scope = match place.split_whitespace().next().map(str::to_ascii_lowercase).as_deref() {
        Some("tenancy") => ResourceScope::Tenancy,
        Some("compartment") => ResourceScope::Compartment,
        _ => ResourceScope::Unknown,
    };
    Some(PolicyStatement {
        subject_kind: kind.to_ascii_lowercase(),
        // A comma in what isn't known is none of the list's.
        subjects: name.split(if hole::is_known(name) { ',' } else { '\n' }).map(|one| bare(kind, one).to_owned()).collect(),
        verb: verb.to_ascii_lowercase(),
        target: target.trim().to_owned(),
        place: place.to_owned(),
        scope,
        condition,
    })
}

/// A subject of a list without its kind, which may stand there again, and without the word before an OCID: `group id ocid1.…`.
fn bare<'t>(kind: &str, one: &'t str) -> &'t str {
    let without = |text: &'t str, word: &str| {
        let (first, rest) = text.split_once(char::is_whitespace)?;
        first.eq_ignore_ascii_case(word).then(|| rest.trim())
    };
    let one = one.trim();
    let one = without(one, kind).unwrap_or(one);
    without(one, "id").unwrap_or(one)
}

/// Splits at the first whole word that is one of `words`, in any case.
fn split_word<'t>(text: &'t str, words: &[&str]) -> Option<(&'t str, &'t str)> {
    let mut at = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        if words.iter().any(|wanted| word.eq_ignore_ascii_case(wanted)) {
            return Some((text.get(..at)?, text.get(at + part.len()..)?));
        }
        at += part.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_a_list_of_names_and_ids() {
        let read = statement("allow group id ocid1.group.oc1..a, b, GROUP c to read buckets in compartment x").unwrap();
        assert_eq!(read.subjects, ["ocid1.group.oc1..a", "b", "c"]);
        assert_eq!(statement("allow any-user to read buckets in tenancy").unwrap().subjects, [""]);
    }

    #[test]
    fn statements_are_split_at_their_words() {
        let read = statement("Allow dynamic-group 'Default'/'ci' to manage all-resources in tenancy where request.region = 'iad'").unwrap();
        assert_eq!((read.subject_kind.as_str(), read.subjects), ("dynamic-group", vec!["'Default'/'ci'".to_owned()]));
        assert_eq!((read.verb.as_str(), read.target.as_str(), read.scope), ("manage", "all-resources", ResourceScope::Tenancy));
        assert_eq!(read.condition.as_deref(), Some("request.region = 'iad'"));
        let read = statement("allow any-user to use objects in compartment Logs:App").unwrap();
        assert_eq!((read.subject_kind.as_str(), read.subjects[0].as_str(), read.place.as_str()), ("any-user", "", "compartment Logs:App"));
        assert!(statement("define tenancy Acme as ocid1.tenancy.oc1..x").is_none());
        assert!(statement("").is_none());
    }
}
