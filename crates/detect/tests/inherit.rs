//! A text that was built from searched ones yields what it yields when searched as a whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch, Trace};
use unkeyed_model::{Copied, Lineage, Match, Origin, Span, Unit};

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"inherit")).unwrap());

/// What decides: names, values, both halves of formats, encodings over several lines, and much between them that is silent.
const PIECES: &[&str] = &[
    "    let total = items.iter().map(|item| item.price).sum::<u64>();\n",
    "The quick brown fox jumps over the lazy dog and thinks nothing of it\n",
    "const LIMIT: usize = 4096; // as documented\n",
    "password = \"",
    "db_password: ",
    "Wq7lemurHaken31x",
    "\"\n",
    "'",
    "\n",
    "\n\n",
    "=\n",
    "=3D",
    "secret_access_key_token_password",
    "aws_secret_access_key = q9XkZ2vLw7TtB4nR8sYc1uJe6mHd3fGa5pQoViWx\n",
    "AKIAQ7ZLM3RT5WXYVNB2",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "MIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n",
    "-----END RSA PRIVATE KEY-----\n",
    "cGFzc3dvcmQ9V3E3bGVtdXJIYWtlbjMxeCBhbmQgc29tZSBtb3JlIHRleHQgdG8gZmlsbA\n",
    "Y29uZmlnOgogIHBhc3N3b3JkOiAiV3E3bGVtdXItSGFrZW4tMzEiCiAgdXNlcjogImFw\n",
    "postgres://app:Wq7lemurHaken31x@db.internal/app",
    "%70assword%3DWq7lemurHaken31x%26next%3D1",
    "{\"a\": \"{\\\"password\\\": \\\"Wq7lemurHaken31x\\\"}\"}\n",
    "datadog api key ",
    "9f1c5e0b7a3d48269c4b1e7f5a20d863",
    "curl -u admin:Wq7lemurHaken31x https://h/x\n",
    "\u{5bc6}\u{7801}\u{662f}\u{4ec0}\u{4e48}",
    "                                                                                ",
    // What rules for files of one name find.
    "\ndb.acme-lab.net:5432:app:app:Wq7lemurHaken31x\n",
    "ZGIuYWNtZS1sYWIubmV0OjU0MzI6YXBwOmFwcDpXcTdsZW11ckhha2VuMzF4Cg==\n",
    "sk_live_",
    "4eC39HqLyjWDarjtT1zdp7dc8Kx2",
];

/// How a text is built from the one before: what is skipped, how much of the rest is copied, what is new.
#[derive(Clone, Debug)]
struct Step {
    parts: Vec<(u16, u16, Vec<u8>)>,
}

fn fresh(pieces: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    // One time in three something that may matter, else one of the first three.
    let piece = prop_oneof![2 => 0..3usize, 1 => 3..PIECES.len()];
    prop::collection::vec(piece, pieces).prop_map(|pieces| pieces.into_iter().flat_map(|at| PIECES[at].bytes()).collect())
}

fn step() -> impl Strategy<Value = Step> {
    let part = (any::<u16>(), any::<u16>(), prop_oneof![Just(Vec::new()), fresh(0..3), fresh(0..40)]);
    prop::collection::vec(part, 0..6).prop_map(|parts| Step { parts })
}

/// The text that `step` builds from `base`, mostly of what stands there, and what it copies.
fn build(base: &[u8], step: &Step) -> (Vec<u8>, Vec<Copied>) {
    let (mut text, mut copies, mut from) = (Vec::new(), Vec::new(), 0);
    let mut copy = |text: &mut Vec<u8>, start: usize, end: usize| {
        if start < end {
            copies.push(Copied { from: start, span: Span::new(text.len(), text.len() + end - start) });
            text.extend(&base[start..end]);
        }
    };
    for (skip, length, new) in &step.parts {
        from = (from + usize::from(*skip).saturating_sub(60_000)).min(base.len());
        let end = from + (base.len() - from) * usize::from(*length) / usize::from(u16::MAX);
        copy(&mut text, from, end);
        text.extend(new);
        from = end;
    }
    copy(&mut text, from, base.len());
    (text, copies)
}

/// Files that are read alike, but for rules that are for files of one name.
const PATHS: &[&str] = &["src/config.py", "old/config.py", "home/.pgpass", "home/notes", "root/.pgpass"];

fn said(scan: impl FnOnce(&mut Scratch, &mut dyn FnMut(Match))) -> String {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    scan(&mut scratch, &mut |one| found.push(one));
    format!("{found:#?}{:#?}", scratch.take_notices())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_built_yields_what_the_whole_yields(first in fresh(60..400), steps in prop::collection::vec((step(), 0..PATHS.len()), 1..5)) {
        let (mut base, mut trace): (_, Option<Trace>) = (Vec::new(), None);
        let texts = std::iter::once((Step { parts: vec![(0, 0, first)] }, steps[0].1)).chain(steps);
        for (depth, (step, path)) in texts.enumerate() {
            let origin = Arc::new(Origin { path: PATHS[path].into(), ..Origin::default() });
            let (text, copies) = build(&base, &step);
            let unit = Unit::new(origin, text.as_slice());
            let whole = said(|scratch, sink| DETECTOR.scan(&unit, &[], scratch, sink));
            let built = unit.built(Lineage { depth, copies: (depth > 0).then_some(&copies) });
            let mut next = None;
            let parts = said(|scratch, sink| next = Some(DETECTOR.scan_built(&built, trace.as_ref(), scratch, sink)));
            prop_assert_eq!(parts, whole);
            (base, trace) = (text, next);
        }
    }
}

/// A rule for files of one name says nothing of others; what is copied from one of those is not silent for that.
#[test]
fn a_rule_for_some_paths_sees_what_was_copied_from_another() {
    let secret = "db.acme-lab.net:5432:app:app:Wq7lemurHaken31x\n";
    for line in [secret.to_owned(), format!("{}\n", PIECES[PIECES.len() - 3].trim())] {
        let text = [&PIECES[1].repeat(80), &line, &PIECES[1].repeat(80)].map(String::as_str).concat();
        let copies = [Copied { from: 0, span: Span::new(0, text.len()) }];
        let (mut trace, mut seen): (Option<Trace>, _) = (None, Vec::new());
        for (depth, path) in ["home/notes", "home/other", "home/.pgpass"].into_iter().enumerate() {
            let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
            let unit = unit.built(Lineage { depth, copies: (depth > 0).then_some(&copies) });
            let (mut found, mut scratch) = (0, Scratch::default());
            trace = Some(DETECTOR.scan_built(&unit, trace.as_ref(), &mut scratch, &mut |_| found += 1));
            seen.push(found);
        }
        assert_eq!(seen, [0, 0, 1], "{}", line.len());
    }
}
