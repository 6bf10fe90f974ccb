//! Lists the texts that a part of a pattern can match, where these are few.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};

/// Most texts of a literal that are listed.
const MAX_TEXTS: usize = 48;
/// A class of more bytes than this is not spelled out; hexadecimal digits are.
const MAX_CLASS: usize = 16;
/// A longer text is not worth extending.
const MAX_TEXT: usize = 64;

/// One text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// Some letter stands for both of its cases.
    pub(super) varies: bool,
}

/// All texts that `hir` can match, if they are few. Assertions count as empty.
pub(super) fn texts(hir: &Hir) -> Option<Vec<Text>> {
    at_most(MAX_TEXTS, hir)
}

/// Every text of `left` followed by every text of `right`, if they are few.
pub(super) fn product(left: &[Text], right: &[Text]) -> Option<Vec<Text>> {
    joined(MAX_TEXTS, left, right)
}

/// All texts that `hir` can match, if they are no more than `most`.
pub(super) fn at_most(most: usize, hir: &Hir) -> Option<Vec<Text>> {
    let texts = |hir| at_most(most, hir);
    let product = |left: &[Text], right: &[Text]| joined(most, left, right);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Text::default()]),
        HirKind::Literal(literal) => Some(vec![Text { bytes: literal.0.to_vec(), varies: false }]),
        HirKind::Class(Class::Bytes(class)) => of_class(class),
        HirKind::Class(Class::Unicode(_)) => None,
        HirKind::Capture(group) => texts(&group.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Text::default()], |sofar, part| product(&sofar, &texts(part)?)),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(texts(branch)?);
            }
            few(most, all)
        }
        HirKind::Repetition(repetition) => {
            let once = texts(&repetition.sub)?;
            let max = repetition.max.filter(|&max| max as usize <= MAX_TEXT)?;
            let mut turns = vec![Text::default()];
            let mut all = if repetition.min == 0 { turns.clone() } else { Vec::new() };
            for turn in 1..=max {
                turns = product(&turns, &once)?;
                if turn >= repetition.min {
                    all.extend(turns.iter().cloned());
                }
            }
            few(most, all)
        }
    }
}

fn joined(most: usize, left: &[Text], right: &[Text]) -> Option<Vec<Text>> {
    if left.len().saturating_mul(right.len()) > most || left.iter().any(|text| text.bytes.len() > MAX_TEXT) {
        return None;
    }
    let both = |l: &Text, r: &Text| Text { bytes: [l.bytes.as_slice(), &r.bytes].concat(), varies: l.varies || r.varies };
    few(most, left.iter().flat_map(|l| right.iter().map(move |r| both(l, r))).collect())
}

fn few(most: usize, mut texts: Vec<Text>) -> Option<Vec<Text>> {
    texts.sort_unstable();
    texts.dedup();
    (texts.len() <= most).then_some(texts)
}

/// The bytes of a class; a letter that is there in both cases is one text.
fn of_class(class: &ClassBytes) -> Option<Vec<Text>> {
    let size: usize = class.ranges().iter().map(|range| usize::from(range.end() - range.start()) + 1).sum();
    if size > 2 * MAX_CLASS {
        return None;
    }
    let bytes: Vec<u8> = class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect();
    let mut all = Vec::new();
    for &byte in &bytes {
        let other = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
        let varies = other != byte && bytes.contains(&other);
        if !(varies && byte.is_ascii_uppercase()) {
            all.push(Text { bytes: vec![byte], varies });
        }
    }
    (all.len() <= MAX_CLASS).then_some(all)
}
