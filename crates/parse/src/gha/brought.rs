//! Which code a checkout brings in: that of a pull request, or whatever somebody names (TB-CI-01).
//!
//! What a step or another job hands on is followed to the line that writes it.

use super::expression::{Use, expressions};
use super::scope::Scope;
use crate::tree::Node;

/// Whose code it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// What whoever starts the workflow names.
    Given,
    /// A pull request's head, or its merge.
    PullRequest,
}

/// Where the ref of a pull request's merge or head stands.
const PULL_REF: &str = "refs/pull/";

/// Words by which scripts tell the head of a pull request: fields of `gh pr view`, of GitHub's interface, and its refs.
const HEAD_WORDS: [&str; 5] = ["headRef", ".head.sha", ".head.ref", "pull_request.head", PULL_REF];

/// Actions that hand on the branch of the pull request that a comment stands under.
const FINDERS: [&str; 1] = ["pull-request-comment-branch"];

impl Code {
    /// The word for it among the traits of a job.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Given => "given-ref",
            Self::PullRequest => "pull-request-head",
        }
    }

    /// What a text says of itself.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        text.contains(PULL_REF).then_some(Self::PullRequest)
    }

    /// What a read of a context stands for that nothing here says more of.
    pub(super) fn of_use(used: &Use) -> Option<Self> {
        let has = |parts: &[&str]| parts.iter().any(|part| used.name.contains(part));
        match used.context.as_str() {
            "github" if used.name == "head_ref" || has(&["pull_request.head", "workflow_run.head", "pull_request.merge_commit_sha"]) => {
                Some(Self::PullRequest)
            }
            "github" if has(&["event.inputs.", "client_payload", "event.comment"]) => Some(Self::Given),
            "inputs" => Some(Self::Given),
            _ => None,
        }
    }

    /// What a text stands for in a file, through its steps and jobs.
    pub(super) fn of(text: &str, scope: &Scope, root: &Node) -> Option<Self> {
        let jobs = || root.get("jobs").map(Node::entries).unwrap_or_default();
        let handed = |used: Use| match used.context.as_str() {
            "steps" => {
                let own = root.path(&["runs", "steps"]).into_iter();
                let steps = own.chain(jobs().iter().filter_map(|job| job.value.get("steps"))).flat_map(Node::items);
                of_step(steps, &used.name)
            }
            "needs" => {
                let (job, output) = used.name.split_once(".outputs.")?;
                let job = &jobs().iter().find(|entry| entry.name() == job)?.value;
                let written = job.get("outputs")?.str(output)?;
                let steps = || job.get("steps").map(Node::items).unwrap_or_default().iter();
                let each = expressions(written).into_iter().flat_map(|expression| expression.uses);
                each.filter_map(|used| if used.context == "steps" { of_step(steps(), &used.name) } else { Self::of_use(&used) }).max()
            }
            _ => None,
        };
        let uses = expressions(text).into_iter().flat_map(|expression| expression.uses);
        scope.bind(text).code.max(uses.filter_map(handed).max())
    }
}

/// What the step hands on under a name (`ID.outputs.NAME`): its code says it on the line that writes it, or leaves it to a variable.
fn of_step<'n>(mut steps: impl Iterator<Item = &'n Node>, name: &str) -> Option<Code> {
    let (id, output) = name.split_once(".outputs.")?;
    let step = steps.find(|step| step.str("id") == Some(id))?;
    if step.str("uses").is_some_and(|uses| FINDERS.iter().any(|finder| uses.contains(finder))) {
        return Some(Code::PullRequest);
    }
    let text = step.str("run").or_else(|| step.path(&["with", "script"])?.text())?;
    let tells = |text: &str| HEAD_WORDS.iter().any(|word| text.contains(word));
    let writes = |line: &&str| {
        [format!("{output}="), format!("'{output}'"), format!("\"{output}\"")].iter().any(|form| line.contains(form.as_str()))
    };
    let line = text.lines().find(writes)?;
    let by_variable = line.split_once('=').is_some_and(|(_, value)| value.starts_with('$') && !value.starts_with("$("));
    (tells(line) || (by_variable && tells(text))).then_some(Code::PullRequest)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    fn brought(env: &str, step: &str, reference: &str) -> Vec<String> {
        let text = format!(
            "on: issue_comment\nenv: {{REF: '{env}'}}\njobs:\n  find:\n    outputs: {{sha: '${{{{ steps.pr.outputs.sha }}}}'}}\n    steps:\n      - id: pr\n        run: '{step}'\n  run:\n    needs: find\n    steps:\n      - uses: actions/checkout@v4\n        with: {{ref: '{reference}'}}\n"
        );
        let unit = Unit::new(Arc::new(Origin { path: ".github/workflows/a.yml".into(), ..Origin::default() }), text.into_bytes());
        let facts = crate::testing::read(&[unit]);
        let traits = facts.workloads.into_iter().flat_map(|workload| workload.traits);
        traits.filter(|(name, ..)| name == "checks-out").map(|(_, value, _)| value).collect()
    }

    #[test]
    fn a_ref_is_followed_to_where_it_comes_from() {
        const HEAD: &str = "${{ github.event.pull_request.head.sha }}";
        let from_env = "${{ env.REF }}";
        let from_job = "${{ needs.find.outputs.sha }}";
        assert_eq!(brought(HEAD, "x", from_env), ["pull-request-head"]);
        assert_eq!(brought("${{ inputs.ref }}", "x", from_env), ["given-ref"]);
        assert!(brought("${{ github.sha }}", "x", from_env).is_empty());
        assert_eq!(brought("", "echo sha=$(gh pr view 1 -q .headRefOid) >> $GITHUB_OUTPUT", from_job), ["pull-request-head"]);
        assert!(brought("", "echo sha=$(git rev-parse HEAD) >> $GITHUB_OUTPUT", from_job).is_empty());
    }
}
