//! What a scan yields, seen from outside: places, decodings, slots, masks. The rules here are made for the tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{detector, found, one, scan, slot};
use unkeyed_detect::{FingerprintKey, Scratch};
use unkeyed_model::{Confidence, DecodeStep, Origin, SkipReason, SlotEncoding, Span, Unit};

const TOKEN: &str = "tok_Qm7Zr2Xv9Lk4Wp";

#[test]
fn a_match_says_what_and_where() {
    let text = format!("first line\n  é token: {TOKEN} # end\n");
    let found = one("conf/app.yml", &text);
    let region = found.location.region;
    assert_eq!((found.rule.id.as_str(), &*found.kind), ("test.token", "test.token"));
    assert_eq!(&text[region.span.start..region.span.end], TOKEN);
    assert_eq!((region.line, region.column, region.end_line, region.end_column), (2, 12, 2, 30));
    assert_eq!((found.confidence, found.mask.as_str()), (Confidence::High, "tok_…"));
    assert_eq!(found.location.origin.path, "conf/app.yml");
}

#[test]
fn no_match_holds_the_secret() {
    let text = format!("token: {TOKEN}\npassword = \"hunter2!\"\nurl: a%3A{TOKEN}x\n");
    for found in found("app.yml", &text) {
        let shown = format!("{found:?}");
        assert!(!shown.contains("Qm7Zr2Xv9Lk4Wp") && !shown.contains("hunter2"), "{}", found.rule.id);
    }
}

#[test]
fn snippets_mask_every_match_of_the_unit() {
    let text = format!("{{\"token\": \"{TOKEN}\", \"password\": \"hunter2!\"}}");
    for found in found("app.json", &text) {
        assert_eq!(found.snippet.unwrap().text, "{\"token\": \"********\", \"password\": \"********\"}");
    }
}

#[test]
fn fingerprints_follow_key_kind_and_secret() {
    let text = format!("{TOKEN} {TOKEN} {TOKEN}xx");
    let prints: Vec<_> = found("a", &text).iter().map(|found| found.fingerprint).collect();
    assert_eq!(prints.len(), 2, "the third has no end where it should");
    assert_eq!(prints[0], prints[1]);
    let other = scan(&detector(&FingerprintKey::new(b"other")), "a", text.as_bytes(), &[]);
    assert_ne!(other[0].fingerprint, prints[0]);
}

#[test]
fn a_specific_rule_beats_a_generic_one() {
    assert_eq!(one("a.yml", &format!("password: \"{TOKEN}\"")).rule.id, "test.token");
    assert_eq!(one("a.yml", "password: \"hunter2!\"").rule.id, "generic.password");
}

#[test]
fn conditions_of_a_rule_hold() {
    assert_eq!(found("a", "hexkey 9f86d081884c7d65"), []);
    assert_eq!(one("a", "acme hexkey 9f86d081884c7d65").rule.id, "test.near");
    assert_eq!(found("a", "acme hexkey aaaaaaaaaaaaaaab"), [], "entropy");
    assert_eq!(found("a.txt", "only_here=abcdefgh"), []);
    assert_eq!(one("sub/.acmerc", "only_here=abcdefgh").rule.id, "test.path");
    assert_eq!(found("a", "ghz_zqebjiCLN3XS255HzlijxBElVZuJDc2smGZ9"), [], "checksum");
    assert!(one("a", "ghz_zqebjiCLN3XS255HzlijxBElVZuJDc2smGZ8").verified_structure);
}

#[test]
fn documented_examples_are_public_wherever_they_stand() {
    let reason = "a documented example value";
    assert_eq!(one("a", "tok_EXAMPLEEXAMPLE9").public_because.as_deref(), Some(reason));
    assert_eq!(one("a.yml", "password: \"wJalrExample9Key\"").public_because.as_deref(), Some(reason));
    assert_eq!(one("a", "tok_00000000000000").public_because.as_deref(), Some("a placeholder of one repeated character"));
}

#[test]
fn placeholders_are_not_reported() {
    for text in ["password: \"changeme\"", "password: \"${DB_PASSWORD}\"", "password: \"{{ .Values.x }}\""] {
        assert_eq!(found("a.yml", text), [], "{text}");
    }
}

#[test]
fn paths_for_show_lower_confidence_and_suppress_nothing() {
    assert_eq!(one("examples/a", TOKEN).confidence, Confidence::Medium);
    // What would be of medium confidence elsewhere stays so: lower, it would not be shown.
    assert_eq!(one("test/a.yml", "password: \"hunter2!\"").confidence, Confidence::Medium);
}

#[test]
fn each_origin_has_its_match() {
    let mut unit = Unit::new(Origin { path: "a".into(), ..Origin::default() }.into(), TOKEN.as_bytes());
    unit.add_origin(Origin { path: "tests/b".into(), ..Origin::default() }.into());
    let mut found = Vec::new();
    detector(&FingerprintKey::new(b"")).scan(&unit, &[], &mut Scratch::default(), &mut |one| found.push(one));
    let seen: Vec<_> = found.iter().map(|one| (one.location.origin.path.as_str(), one.confidence)).collect();
    assert_eq!(seen, [("a", Confidence::High), ("tests/b", Confidence::Medium)]);
}

mod decoding {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    fn covered(text: &str) -> (String, Vec<DecodeStep>) {
        let found = one("a", text);
        let span = found.location.region.span;
        (text[span.start..span.end].to_owned(), found.location.decoded_via)
    }

    #[test]
    fn the_place_covers_the_encoded_secret() {
        let inner = format!("token={TOKEN};end of text");
        let text = format!("data: {} # x", STANDARD.encode(&inner));
        let (encoded, via) = covered(&text);
        assert_eq!(via, [DecodeStep::Base64]);
        let whole = text.find(&encoded).unwrap();
        assert!(text["data: ".len()..whole].len() == 8, "six bytes before it are eight digits");
        assert_eq!(encoded.len(), 24, "18 bytes are 24 digits");
        let (encoded, via) = covered(&format!("q={}", inner.replace('=', "%3D").replace('_', "%5F")));
        assert_eq!((encoded.as_str(), via.as_slice()), ("tok%5FQm7Zr2Xv9Lk4Wp", &[DecodeStep::Percent][..]));
        let (encoded, via) = covered(r#"x = "token=\u0074ok_Qm7Zr2Xv9Lk4Wp\n and more text""#);
        assert_eq!((encoded.as_str(), via.as_slice()), (r"\u0074ok_Qm7Zr2Xv9Lk4Wp", &[DecodeStep::Escapes][..]));
    }

    #[test]
    fn steps_are_recorded_outermost_first_three_deep() {
        let once = r#""token is \u0074ok_Qm7Zr2Xv9Lk4Wp, and it ends here""#;
        let twice: String = once.bytes().map(|byte| format!("{byte:02x}")).collect();
        let thrice = STANDARD.encode(format!("hex: {twice}"));
        let (_, via) = covered(&thrice);
        assert_eq!(via, [DecodeStep::Base64, DecodeStep::Hex, DecodeStep::Escapes]);
        let four = STANDARD.encode(format!("x: {thrice} ;"));
        assert_eq!(covered(&four).1.len(), 4, "escapes are no encoding of their own");
        let five = STANDARD.encode(format!("x: {four} ;"));
        assert_eq!(found("a", &five), [], "a fourth encoding is not looked at");
    }

    #[test]
    fn nothing_is_found_twice() {
        assert_eq!(covered(&format!("http%3A%2F%2Fhost%2F?t={TOKEN}&x=1")), (TOKEN.into(), vec![]));
        assert_eq!(covered(&format!(r#""\"a\": \"{TOKEN}\", \"b\": 1""#)), (TOKEN.into(), vec![]));
    }

    #[test]
    fn both_alphabets_of_base64_are_known() {
        let (encoded, via) = covered(&URL_SAFE_NO_PAD.encode("db://app:hun?????er2@host and more"));
        assert!(encoded.contains('_'));
        assert_eq!(via, [DecodeStep::Base64url]);
    }

    #[test]
    fn decoding_has_a_budget_and_says_so() {
        // Every layer is one line of escapes, and in it runs of percent-encoding, each with more of both inside.
        let run = format!("{}%252525", "a".repeat(200));
        let bomb = format!("{} {} {}", vec![run.clone(); 1500].join(" "), "\\".repeat(8) + "n", vec![run; 1500].join(" "));
        let unit = Unit::new(Origin { path: "bomb".into(), ..Origin::default() }.into(), bomb.into_bytes());
        let mut scratch = Scratch::default();
        detector(&FingerprintKey::new(b"")).scan(&unit, &[], &mut scratch, &mut |_| ());
        let notices = scratch.take_notices();
        assert!(
            notices.iter().any(|skip| skip.path == "bomb" && skip.why == SkipReason::Limit && skip.detail.starts_with("decoding stopped"))
        );
        assert_eq!(scratch.take_notices(), [], "they are taken once");
    }
}

mod slots {
    use super::*;

    fn in_slot(text: &str, value: &str, encoding: SlotEncoding) -> Vec<(String, String, Vec<DecodeStep>)> {
        let start = text.find(value).unwrap();
        let slots = [slot("a.yml", "DB_PASSWORD", Span::new(start, start + value.len()), encoding)];
        scan(&detector(&FingerprintKey::new(b"")), "a.yml", text.as_bytes(), &slots)
            .into_iter()
            .map(|found| {
                assert_eq!((found.location.key_path.as_deref(), found.typed_position), (Some("DB_PASSWORD"), true));
                let span = found.location.region.span;
                (found.rule.id.clone(), text[span.start..span.end].to_owned(), found.location.decoded_via)
            })
            .collect()
    }

    #[test]
    fn a_value_that_no_pattern_knows_is_reported_by_the_slots_rule() {
        let expected = [("generic.typed-position".into(), "plain words".into(), vec![])];
        assert_eq!(in_slot("x: plain words\n", "plain words", SlotEncoding::Plain), expected);
    }

    #[test]
    fn a_base64_slot_is_decoded() {
        let expected = |rule: &str, value: &str| [(rule.to_owned(), value.to_owned(), vec![DecodeStep::Base64])];
        assert_eq!(in_slot("x: czNjcjN0IQ==\n", "czNjcjN0IQ==", SlotEncoding::Base64), expected("generic.typed-position", "czNjcjN0IQ=="));
        let token = "dG9rX1FtN1pyMlh2OUxrNFdw";
        assert_eq!(in_slot(&format!("x: {token}\n"), token, SlotEncoding::Base64), expected("test.token", token));
        assert_eq!(in_slot("x: Y2hhbmdlbWU=\n", "Y2hhbmdlbWU=", SlotEncoding::Base64), [], "changeme");
    }

    #[test]
    fn of_overlapping_slots_the_shortest_counts() {
        let text = "x: outer inner9 outer";
        let slots =
            [Span::new(3, 21), Span::new(9, 15), Span::new(9, 15), Span::new(14, 90)].map(|span| slot("a", "k", span, SlotEncoding::Plain));
        let found = scan(&detector(&FingerprintKey::new(b"")), "a", text.as_bytes(), &slots);
        assert_eq!(found.iter().map(|found| found.location.region.span).collect::<Vec<_>>(), [Span::new(9, 15)]);
    }

    #[test]
    fn a_slot_with_a_template_is_none() {
        assert_eq!(in_slot("x: ${DB_PASSWORD}\n", "${DB_PASSWORD}", SlotEncoding::Plain), []);
    }

    #[test]
    fn the_slot_knows_the_whole_value_and_rules_know_its_parts() {
        let whole = in_slot("password: \"two words9\"\n", "two words9", SlotEncoding::Plain);
        assert_eq!(whole, [("generic.typed-position".into(), "two words9".into(), vec![])]);
        let url = "db://app:hunter2!@db/prod";
        assert_eq!(in_slot(&format!("x: {url}\n"), url, SlotEncoding::Plain), [("generic.userinfo".into(), "hunter2!".into(), vec![])]);
        let token = in_slot(&format!("password: \"{TOKEN}\"\n"), TOKEN, SlotEncoding::Plain);
        assert_eq!(token, [("test.token".into(), TOKEN.into(), vec![])]);
    }
}

#[test]
fn matches_beyond_a_limit_are_left_out_and_that_is_said() {
    let text = format!("{TOKEN}\n").repeat(21_000);
    let unit = Unit::new(Origin { path: "many".into(), ..Origin::default() }.into(), text.into_bytes());
    let (mut scratch, mut count) = (Scratch::default(), 0);
    detector(&FingerprintKey::new(b"")).scan(&unit, &[], &mut scratch, &mut |_| count += 1);
    assert_eq!(count, 20_000);
    assert!(scratch.take_notices()[0].detail.starts_with("more than 20000 matches"));
}

#[test]
fn never_panics_on_any_prefix_or_byte() {
    let detector = detector(&FingerprintKey::new(b""));
    let text = [
        b"\xff\xfe\0password: \"hunter2!\" \x80 db://u:p@ss:w@h/ %41%4".as_slice(),
        TOKEN.as_bytes(),
        b" dG9rX1FtN1pyMlh2OUxrNFdw\xf0\x9f password=\"\\u00\\",
    ]
    .concat();
    for end in 0..=text.len() {
        for start in [0, end / 2, end.saturating_sub(3)] {
            let slots = [slot("a", "x", Span::new(0, end - start), SlotEncoding::Base64)];
            scan(&detector, "a.yml", &text[start..end], &slots);
        }
    }
    scan(&detector, "a", b"x", &[slot("a", "x", Span::new(5, 9), SlotEncoding::Plain)]);
}
