//! Files of logins by host: `.netrc`, `.pgpass`, `.git-credentials`. The host stands beside the password.

use unkeyed_model::{Confidence, Destination, Span};

use super::{Candidate, Draft, Outcome, context, host};
use crate::placeholder;

/// `machine HOST login USER password …`.
pub(crate) fn netrc(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let whole = context::slice(candidate.text, candidate.whole);
    let host = whole.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(1);
    if placeholder::in_slot(context::slice(candidate.text, candidate.secret)).is_some() {
        return Outcome::Reject;
    }
    if !candidate.origin.file_name().ends_with("netrc") {
        // Scripts write such files; but texts also explain them.
        draft.confidence = Confidence::Medium;
    }
    open("git", host, draft)
}

/// `HOST:PORT:DATABASE:USER:…`.
pub(crate) fn pgpass(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let line = Span::new(context::line(candidate.text, candidate.secret.start).start, candidate.secret.start);
    let mut fields = context::slice(candidate.text, line).split(|&byte| byte == b':');
    let host = fields.next();
    // Host, port, database, user, and the empty rest before the password.
    if fields.count() != 4 {
        return Outcome::Reject;
    }
    open("db", host, draft)
}

/// `https://USER:…@HOST`.
pub(crate) fn git_credentials(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let after = context::slice(candidate.text, context::line(candidate.text, candidate.secret.end));
    let host = after.rsplit(|&byte| byte == b'@').next().and_then(|rest| rest.split(|byte| matches!(byte, b'/' | b'\r')).next());
    open("git", host, draft)
}

fn open(kind: &str, host: Option<&[u8]>, draft: &mut Draft) -> Outcome {
    let host = String::from_utf8_lossy(host.unwrap_or_default()).into_owned();
    draft.verified_structure = true;
    host::doubt(&host, draft);
    draft.destination = Some(Destination::new(kind, host));
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected_at, inspected_from};
    use super::*;

    #[test]
    fn hosts_beside_passwords() {
        let destination = |draft: Option<Draft>| draft.unwrap().destination.unwrap().to_string();
        assert_eq!(
            destination(inspected_from(netrc, "", "machine git.example\n login me\n password d3ad", "machine", "d3ad")),
            "git:git.example"
        );
        assert_eq!(destination(inspected_at(pgpass, "", "# a\ndb.example:5432:*:me:d3ad\n", "d3ad")), "db:db.example");
        assert_eq!(
            destination(inspected_at(git_credentials, "", "https://me:d3ad@git.example/a\nhttps://x:y@other\n", "d3ad")),
            "git:git.example"
        );
        let login =
            |path: &str, text: &str, secret: &str| inspected_from(netrc, path, text, "machine", secret).map(|draft| draft.confidence);
        assert_eq!(login("setup.sh", "machine git login me password d3ad", "d3ad"), Some(Confidence::Medium));
        assert_eq!(login("setup.sh", "machine git login me password <token>", "<token>"), None);
        assert!(inspected_at(pgpass, "", "a:d3ad", "d3ad").is_none());
    }
}
