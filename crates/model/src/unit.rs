//! A piece of content with its provenance: the only type that can hold the bytes of a credential.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Origin, Region, Span, Surface};

/// The part of a longer text that a Unit holds. Parts overlap, so that what stands across a seam is whole in one of them;
/// each reports only what begins in its own share, so that nothing is reported twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Lines of the text before the part.
    pub lines: u32,
    /// Characters before the part on the line in which it begins.
    pub columns: u32,
    /// Bytes of the text before the part.
    pub bytes: usize,
    /// The part's own share, in its own bytes.
    pub own: Span,
}

impl Window {
    /// Where a region of the part stands in the whole text.
    #[must_use]
    pub fn place(&self, region: Region) -> Region {
        let column = |line: u32, column: u32| if line == 1 { column.saturating_add(self.columns) } else { column };
        Region {
            line: region.line.saturating_add(self.lines),
            column: column(region.line, region.column),
            end_line: region.end_line.saturating_add(self.lines),
            end_column: column(region.end_line, region.end_column),
            span: Span::new(region.span.start.saturating_add(self.bytes), region.span.end.saturating_add(self.bytes)),
        }
    }
}

/// A part of a Unit that also stands in the Unit it was built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it starts in the base.
    pub from: usize,
    /// Where it stands in this Unit.
    pub span: Span,
}

/// How a Unit was built from others that were pushed before it into the same sink.
///
/// Units with a lineage come depth first. A sink that keeps a stack, cuts it to `depth` entries at each such Unit and puts
/// the Unit's results on it, finds what it knows of the base at `depth - 1`. A Unit without lineage leaves the stack alone.
#[derive(Clone, Copy, Debug)]
pub struct Lineage<'a> {
    /// How many bases are below it.
    pub depth: usize,
    /// What was copied from the base, in order and without overlap; everything else is new. `None` if the whole Unit is new,
    /// or if its base was not pushed.
    pub copies: Option<&'a [Copied]>,
}

/// Content read once, with every place it was read from.
///
/// Deliberately not serializable; `Debug` prints path and length only.
#[derive(Clone)]
pub struct Unit<'a> {
    origins: Vec<Arc<Origin>>,
    bytes: Cow<'a, [u8]>,
    window: Option<Window>,
    lineage: Option<Lineage<'a>>,
}

impl<'a> Unit<'a> {
    /// A Unit that borrows its content, for instance from a reused read buffer.
    #[must_use]
    pub fn new(origin: Arc<Origin>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { origins: vec![origin], bytes: bytes.into(), window: None, lineage: None }
    }

    /// Adds a further place where the same content stands.
    pub fn add_origin(&mut self, origin: Arc<Origin>) {
        self.origins.push(origin);
    }

    /// The place that names this Unit: the first one.
    #[must_use]
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origins[0]
    }

    /// All places with this content, the naming one first.
    #[must_use]
    pub fn origins(&self) -> &[Arc<Origin>] {
        &self.origins
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same Unit, as a part of a longer text.
    #[must_use]
    pub fn part(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Which part of a longer text it is; `None` for a whole.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// The same Unit, known to be built from others.
    #[must_use]
    pub fn built(mut self, lineage: Lineage<'a>) -> Self {
        self.lineage = Some(lineage);
        self
    }

    /// How it was built from others, if its source knows.
    #[must_use]
    pub fn lineage(&self) -> Option<Lineage<'a>> {
        self.lineage
    }

    /// The same Unit, each of its files of a working folder known for what it is.
    #[must_use]
    pub fn known_as(mut self, surface: Surface) -> Self {
        for origin in self.origins.iter_mut().filter(|origin| origin.surface == Surface::Worktree && surface != Surface::Worktree) {
            Arc::make_mut(origin).surface = surface;
        }
        self
    }

    /// The same Unit, independent of the buffer it was read into.
    #[must_use]
    pub fn into_owned(self) -> Unit<'static> {
        Unit { origins: self.origins, bytes: Cow::Owned(self.bytes.into_owned()), window: self.window, lineage: None }
    }
}

impl fmt::Debug for Unit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({}, {} bytes)", self.origin().path, self.bytes.len())
    }
}
