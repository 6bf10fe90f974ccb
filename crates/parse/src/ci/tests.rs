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
