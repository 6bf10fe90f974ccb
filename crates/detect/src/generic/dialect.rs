//! How a file writes that a name has a value, by the name of the file.

use unkeyed_model::Origin;

use crate::placeholder::language::{self, Language};
use crate::placeholder::word_list::WordList;

/// Kinds of files that differ in what an unquoted word is and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A program: an unquoted word is an expression.
    Code,
    /// Scripts: a word ends at a blank.
    Shell,
    /// One name and one value a line.
    Config,
    Yaml,
    Json,
    /// XML and HTML.
    Markup,
    Sql,
    /// Cells, separated by commas or tabs.
    Table,
    /// Text for people.
    Prose,
    /// Texts of a user interface: what a password is called, not what it is.
    Locale,
    /// Checksums of dependencies, and the name service switch, where `passwd` is a table.
    Lock,
    /// Anything else.
    Other,
    /// What another text held encoded or escaped.
    Decoded,
}

static SHELL: WordList = WordList::new("sh bash zsh ksh fish csh bat cmd ps1 psm1 psd1 mk dockerfile containerfile");
static CONFIG: WordList =
    WordList::new("env ini cfg conf cnf properties props toml config envrc service rc inventory desktop editorconfig npmrc pypirc");
static MARKUP: WordList =
    WordList::new("xml config csproj vbproj fsproj props xaml plist resx html htm jsp aspx cshtml razor jelly wsdl xsd svg xhtml nuspec");
/// Files of Erlang's terms whose names end like those of XML.
static TERMS: WordList = WordList::new("sys.config rebar.config advanced.config vars.config");
static SQL: WordList = WordList::new("sql ddl dml pck pkb pks psql pgsql mysql plsql");
/// Folders and file names of translations.
static LOCALE: WordList =
    WordList::new("i18n l10n lang langs languages locale locales localization messages translation translations lproj");
/// Languages by their codes (ISO 639-1), as names of files: those that are no ordinary names.
static LANGUAGES: WordList = WordList::new(
    "
    ar bg bn cs da de el en es et eu fa fi fr he hi hu it ja ko lt lv nb nl nn pl pt ro ru sl sq sr sv th tr uk vi zh
",
);
/// Extensions of files that hold translations, if they lie where those do.
static TEXTS: WordList = WordList::new("json yml yaml properties resx php inc js ts ini conf cfg toml txt xml csv ftl lang plist");
/// Texts that carry no extension.
static PROSE_NAMES: WordList =
    WordList::new("authors changelog changes contributing copying history install license news notice readme thanks todo");
static LOCKS: WordList = WordList::new(
    "
    package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml cargo.lock go.sum poetry.lock composer.lock pipfile.lock
    gemfile.lock packages.lock.json flake.lock bun.lock uv.lock mix.lock pubspec.lock podfile.lock .terraform.lock.hcl nsswitch.conf
",
);

impl Dialect {
    pub(super) fn of(file: Option<&Origin>) -> Self {
        let Some(origin) = file else { return Self::Decoded };
        let name = origin.file_name().to_ascii_lowercase();
        let name = language::without_suffix(&name);
        if LOCKS.has(name.as_bytes()) {
            return Self::Lock;
        }
        if PROSE_NAMES.has(name.as_bytes()) {
            return Self::Prose;
        }
        let extension = name.rsplit_once('.').map_or(name, |(_, extension)| extension);
        match extension {
            "po" | "pot" | "mo" | "gmo" | "qm" | "arb" | "xliff" | "xlf" | "strings" => return Self::Locale,
            _ if is_manual(origin, extension) => return Self::Prose,
            "json" | "json5" | "jsonc" | "har" | "ipynb" | "tfstate" if !is_locale(origin) => return Self::Json,
            "yml" | "yaml" if !is_locale(origin) => return Self::Yaml,
            // Of Android.
            "xml" if name.starts_with("strings") => return Self::Locale,
            "config" if TERMS.has(name.as_bytes()) => return Self::Code,
            // Source maps hold programs.
            "map" => return Self::Code,
            _ if TEXTS.has(extension.as_bytes()) && is_locale(origin) => return Self::Locale,
            _ => {}
        }
        let env = name == ".env" || name.starts_with(".env.") || name.starts_with("env.") && !name.ends_with("js");
        match extension {
            _ if env || CONFIG.has(extension.as_bytes()) && extension != "config" && extension != "props" => Self::Config,
            _ if SHELL.has(extension.as_bytes()) || name.starts_with("dockerfile") || name == "makefile" => Self::Shell,
            _ if MARKUP.has(extension.as_bytes()) => Self::Markup,
            _ if SQL.has(extension.as_bytes()) => Self::Sql,
            "csv" | "tsv" => Self::Table,
            _ => match Language::of(origin) {
                Language::Code => Self::Code,
                Language::Prose => Self::Prose,
                Language::Data if matches!(extension, "log" | "eml" | "mbox" | "txt") => Self::Prose,
                Language::Data => Self::Other,
            },
        }
    }

    /// Whether an unquoted word is a value.
    pub(super) const fn has_bare_values(self) -> bool {
        !matches!(self, Self::Code | Self::Json | Self::Sql | Self::Locale | Self::Lock)
    }

    /// Whether values are set here for use, not named or explained.
    pub(super) const fn is_configuration(self) -> bool {
        matches!(self, Self::Shell | Self::Config | Self::Yaml | Self::Json | Self::Markup | Self::Table | Self::Other | Self::Decoded)
    }
}

/// A page of the manual: `man/man5/passwd.5`, `man/ja/man1/chage.1`.
fn is_manual(origin: &Origin, extension: &str) -> bool {
    extension.starts_with(|first: char| first.is_ascii_digit()) && extension.len() < 6 && origin.path.split('/').any(|part| part == "man")
}

/// `locales/de.json`, `messages_fr.properties`, `strings.de.resx`, `fr-CA.json`.
fn is_locale(origin: &Origin) -> bool {
    let name = origin.file_name();
    if name.strip_suffix(".properties").is_some_and(is_bundle) {
        return true;
    }
    if let Some((stem, "json" | "yml" | "yaml" | "properties" | "js" | "ts" | "php")) = name.split_once('.') {
        let (language, region) = stem.split_once(['-', '_']).unwrap_or((stem, "XX"));
        let is_region = region.len() == 2 || matches!(region, "419" | "Hans" | "Hant" | "Latn" | "Cyrl");
        if LANGUAGES.has(language.as_bytes()) && is_region {
            return true;
        }
    }
    let path = origin.path.to_ascii_lowercase();
    let parts: Vec<&str> = path.split(['/', '.', '_']).collect();
    parts.iter().take(parts.len().saturating_sub(1)).any(|part| LOCALE.has(part.as_bytes()))
}

/// `CoreResources_pt_BR`: a bundle of Java's, named after what it holds and the language in which it holds it.
fn is_bundle(stem: &str) -> bool {
    let mut parts = stem.rsplit('_');
    let last = parts.next().unwrap_or_default();
    let is_region = last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_uppercase());
    let language = if is_region { parts.next().unwrap_or_default() } else { last };
    parts.next().is_some_and(|name| name.len() > 2) && LANGUAGES.has(language.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        let of = |path: &str| Dialect::of(Some(&Origin { path: path.into(), ..Origin::default() }));
        for (path, dialect) in [
            ("src/App.PY", Dialect::Code),
            ("deploy/.env.production", Dialect::Config),
            (".env.example", Dialect::Config),
            ("Dockerfile", Dialect::Shell),
            ("a/web.config", Dialect::Markup),
            ("app.yml", Dialect::Yaml),
            ("README.md", Dialect::Prose),
            ("src/locales/de.json", Dialect::Locale),
            ("assets/pt_BR.json", Dialect::Locale),
            ("bg.sh", Dialect::Shell),
            ("messages_de.properties", Dialect::Locale),
            ("core/CoreResources_zh.properties", Dialect::Locale),
            ("core/CoreResources_pt_BR.properties", Dialect::Locale),
            ("core/db_de.properties", Dialect::Config),
            ("rel/sys.config", Dialect::Code),
            ("lib/login_live.ex.eex", Dialect::Code),
            ("web/fr-CA.json", Dialect::Locale),
            ("deploy/fr-prod.json", Dialect::Json),
            ("app/src/main/res/values-de/strings.xml", Dialect::Locale),
            ("package-lock.json", Dialect::Lock),
            ("package.json", Dialect::Json),
            ("usr/share/man/ja/man1/chage.1", Dialect::Prose),
            ("usr/share/locale/de/shadow.mo", Dialect::Locale),
            ("export/users.csv", Dialect::Table),
            ("unknown", Dialect::Other),
        ] {
            assert_eq!(of(path), dialect, "{path}");
        }
        assert_eq!(Dialect::of(None), Dialect::Decoded);
    }
}
