use unkeyed_model::SubjectRule;

use super::{read, subjects};

const WRITES: &str = r#"cat > trust.json <<EOF
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
 "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
 "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:${ORG}/*"}}}]}
EOF
"#;
const MAKES: &str = "aws iam create-role --role-name ci --assume-role-policy-document file://trust.json";
const ATTACHES: &str = "aws iam attach-role-policy --role-name ci --policy-arn arn:aws:iam::aws:policy/AdministratorAccess";

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}

fn workflow(env: &str) -> String {
    let run = indented(&format!("{WRITES}{MAKES}"), 10);
    format!("on: push\nenv:\n  ORG: {env}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{run}      - run: {ATTACHES}\n")
}

fn globs(facts: &unkeyed_model::Facts) -> Vec<String> {
    let of = |subject| if let SubjectRule::Glob(all) = subject { all } else { Vec::new() };
    subjects(facts).into_iter().flat_map(of).collect()
}

#[test]
fn steps_of_a_workflow_share_files_and_the_variables_around_them() {
    let facts = read(".github/workflows/a.yml", &workflow("northwind"));
    assert_eq!(globs(&facts), ["repo:northwind/*"]);
    assert_eq!(facts.trusts[0].location.region.line, 14);
    assert!(facts.grants.iter().any(|grant| grant.location.region.line == 15));
    assert_eq!(globs(&read(".github/workflows/a.yml", &workflow("${{ vars.ORG }}"))), ["repo:${var.substitution}/*"]);
    // What another job wrote is not there.
    let (first, second) = (indented(WRITES, 10), indented(MAKES, 10));
    let jobs = format!("on: push\njobs:\n  a:\n    steps:\n      - run: |\n{first}  b:\n    steps:\n      - run: |\n{second}");
    assert!(read(".github/workflows/a.yml", &jobs).trusts.is_empty());
}

#[test]
fn steps_of_other_systems_recipes_and_instructions() {
    let line = "gcloud projects add-iam-policy-binding p --member=serviceAccount:a@p.iam.gserviceaccount.com --role=$ROLE";
    let owner = |path: &str, text: String| {
        let facts = read(path, &text);
        assert_eq!(facts.grants.len(), 1, "{path}");
        facts.grants[0].location.region.line
    };
    assert_eq!(owner(".gitlab-ci.yml", format!("variables:\n  ROLE: roles/owner\na:\n  script:\n    - {line}\n")), 5);
    assert_eq!(owner(".gitlab-ci.yml", format!("a:\n  variables:\n    ROLE: {{value: roles/owner}}\n  script: [\"{line}\"]\n")), 4);
    let macros = line.replace("$ROLE", "$(ROLE)");
    assert_eq!(owner("azure-pipelines.yml", format!("variables:\n- name: ROLE\n  value: roles/owner\nsteps:\n- bash: {macros}\n")), 5);
    let circle = line.replace("$ROLE", "<< parameters.role >>");
    assert_eq!(
        owner(
            ".circleci/config.yml",
            format!("jobs:\n  a:\n    docker: [{{image: x}}]\n    steps:\n      - run:\n          command: |\n            {circle}\n")
        ),
        7
    );
    assert_eq!(owner("Makefile", format!("ROLE := x\ngrant:\n\t@{macros}\n")), 3);
    assert_eq!(owner("Dockerfile", format!("FROM x\nRUN ls && \\\n  {line}\n")), 3);
    assert_eq!(owner("Jenkinsfile", format!("pipeline {{ stages {{ stage('a') {{ steps {{ sh '''\n{line}\n''' }} }} }} }}\n")), 2);
    // A text is no script, and neither is what another interpreter gets.
    assert!(read(".github/workflows/a.yml", &format!("on: push\njobs:\n  a:\n    steps:\n      - name: {line}\n")).grants.is_empty());
    let python = format!("on: push\njobs:\n  a:\n    steps:\n      - run: {line}\n        shell: python\n");
    assert!(read(".github/workflows/a.yml", &python).grants.is_empty());
}

#[test]
fn loops_of_all_steps_together_end() {
    let step = indented(
        "for A in 1 2 3 4 5 6 7 8 9 10; do for B in 1 2 3 4 5; do aws iam attach-role-policy --role-name $A --policy-arn $B; done; done",
        10,
    );
    let steps: String = (0..2_000).map(|_| format!("      - run: |\n{step}")).collect();
    let facts = read(".github/workflows/a.yml", &format!("on: push\njobs:\n  a:\n    steps:\n{steps}"));
    assert!(facts.skipped.iter().any(|row| row.detail.starts_with("loops of more than")));
}

#[test]
fn a_text_that_aliases_bring_again_is_read_once() {
    let step = format!("      - run: &s |\n{}", indented(&format!("{MAKES}\n{ATTACHES}"), 10));
    let text = format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{step}{}", "      - run: *s\n".repeat(50));
    let once = read(".github/workflows/a.yml", &text.replace("      - run: *s\n", ""));
    assert_eq!(once.grants.len(), 1);
    assert_eq!(read(".github/workflows/a.yml", &text).grants.len(), 1);
}

#[test]
fn an_expansion_is_followed_only_so_far() {
    let attached = |length: usize| {
        let step = format!("aws iam attach-role-policy --role-name ci --policy-arn \"${{X:-{}}}\"", "p".repeat(length));
        let facts = read(".github/workflows/a.yml", &format!("jobs:\n  a:\n    steps:\n      - run: {step}\n"));
        format!("{:?}", facts.grants).contains(&"p".repeat(length))
    };
    assert!(attached(1000));
    assert!(!attached(5000));
}

#[test]
fn scripts_of_packages_and_tasks_of_runners() {
    let line = "gcloud projects add-iam-policy-binding p --member=serviceAccount:a@p.iam.gserviceaccount.com --role=";
    let granted = |path: &str, text: &str| {
        let facts = read(path, text);
        let grants = facts.grants.iter().map(|grant| (grant.role.clone(), grant.location.region.line));
        grants.collect::<Vec<_>>()
    };
    let role = Some(unkeyed_model::Value::literal("roles/owner"));
    let owner = |line| vec![(role.clone(), line)];
    assert_eq!(granted("package.json", &format!("{{\"scripts\": {{\n\"a\": \"{line}roles/owner\"}}}}")), owner(2));
    let task = format!("version: '3'\nvars:\n  ROLE: roles/owner\ntasks:\n  a:\n    cmds:\n      - {line}{{{{.ROLE}}}}\n");
    assert_eq!(granted("Taskfile.yml", &task), owner(7));
    let just = format!("role := \"roles/owner\"\na env=\"x\": b\n    @{line}{{{{ role }}}}\n");
    assert_eq!(granted("justfile", &just), owner(3));
    // What is asked for when it is run is not known.
    let asked = granted("justfile", &format!("a role:\n    {line}{{{{role}}}}\n"));
    assert!(asked.iter().all(|(asked, _)| *asked != role));
}
