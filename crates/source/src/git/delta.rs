//! Applies a delta of a pack to its base (git's `gitformat-pack`, "Deltified representation"), and says what was copied.

use unkeyed_model::{Copied, Span};

/// What is wrong with a delta.
pub(super) const BAD_DELTA: &str = "its delta doesn't fit its base";

/// The size of the object that `delta` makes.
pub(super) fn result_size(delta: &[u8]) -> Option<u64> {
    let (_, rest) = size(delta)?;
    Some(size(rest)?.0)
}

/// Writes the object that `delta` makes of `base` to `out`, and the parts that were copied to `copies`, in order,
/// neighbours that are neighbours in the base too made one. Both are cleared first. `None` if the delta is malformed.
pub(super) fn apply(base: &[u8], delta: &[u8], out: &mut Vec<u8>, copies: &mut Vec<Copied>) -> Option<()> {
    out.clear();
    copies.clear();
    let (base_size, rest) = size(delta)?;
    let (result_size, mut ops) = size(rest)?;
    let result_size = usize::try_from(result_size).ok()?;
    if base_size != base.len() as u64 {
        return None;
    }
    out.reserve(result_size);
    while let Some((&op, rest)) = ops.split_first() {
        ops = rest;
        let start = out.len();
        if op & 0x80 == 0 {
            // Zero is reserved.
            let (insert, rest) = ops.split_at_checked(usize::from(op)).filter(|_| op != 0)?;
            ops = rest;
            out.extend_from_slice(insert);
        } else {
            let offset = operand(op, 0..4, &mut ops)?;
            let length = operand(op, 4..7, &mut ops)?;
            let length = if length == 0 { 0x1_0000 } else { length };
            out.extend_from_slice(base.get(offset..offset.checked_add(length)?)?);
            note(copies, offset, Span::new(start, start + length));
        }
        if out.len() > result_size {
            return None;
        }
    }
    (out.len() == result_size).then_some(())
}

fn note(copies: &mut Vec<Copied>, from: usize, span: Span) {
    match copies.last_mut() {
        Some(last) if last.span.end == span.start && last.from + last.span.len() == from => last.span.end = span.end,
        _ => copies.push(Copied { from, span }),
    }
}

/// The little-endian number whose bytes follow where `op` has the bits of `bits` set.
fn operand(op: u8, bits: std::ops::Range<u32>, ops: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for (place, bit) in bits.enumerate() {
        if op & (1 << bit) != 0 {
            let (&byte, rest) = ops.split_first()?;
            *ops = rest;
            value |= usize::from(byte) << (8 * place);
        }
    }
    Some(value)
}

/// A size: seven bits a byte, the lowest first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: &[u8], delta: &[u8]) -> Option<(Vec<u8>, Vec<Copied>)> {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        apply(base, delta, &mut out, &mut copies)?;
        Some((out, copies))
    }

    #[test]
    fn copies_and_inserts_make_the_object() {
        // Copy 4 from 2, copy 2 from 6 (which goes on where the first ended), insert "xy", copy 1 from 0.
        let delta = [8, 9, 0x91, 2, 4, 0x91, 6, 2, 2, b'x', b'y', 0x90, 1];
        let (out, copies) = applied(b"abcdefgh", &delta).unwrap();
        assert_eq!(out, b"cdefghxya");
        assert_eq!(copies, [Copied { from: 2, span: Span::new(0, 6) }, Copied { from: 0, span: Span::new(8, 9) }]);
        assert_eq!(result_size(&delta), Some(9));
    }

    #[test]
    fn a_copy_without_a_length_copies_64_kib() {
        let base = vec![7; 0x1_0001];
        let (out, _) = applied(&base, &[0x81, 0x80, 4, 0x80, 0x80, 4, 0x81, 1]).unwrap();
        assert_eq!(out.len(), 0x1_0000);
    }

    #[test]
    fn malformed_deltas_are_refused() {
        for delta in [
            &[][..],
            &[8],
            &[7, 1, 1, b'x'],                                           // another base
            &[8, 1, 0],                                                 // reserved operation
            &[8, 1, 2, b'x'],                                           // cut insert
            &[8, 2, 1, b'x'],                                           // too short
            &[8, 1, 2, b'x', b'y'],                                     // too long
            &[8, 4, 0x91, 6, 4],                                        // behind the end of the base
            &[8, 4, 0xFF, 255, 255, 255, 255, 255, 255, 255],           // far behind it
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], // a size without end
        ] {
            assert_eq!(applied(b"abcdefgh", delta), None, "{delta:?}");
        }
    }
}
