use super::*;

fn parse(pattern: &str) -> Hir {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
}

/// `literal@min-max`, `i` for ignored case, sorted.
fn found(pattern: &str) -> Vec<String> {
    let mut found: Vec<String> = required(&parse(pattern))
        .unwrap()
        .literals
        .iter()
        .map(|l| format!("{}{}@{}-{}", String::from_utf8_lossy(&l.bytes), if l.ignore_case { "/i" } else { "" }, l.min, l.max))
        .collect();
    found.sort();
    found
}

#[test]
fn a_prefix_stands_at_the_start() {
    assert_eq!(found(r"\b(?P<secret>ghp_[A-Za-z0-9]{36})\b"), ["ghp_@0-0"]);
    assert_eq!(found(r"\bxox[bp]-[0-9]{10}"), ["xoxb-@0-0", "xoxp-@0-0"]);
}

#[test]
fn too_short_a_literal_grows_by_what_follows() {
    assert_eq!(found(r"\bAC[ab]{32}"), ["ACa@0-0", "ACb@0-0"]);
    assert_eq!(found(r"\bAC[a-f0-9]{32}").len(), 16);
    assert_eq!(found(r"(?:bws|token)=0\.[a-f0-9]{8}"), ["bws=0.@0-0", "token=0.@0-0"]);
}

#[test]
fn case_is_lowered_where_it_varies() {
    assert_eq!(found(r"(?i)DataDog[\w.-]{0,20}=[a-f0-9]{32}"), ["datadog/i@0-0"]);
    assert_eq!(found(r"(?i:x)-Vault-Token: \w+"), ["x-vault-token: /i@0-0"]);
}

#[test]
fn a_bounded_lead_gives_a_range() {
    assert_eq!(found(r"[\w.-]{0,50}?mailgun[ =]+key-[0-9a-f]{32}"), ["mailgun@0-50"]);
    assert_eq!(found(r"['\x22]?sonar_login"), ["sonar_login@0-1"]);
}

#[test]
fn the_rarest_literal_wins_wherever_it_stands() {
    assert_eq!(found(r"(?:key|token)=.{5}\.atlasv1\.[a-z]{60}"), [".atlasv1.@9-11"]);
    assert_eq!(found(r"[a-z0-9]{14}\.atlasv1\.[a-z]{60}"), [".atlasv1.@14-14"]);
}

#[test]
fn branches_each_give_theirs() {
    assert_eq!(found(r"(?:AKIA|ASIA)[A-Z2-7]{16}"), ["AKIA@0-0", "ASIA@0-0"]);
    assert_eq!(found(r"(?:sk_live_[a-z]{9,}|rk=[0-9]{1,4}\.prod\.)"), [".prod.@4-7", "sk_live_@0-0"]);
}

#[test]
fn a_literal_inside_another_takes_over() {
    let required = required(&parse(r"(?:npm_token|my_npm_token)\s{0,9}[:=]\w{36}")).unwrap();
    assert_eq!(required.literals.len(), 1);
    assert_eq!((required.literals[0].min, required.literals[0].max), (0, 3));
    assert!(required.tail.is_none(), "the literal isn't always where the piece starts");
    assert_eq!(required.literals[0].after, Some(ByteSet::of(b"\t\n\x0b\x0c\r :=")));
}

#[test]
fn what_must_follow_is_known() {
    let after = |pattern: &str| required(&parse(pattern)).unwrap().literals[0].after;
    assert_eq!(after(r"(?i)sendgrid\s{0,3}[=:]"), Some(ByteSet::of(b"\t\n\x0b\x0c\r =:")));
    assert_eq!(after(r"tokens?[a-f]{32}"), Some(ByteSet::of(b"sabcdef")));
    assert_eq!(after(r"glpat-.?\b"), None, "the pattern may end there");
}

#[test]
fn the_tail_starts_at_the_literal() {
    let hir = parse(r"\b[a-z]{0,9}heroku[=:][a-f]{9}");
    assert_eq!(tail(&hir, required(&hir).unwrap().tail.unwrap()).to_string(), parse(r"heroku[=:][a-f]{9}").to_string());
}

#[test]
fn patterns_without_a_literal_are_refused() {
    assert_eq!(required(&parse(r"[a-f0-9]{32}")).unwrap_err(), NoLiteral::None);
    assert_eq!(required(&parse(r"ab\w{20}")).unwrap_err(), NoLiteral::None);
    assert_eq!(required(&parse(r"(?:secret=|[a-z]+:)[0-9]{20}")).unwrap_err(), NoLiteral::None);
    assert_eq!(required(&parse(r"\S*secret=[0-9]{20}")).unwrap_err(), NoLiteral::Unbounded);
    assert_eq!(required(&parse(r".{600}secret=[0-9]{20}")).unwrap_err(), NoLiteral::Unbounded);
}
