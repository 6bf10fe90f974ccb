//! A detector with a few rules made for the tests.

use std::sync::Arc;

use unkeyed_detect::{Detector, FingerprintKey, RuleFile, RuleSet, Scratch};
use unkeyed_model::{Location, Match, Origin, Region, Role, Slot, SlotEncoding, Span, Unit};

const RULES: &str = r#"
provider = "test"

[[rule]]
id = "test.token"
pattern = '''\b(?P<secret>tok_[A-Za-z0-9]{14,15})\b'''
public = ["tok_EXAMPLEEXAMPLE9", "wJalrExample9Key"]

[[rule]]
id = "test.near"
pattern = '''hexkey (?P<secret>[a-f0-9]{16})'''
min_entropy = 2.0
keywords_near = ["Acme"]

[[rule]]
id = "test.path"
pattern = '''only_here=(?P<secret>\w+)'''
paths = ["**/.acmerc"]

[[rule]]
id = "test.checked"
pattern = '''\bghz_[A-Za-z0-9]{36}\b'''
checksum = "github-crc32"
"#;

const GENERIC: &str = r#"
provider = "generic"

[[rule]]
id = "generic.password"
pattern = '''password(?P<q>"?)\s{0,3}[:=]\s{0,3}"(?P<secret>[^\s"]{3,99})'''
confidence = "medium"
typed_position = true

[[rule]]
id = "generic.userinfo"
pattern = '''db://[^\s:@/]{1,99}:(?P<secret>[^\s@/]{3,99})@'''
confidence = "medium"
typed_position = true

[[rule]]
id = "generic.typed-position"
pattern = '''never-in-any-text-(?P<secret>\w+)'''
confidence = "medium"
typed_position = true
"#;

/// The detector.
pub(crate) fn detector(key: &FingerprintKey) -> Detector {
    let file = |name: &str, text: &str| RuleFile { name: name.into(), text: text.to_owned().into() };
    let rules = RuleSet::from_files(&[file("test.toml", RULES), file("generic.toml", GENERIC)]).unwrap();
    Detector::new(rules, key.clone()).unwrap()
}

/// Scans one text.
pub(crate) fn scan(detector: &Detector, path: &str, text: &[u8], slots: &[Slot]) -> Vec<Match> {
    let origin = Origin { path: path.into(), ..Origin::default() };
    let mut found = Vec::new();
    detector.scan(&Unit::new(Arc::new(origin), text), slots, &mut Scratch::default(), &mut |one| found.push(one));
    found
}

/// What the test rules find.
pub(crate) fn found(path: &str, text: &str) -> Found {
    Found(scan(&detector(&FingerprintKey::new(b"")), path, text.as_bytes(), &[]))
}

/// The only match.
pub(crate) fn one(path: &str, text: &str) -> Match {
    let Found(mut all) = found(path, text);
    assert_eq!(all.len(), 1, "{:?}", all.iter().map(|found| &found.rule.id).collect::<Vec<_>>());
    all.remove(0)
}

/// A slot for a span.
pub(crate) fn slot(path: &str, name: &str, span: Span, encoding: SlotEncoding) -> Slot {
    let origin = Arc::new(Origin { path: path.into(), ..Origin::default() });
    Slot {
        location: Location { origin, region: Region { span, ..Region::default() }, key_path: None, decoded_via: Vec::new() },
        name: name.into(),
        encoding,
        rule: "generic.typed-position".into(),
        role: Role::Access,
        destination: None,
    }
}

/// Matches that compare by number to an empty list.
#[derive(Debug)]
pub(crate) struct Found(pub(crate) Vec<Match>);

impl PartialEq<[Match; 0]> for Found {
    fn eq(&self, _: &[Match; 0]) -> bool {
        self.0.is_empty()
    }
}

impl std::ops::Deref for Found {
    type Target = [Match];

    fn deref(&self) -> &[Match] {
        &self.0
    }
}

impl IntoIterator for Found {
    type Item = Match;
    type IntoIter = std::vec::IntoIter<Match>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
