//! Standard input that may stay silent: whoever waits for it can still be told to stop.
//!
//! One decision a reader would question: it is read by a thread of its own that nobody joins. A read that blocks can't
//! be called back; when the scan is told to stop, it goes on without that thread.

use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::Flow;

/// Bytes handed over at a time.
const CHUNK: usize = 256 << 10;
/// How often it is asked whether to go on.
const PATIENCE: Duration = Duration::from_millis(100);

/// A stream that asks, whenever it has to wait, whether to go on; it ends if not.
pub(crate) struct Patient<A> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: Cursor<Vec<u8>>,
    ask: A,
}

impl<A: FnMut() -> Flow> Patient<A> {
    pub(crate) fn new(mut input: impl Read + Send + 'static, ask: A) -> Self {
        let (sender, chunks) = sync_channel(2);
        std::thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let failed = read.is_err();
                let chunk = read.map(|length| {
                    chunk.truncate(length);
                    chunk
                });
                if sender.send(chunk).is_err() || failed {
                    return;
                }
            }
        });
        Self { chunks, current: Cursor::default(), ask }
    }
}

impl<A: FnMut() -> Flow> Read for Patient<A> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => self.current = Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) if (self.ask)() == Flow::Continue => {}
                Err(_) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says something, and then nothing for ever.
    struct Silent(Option<&'static [u8]>);

    impl Read for Silent {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(text) = self.0.take() else {
                loop {
                    std::thread::park();
                }
            };
            buffer[..text.len()].copy_from_slice(text);
            Ok(text.len())
        }
    }

    #[test]
    fn silence_ends_when_told_to_stop() {
        let mut asked = 0;
        let ask = || {
            asked += 1;
            if asked == 2 { Flow::Stop } else { Flow::Continue }
        };
        let text = io::read_to_string(Patient::new(Silent(Some(b"said")), ask)).unwrap();
        assert_eq!((text.as_str(), asked), ("said", 2));
    }

    #[test]
    fn all_of_a_stream_arrives() {
        let text = "0123456789".repeat(CHUNK / 3);
        let read = io::read_to_string(Patient::new(Cursor::new(text.clone()), || Flow::Continue)).unwrap();
        assert!(read == text);
    }
}
