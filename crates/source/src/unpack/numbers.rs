//! Numbers at a place in bytes; 0 where the bytes end before.

macro_rules! number_at {
    ($($name:ident: $number:ty, $from:ident;)*) => {
        $(pub(super) fn $name(bytes: &[u8], at: usize) -> $number {
            let end = at.checked_add(size_of::<$number>());
            end.and_then(|end| bytes.get(at..end)?.try_into().ok()).map_or(0, <$number>::$from)
        })*
    };
}

number_at! {
    u16_at: u16, from_le_bytes;
    u32_at: u32, from_le_bytes;
    u64_at: u64, from_le_bytes;
}
