use std::sync::Arc;

use unkeyed_model::{Facts, Origin, Unit, WorkloadKind};

use crate::policy_document::hole;
use crate::terraform::files;
use crate::terraform::module::Module;

/// What expressions are, one a line, as JSON.
fn each(expressions: &[&str]) -> Vec<String> {
    let locals: String = expressions.iter().enumerate().map(|(at, expression)| format!("  l{at} = {expression}\n")).collect();
    let variable = r#"variable "vendors" {
  type    = map(object({ account = string, id = optional(string), tags = optional(list(string), ["none"]) }))
  default = { one = { account = "1" }, two = { account = "2", id = "x" } }
}
variable "open" {}
"#;
    let text = format!("{variable}locals {{\n{locals}}}\n");
    let units = [Unit::new(Arc::new(Origin { path: "main.tf".into(), ..Origin::default() }), text.into_bytes())];
    let mut facts = Facts::default();
    let files = files::parse(WorkloadKind::Terraform, &units, &mut facts);
    assert!(facts.skipped.is_empty(), "{:?}", facts.skipped);
    let module = Module::new(WorkloadKind::Terraform, "", &files);
    let shown = |at: usize| hole::shown(&hole::unmarked(&module.json(&module.local(&format!("l{at}"))).to_string()));
    (0..expressions.len()).map(shown).collect()
}

#[test]
fn what_functions_make_of_known_values() {
    let cases = [
        (r#"split("/", "a/b")"#, r#"["a","b"]"#),
        (r#"split("/", "acme/${var.open}")[0]"#, r#""acme""#),
        (r#"element(["a", "b", "c"], 4)"#, r#""b""#),
        (r#"concat(["a"], ["b", ["c"]])"#, r#"["a","b",["c"]]"#),
        (r#"flatten([["a"], [["b"], "c"]])"#, r#"["a","b","c"]"#),
        (r#"compact(["a", "", null])"#, r#"["a"]"#),
        (r#"distinct(["a", "b", "a"])"#, r#"["a","b"]"#),
        (r#"toset(["a", "a"])"#, r#"["a"]"#),
        (r#"setunion(["a"], ["b", "a"])"#, r#"["a","b"]"#),
        (r#"setintersection(["a", "b"], ["b"])"#, r#"["b"]"#),
        (r#"setsubtract(["a", "b"], ["b"])"#, r#"["a"]"#),
        (r#"sort(["b", "a"])"#, r#"["a","b"]"#),
        (r#"reverse(["b", "a"])"#, r#"["a","b"]"#),
        (r#"one([])"#, "null"),
        (r#"slice(["a", "b", "c"], 1, 2)"#, r#"["b"]"#),
        (r#"chunklist(["a", "b", "c"], 2)"#, r#"[["a","b"],["c"]]"#),
        (r#"contains(["a"], "a") && !contains(["a"], "b")"#, "true"),
        (r#"index(["a", "b"], "b")"#, r#""1""#),
        (r#"zipmap(["a", "b"], ["1", "2"])["b"]"#, r#""2""#),
        (r#"matchkeys(["x", "y"], ["a", "b"], ["b"])"#, r#"["y"]"#),
        (r#"transpose({ a = ["x"], b = ["x"] }).x"#, r#"["a","b"]"#),
        (r#"merge({ a = "1" }, { a = "2" })"#, r#"{"a":"2"}"#),
        (r#"length(merge({ a = "1" }, { a = "2" }))"#, r#""1""#),
        (r#"anytrue([false, true]) && !alltrue([false, true])"#, "true"),
        (r#"range(1, 4)"#, r#"["1","2","3"]"#),
        (r#"sum([1, max(2, 3), pow(2, 3)])"#, r#""12""#),
        (r#"formatlist("repo:%s/%s", "acme", ["a", "b"])"#, r#"["repo:acme/a","repo:acme/b"]"#),
        (r#"regex("^repo:([^/]+)/", "repo:acme/api")[0]"#, r#""acme""#),
        (r#"regex("(?P<org>\\w+)/", "acme/api").org"#, r#""acme""#),
        (r#"length(regexall("a", "banana"))"#, r#""3""#),
        (r#"replace("https://x/y", "/^https?:\\/\\//", "")"#, r#""x/y""#),
        (r#"startswith("abc", "ab") && endswith("abc", "bc") && strcontains("abc", "b")"#, "true"),
        (r#"substr("abcdef", 1, 2)"#, r#""bc""#),
        (r#"title(lower("NORTH"))"#, r#""North""#),
        (r#"trim("--a--", "-")"#, r#""a""#),
        (r#"trimspace("  a\n")"#, r#""a""#),
        (r#"basename("a/b.json")"#, r#""b.json""#),
        (r#"jsondecode("{\"a\": [\"b\"]}").a[0]"#, r#""b""#),
        (r#"yamldecode("a:\n- b: true\n")"#, r#"{"a":[{"b":true}]}"#),
        (r#"provider::aws::arn_build("aws", "iam", "", "1", "role/x")"#, r#""arn:aws:iam::1:role/x""#),
        (r#"provider::aws::arn_parse("arn:aws:iam::1:role/x").account_id"#, r#""1""#),
        (r#"coalesce(null, "", "a", var.open)"#, r#""a""#),
        (r#"try({ a = "1" }.b, "2")"#, r#""2""#),
        (r#"can({ a = "1" }.a) && !can({ a = "1" }.b)"#, "true"),
        (r#"[{ n = "a" }, { n = "b" }][*].n"#, r#"["a","b"]"#),
        (r#"{ for r in ["a/x", "a/y"] : split("/", r)[0] => r... }"#, r#"{"a":["a/x","a/y"]}"#),
        (r#""%{ for at, r in ["a", "b"] }%{ if at > 0 },%{ endif }${r}%{ endfor }""#, r#""a,b""#),
        (r#"var.vendors["one"].id == null && var.vendors["two"].id != null"#, "true"),
        (r#"var.vendors["two"].tags"#, r#"["none"]"#),
    ];
    let (expressions, expected): (Vec<&str>, Vec<&str>) = cases.into_iter().unzip();
    for (made, (expression, expected)) in each(&expressions).iter().zip(expressions.iter().zip(expected)) {
        assert_eq!(made, expected, "{expression}");
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let expressions = [
        r#"contains([var.open], "b")"#,
        r#"length(setsubtract(["a"], var.open))"#,
        r#"split("/", var.open)[0]"#,
        r#"regex("a+", var.open)"#,
        r#"regex("(a{1000}){1000}", "a")"#,
        r#"substr(var.open, 0, 3)"#,
        r#"coalesce(var.open, "a")"#,
        r#"var.open == null"#,
        r#"merge({ a = "1" }, var.open).b"#,
        r#"sha1("a")"#,
        r#"replace("aaaa", "a", "bb${var.open}")"#,
    ];
    for (made, expression) in each(&expressions).iter().zip(expressions) {
        assert!(made.starts_with("\"${"), "{expression}: {made}");
    }
}
