//! Goes through one outermost file: decides what a content is, hands it to its reader, and pushes what comes out.

use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use unkeyed_model::{Origin, SkipReason};

use super::limits::{self, Budget};
use super::place::Place;
use super::sniff::{self, Reader};
use super::{HEAD_BYTES, Halt, Outcome, Push, ReadSeek, row, sealed};
use crate::{Event, Flow, read};

/// Content on its way in.
pub(super) enum Content<'c> {
    /// Read once, front to back.
    Stream(&'c mut dyn Read),
    /// Read at any place.
    Seek(&'c mut dyn ReadSeek),
}

impl Content<'_> {
    fn reader(&mut self) -> &mut dyn Read {
        match self {
            Self::Stream(stream) => stream,
            Self::Seek(file) => file,
        }
    }
}

/// The state of the way through one outermost file.
pub(super) struct Door<'d> {
    /// What may still be spent.
    pub(super) budget: &'d Budget,
    push: Push<'d>,
    rows: u64,
    units: u64,
    /// Buffers of members that are done with.
    spare: Vec<Vec<u8>>,
    stopped: bool,
}

impl<'d> Door<'d> {
    pub(super) fn new(budget: &'d Budget, push: Push<'d>) -> Self {
        Self { budget, push, rows: 0, units: 0, spare: Vec::new(), stopped: false }
    }

    pub(super) fn outermost(mut self, place: &Place, content: Content<'_>) -> Flow {
        // Why it ended early has been said by whoever ended it, except by a plain file.
        if let Err(Halt::Here(why, detail)) = self.enter(place, content) {
            self.rows = 0;
            let _ = self.say(place, why, detail);
        }
        if self.rows > limits::ROWS && !self.stopped {
            let detail =
                format!("{} more rows of members that were not read; {} are shown for one file", self.rows - limits::ROWS, limits::ROWS);
            self.rows = 0;
            let _ = self.say(place, SkipReason::Limit, detail);
        }
        if self.stopped { Flow::Stop } else { Flow::Continue }
    }

    /// Reads the member `name` of the container at `place`.
    pub(super) fn member(&mut self, place: &Place, name: &[u8], content: &mut dyn Read) -> Outcome {
        self.budget.entry()?;
        self.enter(&place.member(name), Content::Stream(content))
    }

    /// Reads what is left when the compression of `place` is undone.
    pub(super) fn decompressed(&mut self, place: &Place, content: &mut dyn Read) -> Outcome {
        self.enter(&place.inside(), Content::Stream(content))
    }

    /// Pushes text that was taken out of the container at `place`, as its member `name`.
    pub(super) fn text(&mut self, place: &Place, name: &[u8], text: &[u8]) -> Outcome {
        self.budget.entry()?;
        self.unit(place.member(name).into_origin(), text)
    }

    /// Says that the container at `place`, or a part of it, was not read.
    pub(super) fn say(&mut self, place: &Place, why: SkipReason, detail: impl Into<String>) -> Outcome {
        self.rows += 1;
        if self.rows > limits::ROWS {
            return Ok(());
        }
        self.emit(Event::Skip(row(place.path(), why, detail.into())))
    }

    /// Says that the member `name` was not read.
    pub(super) fn skip(&mut self, place: &Place, name: &[u8], why: SkipReason, detail: impl Into<String>) -> Outcome {
        self.budget.entry()?;
        self.say(&place.member(name), why, detail)
    }

    /// Says that links and special files were met.
    pub(super) fn say_links(&mut self, place: &Place, links: u64) -> Outcome {
        if links == 0 {
            return Ok(());
        }
        self.say(place, SkipReason::NotARegularFile, format!("{links} links and special files in it, which have no content of their own"))
    }

    fn unit(&mut self, origin: Origin, content: &[u8]) -> Outcome {
        self.units += 1;
        let flow = read::emit(origin, content, self.push);
        self.after(flow)
    }

    fn emit(&mut self, event: Event<'_>) -> Outcome {
        let flow = (self.push)(event);
        self.after(flow)
    }

    fn after(&mut self, flow: Flow) -> Outcome {
        if flow == Flow::Stop {
            self.stopped = true;
            return Err(Halt::All);
        }
        Ok(())
    }

    fn enter(&mut self, place: &Place, content: Content<'_>) -> Outcome {
        let mut buffer = self.spare.pop().unwrap_or_default();
        let held = self.budget.held();
        let outcome = self.enter_with(place, content, &mut buffer);
        self.budget.hold_only(held);
        if buffer.capacity() <= limits::SPARE_BYTES {
            buffer.clear();
            self.spare.push(buffer);
        }
        outcome
    }

    fn enter_with(&mut self, place: &Place, mut content: Content<'_>, buffer: &mut Vec<u8>) -> Outcome {
        let begun = self.fill(buffer, content.reader(), HEAD_BYTES);
        let Some(format) = sniff::format(buffer, place.name()).filter(|_| begun.is_ok()) else {
            if let Some((why, what)) = sealed::what(buffer, place.name()) {
                self.say(place, why, format!("{what}, which is not opened; searched as plain bytes"))?;
            }
            return self.leaf(place, content.reader(), buffer, begun);
        };
        if place.depth() >= limits::DEPTH {
            self.say(place, SkipReason::Limit, format!("a container inside {} others is not opened", limits::DEPTH))?;
            return self.leaf(place, content.reader(), buffer, begun);
        }
        let units = self.units;
        match (format, &mut content) {
            (Reader::Stream(read), content) => {
                let mut whole = io::BufReader::with_capacity(limits::STREAM_BYTES, buffer.chain(content.reader()));
                self.container(place, |door| read(door, place, &mut whole))?;
            }
            (Reader::Seek { read, .. }, Content::Seek(file)) => {
                file.rewind()?;
                self.container(place, |door| read(door, place, *file))?;
            }
            (reader, content) => self.held(place, reader, content.reader(), buffer)?,
        }
        if self.units > units {
            return Ok(());
        }
        if let Content::Seek(file) = content {
            buffer.clear();
            file.rewind()?;
            return self.leaf(place, file, buffer, Ok(true));
        }
        self.unit(place.of_plain().into_origin(), buffer)
    }

    /// Reads a format that can't be streamed from memory. What is too large for that is streamed after all if the
    /// format has a reader for it, else the first part is read.
    fn held(&mut self, place: &Place, reader: Reader, content: &mut dyn Read, buffer: &mut Vec<u8>) -> Outcome {
        let room = self.budget.room(buffer);
        let filled = self.fill(buffer, content, room + 1);
        match (reader, filled) {
            (Reader::Seek { piecewise: Some(read), .. }, Ok(false)) => {
                let mut whole = io::BufReader::with_capacity(limits::STREAM_BYTES, buffer.chain(content));
                return self.container(place, |door| read(door, place, &mut whole));
            }
            (_, filled) => self.say_cut(place, room, filled)?,
        }
        match reader {
            Reader::Slice(read) => self.container(place, |door| read(door, place, buffer)),
            Reader::Seek { read, .. } => self.container(place, |door| read(door, place, &mut Cursor::new(&buffer[..]))),
            Reader::Stream(read) => self.container(place, |door| read(door, place, &mut &buffer[..])),
        }
    }

    /// Pushes content that is no container, the first part of it if it is too large.
    fn leaf(&mut self, place: &Place, content: &mut dyn Read, buffer: &mut Vec<u8>, begun: Result<bool, Halt>) -> Outcome {
        let place = &place.of_plain();
        let room = self.budget.room(buffer);
        let filled = begun.and_then(|_| self.fill(buffer, content, room + 1));
        buffer.truncate(room);
        if !buffer.is_empty() || filled.is_ok() {
            self.unit(place.clone().into_origin(), buffer)?;
        }
        self.say_cut(place, room, filled)
    }

    fn say_cut(&mut self, place: &Place, room: usize, filled: Result<bool, Halt>) -> Outcome {
        self.budget.within()?;
        match filled {
            Ok(true) => Ok(()),
            Ok(false) => self.say(place, SkipReason::Limit, format!("larger than {room} bytes, of which the first were read")),
            Err(Halt::Here(why, detail)) => self.say(place, why, detail),
            Err(Halt::All) => Err(Halt::All),
        }
    }

    /// Reads on until `buffer` has `upto` bytes; true if the content ended before.
    fn fill(&mut self, buffer: &mut Vec<u8>, content: &mut dyn Read, upto: usize) -> Result<bool, Halt> {
        while buffer.len() < upto {
            let target = (buffer.len() * 2).max(HEAD_BYTES).min(upto);
            self.budget.hold(target - buffer.len());
            buffer.reserve_exact(target - buffer.len());
            content.take((target - buffer.len()) as u64).read_to_end(buffer)?;
            if buffer.len() < target {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs a reader. What goes wrong in it costs this container, and is said; a limit of the whole file ends all.
    fn container(&mut self, place: &Place, read: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let outcome = catch_unwind(AssertUnwindSafe(|| read(self)));
        let outcome = outcome.unwrap_or_else(|_| Err(Halt::Here(SkipReason::InternalError, "the program failed on this file".into())));
        match (outcome, self.budget.within()) {
            (Ok(()), _) => Ok(()),
            (Err(Halt::All), _) => Err(Halt::All),
            (Err(Halt::Here(..)), Err(Halt::Here(why, detail))) => {
                self.rows = self.rows.min(limits::ROWS - 1);
                self.say(place, why, detail)?;
                Err(Halt::All)
            }
            (Err(Halt::Here(why, detail)), _) => self.say(place, why, detail),
        }
    }
}
