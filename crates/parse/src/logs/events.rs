//! What an event says, in words that all logs share, and the logs that are known.

use serde_json::Value as Json;
use unkeyed_model::{Location, Observed, ObservedAct, Platform, Timestamp};

use super::{aws, azure, gcp, kubernetes, oci, spire, vault};

/// What happened, without how often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) platform: Platform,
    pub(super) act: ObservedAct,
    pub(super) principal: String,
    pub(super) subject: Option<String>,
    pub(super) issuer: Option<String>,
    /// Kind of the durable credential, and what identifies it.
    pub(super) credential: Option<(&'static str, Option<String>)>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub(super) denied: bool,
    /// Lifetime of what was issued.
    pub(super) seconds: Option<u64>,
}

impl Seen {
    /// An exchange.
    pub(super) fn exchange(platform: Platform, principal: &str) -> Self {
        let principal = principal.to_owned();
        Self { platform, act: ObservedAct::Exchange, principal, subject: None, issuer: None, credential: None }
    }

    /// The use of a durable credential.
    pub(super) fn durable(platform: Platform, principal: &str, kind: &'static str, id: Option<&str>) -> Self {
        let credential = Some((kind, id.map(str::to_owned)));
        Self { act: ObservedAct::DurableUse, credential, ..Self::exchange(platform, principal) }
    }

    /// The statement, not counted yet.
    pub(super) fn observed(&self, location: Location) -> Observed {
        Observed {
            platform: self.platform,
            act: self.act,
            principal: self.principal.clone(),
            subject: self.subject.clone(),
            issuer: self.issuer.clone(),
            credential: self.credential.as_ref().map(|(kind, _)| (*kind).to_owned()),
            credential_id: self.credential.as_ref().and_then(|(_, id)| id.clone()),
            allowed: 0,
            denied: 0,
            seconds: None,
            first: None,
            last: None,
            location,
        }
    }
}

/// What an event comes to.
pub(super) type Said = Vec<(Seen, Outcome)>;

/// A log: its name, whether an event is one of its, when the event happened, what it says.
struct Log {
    name: &'static str,
    is: fn(&Json) -> bool,
    time: &'static [&'static str],
    read: fn(&Json) -> Said,
}

const LOGS: &[Log] = &[
    Log { name: "AWS CloudTrail", is: aws::is_one, time: &["eventTime"], read: aws::read },
    Log { name: "Entra service principal sign-ins", is: azure::is_one, time: azure::TIMES, read: azure::read },
    Log { name: "Google Cloud audit log", is: gcp::is_one, time: &["timestamp"], read: gcp::read },
    Log { name: "OCI audit log", is: oci::is_one, time: &["eventTime", "event-time"], read: oci::read },
    Log {
        name: "Kubernetes audit log",
        is: kubernetes::is_one,
        time: &["requestReceivedTimestamp", "stageTimestamp"],
        read: kubernetes::read,
    },
    Log { name: "Vault audit log", is: vault::is_one, time: &["time"], read: vault::read },
    Log { name: "SPIRE audit log", is: spire::is_one, time: &["time"], read: spire::read },
];

/// Name of the log, the instant, and what an event says.
pub(super) type Told = (&'static str, Option<Timestamp>, Said);

/// Reads an event; `None` if it is of no log that is known.
pub(super) fn read(json: &Json) -> Option<Told> {
    let log = LOGS.iter().find(|log| (log.is)(json))?;
    let at = log.time.iter().find_map(|key| text(json, &[key])?.parse().ok());
    Some((log.name, at, (log.read)(json)))
}

/// The value behind several keys in a row.
pub(super) fn at<'j>(json: &'j Json, keys: &[&str]) -> Option<&'j Json> {
    keys.iter().try_fold(json, |json, key| json.get(key))
}

/// The text behind several keys in a row, if it isn't empty.
pub(super) fn text<'j>(json: &'j Json, keys: &[&str]) -> Option<&'j str> {
    at(json, keys)?.as_str().filter(|text| !text.is_empty())
}

/// A number, written as one or as text with or without a unit of seconds.
pub(super) fn seconds(json: &Json, keys: &[&str]) -> Option<u64> {
    let value = at(json, keys)?;
    value.as_u64().or_else(|| value.as_str()?.trim_end_matches('s').parse().ok())
}
