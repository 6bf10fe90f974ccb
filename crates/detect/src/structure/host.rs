//! Hosts that nobody runs: names reserved for documentation (RFC 2606, RFC 6761), and words that stand for a name.

use unkeyed_model::Confidence;

use super::Draft;

/// Lowers the confidence of a credential for such a host: reserved names by one step, since examples get copied and
/// filled in half; words for a name to low.
pub(super) fn doubt(host: &str, draft: &mut Draft) {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let reserved = |domain: &&str| name == **domain || name.strip_suffix(*domain).is_some_and(|rest| rest.ends_with('.'));
    if matches!(&*name, "host" | "hostname" | "server" | "servername" | "myserver" | "myhost" | "yourhost" | "your-host" | "your_host") {
        draft.confidence = Confidence::Low;
    } else if ["example.com", "example.org", "example.net", "example", "invalid", "test"].iter().any(reserved) {
        draft.confidence = draft.confidence.min(Confidence::Medium);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rule;
    use unkeyed_model::Span;

    #[test]
    fn reserved_names_are_doubted() {
        let doubted = |host: &str| {
            let mut draft = Draft::new(&Rule::named("a.b"), Span::new(0, 1));
            draft.confidence = Confidence::High;
            doubt(host, &mut draft);
            draft.confidence
        };
        assert_eq!(doubted("db.example.com:5432"), Confidence::Medium);
        assert_eq!(doubted("HOST:5432"), Confidence::Low);
        for host in ["db", "db.myexample.com", "latest", ""] {
            assert_eq!(doubted(host), Confidence::High, "{host}");
        }
    }
}
