//! One place, one credential: of findings that overlap, the one that says most is kept.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use unkeyed_model::{Confidence, DecodeStep, Span};

use crate::finding::Finding;
use crate::structure::Draft;

/// The provider of rules that know no vendor.
const GENERIC: &str = "generic";

/// Keeps the best of overlapping findings: a specific rule's before a generic one's (and of these one that knows the
/// position), then the surer, the proven, the one that knows the vendor's name, the one with fewer decodings, the longer, the one
/// that knows what stands before it, the one that knows more of how it begins (`sk_live_a2V5` before `sk_live_`), the one whose
/// rule id comes first. A generic finding also yields to a specific one of which it is a part (the session token that belongs to a key). Findings
/// inside a compressed part all have its place; they do not exclude each other. Returns them in order of place.
pub(crate) fn resolve(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let (mut secrets, mut parts, mut packed) = (Spans::default(), Spans::default(), Spans::default());
    findings.retain(|finding| {
        let draft = &finding.draft;
        let generic = genericness(draft) > 0;
        let excluded = secrets.overlap(draft.secret) || !is_packed(finding) && packed.overlap(draft.secret);
        let kept = !(excluded || generic && parts.overlap(draft.secret));
        if kept {
            let taken = if is_packed(finding) { &mut packed } else { &mut secrets };
            taken.add(draft.secret);
            draft.related.iter().filter(|_| !generic).for_each(|&part| parts.add(part));
        }
        kept
    });
    findings.sort_by_key(|finding| finding.draft.secret);
    findings
}

/// 0 for a specific rule, 1 for a generic one in a typed position, 2 for one that only has a hunch.
fn genericness(draft: &Draft) -> u8 {
    match (draft.typed_position, draft.rule.info.provider == GENERIC) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}

/// Whether it has no place of its own.
fn is_packed(finding: &Finding) -> bool {
    finding.via.contains(&DecodeStep::Gzip)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    has_place: bool,
    genericness: u8,
    confidence: Reverse<Confidence>,
    proven: Reverse<bool>,
    /// Whoever says the vendor's name knows better than who knows a word such as `secret_key`.
    named: Reverse<bool>,
    decodings: usize,
    length: Reverse<usize>,
    context: Reverse<bool>,
    prefix: Reverse<usize>,
    id: &'a str,
    start: usize,
}

fn rank(finding: &Finding) -> Rank<'_> {
    let draft = &finding.draft;
    Rank {
        has_place: !is_packed(finding),
        genericness: genericness(draft),
        confidence: Reverse(draft.confidence),
        proven: Reverse(draft.verified_structure),
        named: Reverse(draft.rule.is_named),
        decodings: finding.via.len(),
        length: Reverse(draft.secret.len()),
        context: Reverse(draft.secret.start > draft.whole.start),
        prefix: Reverse(draft.rule.pattern.prefixes().iter().map(Vec::len).min().unwrap_or(0)),
        id: &draft.rule.info.id,
        start: draft.secret.start,
    }
}

/// A set of bytes as disjoint spans.
#[derive(Debug, Default)]
pub(crate) struct Spans(BTreeMap<usize, usize>);

impl Spans {
    /// Whether a byte of `span` is in the set.
    pub(crate) fn overlap(&self, span: Span) -> bool {
        self.0.range(..span.end).next_back().is_some_and(|(_, &end)| end > span.start)
    }

    /// Adds the bytes of `span`.
    pub(crate) fn add(&mut self, span: Span) {
        let (mut start, mut end) = (span.start, span.end);
        if span.is_empty() {
            return;
        }
        while let Some((&before, &reach)) = self.0.range(..=end).next_back().filter(|&(_, &reach)| reach >= start) {
            self.0.remove(&before);
            start = start.min(before);
            end = end.max(reach);
        }
        self.0.insert(start, end);
    }

    /// The parts of the set that touch `window`, in order.
    pub(crate) fn within(&self, window: Span) -> impl Iterator<Item = Span> {
        let first = self.0.range(..=window.start).next_back().map_or(window.start, |(&start, _)| start);
        self.0
            .range(first..window.end.max(first))
            .map(move |(&start, &end)| Span::new(start.max(window.start), end.min(window.end)))
            .filter(|s| !s.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::DecodeStep;

    use super::*;
    use crate::fingerprint::FingerprintKey;
    use crate::pattern::Pattern;
    use crate::rule::Rule;

    fn finding(id: &str, start: usize, end: usize, change: impl Fn(&mut Draft)) -> Finding {
        let rule: Arc<Rule> = Rule::named(id);
        let mut draft = Draft::new(&rule, Span::new(start, end));
        change(&mut draft);
        Finding::seal(draft, &[b'q'; 100], &FingerprintKey::new(b""), |_| false)
    }

    fn kept(findings: Vec<Finding>) -> Vec<String> {
        resolve(findings).iter().map(|finding| finding.draft.rule.info.id.clone()).collect()
    }

    #[test]
    fn the_better_of_two_is_kept() {
        let generic = |draft: &mut Draft| {
            draft.typed_position = true;
            draft.confidence = Confidence::High;
        };
        let plain = |_: &mut Draft| {};
        let sure = |draft: &mut Draft| draft.confidence = Confidence::High;
        let proven = |draft: &mut Draft| draft.verified_structure = true;
        assert_eq!(kept(vec![finding("a.generic", 0, 50, generic), finding("b.specific", 10, 20, plain)]), ["b.specific"]);
        assert_eq!(kept(vec![finding("a.medium", 0, 50, plain), finding("b.high", 10, 20, sure)]), ["b.high"]);
        assert_eq!(kept(vec![finding("a.long", 0, 50, plain), finding("b.proven", 10, 20, proven)]), ["b.proven"]);
        assert_eq!(kept(vec![finding("b.long", 0, 50, plain), finding("a.short", 10, 20, plain)]), ["b.long"]);
        assert_eq!(kept(vec![finding("b.same", 0, 50, plain), finding("a.same", 0, 50, plain)]), ["a.same"]);
        let decoded = finding("a.decoded", 0, 50, plain).lift(DecodeStep::Base64, |span| span);
        assert_eq!(kept(vec![decoded, finding("b.raw", 10, 20, plain)]), ["b.raw"]);
    }

    #[test]
    fn who_knows_more_of_the_beginning_wins_a_tie() {
        let with = |id: &str, pattern: &str| {
            let mut rule = Rule::named(id);
            Arc::get_mut(&mut rule).unwrap().pattern = Pattern::new(pattern).unwrap();
            Finding::seal(Draft::new(&rule, Span::new(0, 50)), &[b'q'; 100], &FingerprintKey::new(b""), |_| false)
        };
        let (short, long) = (r"(?P<secret>sk_live_\w{20})", r"(?P<secret>sk_(?:live_|test_)?a2V5XzAx\w{20})");
        assert_eq!(kept(vec![with("a.short", short), with("b.long", long)]), ["b.long"]);
        assert_eq!(kept(vec![with("a.none", r"acme(?P<secret>\w{20})"), with("b.short", short)]), ["b.short"]);
        let longer = |draft: &mut Draft| draft.whole = Span::new(0, 60);
        assert_eq!(kept(vec![finding("a.bare", 10, 60, |_| {}), finding("b.context", 10, 60, longer)]), ["b.context"]);
    }

    #[test]
    fn neighbours_are_both_kept_in_order_of_place() {
        let plain = |_: &mut Draft| {};
        assert_eq!(kept(vec![finding("a.second", 20, 30, plain), finding("b.first", 10, 20, plain)]), ["b.first", "a.second"]);
    }

    #[test]
    fn a_generic_part_of_a_specific_one_is_not_reported_again() {
        let with_part = |draft: &mut Draft| draft.related.push(Span::new(60, 80));
        let generic = |draft: &mut Draft| draft.typed_position = true;
        let plain = |_: &mut Draft| {};
        assert_eq!(kept(vec![finding("a.generic", 65, 75, generic), finding("b.key", 0, 20, with_part)]), ["b.key"]);
        assert_eq!(kept(vec![finding("a.certificate", 65, 75, plain), finding("b.key", 0, 20, with_part)]), ["b.key", "a.certificate"]);
    }

    #[test]
    fn spans_join() {
        let mut spans = Spans::default();
        [(10, 20), (30, 40), (15, 31), (50, 50), (60, 70)].iter().for_each(|&(start, end)| spans.add(Span::new(start, end)));
        assert_eq!(spans.within(Span::new(0, 100)).collect::<Vec<_>>(), [Span::new(10, 40), Span::new(60, 70)]);
        assert_eq!(spans.within(Span::new(12, 65)).collect::<Vec<_>>(), [Span::new(12, 40), Span::new(60, 65)]);
        assert!(spans.overlap(Span::new(0, 11)) && !spans.overlap(Span::new(40, 60)) && !spans.overlap(Span::new(0, 10)));
    }
}
