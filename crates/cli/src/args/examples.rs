//! What `--help` shows at the end: each line that starts with `unkeyed` is a command that works.

pub(super) const PROGRAM: &str = "\
Examples:
  What every workload here authenticates with, and its verdict:
    unkeyed audit .
  Two outputs of one run:
    unkeyed audit . --format sarif --output out.sarif --format human
  A gate: exit 1 below that verdict, 3 if anything was not read:
    unkeyed audit . --require transitional
  Only what a change adds or makes worse:
    unkeyed audit . --diff origin/main
  Credential artifacts only, in what git tracks:
    unkeyed scan . --tracked-only
  A saved report as a page, merged with others, or compared with an older one:
    unkeyed report report.json --format html --output readiness.html
  What a check, a rule or a word of a report means, and what to do instead:
    unkeyed explain TB-AWS-03

Exit codes: 0 ok, 1 gate failed, 2 usage, configuration or policy,
3 incomplete scan (with --strict or --require), 130 interrupted.
No network is used unless a target is an image in a registry. Secrets are never printed.
UNKEYED_FINGERPRINT_KEY keys the artifact ids; NO_COLOR is honoured.";

pub(super) const SCAN: &str = "\
Examples:
  What lies in a folder, as the files stand:
    unkeyed scan .
  Everything that git keeps of a repository's past, and faster the next time:
    unkeyed scan git:. --cache ~/.cache/unkeyed
  What the commits of a branch brought:
    unkeyed scan . --range origin/main..HEAD
  A log or a stream of any length:
    journalctl -u web | unkeyed scan -
  For code scanning, by the gate of CI (exit 1 on a credential in a file):
    unkeyed scan . --format sarif --output credentials.sarif";

pub(super) const AUDIT: &str = "\
Examples:
  Every workload, what it authenticates with, and its verdict:
    unkeyed audit .
  The record of a run, and the page that an auditor reads:
    unkeyed audit . --format json --output report.json --format html --output readiness.html
  A gate: all workloads, and stricter for some:
    unkeyed audit . --require partial --require 'secretless:gha:*#deploy'
  Only what a change adds or makes worse:
    unkeyed audit . --diff origin/main
  With what the platform says is in force:
    aws iam get-account-authorization-details > iam.json
    unkeyed audit . --evidence iam.json
  An image in a registry; a running program; what a container was given:
    unkeyed audit registry:ghcr.io/acme/api:1.4
    unkeyed audit pid:1234
    docker inspect web | unkeyed audit env:-
  The same report tomorrow:
    unkeyed audit . --as-of 2026-11-22T12:00:00Z --no-history";

pub(super) const EXPLAIN: &str = "\
Examples:
  What a check means, and what to do instead:
    unkeyed explain TB-AWS-03
  A rule, or a kind of credential:
    unkeyed explain github.pat-classic
  A word of a report: verdict, reason, layer, class, gap:
    unkeyed explain mixed-mode
    unkeyed explain exit-codes
  Why a line is reported, or is not:
    unkeyed explain --why config/settings.py:12
  Everything, to be read or searched:
    unkeyed explain --all words";

pub(super) const RULES: &str = "\
Examples:
  All built-in rules, and those of a file:
    unkeyed rules list --rules team.toml
  Every rule's own examples, through the real engine:
    unkeyed rules test --only-rules team.toml
  The form of rules:
    unkeyed rules lint --only-rules team.toml";

pub(super) const POLICY: &str = "\
Examples:
  Is the policy well-formed, what does each exception cover, what ends when?
    unkeyed policy check .
  The same as of the end of the year:
    unkeyed policy check unkeyed.toml --as-of 2026-12-31T00:00:00Z";

pub(super) const HOOK: &str = "\
Examples:
  In .git/hooks/pre-commit, behind `exec`:
    unkeyed hook
  With every reason, also if nothing is wrong:
    unkeyed hook --verbose
  In .pre-commit-config.yaml:
    - repo: local
      hooks: [{ id: unkeyed, name: unkeyed, entry: unkeyed hook, language: system, pass_filenames: false }]

It reads what git's index holds and runs nothing of the repository. Exit codes: 0 ok, 1 the commit adds a credential,
2 usage or policy, 3 something could not be read (with --strict).";

pub(super) const BASELINE: &str = "\
Examples:
  Begin with what is there today; gates then speak of what is added:
    unkeyed baseline create . --expires 90d
  Take over what other tools were told to pass over:
    unkeyed baseline create . --import .secrets.baseline --import .gitleaksignore
  Add what is found now, for instance after a new rule:
    unkeyed baseline update .
  Forget what is gone:
    unkeyed baseline prune .

A baseline silences the gates of profiles pre-commit and ci. It changes no verdict.";

pub(super) const REPORT: &str = "\
Examples:
  The page that an auditor reads:
    unkeyed report report.json --format html --output readiness.html
  One report of an estate:
    unkeyed report merge api=a/report.json web=b/report.json --output estate.json --format json
  What changed since the last quarter, with a trend:
    unkeyed report diff q1.json q2.json q3.json --format html --output trend.html
  A gate against new credentials:
    unkeyed report diff main.json branch.json --fail-if-worse";

pub(super) const COMPLETIONS: &str = "\
Examples:
  Where each shell looks for them:
    unkeyed completions bash > ~/.local/share/bash-completion/completions/unkeyed
    unkeyed completions fish > ~/.config/fish/completions/unkeyed.fish
    unkeyed completions zsh > \"${fpath[1]}/_unkeyed\"";

pub(super) const MAN: &str = "\
Examples:
  Read the page of the program:
    unkeyed man > unkeyed.1 && man ./unkeyed.1
  Install the pages of all commands:
    unkeyed man ~/.local/share/man/man1";
