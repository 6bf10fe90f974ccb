//! Rule files that are wrong say where, what, and what to do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use unkeyed_detect::{Adjustment, Detector, FingerprintKey, RuleFile, RuleSet, Scratch};
use unkeyed_model::{Confidence, Match, Origin, Unit};

const GOOD: &str = r#"provider = "acme"

[[rule]]
id = "acme.token"
pattern = '''acme_[a-z]{20}'''
"#;

fn file(name: &str, text: &str) -> RuleFile {
    RuleFile { name: name.into(), text: text.to_owned().into() }
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
        ("pattern = 'acme_'\nchecksum = \"md5\"", "acme.toml:6: rule acme.token: there is no checksum \"md5\"; known: base58check, "),
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

const TOKEN: &str = "acme_qzkvmwtrbxjhpdyslgnf";

fn found_in(detector: &Detector, paths: &[&str], text: &str) -> Vec<Match> {
    let origin = |path: &&str| Arc::new(Origin { path: (*path).into(), ..Origin::default() });
    let mut unit = Unit::new(origin(&paths[0]), text.as_bytes());
    paths[1..].iter().for_each(|path| unit.add_origin(origin(path)));
    let mut found = Vec::new();
    detector.scan(&unit, &[], &mut Scratch::default(), &mut |one| found.push(one));
    found
}

fn detector(set: RuleSet) -> Detector {
    Detector::new(set, FingerprintKey::new(b"key")).unwrap()
}

#[test]
fn a_rule_that_finds_none_of_its_examples_is_refused() {
    let example = "match = ['acme-abc']\n";
    assert_eq!(problems(&format!("{GOOD}{example}")), ["acme.toml:3: rule acme.token: it finds none of its own examples"]);
}

#[test]
fn rules_of_other_programs_work_beside_ours() {
    let gitleaks = "[[rules]]\nid = \"widget\"\nregex = '''\\w*widget_key=([a-z0-9]{12})'''\nentropy = 2.5\nkeywords = [\"widget\"]\n\
                    [[rules.allowlists]]\nstopwords = [\"sample\"]\npaths = ['''^fixtures/''']\n\
                    [[rules]]\nid = \"hopeless\"\nregex = '[0-9a-f]{32}'\n";
    let yaml = "rules:\n- id: kingfisher.gadget.1\n  name: Gadget\n  pattern: '(?x) gadget_ ( [a-z0-9]{12} ) \\b'\n  examples: ['gadget_k3j8q1z7m2x9']\n\
                - id: kingfisher.gadget.2\n  name: G\n  pattern: gizmo_([a-z]{12})\n  examples: ['gizmo-abc']\n\
                - id: acme.token\n  name: taken\n  pattern: gizmo_([a-z]{12})\n";
    let set = RuleSet::from_files(&[file("acme.toml", GOOD), file("g.toml", gitleaks), file("k.yml", yaml)]).unwrap();
    let remarks: Vec<_> = set.remarks().into_iter().map(|remark| format!("{}:{} {}", remark.file, remark.line, remark.what)).collect();
    assert_eq!(remarks.len(), 3, "{remarks:?}");
    assert!(remarks[0].starts_with("g.toml:9 rule hopeless: not used: no literal"), "{remarks:?}");
    assert_eq!(remarks[1], "k.yml:6 rule kingfisher.gadget.2: not used: it finds none of its own examples");
    assert_eq!(remarks[2], "k.yml:10 rule acme.token: not used: the id is taken by acme.toml:3");
    assert_eq!(set.lint().iter().filter(|one| !one.contains("acme.token")).count(), 0, "their formats have no place for our facts");
    let detector = detector(set);
    let ids =
        |path: &str, text: &str| -> Vec<String> { found_in(&detector, &[path], text).iter().map(|one| one.rule.id.clone()).collect() };
    assert_eq!(
        ids("a", &format!("{TOKEN} mywidget_key=k3j8q1z7m2x9 gadget_q1z7m2x9k3j8 ")),
        ["acme.token", "g.widget", "kingfisher.gadget.1"]
    );
    assert_eq!(ids("a", "widget_key=aaaaaaaabbbb widget_key=sample1z7m2x"), [""; 0], "entropy, stop word");
    assert_eq!(ids("fixtures/a", "widget_key=k3j8q1z7m2x9"), [""; 0]);
}

fn adjusted(change: impl Fn(&mut Adjustment)) -> Result<Detector, String> {
    let mut set = RuleSet::from_files(&[file("acme.toml", GOOD)]).unwrap();
    let mut adjustment = Adjustment { rule: "acme.token".into(), ..Adjustment::default() };
    change(&mut adjustment);
    match set.adjust(&[adjustment]) {
        Ok(()) => Ok(detector(set)),
        Err(refusals) => Err(refusals[0].what.clone()),
    }
}

#[test]
fn a_rule_is_switched_off_or_weighed_anew() {
    let off = adjusted(|one| one.is_off = true).unwrap();
    assert_eq!(found_in(&off, &["a"], TOKEN).len(), 0);
    let low = adjusted(|one| one.confidence = Some(Confidence::Low)).unwrap();
    assert_eq!(found_in(&low, &["a"], TOKEN)[0].confidence, Confidence::Low);
}

#[test]
fn an_allow_list_is_extended_by_path_value_and_fingerprint() {
    let by_path = adjusted(|one| one.paths = vec!["fixtures/**".into()]).unwrap();
    assert_eq!(found_in(&by_path, &["fixtures/a/b"], TOKEN).len(), 0);
    let both: Vec<_> =
        found_in(&by_path, &["fixtures/a", "src/a"], TOKEN).into_iter().map(|one| one.location.origin.path.clone()).collect();
    assert_eq!((both, by_path.left_out("acme.token")), (vec!["src/a".to_owned()], 2));
    let by_value = adjusted(|one| one.values = vec!["^acme_q".into()]).unwrap();
    assert_eq!(found_in(&by_value, &["a"], TOKEN).len(), 0);
    let other = "acme_zkvmwtrbxjhpdyslgnfq";
    let fingerprint = found_in(&by_value, &["a"], other)[0].fingerprint.hex();
    let by_fingerprint = adjusted(|one| one.fingerprints = vec![format!("hmac:{fingerprint}")]).unwrap();
    assert_eq!(found_in(&by_fingerprint, &["a"], other).len(), 0);
    assert_eq!(found_in(&by_fingerprint, &["a"], TOKEN).len(), 1);
}

#[test]
fn an_adjustment_that_hides_too_much_or_shows_a_secret_is_refused() {
    let base = || Adjustment { rule: "acme.token".into(), ..Adjustment::default() };
    let of_rule = |rule: &str| Adjustment { rule: rule.into(), ..Adjustment::default() };
    let of_path = |path: &str| Adjustment { paths: vec![path.into()], ..base() };
    let of_value = |value: &str| Adjustment { values: vec![value.into()], ..base() };
    for (adjustment, why) in [
        (of_rule("acme.tokens"), "there is no rule \"acme.tokens\"; did you mean acme.token?"),
        (of_rule("other.thing"), "there is no rule \"other.thing\"; `unkeyed rules list` names all"),
        (of_path("**"), "allows everything"),
        (of_path("a{b"), "error parsing glob"),
        (of_value("a*"), "allows everything"),
        (of_value("."), "allows everything"),
        (of_value("("), "malformed: unclosed group"),
        (of_value(&format!("^{TOKEN}$")), "contains a credential"),
        (Adjustment { fingerprints: vec![TOKEN.into()], ..base() }, "is no fingerprint"),
    ] {
        let told = adjusted(|one| one.clone_from(&adjustment)).unwrap_err();
        assert!(told.contains(why) && !told.contains(TOKEN), "{told}: expected {why}");
    }
}
