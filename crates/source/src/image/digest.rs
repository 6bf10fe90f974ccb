//! Content digests (OCI image specification, "Digests") and readers that check them on the way.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use sha2::{Digest as _, Sha256, Sha512};

/// A digest as manifests write it: `sha256:` and hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest(String);

impl Digest {
    /// `text`, if it is an algorithm and hex. What comes from a manifest becomes part of a path: nothing else gets in.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let (algorithm, hex) = text.split_once(':')?;
        let is_name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let fits = match algorithm {
            "sha256" => hex.len() == 64,
            "sha512" => hex.len() == 128,
            _ => hex.len() >= 32,
        };
        (fits && is_name(algorithm) && is_name(hex)).then(|| Self(text.to_owned()))
    }

    /// Digest of `bytes` by the default algorithm.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hex(&Sha256::digest(bytes))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    pub(crate) fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// Why `bytes` are not what the digest stands for, if so.
    pub(crate) fn contradicts(&self, bytes: &[u8]) -> Option<String> {
        let mut hashing = Hashing::new(bytes, Some(self.clone()));
        hashing.finish().unwrap_or_else(|error| Some(error.to_string()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts and hashes what is read through it.
pub(crate) struct Hashing<R> {
    inner: R,
    expected: Option<Digest>,
    state: State,
    count: Rc<Cell<u64>>,
}

enum State {
    Off,
    Sha256(Sha256),
    Sha512(Sha512),
}

impl<R: Read> Hashing<R> {
    /// Without an expectation it only counts.
    pub(crate) fn new(inner: R, expected: Option<Digest>) -> Self {
        let state = match expected.as_ref().map(Digest::algorithm) {
            Some("sha256") => State::Sha256(Sha256::new()),
            Some("sha512") => State::Sha512(Sha512::new()),
            _ => State::Off,
        };
        Self { inner, expected, state, count: Rc::default() }
    }

    /// The number of bytes read so far, kept up to date.
    pub(crate) fn count(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.count)
    }

    /// Reads to the end; says why the content is not the expected one, if so.
    pub(crate) fn finish(&mut self) -> io::Result<Option<String>> {
        io::copy(self, &mut io::sink())?;
        let found = match std::mem::replace(&mut self.state, State::Off) {
            State::Sha256(state) => hex(&state.finalize()),
            State::Sha512(state) => hex(&state.finalize()),
            State::Off => {
                let unknown = self.expected.as_ref().map(Digest::algorithm);
                return Ok(unknown.map(|name| format!("digests of kind {name} can't be checked")));
            }
        };
        let wrong = self.expected.as_ref().is_some_and(|expected| expected.hex() != found);
        Ok(wrong.then(|| format!("the content's digest is {found}, another than the image names")))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        match &mut self.state {
            State::Sha256(state) => state.update(&buffer[..read]),
            State::Sha512(state) => state.update(&buffer[..read]),
            State::Off => {}
        }
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
