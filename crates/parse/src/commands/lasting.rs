//! Commands that make something which lasts: sessions, service-account tokens, signed URLs, and API servers that lengthen tokens.

use super::Effect;
use crate::shell::Command;
use crate::terraform::duration_seconds;

/// A command with the option that says how long what it makes lives.
struct Maker {
    program: &'static str,
    subcommands: &'static [&'static str],
    /// The trait that says so.
    what: &'static str,
    length: &'static [&'static str],
    /// Seconds if the option isn't there; `None`: nobody can tell.
    default: Option<u64>,
}

/// The AWS CLI's and STS' defaults, those of `kubectl`, `gcloud storage` and `gsutil`, as their references state them.
const MAKERS: &[Maker] = &[
    session(&["sts", "get-session-token"], 43_200),
    session(&["sts", "assume-role"], 3_600),
    session(&["sts", "assume-role-with-web-identity"], 3_600),
    session(&["sts", "assume-role-with-saml"], 3_600),
    token("kubectl"),
    token("oc"),
    url("aws", &["s3", "presign"], &["--expires-in"]),
    url("gcloud", &["storage", "sign-url"], &["--duration", "-d"]),
    url("gsutil", &["signurl"], &["-d"]),
];

const fn session(subcommands: &'static [&'static str], seconds: u64) -> Maker {
    Maker { program: "aws", subcommands, what: "session-seconds", length: &["--duration-seconds"], default: Some(seconds) }
}

const fn token(program: &'static str) -> Maker {
    Maker { program, subcommands: &["create", "token"], what: "service-account-token-seconds", length: &["--duration"], default: None }
}

const fn url(program: &'static str, subcommands: &'static [&'static str], length: &'static [&'static str]) -> Maker {
    Maker { program, subcommands, what: "signed-url-seconds", length, default: Some(3_600) }
}

/// The trait of a signed URL whose end is written.
const UNTIL: &str = "signed-url-until";

/// A year: how long the API server lets tokens of pods live if it extends them (kube-apiserver reference).
const EXTENDED: u64 = 365 * 86_400;

/// The switch for it; true unless it is set to false.
pub(crate) const EXTENDS: &str = "service-account-extend-token-expiration";

pub(super) fn effects(command: &Command) -> Vec<Effect> {
    let made = made(command).map(|(what, length)| {
        // What can't be read is said as it is written.
        let seconds = duration_seconds(&length).filter(|_| what != UNTIL);
        Effect::Lasts { what, length: seconds.map_or(length, |seconds| seconds.to_string()) }
    });
    made.or_else(|| api_server(command)).into_iter().collect()
}

/// What a command makes that lasts, and how long, or until when, as it is written.
pub(crate) fn made(command: &Command) -> Option<(&'static str, String)> {
    if let Some(maker) = MAKERS.iter().find(|maker| command.runs(maker.program, maker.subcommands)) {
        let length = command.option_text(maker.length).map(str::to_owned);
        return Some((maker.what, length.or_else(|| Some(maker.default?.to_string()))?));
    }
    // `az storage … generate-sas --expiry 2030-01-01T00:00Z`: until when, not how long.
    let expiry = command.option_text(&["--expiry"]).filter(|_| command.runs("az", &["storage", "generate-sas"]))?;
    Some((UNTIL, expiry.to_owned()))
}

/// `kube-apiserver`, and the distributions that run it inside their own process.
fn api_server(command: &Command) -> Option<Effect> {
    let runs = match command.program() {
        "kube-apiserver" => true,
        program @ ("k3s" | "rke2") => command.runs(program, &["server"]),
        _ => false,
    };
    if !runs {
        return None;
    }
    let words = || command.invocation().iter().map(|word| word.text.as_str());
    let set = words().filter_map(|word| word.split_once(EXTENDS)).next_back().and_then(|(_, value)| value.strip_prefix('='));
    // Options that a variable holds may set it.
    let set = set.or_else(|| words().skip(1).find(|word| word.starts_with('$')));
    Some(Effect::Lasts { what: "pod-token-seconds", length: extended(set) })
}

/// How long tokens of pods live with this setting, in seconds as text.
pub(crate) fn extended(setting: Option<&str>) -> String {
    match setting.map(|text| text.trim().trim_matches(['"', '\''])) {
        Some("false") => "3600".to_owned(),
        None | Some("true" | "") => EXTENDED.to_string(),
        Some(other) => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn lasting(script: &str) -> Vec<(&'static str, String)> {
        let commands = shell::commands(script);
        let lasting = commands.iter().flat_map(effects).map(|effect| match effect {
            Effect::Lasts { what, length } => (what, length),
            _ => panic!("another effect"),
        });
        lasting.collect()
    }

    #[test]
    fn lengths_are_read_or_known() {
        let cases = [
            ("aws sts get-session-token --duration-seconds 129600", "session-seconds", "129600"),
            ("creds=$(aws --profile x sts assume-role --role-arn r)", "session-seconds", "3600"),
            ("kubectl -n ci create token deployer --duration=8760h", "service-account-token-seconds", "31536000"),
            ("aws s3 presign s3://b/k --expires-in 604800", "signed-url-seconds", "604800"),
            ("gsutil signurl -d 7d key.json gs://b/k", "signed-url-seconds", "604800"),
            ("az storage blob generate-sas -c x --expiry 2030-01-01T00:00Z", "signed-url-until", "2030-01-01T00:00Z"),
            ("aws s3 presign s3://b/k --expires-in \"$TTL\"", "signed-url-seconds", "$TTL"),
            ("kube-apiserver --secure-port=6443", "pod-token-seconds", "31536000"),
            ("k3s server --kube-apiserver-arg=service-account-extend-token-expiration=false", "pod-token-seconds", "3600"),
        ];
        for (script, what, length) in cases {
            assert_eq!(lasting(script), [(what, length.to_owned())], "{script}");
        }
    }

    #[test]
    fn other_commands_make_nothing() {
        for script in ["kubectl create token deployer", "aws sts get-caller-identity", "k3s agent", "aws s3 cp a b"] {
            assert!(lasting(script).is_empty(), "{script}");
        }
    }
}
