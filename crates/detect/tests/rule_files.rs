//! Rule files that are wrong say where, what, and what to do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use unkeyed_detect::{RuleFile, RuleSet};

const GOOD: &str = r#"provider = "acme"

[[rule]]
id = "acme.token"
pattern = '''acme_[a-z]{20}'''
"#;

fn file(name: &str, text: &str) -> RuleFile {
    RuleFile { name: name.into(), text: text.into() }
}

fn problems(text: &str) -> Vec<String> {
    RuleSet::from_files(&[file("acme.toml", text)]).unwrap_err().problems()
}

#[test]
fn every_problem_names_file_line_and_rule() {
    let cases = [
        ("pattern = '''acme_[a-z]{20}'''\nspeed = 3", "acme.toml:6: rule acme.token: unknown field `speed`"),
        ("pattern = '''acme_[a-z{20}'''", "acme.toml:5: rule acme.token: the pattern does not parse: unclosed character class"),
        ("pattern = '''[a-f0-9]{32}'''", "acme.toml:5: rule acme.token: no literal of at least 3 bytes"),
        ("pattern = '''\\S*acme_[a-z]{9}'''", "acme.toml:5: rule acme.token: what precedes the pattern's literal has no upper bound"),
        ("pattern = '''acme_(?:[a-z]{900}x){900}'''", "acme.toml:3: rule acme.token: the pattern does not compile within"),
        ("pattern = 'acme_'\ninspect = \"nothing\"", "acme.toml:6: rule acme.token: there is no inspector \"nothing\""),
        ("extract = \"nothing\"", "acme.toml:5: rule acme.token: there is no extractor \"nothing\"; known: configuration, password"),
        ("pattern = 'acme_'\nextract = \"secret\"", "acme.toml:6: rule acme.token: give either a pattern or what code extracts"),
        ("pattern = 'acme_'\nchecksum = \"md5\"", "acme.toml:6: rule acme.token: there is no checksum \"md5\"; known: github-crc32"),
        (
            "pattern = 'acme_'\nlifetime = { default = \"short\" }",
            "acme.toml:3: rule acme.token: the lifetimes \"at-most\" and \"short\" need seconds",
        ),
        ("pattern = 'acme_'\nlifetime = { default = \"never\", seconds = 3 }", "acme.toml:3: rule acme.token: seconds belong"),
        ("pattern = 'acme_'\nlifetime = \"forever\"", "acme.toml:6: rule acme.token: \"never\""),
        ("pattern = 'acme_'\npaths = [\"a{b\"]", "acme.toml:6: rule acme.token: error parsing glob"),
        ("pattern = 'acme_'\nconfidence = \"sure\"", "acme.toml:6: rule acme.token: unknown variant `sure`"),
    ];
    for (body, expected) in cases {
        let text = GOOD.replace("pattern = '''acme_[a-z]{20}'''", body);
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{}\nexpected {expected}", found[0]);
    }
}

#[test]
fn names_must_fit() {
    assert!(problems(&GOOD.replace("\"acme\"", "\"other\""))[0].starts_with("acme.toml:1: provider is \"other\""));
    assert!(problems(&GOOD.replace("acme.token", "acme.Token"))[0].starts_with("acme.toml:3: rule acme.Token: the id must be"));
    assert!(problems(&GOOD.replace("acme.token", "token"))[0].contains("the id must be \"acme.\""));
}

#[test]
fn all_problems_are_told_at_once() {
    let text = format!("{GOOD}{}", GOOD.replace("provider = \"acme\"", "").replace("acme_[a-z]{20}", "("));
    let other = file("b.toml", "provider = 3");
    let error = RuleSet::from_files(&[other, file("acme.toml", &text)]).unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
}

#[test]
fn an_id_is_given_once() {
    let mut set = RuleSet::from_files(&[file("acme.toml", GOOD)]).unwrap();
    let digest = set.digest();
    let error = set.extend(&[file("more/acme.toml", GOOD)]).unwrap_err();
    assert_eq!(error.problems(), ["more/acme.toml:3: rule acme.token: the id is taken by acme.toml:3; choose another"]);
    assert_eq!((set.digest(), set.infos().len()), (digest, 1), "unchanged");
    set.extend(&[file("more/acme.toml", &GOOD.replace("acme.token", "acme.a-token"))]).unwrap();
    let ids: Vec<_> = set.infos().iter().map(|info| info.id.clone()).collect();
    assert_eq!(ids, ["acme.a-token", "acme.token"]);
}

#[test]
fn the_digest_regards_content_not_layout() {
    let digest = |files: &[RuleFile]| RuleSet::from_files(files).unwrap().digest();
    let other = file("b.toml", "provider = \"b\"");
    let one = digest(&[file("acme.toml", GOOD), other.clone()]);
    assert_eq!(one.len(), 64);
    assert_eq!(one, digest(&[other, file("acme.toml", &GOOD.replace('\n', "  \r\n"))]));
    assert_ne!(one, digest(&[file("acme.toml", GOOD)]));
}

#[test]
fn lint_asks_for_what_people_need() {
    let set = RuleSet::from_files(&[file("acme.toml", GOOD)]).unwrap();
    let lint = set.lint().join("\n");
    for word in ["name", "description", "reference", "instead", "revoke", "match", "no_match"] {
        assert!(lint.contains(&format!("rule acme.token: {word} is")), "{word}: {lint}");
    }
}

#[test]
fn examples_that_fail_are_told_by_number() {
    let examples = "match = ['acme_abcdefghijklmnopqrst', 'nothing here']\nno_match = ['x acme_abcdefghijklmnopqrst']\n";
    let set = RuleSet::from_files(&[file("acme.toml", &format!("{GOOD}{examples}"))]).unwrap();
    let expected =
        ["acme.toml:3: rule acme.token: match example 2 finds nothing", "acme.toml:3: rule acme.token: no_match example 1 is found"];
    assert_eq!(set.test(), expected);
}
