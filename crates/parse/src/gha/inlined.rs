//! Definitions of this repository that a job draws in: composite actions and reusable workflows.
//!
//! They are read in the place of their caller, with its inputs, secrets, permissions and events, because only there do
//! they run. Their own (component) workloads hold nothing but the extent, so that no fact is told twice.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{SkipReason, Use};

use super::action::Call;
use super::consumer::Consumer;
use super::consumers;
use super::draft::{Draft, MAX_COMMANDS, MAX_REFERENCES, MAX_STEPS, Receiver};
use super::files::File;
use super::scope::{Bound, Scope};
use super::{job, steps};
use crate::place;
use crate::tree::Node;

/// Deepest nesting of calls (GitHub's own limit is ten levels).
const MAX_CALLS: usize = 10;

/// A step with `uses: ./path`.
pub(super) fn composite<'a>(draft: &mut Draft<'a>, call: &Call<'a, '_>) {
    let (path, file) = draft.files.local(call.file.place.path(), call.uses);
    draft.draws_in(Use::Component, path);
    let with = call.step.get("with");
    // What the action does with an input is seen where the action reads it; without the action the name must do.
    let Some(file) = file else {
        unread_inputs(draft, call, with, draft.workload.references.len());
        return;
    };
    let inputs = bound_inputs(&file.root, with, call.scope);
    literal_inputs(draft, call, with);
    let before = draft.workload.references.len();
    if let (Some(scope), Some(inner)) = (call.scope.deeper(file.place.path(), MAX_CALLS), file.root.path(&["runs", "steps"])) {
        steps::read(draft, file, &scope.with_inputs(inputs), inner, "runs.steps");
    }
    unread_inputs(draft, call, with, before);
}

/// The row of an action of this repository that is a program: a copy of a known one, or that one in its own repository, told
/// by the inputs that it declares.
pub(super) fn known<'a>(draft: &mut Draft<'a>, call: &Call<'a, '_>) -> Option<&'static Consumer> {
    let (path, file) = draft.files.local(call.file.place.path(), call.uses);
    let root = file.map(|file| &file.root).filter(|root| root.path(&["runs", "steps"]).is_none())?;
    let row = consumers::with_inputs(root.get("inputs")?.entries().iter().map(crate::tree::Entry::name).collect())?;
    draft.draws_in(Use::Component, path);
    Some(row)
}

/// Stored values given to a call that were not seen again inside it (an action in another language, an input that is not
/// used): the call itself is their place.
fn unread_inputs<'a>(draft: &mut Draft<'a>, call: &Call<'a, '_>, with: Option<&'a Node>, before: usize) {
    let inside = draft.workload.references.get(before..).unwrap_or_default();
    let inside: BTreeSet<String> = inside.iter().map(|reference| reference.name.clone()).collect();
    for entry in with.into_iter().flat_map(Node::entries) {
        let bound = call.scope.bind(entry.value.text().unwrap_or_default());
        let seen = bound.stored.iter().all(|(_, name)| inside.contains(name)) && (!bound.job_token || inside.contains("GITHUB_TOKEN"));
        if !seen {
            let path = place::under(&place::under(call.path, "with"), entry.name());
            draft.text(call.file, call.scope, &entry.value, &path, &Receiver::unstated(Some(entry.name()), false));
        }
    }
}

/// Literals that a call passes to inputs named like credentials.
fn literal_inputs<'a>(draft: &mut Draft<'a>, call: &Call<'a, '_>, with: Option<&'a Node>) {
    for entry in with.into_iter().flat_map(Node::entries) {
        let Some(text) = entry.value.text() else { continue };
        let path = place::under(&place::under(call.path, "with"), entry.name());
        let location = call.file.place.at(entry.value.span, path);
        draft.literal(entry.name(), text, crate::facts::is_credential_variable(entry.name()), location);
    }
}

/// Inputs as the caller gives them, else their defaults.
fn bound_inputs(definition: &Node, with: Option<&Node>, caller: &Scope) -> BTreeMap<String, Bound> {
    let mut inputs = BTreeMap::new();
    for entry in definition.get("inputs").into_iter().flat_map(Node::entries) {
        if let Some(default) = entry.value.str("default") {
            inputs.insert(entry.name().to_owned(), caller.bind(default));
        }
    }
    for entry in with.into_iter().flat_map(Node::entries) {
        inputs.insert(entry.name().to_owned(), caller.bind(entry.value.text().unwrap_or_default()));
    }
    inputs
}

/// A job with `uses:` of a workflow of this repository: all its jobs become part of the caller.
pub(super) fn reusable<'a>(draft: &mut Draft<'a>, caller: &'a File<'a>, scope: &Scope, body: &'a Node, path: &str, uses: &str) {
    let (target, file) = draft.files.local(caller.place.path(), uses);
    draft.draws_in(Use::Component, target);
    let inherits = body.entry("secrets").filter(|entry| entry.value.text() == Some("inherit"));
    if let Some(entry) = inherits {
        draft.note("secrets", "inherit", caller.place.at(entry.span, place::under(path, "secrets")));
    }
    let Some(file) = file else {
        passed_on(draft, caller, scope, body, path);
        return;
    };
    let Some(scope) = scope.deeper(file.place.path(), MAX_CALLS) else { return };
    let call = file.root.get("on").or_else(|| file.root.get("true")).and_then(|on| on.get("workflow_call"));
    let inputs = call.map(|call| bound_inputs(call, body.get("with"), &scope)).unwrap_or_default();
    let secrets = passed_secrets(body, &scope);
    let inner = scope.called(inputs, secrets);
    let workflow = job::Workflow::new(file);
    let before = draft.workload.references.len();
    for entry in file.root.get("jobs").into_iter().flat_map(Node::entries) {
        job::body(draft, &workflow, &inner, &entry.value, &place::under("jobs", entry.name()));
    }
    unused(draft, caller, &scope, body, path, before);
}

/// Secrets that a call passes, and the callee names nowhere: they reach its jobs all the same.
fn unused<'a>(draft: &mut Draft<'a>, caller: &'a File<'a>, scope: &Scope, body: &'a Node, path: &str, before: usize) {
    let Some(secrets) = body.get("secrets") else { return };
    let used: BTreeSet<String> =
        draft.workload.references[before.min(draft.workload.references.len())..].iter().map(|used| used.name.clone()).collect();
    for entry in secrets.entries() {
        let stored = scope.bind(entry.value.text().unwrap_or_default()).stored;
        if stored.iter().all(|(_, name)| !used.contains(name)) {
            let at = place::under(&place::under(path, "secrets"), entry.name());
            draft.text(caller, scope, &entry.value, &at, &Receiver::variable(entry.name(), false));
        }
    }
}

/// What is passed to a workflow that the inputs lack.
pub(super) fn passed_on<'a>(draft: &mut Draft<'a>, caller: &'a File<'a>, scope: &Scope, body: &'a Node, path: &str) {
    for key in ["secrets", "with"] {
        let Some(entry) = body.entry(key) else { continue };
        let path = place::under(path, key);
        if key == "secrets" && entry.value.text() == Some("inherit") {
            let at = caller.place.at(entry.span, path);
            draft.workload.references.push(crate::facts::reference(unkeyed_model::StoreKind::GhaSecret, "*", at));
            continue;
        }
        for inner in entry.value.entries() {
            let receiver = Receiver::variable(inner.name(), false);
            draft.text(caller, scope, &inner.value, &place::under(&path, inner.name()), &receiver);
        }
    }
}

/// Names of the secrets that a call passes, by the names under which the callee knows them.
fn passed_secrets(body: &Node, scope: &Scope) -> BTreeMap<String, Vec<String>> {
    let Some(secrets) = body.get("secrets") else { return BTreeMap::new() };
    let pass = |entry: &crate::tree::Entry| {
        let stored = scope.bind(entry.value.text().unwrap_or_default()).stored;
        (entry.name().to_owned(), stored.into_iter().map(|(_, name)| name).collect())
    };
    secrets.entries().iter().map(pass).collect()
}

/// The coverage row of a job that is too large.
pub(super) fn too_large(file: &File<'_>) -> unkeyed_model::Skip {
    let detail = format!(
        "a job has more than {MAX_STEPS} steps, {MAX_COMMANDS} commands or {MAX_REFERENCES} uses of stored values with all it calls: the rest was not read"
    );
    file.place.skip(SkipReason::Limit, detail)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, Unit};

    use crate::testing::read;

    fn folder(action: &'static str, workflow: &'static str) -> Facts {
        let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        read(&[unit(".github/workflows/a.yml", workflow), unit("action.yml", action)])
    }

    const WORKFLOW: &str = "on: push\npermissions: {id-token: write}\njobs:\n  a:\n    steps:\n      - uses: ./\n        with:\n          workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/q\n          service_account: a@p.iam.gserviceaccount.com\n";

    #[test]
    fn a_known_action_is_known_in_its_own_repository() {
        let facts = folder(
            "inputs: {workload_identity_provider: {}, service_account: {}, credentials_json: {}}\nruns: {using: node24, main: a.js}\n",
            WORKFLOW,
        );
        let job = facts.workloads.iter().find(|workload| !workload.component).unwrap();
        assert_eq!(job.identity_paths.len(), 1);
        assert!(job.identity_paths[0].capability.is_some() && job.identity_paths[0].consumer.is_some());
        let other = folder("inputs: {workload_identity_provider: {}, service_account: {}}\nruns: {using: node24, main: a.js}\n", WORKFLOW);
        assert!(other.workloads.iter().all(|workload| workload.identity_paths.is_empty()));
    }

    #[test]
    fn an_action_that_wraps_a_known_one_is_followed() {
        let action = "inputs: {workload_identity_provider: {}, service_account: {}, credentials_json: {}}\nruns:\n  using: composite\n  steps:\n    - uses: google-github-actions/auth@v3\n      with:\n        workload_identity_provider: ${{ inputs.workload_identity_provider }}\n        service_account: ${{ inputs.service_account }}\n";
        let facts = folder(action, WORKFLOW);
        let job = facts.workloads.iter().find(|workload| !workload.component).unwrap();
        assert_eq!(job.identity_paths[0].principal.known(), Some("a@p.iam.gserviceaccount.com"));
    }

    #[test]
    fn a_credential_that_is_handed_in_is_told() {
        let told = |value: &str, given: &str| {
            let action = "inputs: {token: {}}\nruns:\n  using: composite\n  steps: [{run: x, shell: bash, env: {API_TOKEN: '${{ inputs.token }}'}}]\n";
            let workflow = format!(
                "on: {{push: {{}}, workflow_dispatch: {{inputs: {{token: {{}}}}}}}}\njobs:\n  a:\n    steps:\n      - uses: ./\n        with: {{{given}}}\n      - run: x\n        env: {{DB_PASSWORD: '{value}'}}\n"
            );
            let facts = folder(action, workflow.leak());
            let job = facts.workloads.into_iter().find(|workload| !workload.component).unwrap();
            job.references.into_iter().map(|used| used.name).collect::<Vec<_>>()
        };
        for value in
            ["needs.a.outputs.password", "inputs.token", "github.event.inputs.token", "matrix.password", "env.TK", "env.DB_PASSWORD"]
        {
            assert_eq!(told(&format!("${{{{ {value} }}}}"), ""), [value]);
        }
        assert_eq!(told("${{ inputs.dry && 1 || 2 }}", ""), [""; 0]);
        assert_eq!(told("x-${{ github.sha }}", "token: '${{ needs.a.outputs.t }}'"), ["inputs.token"]);
        assert_eq!(told("x-${{ github.sha }}", "token: x"), [""; 0]);
    }
}
