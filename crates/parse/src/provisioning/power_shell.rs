//! PowerShell as far as it differs from other shells in the words of a command: continued lines, lists and hash tables
//! (Microsoft, "about_Arrays", "about_Hash_Tables").
//!
//! Lengths don't change, so that places stay true: a list keeps its items, a hash table becomes JSON only where that is as long.

use std::collections::BTreeMap;

/// Longest list or table, in bytes, and most of them in a script; others stay as they are, and are not understood.
const MAX_TABLE: usize = 16 << 10;
const MAX_TABLES: usize = 1_000;

/// What of a script was left as it stands.
pub(super) const LIMITED: &str = "a list or table of more than 16 KiB, or more than 1,000 of them; these were not understood";

/// The text as the shell's reader understands it, and whether a limit left some of it as it stands.
pub(super) fn plain(text: &str) -> (String, bool) {
    // A grave accent continues lines and escapes, which is a substitution elsewhere.
    let text = without_comments(text).replace('`', "\\");
    let text = with_plain_dates(&with_plain_names(&without_here_strings(&text)));
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut limited) = (text.as_str(), false);
    let begins = |rest: &str| rest.match_indices('@').map(|(at, _)| at).find(|at| rest[at + 1..].starts_with(['{', '(']));
    for _ in 0..MAX_TABLES {
        let Some(at) = begins(rest) else { break };
        out.push_str(&rest[..at]);
        let (open, inner) = (rest.as_bytes()[at + 1], &rest[at + 2..]);
        let close = if open == b'{' { b'}' } else { b')' };
        let closed = closing(inner, close);
        let Some(end) = closed.filter(|end| !inner[..*end].contains("@{")) else {
            limited |= inner.len() > MAX_TABLE && closed.is_none();
            out.push_str(&rest[at..at + 2]);
            rest = inner;
            continue;
        };
        let (inside, length) = (&inner[..end], end + 3);
        let written = if open == b'{' { format!("'{}'", table(inside)) } else { items(inside).join(",") };
        match length.checked_sub(written.len()) {
            Some(shorter) => out.extend([written.as_str(), &" ".repeat(shorter)]),
            None => out.push_str(&rest[at..at + length]),
        }
        rest = &inner[end + 1..];
    }
    limited |= begins(rest).is_some();
    (out + rest, limited)
}

/// Comments over several lines (`<#` to `#>`) as blanks: what stands in them may open quotes.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once("<#") {
        let length = inner.find("#>").map_or(inner.len(), |end| end + 2);
        out.push_str(before);
        out.push_str("  ");
        out.extend(inner.as_bytes()[..length].iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }));
        rest = &inner[length..];
    }
    out + rest
}

/// Texts over several lines (`@"` to `"@`) between single quotes, which other shells close at none of their own.
fn without_here_strings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["@\"", "@'"].iter().filter_map(|open| rest.find(open)).min() {
        let close = if rest[at..].starts_with("@\"") { "\n\"@" } else { "\n'@" };
        let inner = &rest[at + 2..];
        let Some(end) = inner.find(close).filter(|_| inner.trim_start_matches([' ', '\t', '\r']).starts_with('\n')) else {
            out.push_str(&rest[..at + 2]);
            rest = inner;
            continue;
        };
        // A quote of its own would end it; nothing that is read holds one.
        out.extend([&rest[..at], " '", &inner[..end].replace('\'', "_"), "\n' "]);
        rest = &inner[end + close.len()..];
    }
    out + rest
}

/// `(Get-Date).AddYears(2)` as `+2years`, filled up with blanks.
fn with_plain_dates(text: &str) -> String {
    const NOW: [&str; 4] = ["(Get-Date).Add", "[DateTime]::Now.Add", "[System.DateTime]::Now.Add", "[DateTime]::UtcNow.Add"];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, now)) = NOW.iter().filter_map(|now| Some((rest.find(now)?, *now))).min() {
        let behind = &rest[at + now.len()..];
        let plain = behind.split_once('(').and_then(|(unit, inner)| {
            let (number, _) = inner.split_once(')')?;
            let is_one = matches!(unit, "Years" | "Months" | "Days" | "Hours") && number.bytes().all(|byte| byte.is_ascii_digit());
            let length = now.len() + unit.len() + number.len() + 2;
            is_one.then(|| (format!("+{number}{}", unit.to_ascii_lowercase()), length))
        });
        out.push_str(&rest[..at]);
        let length = plain.as_ref().map_or(now.len(), |(_, length)| *length);
        match &plain {
            Some((written, _)) => out.extend([written.as_str(), &" ".repeat(length - written.len())]),
            None => out.push_str(now),
        }
        rest = &rest[at + length..];
    }
    out + rest
}

/// `$($name.part)` as `${name }.part`, which the shell's reader understands.
fn with_plain_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once("$($") {
        let length = |text: &str, more: &str| text.bytes().take_while(|b| b.is_ascii_alphanumeric() || more.as_bytes().contains(b)).count();
        let (name, behind) = inner.split_at(length(inner, "_"));
        let (part, behind) = behind.split_at(length(behind, "_."));
        out.push_str(before);
        rest = match behind.strip_prefix(')').filter(|_| !name.is_empty()) {
            Some(behind) => {
                out.extend(["${", name, " }", part]);
                behind
            }
            None => {
                out.push_str("$($");
                inner
            }
        };
    }
    out + rest
}

/// Where a list or table ends: at the bracket that stands in no text and no comment.
fn closing(inner: &str, close: u8) -> Option<usize> {
    let mut until = None;
    inner.bytes().take(MAX_TABLE).position(|byte| {
        match (until, byte) {
            (Some(end), _) if end == byte => until = None,
            (None, b'"' | b'\'') => until = Some(byte),
            (None, b'#') => until = Some(b'\n'),
            _ => {}
        }
        byte == close && until.is_none()
    })
}

/// A hash table of texts and lists as JSON.
fn table(inside: &str) -> String {
    let mut entries = BTreeMap::new();
    for line in inside.split(['\n', ';']) {
        let Some((name, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        let json = match value.strip_prefix("@(") {
            Some(list) => serde_json::Value::from(items(list.trim_end_matches(')'))),
            None => serde_json::Value::from(unquoted(value)),
        };
        entries.insert(name.trim().trim_matches(['"', '\'']).to_owned(), json);
    }
    serde_json::json!(entries).to_string().replace('\'', "\u{2019}")
}

fn items(list: &str) -> Vec<String> {
    list.split([',', '\n']).map(|item| unquoted(item.trim())).filter(|item| !item.is_empty()).collect()
}

fn unquoted(text: &str) -> String {
    let quoted = text.chars().next().filter(|first| matches!(first, '"' | '\'')).and_then(|quote| text[1..].split_once(quote));
    quoted.map_or_else(|| text.trim_matches(['"', '\'']), |(inside, _)| inside).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_their_items_and_tables_are_json() {
        assert_eq!(plain("New-X -Audience @(\"api://a\") `\n -Name b").0, "New-X -Audience api://a      \\\n -Name b");
        let written = "$p = @{\n  issuer = \"https://i\"\n  audiences = @('a')\n}\n";
        let (table, _) = plain(written);
        assert_eq!(table.trim_end(), "$p = '{\"audiences\":[\"a\"],\"issuer\":\"https://i\"}'");
        assert_eq!(table.len(), written.len());
        let filled = "$p = @{\n  subject   = \"repo:${org}/${repo}:*\" # it's all }\n  audiences = @('a')\n}";
        assert_eq!(plain(filled).0.trim_end(), "$p = '{\"audiences\":[\"a\"],\"subject\":\"repo:${org}/${repo}:*\"}'");
        for kept in ["@{ never closed", "@{a=b}", "@{ a = @{ b = c } "] {
            assert_eq!(plain(kept), (kept.to_owned(), false));
        }
    }

    #[test]
    fn a_limit_is_told() {
        assert!(plain(&format!("@({})", "'a',".repeat(MAX_TABLE))).1);
        assert!(plain(&"@(a)\n".repeat(MAX_TABLES + 1)).1);
        assert!(!plain(&"@(a)\n".repeat(MAX_TABLES)).1);
    }
}
