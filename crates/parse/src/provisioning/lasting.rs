//! Commands of scripts that make something which lasts: tokens of service accounts, signed URLs, policies of token lifetimes.
//!
//! The decision a reader would question: what stands in a script of its own belongs to the script, since nobody says who runs it.

use unkeyed_model::{Location, Platform, SessionPolicy, Span, TtlBasis};

use super::script::Call;
use crate::exports::Out;
use crate::{commands, entra_policies, terraform};

/// What makes a token lifetime policy: cmdlets of Microsoft Graph and AzureADPreview, and requests to Graph itself.
const POLICIES: &[&str] = &["PolicyTokenLifetimePolicy", "AzureADPolicy", "tokenLifetimePolicies"];

/// The word that definitions of such policies begin with, in quotes that may be escaped.
const DEFINITION: &str = "TokenLifetimePolicy";

/// How far a definition may reach, in bytes.
const MAX_DEFINITION: usize = 1 << 10;

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if let Some((what, length)) = commands::made(call.command) {
        made(call, what, &call.expanded(&length), out);
    }
}

/// Definitions of policies wherever a script that makes them writes them: they stand in lists in tables of their own shape.
pub(super) fn policies(out: &mut Out<'_>) {
    let text = out.place.text();
    if !POLICIES.iter().any(|word| text.contains(word)) {
        return;
    }
    let is_quoted = |at: &usize| text[at + DEFINITION.len()..].trim_start_matches('\\').starts_with('"');
    for at in text.match_indices(DEFINITION).map(|(at, _)| at).filter(is_quoted) {
        let mut end = text.len().min(at + MAX_DEFINITION);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if let Some(seconds) = entra_policies::access_token_lifetime(&text[at..end]) {
            let location = out.place.at(Span::new(at, at + DEFINITION.len()), "definition");
            lasts(location, Platform::Azure, "AccessTokenLifetime", seconds, out);
        }
    }
}

fn made(call: &Call<'_>, what: &str, length: &str, out: &mut Out<'_>) {
    let platform = match call.program() {
        "aws" => Platform::Aws,
        "az" => Platform::Azure,
        _ => Platform::Gcp,
    };
    let seconds = terraform::duration_seconds(length);
    match what {
        "service-account-token-seconds" => lasts(at(call, out), Platform::K8s, "token-request", seconds, out),
        "signed-url-seconds" => lasts(at(call, out), platform, what, seconds, out),
        // The end is part of the setting: how far away it is depends on when it is judged.
        "signed-url-until" if ahead(length).is_some() => lasts(at(call, out), platform, "signed-url-seconds", ahead(length), out),
        "signed-url-until" => lasts(at(call, out), platform, &format!("{what} {length}"), None, out),
        _ => {}
    }
}

/// Seconds of `90 days`, `+1 week`, as `date -d` takes them.
fn ahead(text: &str) -> Option<u64> {
    let (number, unit) = text.trim_start_matches('+').split_once(' ')?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(seconds)
}

fn at(call: &Call<'_>, out: &Out<'_>) -> Location {
    out.place.at(call.node().span, call.program())
}

fn lasts(location: Location, platform: Platform, setting: &str, seconds: Option<u64>, out: &mut Out<'_>) {
    out.facts.sessions.push(SessionPolicy {
        platform,
        principal: format!("script/{}", out.place.path()),
        setting: setting.to_owned(),
        seconds,
        basis: TtlBasis::Declared,
        location,
    });
}
