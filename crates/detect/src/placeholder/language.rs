//! What an unquoted word means, by the name of the file.

use unkeyed_model::Origin;

use super::word_list::WordList;

/// Kinds of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// A program: an unquoted word is an identifier.
    Code,
    /// Text for people.
    Prose,
    /// Configuration and everything else: an unquoted word is a literal.
    Data,
}

/// Extensions of programming languages, and of configuration languages with expressions.
static CODE: WordList = WordList::new(
    "
    astro bicep c cc cfc cjs clj cljs coffee cpp cr cs css cts cue cxx d dart elm erl ex exs fs fsx gemspec go gradle graphql graphqls groovy h hcl hpp hs hxx java jl
    js jsonnet jsx kt kts less libsonnet lua m mjs ml mli mm mts nim nix pas phar php pl pm proto py pyi pyx r rake rb rs sass scala scss sol svelte swift tf
    tfvars tofu ts tsx v vb vbs vue zig
",
);

/// Programs whose files carry no extension.
static PROGRAMS: WordList = WordList::new(
    "
    appfile berksfile brewfile build capfile dangerfile fastfile gemfile guardfile jenkinsfile podfile rakefile sconstruct snakefile
    tiltfile vagrantfile workspace
",
);

/// Extensions of text for people.
static PROSE: WordList = WordList::new(
    "
    adoc asciidoc htm html markdown md mdx po pot rst tex
",
);

impl Language {
    pub(crate) fn of(origin: &Origin) -> Self {
        let name = origin.file_name();
        let Some((_, extension)) = name.rsplit_once('.') else {
            return if PROGRAMS.has_any_case(name.as_bytes()) { Self::Code } else { Self::Data };
        };
        if CODE.has_any_case(extension.as_bytes()) {
            Self::Code
        } else if PROSE.has_any_case(extension.as_bytes()) {
            Self::Prose
        } else {
            Self::Data
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_extension() {
        let of = |path: &str| Language::of(&Origin { path: path.into(), ..Origin::default() });
        assert_eq!(of("src/App.PY"), Language::Code);
        assert_eq!(of("deploy/.env"), Language::Data);
        assert_eq!(of("Dockerfile"), Language::Data);
        assert_eq!(of("contrib/Vagrantfile"), Language::Code);
        assert_eq!(of("README.md"), Language::Prose);
    }
}
