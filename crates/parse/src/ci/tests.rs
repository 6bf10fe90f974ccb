//! Configurations that would be endless if everything in them were written out.

use std::fmt::Write as _;
use std::sync::Arc;

use unkeyed_model::{Facts, Origin, SkipReason, Unit};

use crate::testing;

fn read(files: &[(&str, String)]) -> Facts {
    let unit = |(path, text): &(&str, String)| {
        Unit::new(Arc::new(Origin { path: (*path).to_owned(), ..Origin::default() }), text.clone().into_bytes())
    };
    testing::read(&files.iter().map(unit).collect::<Vec<_>>())
}

fn is_cut(facts: &Facts) -> bool {
    facts.skipped.iter().any(|skip| skip.why == SkipReason::Limit)
}

#[test]
fn definitions_that_double_with_each_level_end_and_say_so() {
    let mut gitlab = "job: {extends: [.t0, .t0], script: a}\n".to_owned();
    let mut circle = "jobs: {a: {steps: [c0]}}\ncommands:\n".to_owned();
    let mut variables = "job:\n  script: a\n  environment: $V0\n  variables:\n    V40: x\n".to_owned();
    for level in 0..40 {
        let next = level + 1;
        writeln!(gitlab, ".t{level}: {{extends: [.t{next}, .t{next}], variables: {{V{level}: a}}}}").unwrap();
        writeln!(circle, "  c{level}: {{steps: [c{next}, c{next}]}}").unwrap();
        writeln!(variables, "    V{level}: $V{next}$V{next}$V{next}").unwrap();
    }
    assert!(is_cut(&read(&[(".gitlab-ci.yml", gitlab)])));
    assert!(is_cut(&read(&[(".circleci/config.yml", circle)])));
    assert!(read(&[(".gitlab-ci.yml", variables)]).workloads[0].environment.as_ref().unwrap().known().is_none());
    let template = "steps: [{template: azure-pipelines-t.yml}, {template: azure-pipelines-t.yml}, {script: a}]".to_owned();
    let root = "steps: [{template: azure-pipelines-t.yml}]".to_owned();
    assert!(is_cut(&read(&[("azure-pipelines.yml", root), ("azure-pipelines-t.yml", template)])));
}

#[test]
fn what_every_job_repeats_is_paid_for_by_each() {
    let mut gitlab = "variables:\n".to_owned();
    (0..1_000).for_each(|at| writeln!(gitlab, "  V{at}: a").unwrap());
    (0..600).for_each(|job| writeln!(gitlab, "j{job}: {{script: a}}").unwrap());
    assert!(is_cut(&read(&[(".gitlab-ci.yml", gitlab)])));
    let mut groovy = format!("pipeline {{ environment {{ {} }}\n stages {{\n", "A = 'x'\n".repeat(2_000));
    (0..400).for_each(|stage| writeln!(groovy, "stage('s{stage}') {{ steps {{ sh 'a' }} }}").unwrap());
    assert!(is_cut(&read(&[("Jenkinsfile", groovy)])));
}

#[test]
fn ordinary_large_configurations_are_read_whole() {
    let mut gitlab = "default: {before_script: [ 'echo start' ]}\nvariables: {A: a, B: $A}\n".to_owned();
    (0..500).for_each(|job| writeln!(gitlab, "j{job}: {{script: ['use --token $TOKEN_{job}']}}").unwrap());
    let facts = read(&[(".gitlab-ci.yml", gitlab)]);
    assert!(!is_cut(&facts) && facts.workloads.len() == 500);
    assert!(facts.workloads.iter().all(|job| job.references.len() == 1));
}

#[test]
fn a_pipeline_may_have_another_name() {
    for name in [".gitlab/gitlab-ci.yml", ".gitlab-ci-release.yml", "deploy.gitlab-ci.yml"] {
        let facts = read(&[
            (name, "include: [{local: .gitlab/ci/build.yml}]\n".to_owned()),
            (".gitlab/ci/build.yml", "build:\n  extends: [.x]\n".to_owned()),
        ]);
        assert_eq!(facts.workloads.len(), 1, "{name}");
    }
    assert!(read(&[(".gitlab/ci/build.yml", "build:\n  extends: [.x]\n".to_owned())]).workloads.is_empty());
}

#[test]
fn a_secret_that_a_call_passes_reaches_the_called_workflow() {
    let called = "on: {workflow_call: {secrets: {HOOK: {}, KEY: {}}}}\njobs:\n  d:\n    steps:\n    - run: ./d\n      env: {K: '${{ secrets.KEY }}'}\n";
    let caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/d.yml\n    secrets:\n      HOOK: ${{ secrets.SLACK_WEBHOOK_URL }}\n      KEY: ${{ secrets.DEPLOY_KEY }}\n";
    let facts = read(&[(".github/workflows/a.yml", caller.to_owned()), (".github/workflows/d.yml", called.to_owned())]);
    let job = facts.workloads.iter().find(|job| job.id.ends_with("a.yml#a")).unwrap();
    let mut names: Vec<&str> = job.references.iter().map(|used| used.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["DEPLOY_KEY", "SLACK_WEBHOOK_URL"]);
}

#[test]
fn a_component_of_gitlab_is_read_where_it_lies() {
    let text =
        ".ship: {stage: deploy, script: ['echo \"$SSH_PRIVATE_KEY\" | ssh-add -']}\nship:\n  extends: .ship\n  rules: [{when: manual}]\n";
    for (path, expected) in
        [("templates/ship.yml", 1), ("templates/ship/template.yml", 1), ("templates/ship/notes.yml", 0), ("charts/a/templates/ship.yml", 0)]
    {
        let facts = read(&[(path, text.to_owned())]);
        assert_eq!(facts.workloads.len(), expected, "{path}");
    }
    let azure = "parameters:\n  a: b\njobs:\n- job: x\n  variables:\n    a: b\n  steps:\n  - script: ./x\n";
    assert!(read(&[("templates/x.yml", azure.to_owned())]).workloads.iter().all(|job| job.kind != unkeyed_model::WorkloadKind::GitlabJob));
}

/// What one pipeline's jobs refer to.
fn told(path: &str, text: &str) -> Vec<String> {
    let facts = read(&[(path, text.to_owned())]);
    facts.workloads.into_iter().flat_map(|job| job.references).map(|used| format!("{}:{}", used.store, used.name)).collect()
}

#[test]
fn a_credential_that_whoever_starts_a_pipeline_gives_is_told() {
    let azure = |parameters: &str, value: &str| {
        let text = format!("parameters: [{parameters}]\nsteps:\n- bash: ./x\n  env: {{DB_PASSWORD: \"{value}\"}}\n");
        told("azure-pipelines.yml", &text)
    };
    let parameter = "{name: pw, default: ''}";
    for value in ["${{ parameters.pw }}", "${{ parameters['pw'] }}", "${{ coalesce(parameters.pw, 'x') }}"] {
        assert_eq!(azure(parameter, value), ["step-output:parameters.pw"], "{value}");
    }
    assert_eq!(azure(parameter, "${{ variables['Build.SourceVersion'] }}"), [""; 0]);
    let circle = |value: &str| {
        let text = format!(
            "parameters: {{t: {{default: none}}}}\ncommands: {{c: {{parameters: {{p: {{}}}}, steps: [run: {{command: ./x, environment: {{API_TOKEN: << parameters.p >>}}}}]}}}}\njobs: {{a: {{steps: [c: {{p: \"{value}\"}}]}}}}\n"
        );
        told(".circleci/config.yml", &text)
    };
    assert_eq!(circle("<< pipeline.parameters.t >>"), ["step-output:parameters.p"]);
    assert_eq!(circle("<< pipeline.git.revision >>"), [""; 0]);
    let gitlab = |top: &str, script: &str| told(".gitlab-ci.yml", &format!("variables: {{{top}}}\na: {{script: ['{script}']}}\n"));
    assert_eq!(gitlab("DB_PASSWORD: '$[[ inputs.x ]]'", "./x"), ["step-output:inputs.x"]);
    assert_eq!(gitlab("DB_PASSWORD: {description: x}", "./x"), ["step-output:DB_PASSWORD"]);
    assert_eq!(gitlab("REGION: '$[[ inputs.x ]]', CITY: {description: x}", "./x --password $[[ inputs.y ]]"), ["step-output:inputs.y"]);
    let jenkins = |line: &str| told("Jenkinsfile", &format!("node {{ stage('a') {{\n{line}\nsh './x'\n}} }}"));
    assert_eq!(jenkins("API_TOKEN = params.T"), ["step-output:params"]);
    assert_eq!(jenkins("API_TOKEN = \"${params.T}\""), ["step-output:params.T"]);
    assert_eq!(jenkins("REGION = params.R"), [""; 0]);
}

#[test]
fn what_a_template_is_given_by_its_caller_is_not_asked_for() {
    let root = |value: &str| {
        format!("parameters: [{{name: pw}}]\nsteps: [{{template: azure-pipelines-t.yml, parameters: {{key: \"{value}\"}}}}]\n")
    };
    let inner = "parameters: [{name: key}]\nsteps:\n- bash: ./x\n  env: {API_TOKEN: \"${{ parameters.key }}\"}\n".to_owned();
    let of =
        |value: &str| read(&[("azure-pipelines.yml", root(value)), ("azure-pipelines-t.yml", inner.clone())]).workloads[0].references.len();
    assert_eq!([of("${{ parameters.pw }}"), of("some text"), of("$(System.AccessToken)")], [1, 0, 0]);
}

#[test]
fn the_rows_of_a_matrix_may_hold_stored_values() {
    let job = "a:\n  script: ./x\n  parallel: {matrix: [{DB_PASSWORD: [$PW_A], REGION: [$R]}]}\n";
    assert_eq!(told(".gitlab-ci.yml", job), ["ci-variable:PW_A"]);
}
