//! A step that uses an action: what the consumer table says of it.

use unkeyed_model::{Content, Destination, IdentityPath, Platform, PredictedToken, Ttl, TtlBasis, Use, Value};

use super::brought::Code;
use super::consumer::{Audience, Consumer, Way};
use super::consumers;
use super::draft::{Draft, Receiver};
use super::expression::has_expression;
use super::files::{File, is_local};
use super::scope::Scope;
use super::{fetched, inlined, run};
use crate::facts;
use crate::place;
use crate::tree::Node;

/// The issuer of the tokens of github.com's runners.
pub(super) const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// A step with `uses:`.
pub(super) struct Call<'a, 's> {
    pub(super) file: &'a File<'a>,
    pub(super) scope: &'s Scope,
    pub(super) step: &'a Node,
    /// Key path of the step.
    pub(super) path: &'s str,
    /// Text of `uses:`.
    pub(super) uses: &'a str,
}

impl<'a> Call<'a, '_> {
    pub(super) fn input(&self, name: &str) -> Option<&'a Node> {
        let inputs = self.step.get("with")?.entries();
        inputs.iter().rev().find(|entry| entry.name().eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    }

    /// Whether an input is given and not plainly off.
    fn has(&self, name: &str) -> bool {
        let Some(text) = self.input(name).and_then(Node::text) else { return false };
        let bound = self.scope.bind(text);
        !matches!(bound.value.known().map(str::trim), Some("" | "false"))
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.input(name).and_then(Node::text).map(|text| self.scope.bind(text).value)
    }
}

impl<'a> Draft<'a> {
    /// Reads a step that uses an action.
    pub(super) fn action(&mut self, call: &Call<'a, '_>) {
        if is_local(call.uses) {
            match inlined::known(self, call) {
                Some(row) => self.consumes(call, Some(row)),
                None => inlined::composite(self, call),
            }
            return;
        }
        self.pinning(call);
        if call.uses.starts_with("docker://") {
            self.draws_in(Use::Image, call.uses.trim_start_matches("docker://").to_owned());
        }
        let name = call.uses.split('@').next().unwrap_or_default();
        self.consumes(call, consumers::consumer(name));
        if let Some(node) = call.input("tenant-id").filter(|_| name.eq_ignore_ascii_case("azure/login")) {
            let tenant = call.value("tenant-id").and_then(|value| value.known().map(str::to_owned)).unwrap_or_default();
            self.note("azure-tenant", tenant, call.file.place.at(node.span, format!("{}.with.tenant-id", call.path)));
        }
        match name.to_ascii_lowercase().as_str() {
            "actions/checkout" => self.checkout(call),
            "docker/metadata-action" | "docker/build-push-action" => self.image(call, name),
            _ => {}
        }
    }

    /// What a step gives to an action, and what that does with it if the table knows.
    fn consumes(&mut self, call: &Call<'a, '_>, row: Option<&'static Consumer>) {
        let destination = row.and_then(|row| destination(call, row));
        for entry in call.step.get("with").into_iter().flat_map(Node::entries) {
            self.input(call, row, destination.as_ref(), entry.name(), &entry.value);
        }
        if let Some(row) = row {
            self.known_action(call, row, destination);
        }
    }

    fn known_action(&mut self, call: &Call<'a, '_>, row: &'static Consumer, destination: Option<Destination>) {
        let before = self.workload.identity_paths.len();
        let paths = row.ways.iter().filter_map(|way| identity(call, row, way, destination.clone()));
        self.workload.identity_paths.extend(paths);
        let has_path = self.workload.identity_paths.len() > before;
        for fetch in row.fetches {
            if let Some(node) = call.input(fetch.input) {
                let path = format!("{}.with.{}", call.path, fetch.input);
                let found = fetched::references(&call.file.place, node, &path, fetch.syntax, destination.as_ref());
                self.workload.references.extend(found);
            }
        }
        if let (Some(node), false) = (call.input(row.script), row.script.is_empty()) {
            run::script(self, call.file, call.scope, node, &format!("{}.with.{}", call.path, row.script), "bash");
        }
        if let Some((input, true)) = row.job_token
            && call.input(input).is_none()
        {
            let receiver = Receiver { mechanism: format!("{} {input}", row.action), ..Receiver::unstated(Some(input), false) };
            let at = call.file.place.at(call.step.get("uses").map_or(call.step.span, |uses| uses.span), place::under(call.path, "uses"));
            self.uses_job_token(at, &receiver);
        }
        // A path names its destination better; a checkout of the job's own repository is no access to speak of, nor is a tool
        // that is installed and given no credential.
        let installs = row.action.contains("/setup-") && !row.durable.iter().any(|input| call.has(input));
        if let Some(destination) = destination.filter(|_| !has_path && !installs && row.action != "actions/checkout") {
            self.reaches(destination);
        }
    }

    /// One input of an action.
    fn input(&mut self, call: &Call<'a, '_>, row: Option<&Consumer>, destination: Option<&Destination>, name: &str, node: &'a Node) {
        let path = place::under(&place::under(call.path, "with"), name);
        let (content, role) = row.map_or((Content::Unstated, unkeyed_model::Role::Access), |row| row.meaning(name));
        let receiver = Receiver {
            content,
            role,
            destination: destination.filter(|_| content != Content::Unstated).cloned(),
            follows: content == Content::Durable,
            mechanism: format!("{} {name}", call.uses.split('@').next().unwrap_or_default()),
            ..Receiver::unstated(Some(name), false)
        };
        self.text(call.file, call.scope, node, &path, &receiver);
        if row.is_some_and(|row| row.script == name) {
            return;
        }
        let Some(text) = node.text() else { return };
        if text.contains("getIDToken(") {
            run::requests_token(self, call.scope, call.file.place.at(node.span, path.as_str()));
        }
        let credential = content == Content::Durable || (row.is_none() && facts::is_credential_variable(name));
        self.literal(name, text, credential, call.file.place.at(node.span, path));
    }

    /// An action of somebody else that isn't fixed to a commit or digest.
    fn pinning(&mut self, call: &Call<'a, '_>) {
        let (name, version) = call.uses.split_once('@').unwrap_or((call.uses, ""));
        let pinned = match call.uses.starts_with("docker://") {
            true => version.starts_with("sha256:"),
            false => version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit()),
        };
        let own = name.starts_with("actions/") || name.starts_with("github/");
        if !pinned && !own && !has_expression(name) {
            let at = call.step.get("uses").map_or(call.step.span, |uses| uses.span);
            self.note("unpinned-action", call.uses, call.file.place.at(at, place::under(call.path, "uses")));
        }
    }

    /// Which code `actions/checkout` brings in (TB-CI-01).
    fn checkout(&mut self, call: &Call<'a, '_>) {
        let token = call.input("token").and_then(Node::text).map(|text| call.scope.bind(text));
        let own = call.has("ssh-key") || token.is_some_and(|token| !token.job_token);
        let kept = call.value("persist-credentials").is_none_or(|value| value.known().map(str::trim) != Some("false"));
        self.git_uses_job_token = !own && kept;
        for input in ["ref", "repository"] {
            let Some(node) = call.input(input) else { continue };
            let Some(code) = Code::of(node.text().unwrap_or_default(), call.scope, &call.file.root) else { continue };
            self.note("checks-out", code.word(), call.file.place.at(node.span, format!("{}.with.{input}", call.path)));
        }
    }
}

/// Where an action leads, as far as its inputs say.
fn destination(call: &Call<'_, '_>, row: &Consumer) -> Option<Destination> {
    if row.destination.is_empty() {
        return None;
    }
    let given: Vec<Value> = row.named_by.iter().filter_map(|input| call.value(input)).collect();
    let name = match given.iter().find_map(Value::known) {
        Some(name) => named(row.destination, name),
        None if given.is_empty() => row.destination_name.to_owned(),
        None => String::new(),
    };
    if row.destination == "registry" {
        return Some(facts::registry(&name));
    }
    Some(Destination::new(row.destination, name))
}

/// A host out of an address, a project out of a service account; anything else as it is.
fn named(kind: &str, text: &str) -> String {
    let text = text.trim();
    if kind == "gcp" {
        let project = text.split_once('@').map_or(text, |(_, domain)| domain.split('.').next().unwrap_or_default());
        return project.to_owned();
    }
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    if matches!(kind, "registry" | "vault" | "ssh") { host.split('/').next().unwrap_or_default().to_owned() } else { text.to_owned() }
}

/// The identity path that one way of an action opens in this call.
fn identity(call: &Call<'_, '_>, row: &Consumer, way: &Way, destination: Option<Destination>) -> Option<IdentityPath> {
    if let Some((input, values)) = way.when {
        let given = call.value(input).unwrap_or_else(|| Value::literal(""));
        if !given.known().is_none_or(|given| values.iter().any(|value| value.eq_ignore_ascii_case(given.trim()))) {
            return None;
        }
    }
    if !way.needs.iter().all(|input| call.has(input)) {
        return None;
    }
    let beaten =
        way.beaten_by.iter().any(|input| call.has(input)) || way.beaten_by_variable.iter().any(|name| call.scope.variable(name).is_some());
    let principal = way.principal.iter().find(|input| call.has(input)).and_then(|input| call.value(input));
    let principal = principal.unwrap_or_else(|| match way.principal {
        [] => Value::unknown("the token itself is the identity"),
        _ => Value::unknown(format!("`{}` doesn't say whose identity it takes", row.action)),
    });
    let destination = match way.platform {
        Platform::Aws => facts::aws(principal.known()),
        _ => destination.unwrap_or_default(),
    };
    let at = call.step.entry("uses").map_or(call.step.span, |uses| uses.span);
    let uses_at = call.file.place.at(at, place::under(call.path, "uses"));
    Some(IdentityPath {
        kind: way.kind,
        platform: way.platform,
        mechanism: match way.needs.first() {
            Some(input) => format!("{} {input}", row.action),
            None => row.action.to_owned(),
        },
        reach: way.reach,
        destination,
        principal,
        tokens: if way.without_id_token { Vec::new() } else { tokens(call.scope, &audience(call, way)) },
        ttl: ttl(call, way),
        capability: if way.without_id_token { Some(uses_at.clone()) } else { call.scope.permissions.id_token.clone() },
        consumer: (!beaten).then_some(uses_at),
        platform_bound: None,
    })
}

/// The tokens that GitHub may issue to the job for an audience.
pub(super) fn tokens(scope: &Scope, audience: &Value) -> Vec<PredictedToken> {
    let token = |subject: &Value| PredictedToken { issuer: Value::literal(ISSUER), subject: subject.clone(), audience: audience.clone() };
    scope.subjects.iter().map(token).collect()
}

fn audience(call: &Call<'_, '_>, way: &Way) -> Value {
    if let Some(value) = call.value(way.audience_input).filter(|_| call.has(way.audience_input)) {
        return value;
    }
    match way.audience {
        Audience::Owner => Value::literal("https://github.com/{owner}"),
        Audience::Is(text) => Value::literal(text),
        Audience::From(prefix, input) => match call.value(input) {
            Some(Value::Known(text, basis)) => Value::Known(format!("{prefix}{}", text.trim()), basis),
            Some(unknown) => unknown,
            None => Value::unknown(format!("`{input}` is not given")),
        },
        Audience::Unknown => Value::unknown("the action's audience is not documented"),
    }
}

fn ttl(call: &Call<'_, '_>, way: &Way) -> Option<Ttl> {
    let given = call.value(way.ttl_input).filter(|_| !way.ttl_input.is_empty());
    match given {
        Some(Value::Known(text, _)) => {
            let seconds = text.trim().trim_end_matches('s').parse().ok()?;
            Some(Ttl { seconds, basis: TtlBasis::Declared })
        }
        Some(Value::Unknown(_)) => None,
        None => way.ttl.map(|(seconds, basis)| Ttl { seconds, basis }),
    }
}
