//! Token lifetime policies of Entra, as Microsoft Graph prints them (`az rest --url …/policies/tokenLifetimePolicies`).
//!
//! The policy stands as JSON in a string of `definition`: `{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}`.

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis, Unit};

use crate::place::Place;
use crate::{json, place};

/// The word that only these hold.
const MARKER: &str = "TokenLifetimePolicy";

/// JSON files that hold such a policy.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let head = unit.bytes().get(..unit.bytes().len().min(64 << 10)).unwrap_or_default();
    let holds = |word: &str| memchr::memmem::find(head, word.as_bytes()).is_some();
    (path.ends_with(".json") && holds(MARKER) && holds("\"definition\"")).then(|| path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit).and_then(|place| json::parse(&place).map(|node| (place, node))) {
            Ok((file, node)) => node.for_each_scalar("", &mut |path, scalar| {
                let length = scalar.text().filter(|_| path.contains("definition")).and_then(access_token_lifetime);
                let Some(seconds) = length else { return };
                facts.sessions.push(SessionPolicy {
                    platform: Platform::Azure,
                    principal: format!("azure:{}#{}", file.path(), place::under(path, MARKER)),
                    setting: "AccessTokenLifetime".to_owned(),
                    seconds,
                    basis: TtlBasis::Declared,
                    location: file.at(scalar.span, path),
                });
            }),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

/// The lifetime that a definition sets, in seconds where it can be read; `None` if it sets none.
pub(crate) fn access_token_lifetime(definition: &str) -> Option<Option<u64>> {
    let (_, rest) = definition.split_once(MARKER)?.1.split_once("AccessTokenLifetime")?;
    let value = rest.split(':').nth(1).and_then(|_| rest.split_once(':')).map_or("", |(_, value)| value);
    let text = value.trim_start_matches([' ', '\\', '"']).split(['"', '\\', '}', ',']).next().unwrap_or_default();
    Some(time_span(text.trim()))
}

/// `8:00:00`, `1.00:00:00`: a time span of .NET, in seconds.
fn time_span(text: &str) -> Option<u64> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse::<u64>().ok()?, clock),
        _ => (0, text),
    };
    let mut parts = clock.split(':').map(|part| part.parse::<u64>());
    let (Some(Ok(hours)), Some(Ok(minutes)), Some(Ok(seconds)), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    days.checked_mul(86_400)?.checked_add(hours.checked_mul(3_600)?)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::access_token_lifetime as read;

    #[test]
    fn time_spans_in_seconds() {
        let policy = |text: &str| read(&format!(r#"{{"TokenLifetimePolicy":{{"Version":1,"AccessTokenLifetime":"{text}"}}}}"#));
        assert_eq!(
            [policy("8:00:00"), policy("1.00:00:00"), policy("00:30:00")],
            [Some(Some(28_800)), Some(Some(86_400)), Some(Some(1_800))]
        );
        assert_eq!([policy("a day"), policy("")], [Some(None); 2]);
        assert_eq!(read(r#"{\"TokenLifetimePolicy\":{\"AccessTokenLifetime\":\"02:00:00\"}}"#), Some(Some(7_200)));
        assert_eq!(read(r#"{"TokenLifetimePolicy":{"Version":1}}"#), None);
    }
}
