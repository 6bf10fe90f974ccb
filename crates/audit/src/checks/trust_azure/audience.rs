//! # What it finds
//!
//! An Azure federated identity credential whose audience is not exactly the token exchange service's:
//! `api://AzureADTokenExchange`, or its form in the US government and China clouds.
//!
//! # Why it matters
//!
//! The audience is what keeps a token that was made for another service from being exchanged at Azure. A credential
//! that accepts another audience accepts tokens that were meant for others; one with several audiences is refused.
//!
//! # Instead
//!
//! `api://AzureADTokenExchange` and nothing else; `azure/login` asks for it.

use unkeyed_model::{Level, Value};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-01",
    title: "audience is not the token exchange service",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("audience.rs"),
    run,
};

const EXCHANGE: [&str; 3] = ["api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some(audiences) = &trust.audiences else { continue };
        let known: Vec<&str> = audiences.iter().filter_map(Value::known).collect();
        let right = known.len() == 1 && EXCHANGE.contains(&known[0]);
        if known.len() < audiences.len() || known.is_empty() || right {
            continue;
        }
        let message = format!(
            "The federated credential of {} ({}) accepts the audience {}, not the token exchange service's alone.",
            view.name(&trust.principal),
            spot(&trust.location),
            list(&known),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn with(audiences: Vec<Value>) -> Estate {
        with_trust(Platform::Azure, |trust| trust.audiences = Some(audiences))
    }

    #[test]
    fn another_or_a_second_audience_is_an_error() {
        assert_eq!(levels(&CHECK, &with(vec![Value::literal("https://github.com/acme")])), [Level::Error]);
        assert_eq!(levels(&CHECK, &with(vec![Value::literal(EXCHANGE[0]), Value::literal("x")])), [Level::Error]);
    }

    #[test]
    fn the_exchange_service_is_fine() {
        assert!(levels(&CHECK, &with(vec![Value::literal(EXCHANGE[0])])).is_empty());
    }

    #[test]
    fn an_unknown_audience_says_nothing() {
        assert!(levels(&CHECK, &with(vec![Value::unknown("var.audience")])).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.audiences = None)).is_empty());
    }
}
