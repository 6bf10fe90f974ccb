//! A stream as UTF-8, whatever it is written in: UTF-16 is told by its beginning and decoded on the way.

use std::io::{self, Cursor, Read};

use unkeyed_model::DecodeStep;

use crate::read;

/// So much is looked at, and decoded at a time.
const CHUNK: usize = 64 << 10;

/// The stream, decoded if need be.
pub(super) struct Utf8<R> {
    input: io::Chain<Cursor<Vec<u8>>, R>,
    step: Option<DecodeStep>,
    /// Bytes of half a code unit or of half a surrogate pair.
    rest: Vec<u8>,
    decoded: Cursor<Vec<u8>>,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut head = Vec::new();
        (&mut input).take(CHUNK as u64).read_to_end(&mut head)?;
        let step = read::utf16(&head).map(|(step, text)| (step, head.len() - text.len()));
        let mut head = Cursor::new(head);
        head.set_position(step.map_or(0, |(_, mark)| mark as u64));
        let step = step.map(|(step, _)| step);
        Ok(Self { input: head.chain(input), step, rest: Vec::new(), decoded: Cursor::default() })
    }

    /// What is undone.
    pub(super) fn step(&self) -> Option<DecodeStep> {
        self.step
    }

    fn decode(&mut self, step: DecodeStep) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let read = (&mut self.input).take(CHUNK as u64).read_to_end(&mut bytes)?;
        let mut end = bytes.len();
        if read > 0 {
            end &= !1;
            let high = if step == DecodeStep::Utf16le { end.wrapping_sub(1) } else { end.wrapping_sub(2) };
            // The first half of a pair waits for the second.
            end -= if bytes.get(high).is_some_and(|byte| byte & 0xFC == 0xD8) { 2 } else { 0 };
        }
        self.rest = bytes.split_off(end);
        self.decoded = Cursor::new(read::from_utf16(step, &bytes).into_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(step) = self.step else { return self.input.read(buffer) };
        loop {
            let read = self.decoded.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.decode(step)?;
            if self.decoded.get_ref().is_empty() && self.rest.is_empty() {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_decoded_across_chunks() {
        let text = "PASSWORD=k\u{e4}se-\u{1F511}\r\n".repeat(CHUNK / 20);
        for (mark, to_bytes) in [(b"\xFF\xFE", u16::to_le_bytes as fn(u16) -> [u8; 2]), (b"\xFE\xFF", u16::to_be_bytes)] {
            for shift in ["", "x"] {
                let text = format!("{shift}{text}");
                let mut bytes = mark.to_vec();
                bytes.extend(text.encode_utf16().flat_map(to_bytes));
                let mut decoded = String::new();
                Utf8::new(bytes.as_slice()).unwrap().read_to_string(&mut decoded).unwrap();
                assert!(decoded == text);
            }
        }
    }

    #[test]
    fn half_a_character_at_the_end_does_not_hang() {
        let mut decoded = String::new();
        Utf8::new(&b"\xFF\xFEa\0b\0\x3D\xD8\x11"[..]).unwrap().read_to_string(&mut decoded).unwrap();
        assert!(decoded.starts_with("ab"));
        let mut plain = Vec::new();
        Utf8::new(&b"\xFF\xFF raw"[..]).unwrap().read_to_end(&mut plain).unwrap();
        assert_eq!(plain, b"\xFF\xFF raw");
    }
}
