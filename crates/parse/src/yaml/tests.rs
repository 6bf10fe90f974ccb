use std::sync::Arc;

use unkeyed_model::{Origin, SkipReason, Unit};

use super::*;
use crate::tree::Node;

fn with(text: &str, check: impl Fn(&[Node], &[Skip], &str)) {
    let unit = Unit::new(Arc::new(Origin { path: "x.yaml".into(), ..Origin::default() }), text.as_bytes());
    let place = Place::new(&unit).ok().unwrap();
    let found = parse(&place);
    check(&found.nodes, &found.skipped, text);
}

fn slice<'t>(text: &'t str, node: &Node) -> &'t str {
    &text[node.span.start..node.span.end]
}

#[test]
fn spans_are_bytes_of_the_content() {
    let text = "\u{feff}# ünïcödé\r\nä: \"qü\\n\"\r\nb: |\r\n  éé\r\n  two\r\n\r\nc: 'it''s'   # c\r\nd: !Ref x\r\ne: [ä, 'b ']\r\nf: >-\r\n   x\r\n   y\r\ng: &g \"z\"\r\nh: &h |\r\n  blöck\r\n";
    with(text, |nodes, skipped, text| {
        assert!(skipped.is_empty());
        let root = &nodes[0];
        let raw = |key: &str| slice(text, root.get(key).unwrap());
        assert_eq!(raw("ä"), "qü\\n");
        assert_eq!(root.str("ä"), Some("qü\n"));
        assert_eq!(raw("b"), "éé\r\n  two");
        assert_eq!(root.str("b"), Some("éé\ntwo\n"));
        assert_eq!(raw("c"), "it''s");
        assert_eq!((raw("d"), root.get("d").unwrap().tag.as_deref()), ("x", Some("!Ref")));
        assert_eq!(raw("e"), "[ä, 'b ']");
        assert_eq!(slice(text, &root.get("e").unwrap().items()[1]), "b ");
        assert_eq!(raw("f"), "x\r\n   y");
        assert_eq!(raw("g"), "z");
        assert_eq!(raw("h"), "blöck");
        assert_eq!(slice(text, &root.entry("e").unwrap().key), "e");
    });
}

#[test]
fn collections_end_with_their_last_child() {
    let text = "jobs:\n  a: &a\n    steps:\n      - run: x\n      - &s {k: v}\n\n\n# about b\n  b:\n    x: *s\n    y:\nz: 1\n";
    with(text, |nodes, _, text| {
        let jobs = nodes[0].get("jobs").unwrap();
        let entry = jobs.entry("a").unwrap();
        assert_eq!(&text[entry.span.start..entry.span.end], "a: &a\n    steps:\n      - run: x\n      - &s {k: v}");
        assert_eq!(slice(text, &entry.value), "steps:\n      - run: x\n      - &s {k: v}");
        let b = jobs.entry("b").unwrap();
        assert_eq!(&text[b.span.start..b.span.end], "b:\n    x: *s\n    y");
        assert_eq!(slice(text, b.value.get("x").unwrap()), "{k: v}");
        assert!(b.value.get("y").unwrap().is_null());
    });
}

#[test]
fn merge_keys_yield_to_own_keys_and_keep_their_place() {
    let text = "base: &b {k: base, l: base}\nother: &o {l: other, m: other}\nx:\n  <<: [*b, *o]\n  k: own\n";
    with(text, |nodes, skipped, text| {
        assert!(skipped.is_empty());
        let x = nodes[0].get("x").unwrap();
        assert_eq!((x.str("k"), x.str("l"), x.str("m")), (Some("own"), Some("base"), Some("other")));
        assert_eq!(x.get("m").unwrap().span.start, text.rfind("other").unwrap());
        assert_eq!(x.entries().len(), 3);
    });
}

#[test]
fn duplicates_are_kept_and_noted() {
    with("a: 1\na: 2\n", |nodes, skipped, _| {
        assert_eq!(nodes[0].str("a"), Some("2"));
        assert_eq!(nodes[0].entries().len(), 2);
        assert_eq!(skipped[0].why, SkipReason::NotUnderstood);
        assert!(skipped[0].detail.starts_with("line 2:"));
    });
}

#[test]
fn a_broken_document_does_not_hide_the_next() {
    with("é: 1\n---\na: hunter2: c\n---\nb: é\nc: 2\n---\n- [\n", |nodes, skipped, text| {
        assert_eq!(nodes.len(), 2);
        assert_eq!(slice(text, nodes[1].get("c").unwrap()), "2");
        assert_eq!((skipped.len(), skipped[0].why), (1, SkipReason::Malformed));
        assert!(skipped[0].detail.starts_with("line 3:"), "{}", skipped[0].detail);
        assert!(skipped[0].detail.contains("1 further"));
        assert!(!skipped[0].detail.contains("hunter2"));
    });
}

#[test]
fn bombs_hit_a_limit() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    for text in [bomb, "- ".repeat(5_000), "[".repeat(5_000), "? ".repeat(5_000), format!("x: {}", "{a: ".repeat(200))] {
        with(&text, |_, skipped, _| assert_eq!(skipped.len(), 1));
    }
}

#[test]
fn an_alias_to_itself_is_null() {
    with("a: &a [1, *a]\n", |nodes, _, _| assert!(nodes[0].get("a").unwrap().items()[1].is_null()));
}

#[test]
fn every_prefix_is_read_without_panic() {
    let text = "é: &a !t \"x\\n\"\nb: >-\n  é\n---\n? [a, {b: *a}]\n: |2\n    x\n<<: *a\nc: 'd''e' # é\n";
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        with(&text[..end], |_, _, _| {});
    }
}

#[test]
fn a_closing_bracket_may_stand_as_far_left_as_its_key() {
    let text = "jobs:\n  a:\n    args: [\n      x, # ü\n      y\n    ]\n    map: {\n      k: v\n    }\n  b: 1\n";
    with(text, |nodes, skipped, text| {
        assert!(skipped.is_empty());
        let a = nodes[0].path(&["jobs", "a"]).unwrap();
        assert_eq!(slice(text, &a.get("args").unwrap().items()[1]), "y");
        assert_eq!(a.path(&["map", "k"]).and_then(Node::text), Some("v"));
        assert_eq!(nodes[0].path(&["jobs", "b"]).and_then(Node::text), Some("1"));
    });
    with("a: [\n  x\n]\nb: ]\n", |_, skipped, _| assert_eq!(skipped[0].why, SkipReason::Malformed));
}

#[test]
fn a_closing_quote_may_stand_at_the_margin() {
    let text = "p:\n  a: \"x # y\n\"\n  b: 'z\n'\n  c: 1\n";
    with(text, |nodes, skipped, _| {
        assert!(skipped.is_empty());
        let value = |key: &str| nodes[0].path(&["p", key]).and_then(Node::text).map(str::trim);
        assert_eq!((value("a"), value("b"), value("c")), (Some("x # y"), Some("z"), Some("1")));
    });
}
