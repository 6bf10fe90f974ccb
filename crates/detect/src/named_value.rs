//! The pattern of a credential that has no mark of its own: its vendor's name in the variable's name gives it away.
//!
//! One decision a reader would question: how languages write "this name has this value" stands here and not in the rules.
//! Hundreds of vendors have keys of plain hexadecimal digits; said once, the grammar is the same for all of them.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::byte_set::ByteSet;
use crate::literal;
use crate::pattern::facts::parse;

/// What a credential is called unless the rule says so.
const CALLED: &str = "key|token|secret|password|passwd|pwd|pass|credentials?|pat|auth";
/// Between vendor and name: `acme_api_`, `acme.api.`, `acme: { "api`, `[acme]` and the next line, `'acme' => ['api`.
const GAP: &str = r#"(?:[\w.\- "'`:{(\[\]\t\r\n]|=>){0,40}?"#;
/// What a name may end with after the word that makes it a credential's.
const SUFFIX: &str = r"(?:[_-]?(?i:value|prod(?:uction)?|staging|live|dev|test|sandbox|str(?:ing)?|[0-9]{1,2}))?";
/// The name's end, and what gives it a value: an assignment, a default, an argument, an element, an option, a sentence, or
/// an entry that calls its name "name" and its value "value".
const OPERATOR: &str = concat!(
    r#"\\?["'`\])]{0,3}[ \t]{0,20}(?:"#,
    r#":[ \t]?[&A-Za-z'\[\]<> ]{1,24}?=|=>|:=|={1,3}|\|{1,2}=?|\?\?=?|<-|[:,>({]|(?:is|to|or)[ \t]|\{[a-z; ]{1,40}\}[ \t]?=|"#,
    r#"</key>\s{0,40}<string>|,?\s{0,60}\\?["']?value\\?["']?[ \t]{0,8}[:=]|\{[^{}]{0,200}?default[ \t]{0,20}=|[ \t])"#
);
/// A constructor or a string's kind, and the quotation mark.
const OPEN: &str = r#"\s{0,40}(?:[A-Za-z_:.]{1,24}\(|[@bruL])?\\?["'`]?"#;
/// No byte follows that could belong to the value.
const CLOSE: &str = r"(?:[^\w+/=-]|\z)";

/// Words of which one is part of nearly every name that a credential has. They are searched for everywhere; contexts only in
/// front of one of them that gets a long value, which is why thousands of vendors' names cost so little.
pub(crate) const WORDS: &[&str] = &[
    "key",
    "token",
    "secret",
    "pass",
    "pwd",
    "auth",
    "cred",
    "private",
    "bearer",
    "jwt",
    "salt",
    "seed",
    "signature",
    "webhook",
    "hmac",
    "login",
    PAT,
];
/// Part of so many words that it counts only where the name ends with it.
const PAT: &str = "pat";
/// A name goes on for so many bytes after the start of its last word at most, `SUFFIX` included.
pub(crate) const NAME_END: usize = 40;
const SUFFIX_MAX: usize = 13;
/// Bytes between context and name, by `GAP`.
const GAP_MAX: usize = 40;
/// Most spellings of what a credential is called.
const MAX_CALLED: usize = 2_000;
/// A value that is to be found by its name's last word has so many bytes at least …
const VALUE_MIN: usize = 16;
/// … and consists of these.
const VALUE: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_+/=.:~%@-";

/// What may stand behind the name of every credential that is found by it: an operator and the beginning of a long value.
pub(crate) fn assignment() -> String {
    format!("{OPERATOR}{OPEN}[0-9A-Za-z_+/=.:~%@-]{{{VALUE_MIN}}}")
}

/// What a rule says of a named value. All three are patterns; upper and lower case count as one in the name, and not in the
/// value.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    /// What the name says of the vendor.
    pub(crate) context: &'a str,
    /// What it says it is.
    pub(crate) called: Option<&'a str>,
    pub(crate) value: &'a str,
}

impl Named<'_> {
    /// The whole pattern.
    pub(crate) fn pattern(&self) -> String {
        let called = self.called.unwrap_or(CALLED);
        format!("(?i:{}){GAP}(?i:{called}){SUFFIX}{OPERATOR}{OPEN}(?P<secret>{}){CLOSE}", self.context, self.value)
    }

    /// The pattern's first part.
    pub(crate) fn context(&self) -> Result<Hir, String> {
        parse(&format!("(?i:{})", self.context))
    }

    /// How far from the start of the context one of [`WORDS`] may stand that has an [`assignment`] behind its name, if every
    /// match has one.
    pub(crate) fn reach(&self) -> Result<Option<usize>, String> {
        let context = self.context()?.properties().maximum_len();
        let called = parse(&format!("(?i:{})", self.called.unwrap_or(CALLED)))?;
        let words = literal::spellings(&called, MAX_CALLED)
            .and_then(|all| all.iter().map(|spelling| last_word(spelling)).collect::<Option<Vec<_>>>())
            .and_then(|all| all.into_iter().max());
        let is_long = is_long(&parse(self.value)?);
        Ok(context.zip(words).filter(|_| is_long).map(|(context, word)| context + GAP_MAX + word))
    }
}

/// The bytes of which one must follow a word of [`WORDS`]; any if `None`.
pub(crate) fn may_follow(word: &str) -> Option<ByteSet> {
    parse(&format!("{SUFFIX}{OPERATOR}")).ok().filter(|_| word == PAT).and_then(|rest| literal::first_bytes(&rest))
}

/// Where the last of [`WORDS`] starts in what a credential is called.
fn last_word(called: &[u8]) -> Option<usize> {
    let is_name = |rest: &[u8]| rest.iter().all(|&byte| is_name_byte(byte)) && rest.len() + SUFFIX_MAX <= NAME_END;
    let starts = WORDS.iter().filter_map(|word| {
        let at = memchr::memmem::rfind(called, word.as_bytes())?;
        (is_name(&called[at..]) && (*word != PAT || called.ends_with(PAT.as_bytes()))).then_some(at)
    });
    starts.max()
}

/// A byte that may stand in a name.
pub(crate) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Whether every value has enough bytes, and no others than [`VALUE`].
fn is_long(value: &Hir) -> bool {
    value.properties().minimum_len().is_some_and(|length| length >= VALUE_MIN) && has_value_bytes(value)
}

fn has_value_bytes(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| VALUE.contains(byte)),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).all(|byte| VALUE.contains(&byte))
        }
        HirKind::Class(Class::Unicode(_)) => false,
        HirKind::Capture(group) => has_value_bytes(&group.sub),
        HirKind::Repetition(repetition) => has_value_bytes(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(has_value_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Pattern, PatternCache};

    const fn named(called: Option<&'static str>, value: &'static str) -> Named<'static> {
        Named { context: "acme", called, value }
    }

    fn found(text: &str) -> bool {
        let pattern = Pattern::new(&named(None, "[0-9a-f]{8}").pattern()).unwrap();
        let at = text.to_ascii_lowercase().find("acme").unwrap();
        pattern.match_at(text.as_bytes(), at, &mut PatternCache::default(), &mut 0).is_some()
    }

    #[test]
    fn every_way_to_write_a_value() {
        for text in [
            "ACME_API_KEY=0a1b2c3d",
            "export ACME_TOKEN='0a1b2c3d'",
            r#"{"acmeApiKey": "0a1b2c3d"}"#,
            r#"{\"acme_key\":\"0a1b2c3d\"}"#,
            "acme:\n  api_key: 0a1b2c3d\n",
            "acme: { token: '0a1b2c3d' }",
            r#"const ACME_KEY: &str = "0a1b2c3d";"#,
            "let acmeToken := `0a1b2c3d`",
            "acme.api.key => '0a1b2c3d',",
            r#"os.getenv("ACME_KEY", "0a1b2c3d")"#,
            r#"process.env.ACME_KEY || "0a1b2c3d""#,
            "<acmeApiKey>0a1b2c3d</acmeApiKey>",
            r#"<add key="AcmeSecret" value="0a1b2c3d"/>"#,
            "acme --token 0a1b2c3d",
            "--acme-api-key=0a1b2c3d",
            r#"acme.setApiKey("0a1b2c3d")"#,
            r#"Acme.auth = SecretString::new("0a1b2c3d")"#,
            "ACME_API_KEY_PROD=0a1b2c3d",
            "- name: ACME_API_KEY\n  value: 0a1b2c3d\n",
            r#"{"name": "ACME_API_KEY", "value": "0a1b2c3d"}"#,
            "[acme]\napi_key = 0a1b2c3d\n",
            "'acme' => ['api_key' => '0a1b2c3d']",
            "<key>AcmeToken</key>\n  <string>0a1b2c3d</string>",
            "public string AcmeKey { get; set; } = \"0a1b2c3d\";",
            "variable \"acme_token\" {\n  type = string\n  default = \"0a1b2c3d\"\n}",
            "The Acme token is `0a1b2c3d`.",
            "| acme_token | 0a1b2c3d |",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_of_such_a_name() {
        for text in ["acme_id=0a1b2c3d", "ACME_KEY=0a1b2c3de", "ACME_KEY=0a1b2c3d-11", "ACME_KEY_ID=0a1b2c3d", "acme commit 0a1b2c3d"] {
            assert!(!found(text), "{text}");
        }
    }

    #[test]
    fn how_far_the_word_may_be_from_the_context() {
        let reach = |called, value| named(Some(called), value).reach().unwrap();
        assert_eq!(reach("key|api[_-]?token", "[a-f0-9]{32}"), Some(4 + 40 + 4));
        assert_eq!(reach("key|serial", "[a-f0-9]{32}"), None, "a name without such a word");
        assert_eq!(reach("pat|token", "[a-f0-9]{32}"), Some(4 + 40));
        assert_eq!(reach("pattern", "[a-f0-9]{32}"), None);
        assert_eq!(reach("key", "[a-f0-9]{15}"), None, "too short");
        assert_eq!(reach("key", "[a-f0-9]{16} x"), None, "another byte");
        assert_eq!(reach(r"\w{0,5}key", "[a-f0-9]{32}"), None, "too many spellings");
        assert!(named(None, "[a-f0-9]{32}").reach().unwrap().is_some());
    }
}
