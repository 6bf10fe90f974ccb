//! Finds long runs of bytes of a class without looking at every byte.

use unkeyed_model::Span;

use crate::byte_set::ByteSet;

/// Every maximal run of at least `min` bytes of `class`, in order. Looks at no byte twice, and at few where runs are short.
pub(super) fn runs(text: &[u8], class: &ByteSet, min: usize) -> impl Iterator<Item = Span> {
    // A run can start at `start`, and `text[start..known]` would be of it.
    let (mut start, mut known) = (0, 0);
    std::iter::from_fn(move || {
        while let Some(unknown) = text.get(known..start + min) {
            let last = start + min;
            match last_outside(unknown, class) {
                Some(at) => (start, known) = (known + at + 1, last),
                None => {
                    let run = Span::new(start, last + text[last..].iter().take_while(|&&byte| class.contains(byte)).count());
                    start = run.end + 1;
                    known = start;
                    return Some(run);
                }
            }
        }
        None
    })
}

/// Position of the last byte that is not of `class`. Looks at the last eight at once: nearly always one of them is it, but
/// which can't be predicted, and that is what a loop would cost.
fn last_outside(bytes: &[u8], class: &ByteSet) -> Option<usize> {
    if let Some((head, tail)) = bytes.split_last_chunk::<8>() {
        let outside = tail.iter().fold(0u32, |mask, &byte| mask << 1 | u32::from(!class.contains(byte)));
        if outside != 0 {
            return Some(head.len() + 7 - outside.trailing_zeros() as usize);
        }
    }
    bytes.iter().rposition(|&byte| !class.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_search_of_every_byte() {
        let class = ByteSet::of(b"ab");
        for pattern in 0u32..1 << 14 {
            let text: Vec<u8> = (0..14).map(|bit| if pattern >> bit & 1 == 1 { b'a' } else { b'.' }).collect();
            let expected: Vec<usize> = text.split(|&byte| byte == b'.').map(<[u8]>::len).filter(|&length| length >= 3).collect();
            let found: Vec<usize> = runs(&text, &class, 3).map(Span::len).collect();
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(&text));
            let stretched: Vec<u8> = text.iter().flat_map(|&byte| [byte; 5]).collect();
            let found: Vec<usize> = runs(&stretched, &class, 15).map(Span::len).collect();
            assert_eq!(found, expected.iter().map(|length| length * 5).collect::<Vec<_>>());
        }
    }
}
