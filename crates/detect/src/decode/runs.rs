//! Finds long runs of bytes of a class.

use unkeyed_model::Span;
use unkeyed_prefilter::Runs;

use crate::byte_set::ByteSet;

/// Every run that is long enough, in order.
pub(super) fn runs(text: &[u8], runs: &Runs) -> Vec<Span> {
    let mut found = Vec::new();
    runs.find(text, |run| found.push(Span::new(run.start, run.end)));
    found
}

/// The runs of `class` in a run of a larger class.
pub(super) fn parts<'a>(text: &'a [u8], run: Span, class: &'a ByteSet, min: usize) -> impl Iterator<Item = Span> + 'a {
    let mut start = run.start;
    let pieces = text[run.start..run.end].split(|&byte| !class.contains(byte)).map(move |piece| {
        let span = Span::new(start, start + piece.len());
        start = span.end + 1;
        span
    });
    pieces.filter(move |span| span.len() >= min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_runs_are_the_runs_of_the_smaller_class() {
        let (small, large) = (ByteSet::of(b"a"), ByteSet::of(b"ab"));
        for pattern in 0u32..3 * 3 * 3 * 3 * 3 * 3 * 3 * 3 {
            let text: Vec<u8> = (0..8).map(|place| b"ab."[(pattern / 3u32.pow(place) % 3) as usize]).collect();
            let found: Vec<Span> = runs(&text, &Runs::new(&large, 2)).into_iter().flat_map(|run| parts(&text, run, &small, 2)).collect();
            assert_eq!(found, runs(&text, &Runs::new(&small, 2)), "{}", String::from_utf8_lossy(&text));
        }
    }
}
