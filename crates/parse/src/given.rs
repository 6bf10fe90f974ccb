//! Values that a text gives to something named as a credential, whatever the text is: a script, an environment file that a
//! script writes, a cloud-config.
//!
//! The decision a reader would question: no grammar. A start script holds pieces of several languages, and in all of them a
//! name stands in front of its value on the same line.

use std::ops::Range;

use crate::commands;
use crate::credential_name::is_credential;
use crate::evaluated::{Kind, Leaf, Val};
use crate::policy_document::hole;
use crate::shell;

/// What ends a word, beside blanks.
const ENDS: &[char] = &['"', '\'', ';', ',', '[', ']', '(', ')', '`', '|', '<', '>', '&'];
/// With what a value begins that is put in place by something else, or is a place.
const OTHERS: &[char] = &['$', '%', '{', '/', '-', '#', '\\', '!', '*', '~', '.'];

/// The values, each with the name that it stands under.
pub(crate) fn values(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let (mut at, mut item) = (0, None);
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.starts_with('#') {
            in_line(line, at, &mut found);
        }
        // `name: X` above `value: …`, as containers are given variables.
        if let (Some(name), Some(value)) = (item.take(), content.strip_prefix("value:")) {
            let value = value.trim().trim_matches(['"', '\'']);
            let start = at + (value.as_ptr() as usize - line.as_ptr() as usize);
            found.push((name, start..start + value.len()));
        }
        let name = content.trim_start_matches("- ").strip_prefix("name:").map(|name| name.trim().trim_matches(['"', '\'']));
        item = name.filter(|name| is_credential(name)).map(str::to_owned);
        at += line.len();
    }
    let words: Vec<_> = commands::secrets(&shell::commands(text)).map(|part| part.range(text)).chain(gossip_key(text)).collect();
    let is_new = |range: &Range<usize>, found: &[(String, Range<usize>)]| found.iter().all(|(_, other)| !other.contains(&range.start));
    let words: Vec<_> = words.into_iter().filter(|range| is_new(range, &found)).collect();
    found.extend(words.into_iter().map(|range| ("password".to_owned(), range)));
    found.retain(|(_, range)| !text[range.clone()].is_empty() && !text[range.clone()].starts_with(OTHERS));
    found
}

/// The key that agents of a cluster encrypt their gossip with (Consul, Nomad and Serf, "Gossip Encryption"): `encrypt = "…"`. Under the
/// same name others say whether to encrypt.
fn gossip_key(text: &str) -> Option<Range<usize>> {
    ["consul", "nomad", "serf"].iter().find(|agent| text.contains(*agent))?;
    let line = text.lines().find(|line| line.trim_start().trim_start_matches('"').starts_with("encrypt"))?;
    let (name, value) = line.split_once(['=', ':'])?;
    let value = value.trim().trim_end_matches(',').trim_matches('"');
    let is_key = !hole::is_known(value) || (value.len() >= 22 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
    let start = value.as_ptr() as usize - text.as_ptr() as usize;
    (name.trim().trim_matches('"') == "encrypt" && is_key).then_some(start..start + value.len())
}

/// Names the words of a command that stand behind an option after it.
pub(crate) fn name_by_options(leaves: &mut [Leaf]) {
    for at in 1..leaves.len() {
        let (before, behind) = leaves.split_at_mut(at);
        let (option, value) = (&before[at - 1], &mut behind[0]);
        let Kind::Text(text, _) = &option.val.kind else { continue };
        let list = |path: &str| {
            path.rsplit_once('[').map(|(list, _)| list.to_owned()).filter(|list| list.ends_with("args") || list.ends_with("ommand"))
        };
        let named = text.strip_prefix("--").filter(|name| !name.contains(['=', ' ']) && is_credential(name));
        if let Some(name) = named.filter(|_| list(&option.path).is_some() && list(&option.path) == list(&value.path)) {
            name.clone_into(&mut value.name);
        }
    }
}

/// The parts of a script that something is put into, as values of the names that they stand under.
pub(crate) fn filled(leaf: &Leaf) -> Vec<Leaf> {
    let Kind::Text(text, basis) = &leaf.val.kind else { return Vec::new() };
    let parts = values(&hole::as_words(text)).into_iter().filter(|(_, range)| !hole::is_known(&text[range.clone()]));
    let part = |(name, range): (String, Range<usize>)| {
        let val = Val { kind: Kind::Text(text[range].to_owned(), *basis), at: leaf.val.at, via: None };
        Leaf { name, within: leaf.within.clone(), path: leaf.path.clone(), val }
    };
    parts.map(part).collect()
}

/// Clients of databases, whose `-p` is followed by the password without a blank (MySQL manual, "Command Options for Connecting to
/// the Server"), and the one that takes a new one as a word (`mysqladmin password X`).
const DATABASE_CLIENTS: &[&str] = &["mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-admin", "mariadb-dump", "sshpass"];

fn in_line(line: &str, base: usize, found: &mut Vec<(String, Range<usize>)>) {
    let mut named: Option<&str> = None;
    let (mut program, mut before, mut header) = ("", "", false);
    for word in line.split(|c: char| c.is_whitespace() || ENDS.contains(&c)).filter(|word| !word.is_empty()) {
        // A unit of systemd that a script writes.
        let word = word.strip_prefix("Environment=").filter(|rest| rest.contains('=')).unwrap_or(word);
        let start = base + (word.as_ptr() as usize - line.as_ptr() as usize);
        let name = named.take();
        if let Some((before, password)) = userinfo(word) {
            found.push(("password".to_owned(), start + before..start + before + password.len()));
        } else if let Some(name) = name {
            found.push((name.to_owned(), start..start + word.len()));
        } else if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_credential(bare(name))) {
            let from = start + name.len() + 1;
            found.push((bare(name).to_owned(), from..from + value.len()));
            named = value.is_empty().then_some(bare(name));
        } else if let Some(value) = word.strip_prefix("-p").filter(|value| !program.is_empty() && !value.is_empty()) {
            found.push(("password".to_owned(), start + 2..start + 2 + value.len()));
        } else {
            // `Authorization: Bearer X`
            if header && matches!(word, "Bearer" | "Basic" | "token" | "Token") {
                named = Some("token");
                before = word;
                continue;
            }
            header = word.eq_ignore_ascii_case("authorization:");
            let is_named = (program.ends_with("admin") && word == "password") || before == "set";
            let key = word.strip_suffix(':').or_else(|| word.strip_prefix("--")).or_else(|| is_named.then_some(word));
            // `--secret-id` names what is stored.
            named = key.map(bare).filter(|key| (is_credential(key) && *key != "secret-id") || *key == "plain_text_passwd");
            let name = word.rsplit('/').next().unwrap_or_default();
            program = DATABASE_CLIENTS.iter().find(|client| **client == name).copied().unwrap_or(program);
        }
        before = word;
    }
}

/// A name without the hyphens of an option.
fn bare(name: &str) -> &str {
    name.trim_start_matches('-')
}

/// The password of an address, and how far into the word it begins.
fn userinfo(word: &str) -> Option<(usize, &str)> {
    let scheme = word.find("://")? + 3;
    let (userinfo, _) = word[scheme..].split_once('@')?;
    // Alone it is the name of a user, or a token that is put in.
    let Some((user, password)) = userinfo.split_once(':') else {
        return (!userinfo.contains('/') && !hole::is_known(userinfo)).then_some((scheme, userinfo));
    };
    (!user.contains('/') && !password.contains('/')).then_some((scheme + user.len() + 1, password))
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn a_value_is_named_by_what_stands_in_front_of_it() {
        for (text, expected) in [
            ("export DB_PASSWORD=abc1\nx", "DB_PASSWORD=abc1"),
            ("cat > /etc/a <<E\nAPI_TOKEN=\"abc2\"\nE", "API_TOKEN=abc2"),
            ("cat > /etc/systemd/system/a.service <<E\n[Service]\nEnvironment=API_TOKEN=abc9\nE", "API_TOKEN=abc9"),
            ("runcmd:\n  - [ /opt/app, --password, abc3 ]", "password=abc3"),
            ("  db_password: abc4", "db_password=abc4"),
            ("git clone https://ci:abc5@x.io/a", "password=abc5"),
            ("app --db-password=abc6 --port 80", "db-password=abc6"),
            ("mysqladmin -u root password abc8", "password=abc8"),
            ("curl -H 'Authorization: Bearer abcb' https://x.io", "token=abcb"),
            ("/usr/bin/mysql -u app -pabc9 < init.sql", "password=abc9"),
            ("aws configure set aws_secret_access_key abc0", "aws_secret_access_key=abc0"),
            ("echo abd | passwd --stdin root", "password=abd"),
            ("cat > /etc/consul.d/a.hcl <<E\nencrypt = \"abcdefghijklmnopqrstuv==\"\nE", "password=abcdefghijklmnopqrstuv=="),
            ("env:\n  - name: API_TOKEN\n    value: 'abc7'\n  - name: PORT\n    value: 80", "API_TOKEN=abc7"),
        ] {
            let found: Vec<String> = values(text).into_iter().map(|(name, range)| format!("{name}={}", &text[range])).collect();
            assert_eq!(found, [expected], "{text}");
        }
        for text in [
            "TOKEN=$(cat x)",
            "# password: abc",
            "--password-file /x",
            "password: ${x}",
            "TOKEN_TTL=60",
            "consul\nencrypt = true",
            "encrypt = \"abcdefghijklmnopqrstuv==\"",
            "token:\n  abc",
            "get-secret-value --secret-id prod/db",
            "mkdir -pv /data",
            "git clone https://git@x.io/a",
            "mysql -p < init.sql",
        ] {
            assert_eq!(values(text).len(), 0, "{text}");
        }
    }
}
