//! Permissions of the job's token that nothing in a workflow can use.
//!
//! The decision a reader would question: what an action does with a token that it takes by itself is not known, so that
//! only actions of this list count as doing without. Commands get the token only where somebody hands it to them, but for
//! git, for which the checkout leaves it behind (actions/checkout, `persist-credentials`).

use super::files::is_local;
use crate::place::{self, Place};
use crate::tree::Node;

/// Permissions that are used through the job's token alone (docs.github.com, "Controlling permissions for GITHUB_TOKEN").
const OF_TOKEN: [&str; 11] = [
    "actions",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "packages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
];

/// How texts name the token.
const NAMES: [&str; 5] = ["GITHUB_TOKEN", "github.token", "GH_TOKEN", "toJSON(github)", "toJson(github)"];

/// Actions that change nothing on GitHub, or how their names begin.
const SILENT: [&str; 15] = [
    "actions/cache",
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-",
    "actions/upload-artifact",
    "astral-sh/setup-uv",
    "aws-actions/",
    "azure/login",
    "docker/setup-",
    "dtolnay/rust-toolchain",
    "google-github-actions/auth",
    "google-github-actions/setup-gcloud",
    "hashicorp/setup-",
    "pnpm/action-setup",
    "swatinem/rust-cache",
];

/// The permissions to write that a job has and can't use, with the key of each.
pub(super) fn permissions(place: &Place<'_>, root: &Node, job: &Node, path: &str) -> Vec<(String, unkeyed_model::Location)> {
    let own = job.get("permissions").map(|node| (node, place::under(path, "permissions")));
    let Some((node, path)) = own.clone().or_else(|| Some((root.get("permissions")?, "permissions".to_owned()))) else { return Vec::new() };
    let jobs: Vec<&Node> = match own {
        Some(_) => vec![job],
        None => root.get("jobs").into_iter().flat_map(Node::entries).map(|entry| &entry.value).collect(),
    };
    let is_handed_around = root.get("env").is_some_and(names_token) || jobs.iter().any(|job| gets_token(job));
    if is_handed_around {
        return Vec::new();
    }
    let git = jobs.iter().any(|job| leaves_token(job));
    let unused = node.entries().iter().filter(|entry| {
        let name = entry.name();
        entry.value.text() == Some("write") && OF_TOKEN.contains(&name) && !(name == "contents" && git)
    });
    unused.map(|entry| (format!("{}: write", entry.name()), place.at(entry.span, place::under(&path, entry.name())))).collect()
}

/// Whether something in a job may hold the token; a called workflow always may.
fn gets_token(job: &Node) -> bool {
    let takes = |step: &Node| {
        let action = step.str("uses").map(str::to_ascii_lowercase);
        action.is_some_and(|name| is_local(&name) || !SILENT.iter().any(|silent| name.starts_with(silent)))
    };
    let steps = job.get("steps").map(Node::items);
    steps.is_none_or(|steps| steps.iter().any(takes)) || names_token(job)
}

fn names_token(node: &Node) -> bool {
    let mut found = false;
    node.for_each_scalar("", &mut |_, value| {
        found |= value.text().is_some_and(|text| NAMES.iter().any(|name| text.contains(name)));
    });
    found
}

/// Whether the checkout leaves the token behind for git.
fn leaves_token(job: &Node) -> bool {
    let checkout = |step: &&Node| step.str("uses").is_some_and(|name| name.starts_with("actions/checkout"));
    let keeps = |step: &Node| step.path(&["with", "persist-credentials"]).and_then(Node::text) != Some("false");
    job.get("steps").map(Node::items).unwrap_or_default().iter().filter(checkout).any(keeps)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::permissions;
    use crate::place::Place;
    use crate::yaml;

    fn unused(workflow: &str) -> Vec<String> {
        let unit = Unit::new(Arc::new(Origin { path: ".github/workflows/w.yml".into(), ..Origin::default() }), workflow.as_bytes());
        let place = Place::new(&unit).unwrap();
        let root = yaml::parse(&place).nodes.remove(0);
        let job = root.path(&["jobs", "j"]).unwrap().clone();
        permissions(&place, &root, &job, "jobs.j").into_iter().map(|(name, _)| name).collect()
    }

    const LINT: &str = "    steps:\n      - uses: actions/checkout@v4\n      - run: make lint\n";

    #[test]
    fn what_no_step_can_use_is_unused() {
        let given = "permissions: {contents: write, packages: write, id-token: write, issues: read}\njobs:\n  j:\n";
        assert_eq!(unused(&format!("{given}{LINT}")), ["packages: write"]);
        let quiet = LINT.replace("@v4", "@v4\n        with: {persist-credentials: false}");
        assert_eq!(unused(&format!("{given}{quiet}")), ["contents: write", "packages: write"]);
    }

    #[test]
    fn whoever_may_hold_the_token_may_use_it() {
        let given = "permissions: {packages: write}\njobs:\n  j:\n";
        for more in [
            "      - uses: docker/login-action@v3\n",
            "      - uses: ./.github/actions/own\n",
            "      - run: gh release list\n        env: {GH_TOKEN: '${{ github.token }}'}\n",
        ] {
            assert!(unused(&format!("{given}{LINT}{more}")).is_empty(), "{more}");
        }
        assert!(unused(&format!("env: {{T: '${{{{ secrets.GITHUB_TOKEN }}}}'}}\n{given}{LINT}")).is_empty());
        assert!(unused(&format!("{given}    uses: ./.github/workflows/o.yml\n")).is_empty());
        let other = "  k:\n    steps:\n      - uses: docker/login-action@v3\n";
        assert!(unused(&format!("{given}{LINT}{other}")).is_empty());
    }
}
