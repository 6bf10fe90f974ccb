use crate::testing::{check, check_prefixes};

#[test]
fn cloud_logins() {
    check("gha/cloud-logins");
}

#[test]
fn static_keys() {
    check("gha/static-keys");
}

#[test]
fn fallback() {
    check("gha/fallback");
}

#[test]
fn subjects() {
    check("gha/subjects");
}

#[test]
fn components() {
    check("gha/components");
}

#[test]
fn scripts() {
    check("gha/scripts");
}

#[test]
fn job_token() {
    check("gha/job-token");
}

#[test]
fn publishing() {
    check("gha/publishing");
}

#[test]
fn malformed() {
    check("gha/malformed");
}

#[test]
fn no_prefix_panics() {
    for case in ["gha/static-keys", "gha/components", "gha/scripts", "gha/malformed"] {
        check_prefixes(case);
    }
}
