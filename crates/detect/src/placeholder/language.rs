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
    abap adb ads ahk apex astro au3 bas bicep c cairo cbl cc cfc cjs cl clj cljc cljs cob coffee cpp cr cs css cts cu cue cxx d dart dpr el elm erl ets ex exs f90 fs fsx gd gemspec gleam
    go gradle graphql graphqls groovy h hcl hh hpp hs hx hxx hy inl ino java jl
    js jsonnet jsx kt kts less libsonnet lisp lsp lua m mjs ml mli mm mts move nim nix odin pas
    pde phar php pl pm pp proto purs py pyi pyw pyx qml r rake raku rb res rkt rs sass scala scm scss sol svelte swift t tf
    tfvars tofu ts tsx v vb vbs vhd vue vy zig
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

/// Suffixes of files of which others are made, or were.
const SUFFIXES: &[&str] = &[
    ".example",
    ".sample",
    ".template",
    ".dist",
    ".tpl",
    ".tmpl",
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".eex",
    ".epp",
    ".mustache",
    ".hbs",
    ".gotmpl",
    ".tt",
    ".bak",
    ".orig",
    ".old",
];

/// The name of the file that is made of one with this name: `conf.php` of `conf.php.dist`.
pub(crate) fn without_suffix(name: &str) -> &str {
    SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

impl Language {
    pub(crate) fn of(origin: &Origin) -> Self {
        let name = without_suffix(origin.file_name());
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
        assert_eq!(of("conf.php.dist"), Language::Code);
        assert_eq!(of("deploy/.env"), Language::Data);
        assert_eq!(of("Dockerfile"), Language::Data);
        assert_eq!(of("contrib/Vagrantfile"), Language::Code);
        assert_eq!(of("README.md"), Language::Prose);
    }
}
