//! Texts that are built from each other, as the objects of a pack are: each must yield what it yields when searched as a whole.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch, Trace};
use unkeyed_model::{Copied, Lineage, Match, Origin, Span, Unit};

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"inherit")).unwrap());

/// What hardly arises by chance: names, parts of formats, and much that is silent.
const PIECES: &[&str] = &[
    "The quick brown fox jumps over the lazy dog and thinks nothing of it, and so it goes on for a while\n",
    "    let total = items.iter().map(|item| item.price).sum::<u64>();\n",
    "password = \"",
    "aws_secret_access_key = ",
    "AKIAQ7ZLM3RT5WXYVNB2",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----END RSA PRIVATE KEY-----\n",
    "cGFzc3dvcmQ9V3E3bGVtdXJIYWtlbjMxeCBhbmQgc29tZSBtb3JlIHRleHQgdG8gZmlsbA",
    "postgres://app:",
    "@db.internal/app",
    "q9XkZ2vLw7TtB4nR8sYc1uJe6mHd3fGa5pQoViWx",
    "{\"a\": \"{\\\"password\\\": \\\"Wq7lemurHaken31x\\\"}\"}\n",
];
/// Ends the description of a text.
const NEXT: u8 = 0xFF;
/// From here on a byte copies: the next two say from where and how much, in 256ths of the base.
const COPY: u8 = 0xF0;
const MAX_BYTES: usize = 64 << 10;
const MAX_TEXTS: usize = 6;

fn build(base: &[u8], description: &[u8]) -> (Vec<u8>, Vec<Copied>) {
    let (mut text, mut copies) = (Vec::new(), Vec::new());
    let mut bytes = description.iter().map(|&byte| usize::from(byte));
    while let Some(byte) = bytes.next().filter(|_| text.len() < MAX_BYTES) {
        if byte >= usize::from(COPY) {
            let from = base.len() * bytes.next().unwrap_or(0) / 256;
            let end = from + (base.len() - from) * (bytes.next().unwrap_or(255) + 1) / 256;
            if from < end {
                copies.push(Copied { from, span: Span::new(text.len(), text.len() + end - from) });
                text.extend(&base[from..end]);
            }
        } else if let Some(piece) = PIECES.get(byte) {
            text.extend(piece.bytes());
        } else {
            text.push(byte as u8);
        }
    }
    (text, copies)
}

fn said(scan: impl FnOnce(&mut Scratch, &mut dyn FnMut(Match))) -> String {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    scan(&mut scratch, &mut |one| found.push(one));
    format!("{found:#?}{:#?}", scratch.take_notices())
}

fuzz_target!(|data: &[u8]| {
    let origin = Arc::new(Origin { path: "src/config.py".into(), ..Origin::default() });
    let (mut base, mut trace): (Vec<u8>, Option<Trace>) = (Vec::new(), None);
    for (depth, description) in data.split(|&byte| byte == NEXT).take(MAX_TEXTS).enumerate() {
        let (text, copies) = build(&base, description);
        let unit = Unit::new(Arc::clone(&origin), text.as_slice());
        let whole = said(|scratch, sink| DETECTOR.scan(&unit, &[], scratch, sink));
        let built = unit.built(Lineage { depth, copies: (depth > 0).then_some(&copies) });
        let mut next = None;
        let parts = said(|scratch, sink| next = Some(DETECTOR.scan_built(&built, trace.as_ref(), scratch, sink)));
        assert_eq!(parts, whole);
        (base, trace) = (text, next);
    }
});
