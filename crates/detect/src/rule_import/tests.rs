use super::*;

fn load(name: &str, text: &str) -> (Vec<Rule>, Vec<String>, Vec<String>) {
    let (mut problems, mut remarks) = (Vec::new(), Vec::new());
    let file = RuleFile { name: name.into(), text: text.to_owned().into() };
    let rules = read(&file, format(&file), &mut problems, &mut remarks);
    let told = |problems: Vec<Problem>| problems.iter().map(Problem::to_string).collect();
    (rules, told(problems), told(remarks))
}

/// Why a gitleaks rule with that body is refused.
fn refused(body: &str) -> String {
    let (rules, _, remarks) = load("g.toml", &format!("[[rules]]\nid = \"acme-token\"\n{body}\n"));
    assert!(rules.is_empty(), "{body}");
    remarks.join("\n")
}

#[test]
fn formats_are_told_by_their_shape() {
    let format = |text: &str| format(&RuleFile { name: "rules.txt".into(), text: text.to_owned().into() });
    assert_eq!(format("title = \"x\"\n[[rules]]\nid = \"a\""), Format::Gitleaks);
    assert_eq!(format("[allowlist]\npaths = []"), Format::Gitleaks);
    assert_eq!(format("# a comment\nrules:\n- id: a"), Format::Yaml);
    assert_eq!(format("provider = \"a\"\n[[rule]]\nmatch = ['''\nrules:\n''']"), Format::Own);
    assert_eq!(format("nonsense"), Format::Own, "and is refused as such");
    assert_eq!(super::format(&RuleFile { name: "a.yml".into(), text: "a: b".into() }), Format::Yaml);
}

#[test]
fn classes_and_escapes_of_go() {
    for (go, rust) in [
        (r"[a[b]", r"[a\[b]"),
        ("[]a-]", r"[\]a\-]"),
        ("[^]&&~]", r"[^\]\&\&\~]"),
        ("[--z]", r"[\--z]"),
        (r"[\w--/]", r"[\w\--/]"),
        (r"[[:alnum:]_[]", r"[[:alnum:]_\[]"),
        (r"\Qa.b\E+", r"a\.b+"),
        (r"\Q(x", r"\(x"),
        (r"\<a\>\.\-", r"<a>\.\-"),
        (r"[\]\[]", r"[\]\[]"),
        (r"\${{a{2}b{3,}c{,4}d{5,6}", r"\$\{\{a{2}b{3,}c\{,4}d{5,6}"),
        (r"x{", r"x\{"),
        (r"(?i)\bkey(?:[ \t]{0,3})\z", r"(?i)\bkey(?:[ \t]{0,3})\z"),
    ] {
        assert_eq!(go_syntax::to_rust(go), rust, "{go}");
        crate::allow::regex(rust).unwrap();
    }
    for end in 0..r"[a\[b]\Qa.b\E[[:x".len() {
        go_syntax::to_rust(&r"[a\[b]\Qa.b\E[[:x"[..end]);
    }
}

/// What a pattern becomes without its unbounded beginning.
fn shortened(pattern: &str) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
    prefix::bounded(&hir).map(|hir| hir.to_string())
}

#[test]
fn an_unbounded_beginning_is_dropped_where_that_changes_nothing() {
    let texts =
        ["a key=b1 xkey=c2", "keykey=abkey=cd", "aaakey==key=key=q9", "--key =z  key\t=y", "key", "", "=key=key=", "x9key=a\nkey=b2key=c"];
    for pattern in [
        r"\w*key=(?P<secret>\w+)",
        r"\w*?key=(?P<secret>\w+)",
        r"[a-z]+_?key\s*=(?P<secret>\w+)",
        r"\w{2,}key=(?P<secret>\w+)",
        r".*?key\s*=(?P<secret>\w+)",
        r"[^=]*=(?P<secret>k\w+)",
    ] {
        let Some(short) = shortened(pattern) else {
            assert!(pattern.contains("_?"), "{pattern}");
            continue;
        };
        let secrets = |pattern: &str, text: &str| -> Vec<(usize, usize)> {
            let regex = crate::allow::regex(pattern).unwrap();
            let found = regex.captures_iter(text.as_bytes());
            found.map(|found| found.get_group_by_name("secret").unwrap()).map(|group| (group.start, group.end)).collect()
        };
        for text in texts {
            assert_eq!(secrets(&short, text), secrets(pattern, text), "{pattern} against {short} in {text:?}");
        }
    }
    for kept in [r".*key=(\w+)", r"\w*\w{3}key=(\w+)", r"\w*(?:ab|c)=(\w+)", r"^\w*key=(\w+)", r"\w{0,9}key=(\w+)", r"(?:ab)*key"] {
        assert_eq!(shortened(kept), None, "{kept}");
    }
}

#[test]
fn a_gitleaks_rule_is_carried_over() {
    let (rules, problems, remarks) = load(
        "conf/.gitleaks.toml",
        r#"
[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''(?i)[\w.-]{0,50}?acme[\w]{0,20}\s*=\s*["']?([a-z0-9]{20})["';]?'''
entropy = 3
keywords = ["acme"]
path = '''\.env$'''
tags = ["x"]
[rules.allowlist]
regexes = ['''^test''']
stopwords = ["Sample"]
commits = ["0123"]
[[allowlists]]
condition = "AND"
paths = ['''fixtures/''']
regexes = ['''x''']
[[allowlists]]
targetRules = ["another"]
stopwords = ["q"]
"#,
    );
    assert_eq!(problems, [""; 0]);
    assert_eq!(remarks, ["conf/.gitleaks.toml:2: rule gitleaks.acme-token: allow-list: its commits have no effect"]);
    let rule = &rules[0];
    assert_eq!(
        (rule.info.id.as_str(), rule.info.provider.as_str(), rule.info.name.as_str()),
        ("gitleaks.acme-token", "gitleaks", "Acme token")
    );
    assert!(rule.min_entropy > 3.0 && rule.path_pattern.is_some());
    assert_eq!((rule.keywords_near.len(), rule.allow.len()), (1, 2));
}

#[test]
fn what_a_gitleaks_rule_asks_beyond_us_is_said() {
    for (body, why) in [
        ("path = 'x'", "it has no regex"),
        ("regex = '(a'", "the pattern does not parse: unclosed group"),
        ("regex = '[a-f0-9]{32}'", "no literal of at least 3 bytes"),
        ("regex = '.*acme=(\\w+)'", "has no upper bound"),
        ("regex = 'acme=(\\w+)'\nsecretGroup = 3", "has no group 3"),
        ("regex = 'acme=(?:(\\w{20})|x)'", "does not take part in every match"),
        ("regex = 'acme=(\\w+)'\nskipReport = true", "reports nothing by itself"),
        ("regex = 'acme=(\\w+)'\n[[rules.required]]\nid = \"b\"", "needs a match of another rule"),
        ("regex = 'acme=(\\w+)'\nentropy = 'much'", "line 4: entropy is no number"),
        ("regex = 'acme=(\\w+)'\npath = '('", "unclosed group"),
        ("regex = '\\w*acme=(\\w+)'\n[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['x']", "unbounded beginning"),
    ] {
        let told = refused(body);
        assert!(told.starts_with("g.toml:1: rule acme-token: not used: ") && told.contains(why), "{body}: {told}");
    }
    let (rules, _, remarks) = load(
        "g.toml",
        "[extend]\nuseDefault = true\n[[rules]]\nid = \"a.b\"\nregex = 'acme=(\\w+)'\nkeywords = ['elsewhere']\nspeed = 1\n\
         [[rules.allowlists]]\ncondition = 'AND'\ncommits = ['0']\n[[rules.allowlists]]\nregexes = ['(']\n",
    );
    assert_eq!(rules[0].info.id, "a.b", "an id with a dot stays");
    for part in ["g.toml:1: [extend] has no effect", "speed has no effect", "asks for commits", "unclosed group", "keywords count only"] {
        assert!(remarks.iter().any(|remark| remark.contains(part)), "{part}: {remarks:?}");
    }
}

#[test]
fn the_secret_is_the_group_that_the_author_means() {
    let secret_of = |body: &str, text: &str| {
        let (rules, _, remarks) = load("g.toml", &format!("[[rules]]\nid = \"a.b\"\n{body}\n"));
        let found = rules[0].pattern.match_at(text.as_bytes(), 0, &mut Default::default(), &mut 0).unwrap();
        (text[found.1.start..found.1.end].to_owned(), remarks.len())
    };
    assert_eq!(secret_of("regex = 'acme=(\\w+)'", "acme=abc"), ("abc".into(), 0));
    assert_eq!(secret_of("regex = '(acme)(=)(\\w+)'\nsecretGroup = 3", "acme=abc"), ("abc".into(), 0));
    assert_eq!(secret_of("regex = '(acme|bcme)=\\w+'", "acme=abc"), ("acme=abc".into(), 1));
    assert_eq!(secret_of("regex = '(acme=(\\w+))'", "acme=abc"), ("acme=abc".into(), 0));
}

#[test]
fn a_yaml_rule_is_carried_over() {
    let (rules, problems, remarks) = load(
        "r.yml",
        r"rules:
- name: Acme Key
  id: kingfisher.acme.1
  pattern: |
    (?xi)
    acme            # the vendor
    (?:.|[\n\r]){0,8}?
    \b (?P<TOKEN> [A-Z0-9]{20} ) \b
  min_entropy: 3.5
  confidence: high
  categories: [api]
  references:
    - https://acme.example/docs
    - https://acme.example/more
  examples:
    - 'acme_key = K3J8Q1Z7M2X9V4B6N0L5'
  negative_examples:
    - acme
  pattern_requirements:
    min_digits: 2
    min_special_chars: 0
    ignore_if_contains: [Test]
    checksum: {}
  validation: {type: Http}
- name: hidden
  id: kingfisher.acme.2
  pattern: acme_id
  visible: false
rulesets: []
",
    );
    assert_eq!(problems, [""; 0]);
    let rule = &rules[0];
    assert_eq!((rules.len(), rule.line, rule.info.id.as_str()), (1, 2, "kingfisher.acme.1"));
    assert_eq!((rule.confidence, rule.min_entropy), (unkeyed_model::Confidence::High, 3.5));
    assert_eq!(rule.info.reference, "https://acme.example/docs");
    assert_eq!((rule.examples.matching.len(), rule.examples.other.len(), rule.allow[0].groups[0].len()), (1, 1, 2));
    for part in [
        "r.yml:2: validation and revocation have no effect",
        "rulesets has no effect",
        "rule kingfisher.acme.1: pattern_requirements.checksum has no effect",
        "rule kingfisher.acme.2: not used: it reports nothing by itself",
    ] {
        assert!(remarks.iter().any(|remark| remark.contains(part)), "{part}: {remarks:?}");
    }
}

#[test]
fn what_is_no_rule_file_is_refused_with_its_line() {
    for (name, text, problem) in [
        ("r.yml", "rules:\n- id: a\n  pattern: [\n", "r.yml:"),
        ("r.yml", "rules:\n- &a {id: b}\n- *a\n", "r.yml:3: aliases are not read"),
        ("r.yml", "rules:\n", "r.yml:1: no rules are in it"),
        ("g.toml", "[[rules]]\nid = \n", "g.toml:2: "),
        ("g.toml", "[extend]\nuseDefault = true\n", "g.toml:1: no rules are in it"),
    ] {
        let (_, problems, _) = load(name, text);
        assert!(problems.len() == 1 && problems[0].starts_with(problem), "{text}: {problems:?}");
    }
    let (_, _, remarks) = load("r.yml", "rules:\n- 3\n- {id: \"a\\eb\", pattern: acme}\n");
    assert_eq!(remarks[0], "r.yml:2: rule number 1: not used: it has no id");
    assert!(remarks[1].starts_with("r.yml:3: rule a?b: not used: an id consists of"), "{remarks:?}");
}

#[test]
fn no_prefix_of_a_rule_file_panics() {
    let gitleaks = "[[rules]]\nid = \"a\"\nregex = '''\\w*[a[b--]acme=(\\Q.\\E+)'''\nentropy = 3\n[rules.allowlist]\nregexes = ['x']\n";
    let yaml =
        "rules:\n- id: a.b\n  pattern: |\n    (?x) acme=(\\w+) # é\n  examples: [\"acme=b\"]\n  pattern_requirements: {min_digits: 1}\n";
    for text in [gitleaks, yaml] {
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            load("a", &text[..end]);
        }
    }
}
