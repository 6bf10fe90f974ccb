//! Finds long runs of bytes of a class without looking at every byte.

use unkeyed_model::Span;

use crate::byte_set::ByteSet;

/// Every maximal run of at least `min` bytes of `class`, in order. Looks at one byte in `min` where there is none.
pub(super) fn runs(text: &[u8], class: &ByteSet, min: usize) -> impl Iterator<Item = Span> {
    let (mut probe, mut floor) = (min - 1, 0);
    std::iter::from_fn(move || {
        while let Some(&byte) = text.get(probe) {
            if !class.contains(byte) {
                probe += min;
                continue;
            }
            let before = text[floor..probe].iter().rev().take_while(|&&byte| class.contains(byte)).count();
            let after = text[probe..].iter().take_while(|&&byte| class.contains(byte)).count();
            let run = Span::new(probe - before, probe + after);
            floor = run.end;
            probe = run.end + min;
            if run.len() >= min {
                return Some(run);
            }
        }
        None
    })
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
        }
    }
}
