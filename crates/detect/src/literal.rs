//! Finds, in a pattern, the literals of which every match contains one, and how far from the match start they stand.
//!
//! One decision a reader would question: the first literal is not always the best. Of all required sets the one that
//! should occur least often in source text is taken, wherever in the pattern it stands, as long as its distance from
//! the match start is bounded: what precedes it has to be searched again at every hit.

mod exact;
mod first;
pub(crate) mod guard;
mod rarity;

use regex_syntax::hir::{Hir, HirKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::byte_set::ByteSet;
use exact::Text;
use guard::Guard;

/// A literal shorter than this would be hit too often.
pub(crate) const MIN_LEN: usize = 3;
/// Of a longer literal only so much is searched for.
const MAX_LEN: usize = 20;
/// How far from the match start a literal may stand.
pub(crate) const MAX_LEAD: usize = 512;
/// Most literals a rule may have.
const MAX_COUNT: usize = 96;

/// One of the literals of a rule.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Literal {
    /// Lower case if `ignore_case`.
    pub(crate) bytes: Vec<u8>,
    pub(crate) ignore_case: bool,
    /// Least distance from the match start.
    pub(crate) min: usize,
    /// Greatest distance from the match start.
    pub(crate) max: usize,
    /// Bytes of which one must follow, where the pattern says.
    #[serde(serialize_with = "words", deserialize_with = "from_words")]
    pub(crate) after: Option<ByteSet>,
}

fn words<S: Serializer>(set: &Option<ByteSet>, serializer: S) -> Result<S::Ok, S::Error> {
    set.map(|set| set.words()).serialize(serializer)
}

fn from_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ByteSet>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(ByteSet::from_words))
}

/// What to search for to find a pattern.
#[derive(Debug)]
pub(crate) struct Required {
    /// Every match contains at least one of these.
    pub(crate) literals: Vec<Literal>,
    /// The piece at whose start every literal stands, for a cheap test before the whole pattern is tried at every place
    /// where a match may start. Only where that is more than one.
    pub(crate) tail: Option<usize>,
    /// What stands near a literal in every match.
    pub(crate) guard: Option<Guard>,
}

/// Why a pattern can't be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoLiteral {
    #[error(
        "no literal of at least {MIN_LEN} bytes is part of every match; write the fixed part of the token, or the name it is assigned to, into the pattern"
    )]
    None,
    #[error(
        "what precedes the pattern's literal has no upper bound of at most {MAX_LEAD} bytes; write {{0,40}} instead of * or +, or drop the prefix"
    )]
    Unbounded,
}

/// The best required set of a pattern.
pub(crate) fn required(hir: &Hir) -> Result<Required, NoLiteral> {
    let pieces = pieces(hir);
    let candidates = candidates(&pieces);
    let unbounded = candidates.iter().any(|candidate| candidate.is_long_enough());
    let best = best(candidates).ok_or(if unbounded { NoLiteral::Unbounded } else { NoLiteral::None })?;
    let varied = best.literals.iter().any(|literal| literal.min != literal.max);
    Ok(Required { guard: guard::useful(hir, &best.literals), literals: best.literals, tail: best.start.filter(|_| varied) })
}

/// A pattern from one of its pieces on.
pub(crate) fn tail(hir: &Hir, start: usize) -> Hir {
    Hir::concat(pieces(hir).split_off(start))
}

/// The texts with which every match of `hir` starts, if these are few, fixed in case and longer than one byte.
pub(crate) fn prefixes(hir: &Hir) -> Vec<Vec<u8>> {
    let mut prefixes = vec![Text::default()];
    for piece in pieces(hir) {
        match exact::texts(&piece).and_then(|texts| exact::product(&prefixes, &texts)) {
            Some(grown) => prefixes = grown,
            None => break,
        }
    }
    let fixed = prefixes.iter().all(|prefix| !prefix.varies && prefix.bytes.len() > 1);
    if fixed { prefixes.into_iter().map(|prefix| prefix.bytes).collect() } else { Vec::new() }
}

/// All texts that `hir` can match, if they are no more than `most`; in lower case where letters stand for both cases.
pub(crate) fn spellings(hir: &Hir, most: usize) -> Option<Vec<Vec<u8>>> {
    Some(exact::at_most(most, hir)?.into_iter().map(|text| text.bytes).collect())
}

/// The bytes with which a match of `hir` can begin; `None` if they can't be told.
pub(crate) fn first_bytes(hir: &Hir) -> Option<ByteSet> {
    first::first(std::slice::from_ref(hir))
}

/// The parts of a concatenation, through groups; a pattern that is none is its own only part.
pub(crate) fn pieces(hir: &Hir) -> Vec<Hir> {
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().flat_map(pieces).collect(),
        HirKind::Capture(group) => pieces(&group.sub),
        _ => vec![hir.clone()],
    }
}

/// A set of literals of which one is in every match.
struct Candidate {
    literals: Vec<Literal>,
    /// The piece at whose start every literal of the set stands.
    start: Option<usize>,
    /// Spelled out from a class only because nothing better is there: `0.` and each digit.
    last_resort: bool,
}

impl Candidate {
    fn is_long_enough(&self) -> bool {
        !self.literals.is_empty() && self.literals.iter().all(|literal| literal.bytes.len() >= MIN_LEN)
    }

    fn is_usable(&self) -> bool {
        self.is_long_enough() && self.literals.len() <= MAX_COUNT && self.literals.iter().all(|literal| literal.max <= MAX_LEAD)
    }

    /// Expected hits per byte. Each literal also makes the filter coarser, which costs as much as some hits.
    fn cost(&self) -> f64 {
        let hits: f64 = self.literals.iter().map(|literal| 3e-5 + rarity::frequency(&literal.bytes, literal.ignore_case)).sum();
        if self.last_resort { 1.0 + hits } else { hits }
    }
}

fn best(candidates: Vec<Candidate>) -> Option<Candidate> {
    candidates.into_iter().filter(Candidate::is_usable).min_by(|a, b| a.cost().total_cmp(&b.cost()))
}

/// Distance from the match start: least and greatest.
#[derive(Clone, Copy, Default)]
struct Lead {
    min: usize,
    max: usize,
}

impl Lead {
    fn past(self, hir: &Hir) -> Self {
        let length = hir.properties();
        Self {
            min: self.min.saturating_add(length.minimum_len().unwrap_or(0)),
            max: self.max.saturating_add(length.maximum_len().unwrap_or(usize::MAX)),
        }
    }
}

/// Adjacent pieces whose texts can all be listed.
struct Run {
    texts: Vec<Text>,
    start: usize,
    lead: Lead,
}

impl Run {
    fn new(start: usize, lead: Lead) -> Self {
        Self { texts: vec![Text::default()], start, lead }
    }

    /// The candidate of this run, which ends before `rest`.
    fn candidate(&self, rest: &[Hir]) -> Candidate {
        self.followed_by(first::first(rest))
    }

    /// The candidate of this run and the first turn of a repetition, where the run alone is too short.
    fn with_turn(&self, piece: &Hir) -> Option<Candidate> {
        if self.texts.iter().all(|text| text.bytes.len() >= MIN_LEN) {
            return None;
        }
        let HirKind::Repetition(repetition) = piece.kind() else { return None };
        let once = exact::texts(&repetition.sub).filter(|_| repetition.min > 0)?;
        let texts = exact::product(&self.texts, &once)?;
        Some(Candidate { last_resort: true, ..Self { texts, ..*self }.followed_by(None) })
    }

    fn followed_by(&self, after: Option<ByteSet>) -> Candidate {
        let literals = self.texts.iter().map(|text| literal(text, self.lead, after)).collect();
        let (literals, all_at_start) = merge(literals);
        Candidate { literals, start: all_at_start.then_some(self.start), last_resort: false }
    }

    fn is_empty(&self) -> bool {
        self.texts.iter().all(|text| text.bytes.is_empty())
    }
}

fn literal(text: &Text, lead: Lead, after: Option<ByteSet>) -> Literal {
    let cut = text.bytes.len() > MAX_LEN;
    let mut bytes = text.bytes[..text.bytes.len().min(MAX_LEN)].to_vec();
    if text.varies {
        bytes.make_ascii_lowercase();
    }
    Literal { bytes, ignore_case: text.varies, min: lead.min, max: lead.max, after: if cut { None } else { after } }
}

/// Every required set of a concatenation.
fn candidates(pieces: &[Hir]) -> Vec<Candidate> {
    let (mut found, mut insides) = (Vec::new(), Vec::new());
    let mut lead = Lead::default();
    let mut run = Run::new(0, lead);
    for (at, piece) in pieces.iter().enumerate() {
        let texts = exact::texts(piece);
        let optional_start = run.is_empty() && texts.as_ref().is_some_and(|texts| texts.iter().any(|text| text.bytes.is_empty()));
        let grown = texts.as_ref().and_then(|texts| exact::product(&run.texts, texts));
        match grown {
            // An optional piece at the start would only multiply the texts.
            _ if optional_start => run = Run::new(at + 1, lead.past(piece)),
            Some(grown) => {
                if grown.len() > run.texts.len() {
                    found.push(run.candidate(&pieces[at..]));
                }
                run.texts = grown;
            }
            None => {
                found.push(run.candidate(&pieces[at..]));
                found.extend(run.with_turn(piece));
                run = Run::new(at + 1, lead.past(piece));
                if let Some(texts) = texts {
                    run = Run { texts, start: at, lead };
                }
            }
        }
        // The texts of a piece may all be listed, and yet a word in each of its branches be the better choice.
        insides.extend(inner(piece, at, lead));
        lead = lead.past(piece);
    }
    found.push(run.candidate(&[]));
    found.extend(insides);
    found
}

/// A required set inside the piece at this position.
fn inner(piece: &Hir, at: usize, lead: Lead) -> Option<Candidate> {
    let literals = match piece.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => best(candidates(&pieces(&repetition.sub)))?.literals,
        HirKind::Alternation(branches) => {
            let of_branches: Option<Vec<Candidate>> = branches.iter().map(|branch| best(candidates(&pieces(branch)))).collect();
            of_branches?.into_iter().flat_map(|candidate| candidate.literals).collect()
        }
        _ => return None,
    };
    let all_at_start = literals.iter().all(|literal| literal.max == 0);
    // Past the first turn of a repetition anything may follow.
    let repeated = matches!(piece.kind(), HirKind::Repetition(_));
    let shifted = literals.into_iter().map(|literal| Literal {
        min: literal.min.saturating_add(lead.min),
        max: literal.max.saturating_add(lead.max),
        after: if repeated { None } else { literal.after },
        ..literal
    });
    let (literals, stay_at_start) = merge(shifted.collect());
    Some(Candidate { literals, start: (all_at_start && stay_at_start).then_some(at), last_resort: false })
}

/// Drops literals that contain another of the set, which takes over their place. Says whether none did so from within.
fn merge(mut literals: Vec<Literal>) -> (Vec<Literal>, bool) {
    literals.sort_by(|a, b| (a.bytes.len(), &a.bytes, a.ignore_case).cmp(&(b.bytes.len(), &b.bytes, b.ignore_case)));
    let mut kept: Vec<Literal> = Vec::new();
    let mut all_at_start = true;
    for literal in literals {
        match kept.iter_mut().find_map(|shorter| position(&literal, shorter).map(|at| (shorter, at))) {
            Some((shorter, at)) => {
                shorter.min = shorter.min.min(literal.min + at);
                shorter.max = shorter.max.max(literal.max.saturating_add(at));
                all_at_start &= at == 0;
                let next = literal.bytes.get(at + shorter.bytes.len()).copied();
                shorter.after = match (shorter.after, next, literal.after) {
                    (Some(mut set), Some(next), _) => {
                        set.insert_both_cases(next);
                        Some(set)
                    }
                    (Some(mut set), None, Some(other)) => {
                        set.union(&other);
                        Some(set)
                    }
                    _ => None,
                };
            }
            None => kept.push(literal),
        }
    }
    (kept, all_at_start)
}

/// Where in `longer` a hit of `shorter` is certain.
fn position(longer: &Literal, shorter: &Literal) -> Option<usize> {
    if longer.ignore_case && !shorter.ignore_case || shorter.bytes.len() < MIN_LEN {
        return None;
    }
    longer
        .bytes
        .windows(shorter.bytes.len())
        .position(|window| if shorter.ignore_case { window.eq_ignore_ascii_case(&shorter.bytes) } else { *window == *shorter.bytes })
}

#[cfg(test)]
mod tests;
