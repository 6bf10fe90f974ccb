//! # What it finds
//!
//! A client secret or certificate of an Azure application that is created to live longer than 180 days.
//!
//! # Why it matters
//!
//! It is a durable credential in any case; the longer it lives, the more copies there are when it is needed to find
//! them all.
//!
//! # Instead
//!
//! A federated identity credential. Until then `end_date` within 90 days and a rotation that runs by itself.

use unkeyed_model::{Declaration, Level};

use super::{DAY, length};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AZ-02",
    title: "client secret lives longer than 180 days",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("azure_secret.rs"),
    run,
};

const LONGEST: u64 = 180 * DAY;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let declared =
        view.facts().declarations.iter().filter(|declared| matches!(declared.kind.as_str(), "azure.client-secret" | "azure.client-cert"));
    for declared in declared {
        let Some(seconds) = lifetime(view, declared).filter(|seconds| *seconds > LONGEST) else { continue };
        let message = format!("{} ({}) is created to live {}.", declared.name, spot(&declared.location), length(seconds - seconds % DAY));
        let statement = Statement::new(CHECK.level, &declared.location, message);
        match &declared.principal {
            Some(principal) => sink.principal(principal, &statement),
            None => sink.alone(statement),
        }
    }
}

/// From now on, where only the end is written.
fn lifetime(view: &View<'_>, declared: &Declaration) -> Option<u64> {
    let left = || u64::try_from(declared.lifetime.expires?.as_second() - view.context.now.as_second()).ok();
    declared.lifetime.seconds().or_else(left)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Lifetime, Platform};

    use super::*;
    use crate::checks::testing::{KEY, findings, levels, one_path};
    use crate::testing;

    fn secret(lifetime: Lifetime, principal: Option<&str>) -> Estate {
        let mut estate = one_path(Platform::Azure);
        let declared = testing::declaration("azure.client-secret", "azuread_application_password.ci", testing::place("app.tf", 0, 9));
        estate.facts.declarations.push(Declaration { lifetime, principal: principal.map(str::to_owned), ..declared });
        estate
    }

    fn relative(days: u64) -> Lifetime {
        Lifetime { declared_seconds: Some(days * DAY), ..Lifetime::default() }
    }

    #[test]
    fn more_than_half_a_year_is_an_error() {
        let found = findings(&CHECK, &secret(relative(365), Some(KEY)));
        assert!(found[0].workload.is_some() && found[0].level == Level::Error && found[0].message.contains("365 days"));
        let until = Lifetime { expires: Some(testing::at("2028-01-01T00:00:00Z")), ..Lifetime::default() };
        assert_eq!(levels(&CHECK, &secret(until, None)), [Level::Error]);
    }

    #[test]
    fn less_is_fine_and_an_unknown_end_unknown() {
        assert!(levels(&CHECK, &secret(relative(90), Some(KEY))).is_empty());
        assert!(levels(&CHECK, &secret(Lifetime::default(), Some(KEY))).is_empty());
        let past = Lifetime { expires: Some(testing::at("2020-01-01T00:00:00Z")), ..Lifetime::default() };
        assert!(levels(&CHECK, &secret(past, None)).is_empty());
    }
}
