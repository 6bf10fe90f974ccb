//! Reads the expressions in which GCP (CEL), Azure (flexible federated credentials) and OCI write conditions.
//!
//! One decision a reader would question: only the forms that name a claim and literal values are read. Everything else
//! becomes a test that can't be told, so that an unusual condition never counts as a missing one.

use unkeyed_model::Value;

use super::condition::{Condition, How, Test};
use super::regex;

/// Longest expression that is read, and how deep it may nest. GCP allows 4096 characters.
const LONGEST: usize = 8192;
const DEEPEST: usize = 32;

/// Reads an expression; what is not understood becomes a test that can't be told.
pub(crate) fn read(text: &str) -> Condition {
    if text.len() > LONGEST {
        return Condition::opaque("");
    }
    let words = words(text);
    let mut reader = Reader { words: &words, at: 0 };
    let condition = reader.either(0);
    match condition {
        Some(condition) if reader.at == words.len() => condition,
        _ => Condition::opaque(text),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Name(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 13] = ["&&", "||", "==", "!=", "!", "(", ")", "[", "]", ",", ".", "<", ">"];

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let used = if c == '\'' || c == '"' {
            let body = &rest[1..];
            let end = body.find(c).unwrap_or(body.len());
            words.push(Word::Text(body[..end].to_owned()));
            (end + 2).min(rest.len())
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            words.push(Word::Sign(sign));
            sign.len()
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || "&|=!()[],.<>'\"".contains(c)).unwrap_or(rest.len()).max(c.len_utf8());
            words.push(Word::Name(rest[..end].to_owned()));
            end
        };
        rest = rest[used..].trim_start();
    }
    words
}

struct Reader<'w> {
    words: &'w [Word],
    at: usize,
}

impl Reader<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let there = matches!(self.words.get(self.at), Some(Word::Sign(found)) if *found == sign);
        self.at += usize::from(there);
        there
    }

    fn name(&mut self, name: &str) -> bool {
        let there = matches!(self.words.get(self.at), Some(Word::Name(found)) if found.eq_ignore_ascii_case(name));
        self.at += usize::from(there);
        there
    }

    fn text(&mut self) -> Option<Value> {
        // `r'…'` of CEL, in which a backslash is itself.
        let raw = matches!(self.words.get(self.at), Some(Word::Name(name)) if name.eq_ignore_ascii_case("r"));
        let Some(Word::Text(text)) = self.words.get(self.at + usize::from(raw)) else { return None };
        self.at += 1 + usize::from(raw);
        Some(Value::literal(text.clone()))
    }

    fn either(&mut self, depth: usize) -> Option<Condition> {
        let mut options = vec![self.all(depth)?];
        while self.sign("||") || self.name("or") {
            options.push(self.all(depth)?);
        }
        Some(if options.len() == 1 { options.remove(0) } else { Condition::Either(options) })
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.one(depth)?];
        while self.sign("&&") || self.name("and") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        if depth >= DEEPEST {
            return None;
        }
        if self.sign("!") {
            return match self.one(depth + 1)? {
                Condition::Test(test) => Some(Condition::Test(Test { negated: !test.negated, ..test })),
                _ => None,
            };
        }
        if self.sign("(") {
            let inner = self.either(depth + 1)?;
            return self.sign(")").then_some(inner);
        }
        self.test().map(Condition::Test)
    }

    /// `assertion.x == 'v'`, `'v' == assertion.x`, `'v' in assertion.x`, `assertion.x in ['v', 'w']`,
    /// `assertion.x.startsWith('v')`, `assertion.x.matches('^v.*$')`, `claims['x'] matches 'v*'`, `claims['x'] eq 'v'`.
    fn test(&mut self) -> Option<Test> {
        if let Some(value) = self.text() {
            let how = if self.name("in") { How::Opaque } else { How::Is };
            let negated = self.negation(how)?;
            return Some(Test { claim: self.path()?.join("."), how, values: vec![value], negated });
        }
        let mut path = self.path()?;
        if self.sign("(") {
            let (function, value) = (path.pop()?, self.text()?);
            let text = value.known().unwrap_or_default();
            let (how, values) = match function.as_str() {
                "startsWith" => (How::StartsWith, vec![value]),
                "contains" => (How::Contains, vec![value]),
                "endsWith" if !text.contains(['*', '?']) => (How::Like, vec![Value::literal(format!("*{text}"))]),
                "matches" => match regex::globs(text) {
                    Some(globs) => {
                        let wild = globs.iter().any(|glob| glob.contains(['*', '?']));
                        (if wild { How::Like } else { How::Is }, globs.into_iter().map(Value::literal).collect())
                    }
                    None => (How::Opaque, vec![value]),
                },
                _ => (How::Opaque, vec![value]),
            };
            return self.sign(")").then(|| Test { claim: path.join("."), how, values, negated: false });
        }
        let claim = path.join(".");
        if self.name("in") {
            return Some(Test { claim, how: How::Is, values: self.list()?, negated: false });
        }
        if self.name("matches") {
            return Some(Test { claim, how: How::Like, values: vec![self.text()?], negated: false });
        }
        let negated = if self.name("eq") { false } else { self.negation(How::Is)? };
        Some(Test { claim, how: How::Is, values: vec![self.text()?], negated })
    }

    /// `==` or `!=`; nothing after `in`.
    fn negation(&mut self, how: How) -> Option<bool> {
        if how == How::Opaque || self.sign("==") {
            return Some(false);
        }
        self.sign("!=").then_some(true)
    }

    /// `assertion.a.b`, `assertion['a']`, `claims['a']`, without the leading word that only says where claims are.
    fn path(&mut self) -> Option<Vec<String>> {
        let Some(Word::Name(first)) = self.words.get(self.at) else { return None };
        self.at += 1;
        let mut path = vec![first.clone()];
        loop {
            if self.sign(".") {
                let Some(Word::Name(next)) = self.words.get(self.at) else { return None };
                self.at += 1;
                path.push(next.clone());
            } else if self.sign("[") {
                let Some(Word::Text(key)) = self.words.get(self.at) else { return None };
                self.at += 1;
                path.push(key.clone());
                if !self.sign("]") {
                    return None;
                }
            } else {
                return Some(path);
            }
        }
    }

    fn list(&mut self) -> Option<Vec<Value>> {
        if !self.sign("[") {
            return None;
        }
        let mut values = vec![self.text()?];
        while self.sign(",") {
            values.push(self.text()?);
        }
        self.sign("]").then_some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(claim: &str, how: How, values: &[&str], negated: bool) -> Condition {
        Condition::Test(Test { claim: claim.into(), how, values: values.iter().map(|v| Value::literal(*v)).collect(), negated })
    }

    #[test]
    fn cel_is_read() {
        assert_eq!(
            read("assertion.repository_owner_id == '123' && assertion.ref in ['refs/heads/main', \"refs/heads/dev\"]"),
            Condition::All(vec![
                test("assertion.repository_owner_id", How::Is, &["123"], false),
                test("assertion.ref", How::Is, &["refs/heads/main", "refs/heads/dev"], false),
            ])
        );
        assert_eq!(read("'x' == attribute.repository"), test("attribute.repository", How::Is, &["x"], false));
        assert_eq!(read("!(assertion.actor != 'x')"), test("assertion.actor", How::Is, &["x"], false));
        assert_eq!(
            read("(assertion['sub'].startsWith('repo:acme/') || assertion.sub==\"x\")"),
            Condition::Either(vec![
                test("assertion.sub", How::StartsWith, &["repo:acme/"], false),
                test("assertion.sub", How::Is, &["x"], false)
            ])
        );
    }

    #[test]
    fn patterns_and_endings_are_globs() {
        assert_eq!(read("assertion.repository.matches('^acme/.*$')"), test("assertion.repository", How::Like, &["acme/*"], false));
        assert_eq!(read(r"assertion.sub.matches(r'^repo:acme/a\.b:')"), test("assertion.sub", How::Like, &["repo:acme/a.b:*"], false));
        assert_eq!(read("assertion.ref.endsWith('/main')"), test("assertion.ref", How::Like, &["*/main"], false));
        assert_eq!(read("assertion.sub.matches('a{2}')"), test("assertion.sub", How::Opaque, &["a{2}"], false));
    }

    #[test]
    fn azure_expressions_are_read() {
        assert_eq!(
            read("claims['sub'] matches 'repo:acme/*' and claims['job_workflow_ref'] eq 'acme/ci/.github/workflows/x.yml@refs/heads/main'"),
            Condition::All(vec![
                test("claims.sub", How::Like, &["repo:acme/*"], false),
                test("claims.job_workflow_ref", How::Is, &["acme/ci/.github/workflows/x.yml@refs/heads/main"], false),
            ])
        );
    }

    #[test]
    fn what_is_not_understood_can_not_be_told() {
        for text in ["", "true", "assertion.a == assertion.b", "size(assertion.x) > 3", "assertion.x == 'a' &&", "((((", "'", "a'é"] {
            assert!(matches!(read(text), Condition::Test(Test { how: How::Opaque, .. })), "{text}");
        }
        let deep = format!("{}assertion.x == 'a'{}", "(".repeat(1000), ")".repeat(1000));
        assert!(matches!(read(&deep), Condition::Test(Test { how: How::Opaque, .. })));
    }
}
