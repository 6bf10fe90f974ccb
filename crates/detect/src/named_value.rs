//! The pattern of a credential that has no mark of its own: its vendor's name in the variable's name gives it away.
//!
//! One decision a reader would question: how languages write "this name has this value" stands here and not in the rules.
//! Hundreds of vendors have keys of plain hexadecimal digits; said once, the grammar is the same for all of them.

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

/// The pattern for a `value` whose name says `context` and then what it is `called`. All three are patterns; upper and
/// lower case count as one in the name, and not in the value.
pub(crate) fn pattern(context: &str, called: Option<&str>, value: &str) -> String {
    let called = called.unwrap_or(CALLED);
    format!("(?i:{context}){GAP}(?i:{called}){SUFFIX}{OPERATOR}{OPEN}(?P<secret>{value}){CLOSE}")
}

#[cfg(test)]
mod tests {
    use super::pattern;
    use crate::pattern::{Pattern, PatternCache};

    fn found(text: &str) -> bool {
        let pattern = Pattern::new(&pattern("acme", None, "[0-9a-f]{8}")).unwrap();
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
}
