//! Splits a text into its JSON objects, part by part: one a line, a list of them, or a list inside of an object.
//!
//! The decision a reader would question: what stands around the objects is not checked. An object that is cut off, or
//! larger than the limit, is left out, and reading goes on at the next line.

/// Largest object, in bytes. CloudTrail's are 256 KB at most, Kubernetes' audit events as large as what is written (1.5 MB).
pub(super) const MAX_BYTES: usize = 2 << 20;

/// Keys under which logs keep the list of their events.
const LISTS: &[&str] = &["Records", "records", "Events", "events", "value", "items", "data", "entries"];

/// One object.
#[derive(Debug)]
pub(super) struct Record<'r> {
    pub(super) bytes: &'r [u8],
    /// Where it starts in the whole text.
    pub(super) start: usize,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// State between parts.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The object that is under way; empty outside of objects.
    object: Vec<u8>,
    /// Open braces and brackets of it.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// It is too large; its bytes are not kept.
    dropped: bool,
    /// The key that stands before the value at the first level, as a range of the object.
    key: (usize, usize),
    start: Place,
    here: Place,
    too_large: u64,
}

/// A place in the whole text, from 0.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    byte: usize,
    line: u32,
    column: u32,
}

impl Records {
    /// How many objects were too large, and whether one is not complete.
    pub(super) const fn faults(&self) -> (u64, bool) {
        (self.too_large, self.depth > 0)
    }

    /// Reads the next part.
    pub(super) fn push(&mut self, bytes: &[u8], take: &mut dyn FnMut(&Record<'_>)) {
        for &byte in bytes {
            if self.depth == 0 {
                self.outside(byte)
            } else {
                self.inside(byte, take)
            }
            self.here.byte += 1;
            if byte == b'\n' {
                self.here.line = self.here.line.saturating_add(1);
                self.here.column = 0;
            } else {
                self.here.column = self.here.column.saturating_add(1);
            }
        }
    }

    /// Between objects: a line's end closes whatever quotes seemed to open.
    fn outside(&mut self, byte: u8) {
        match byte {
            b'\n' => self.in_string = false,
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' if !self.in_string => {
                self.object.clear();
                self.object.push(byte);
                (self.depth, self.dropped, self.key, self.start) = (1, false, (0, 0), self.here);
            }
            _ => {}
        }
    }

    fn inside(&mut self, byte: u8, take: &mut dyn FnMut(&Record<'_>)) {
        let is_full = self.object.len() >= MAX_BYTES;
        if is_full && !self.dropped {
            self.dropped = true;
            self.too_large += 1;
        }
        if !self.dropped {
            self.object.push(byte);
        }
        if self.in_string {
            self.in_text(byte);
            return;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.key.0 = if self.depth == 1 { self.object.len() } else { self.key.0 };
            }
            b'[' if self.depth == 1 && self.opens_list() => self.leave(),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    if !self.dropped {
                        let Place { byte: start, line, column } = self.start;
                        take(&Record { bytes: &self.object, start, line: line + 1, column: column + 1 });
                    }
                    self.leave();
                }
            }
            b'\n' if self.dropped => self.leave(),
            _ => {}
        }
    }

    fn in_text(&mut self, byte: u8) {
        match byte {
            // No string of JSON holds a line's end: this was no object.
            b'\n' => self.leave(),
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_string = false;
                if self.depth == 1 {
                    self.key.1 = self.object.len().saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// Whether the bracket that was just read opens a list of events: then this object only holds them.
    fn opens_list(&self) -> bool {
        let key = self.object.get(self.key.0..self.key.1).unwrap_or_default();
        LISTS.iter().any(|list| list.as_bytes() == key)
    }

    fn leave(&mut self) {
        self.object.clear();
        (self.depth, self.in_string, self.escaped, self.dropped) = (0, false, false, false);
    }
}
