//! Literals and calls of several languages.

use serde_json::json;

use super::*;

#[test]
fn literals_of_both_languages_are_json() {
    let script = "{ StringEquals: { 'x:aud': \"sts\" }, // why\n [`${issuer}:sub`]: `repo:${repo}:*`, n: 3_600, ...more }";
    let names = super::super::names::names("const issuer = 'gitlab.com';\nlet repo: string = \"a/b\"\n");
    let read = value(script, &names).unwrap();
    assert_eq!((&read["StringEquals"]["x:aud"], &read["gitlab.com:sub"], &read["n"]), (&json!("sts"), &json!("repo:a/b:*"), &json!(3600)));
    let python = "{\"a\": f\"repo:{ORG}/x\", 'b': [True, other(1, 2)], # why\n}";
    let read = value(python, &Names::new()).unwrap();
    assert_eq!(read["a"], json!(format!("repo:{}/x", hole::hole("ORG"))));
    assert_eq!(read["b"], json!([true, hole::hole("other(1, 2)")]));
}

#[test]
fn arguments_have_names_in_one_language() {
    let (all, end) = arguments("arn, conditions={'a': 'b'}, x == y) tail", &Names::new()).unwrap();
    assert_eq!(all.iter().map(|one| one.name.as_deref()).collect::<Vec<_>>(), [None, Some("conditions"), None]);
    assert_eq!(end, "arn, conditions={'a': 'b'}, x == y)".len());
}

#[test]
fn what_never_ends_is_none() {
    assert!(value(&"[".repeat(200_000), &Names::new()).is_none());
    assert!(value("{'a': '", &Names::new()).is_none());
}
