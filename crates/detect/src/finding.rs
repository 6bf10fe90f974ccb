//! A draft with everything settled that needs the secret's bytes: from here on they are not needed any more.

use unkeyed_model::{DecodeStep, Fingerprint, Span};

use crate::fingerprint::FingerprintKey;
use crate::mask::mask;
use crate::placeholder;
use crate::structure::Draft;

/// A credential in a text. Spans are relative to the text in which it is held, which may be an encoded one.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) draft: Draft,
    /// Decodings undone to see it, outermost first.
    pub(crate) via: Vec<DecodeStep>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) mask: String,
    /// Positions of the Unit's origins at which it is allowed.
    pub(crate) allowed_at: Vec<usize>,
}

impl Finding {
    /// Settles a draft of `text`. `is_public` knows the documented example values of all rules.
    pub(crate) fn seal(mut draft: Draft, text: &[u8], key: &FingerprintKey, is_public: impl Fn(&[u8]) -> bool) -> Self {
        let secret = text.get(draft.secret.start..draft.secret.end).unwrap_or_default();
        let normalised = draft.normalised.take();
        let bytes = normalised.as_deref().unwrap_or(secret);
        if draft.public_because.is_none() {
            draft.public_because = if is_public(secret) || is_public(bytes) {
                Some("a documented example value".into())
            } else {
                placeholder::in_token(secret).map(Into::into)
            };
        }
        let fingerprint = key.digest(&draft.kind, bytes);
        let mask = mask(&draft.rule, draft.role, secret);
        Self { draft, via: Vec::new(), fingerprint, mask, allowed_at: Vec::new() }
    }

    /// Moves it from a decoded text to the encoded one.
    pub(crate) fn lift(mut self, step: DecodeStep, place: impl Fn(Span) -> Span) -> Self {
        self.draft.secret = place(self.draft.secret);
        self.draft.related.iter_mut().for_each(|span| *span = place(*span));
        self.via.insert(0, step);
        self
    }

    /// Moves it from a part of a text, which starts at `offset`, to the text.
    pub(crate) fn lift_by(mut self, offset: usize) -> Self {
        let moved = |span: Span| Span::new(span.start + offset, span.end + offset);
        self.draft.secret = moved(self.draft.secret);
        self.draft.related.iter_mut().for_each(|span| *span = moved(*span));
        self
    }
}
