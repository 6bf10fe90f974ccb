//! Globs of the policy: over paths, where `*` stops at a slash, and over names, where it doesn't.

use globset::{GlobBuilder, GlobMatcher};

/// A glob, or plain text if it isn't one.
#[derive(Debug)]
pub(crate) struct Glob {
    text: String,
    matcher: Option<GlobMatcher>,
}

impl Glob {
    /// Over repository-relative paths.
    pub(crate) fn path(text: &str) -> Self {
        Self::new(text.strip_prefix("./").unwrap_or(text), Slash::Separates)
    }

    /// Over workload ids and other names.
    pub(crate) fn name(text: &str) -> Self {
        Self::new(text, Slash::IsAnyCharacter)
    }

    fn new(text: &str, slash: Slash) -> Self {
        let glob = GlobBuilder::new(text).literal_separator(slash == Slash::Separates).empty_alternates(true).build();
        Self { text: text.to_owned(), matcher: glob.ok().map(|glob| glob.compile_matcher()) }
    }

    /// Whether it matches. Ids may hold brackets, so that plain equality counts too.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.text == text || self.matcher.as_ref().is_some_and(|matcher| matcher.is_match(text))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slash {
    Separates,
    IsAnyCharacter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stops_at_slashes_of_paths_only() {
        assert!(Glob::path("deploy/*.env").matches("deploy/billing.env"));
        assert!(!Glob::path("deploy/*.env").matches("deploy/x/billing.env"));
        assert!(Glob::path("deploy/**").matches("deploy/x/billing.env"));
        assert!(Glob::name("gha:*#deploy").matches("gha:.github/workflows/x.yml#deploy"));
        assert!(Glob::name("gha:x#[a").matches("gha:x#[a"));
    }
}
