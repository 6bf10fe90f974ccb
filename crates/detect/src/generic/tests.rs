use std::ops::ControlFlow;
use std::sync::LazyLock;

use super::*;
use crate::index::Index;
use crate::search::Search;

mod hostile;
mod innocent;
mod lines;

use innocent::NONE;
use lines::PLACES;

/// The search for words without any rule.
pub(super) static SEARCH: LazyLock<Search> = LazyLock::new(|| Search::new(Index::new(std::iter::empty())).unwrap());

/// Calls `on_found` with every credential; says whether all was looked at.
fn scan(text: &[u8], file: Option<&Origin>, mut on_found: impl FnMut(Found)) -> bool {
    let (generic, mut progress) = (Generic::new(), Progress::new(text.len()));
    SEARCH.words(text, |word, at| {
        generic.look(&mut progress, text, file, word, at, &mut on_found);
        ControlFlow::Continue(())
    });
    !progress.is_exhausted()
}

/// What is found in a text that stands at a path: kind, confidence, value.
fn found(path: &str, text: &str) -> Vec<(Extract, Confidence, String)> {
    let origin = Origin { path: path.into(), ..Origin::default() };
    let mut found = Vec::new();
    scan(text.as_bytes(), Some(&origin), |one| {
        found.push((one.extract, one.confidence, text[one.secret.start..one.secret.end].to_owned()));
    });
    found
}

#[test]
fn a_value_is_read_wherever_it_stands() {
    let mut missed = Vec::new();
    for line in PLACES.lines().filter(|line| !line.is_empty()) {
        let (path, marked) = line.split_once('\t').unwrap();
        let marked = marked.replace('¶', "\n");
        let value = marked.split(['«', '»']).nth(1).unwrap().to_owned();
        let text = marked.replace(['«', '»'], "");
        let found = found(path, &text);
        if !found.iter().any(|(_, confidence, found)| *found == value && *confidence >= Confidence::Medium) {
            missed.push(format!("{line}: {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_is_no_credential_is_not_found() {
    let places = NONE.lines().filter_map(|line| line.split_once('\t'));
    let wrong: Vec<_> =
        places.map(|(path, text)| (text, found(path, &text.replace('¶', "\n")))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_weak_value_is_doubted_and_a_random_one_is_not() {
    let level = |text: &str| found("a.py", text).first().map(|found| found.1);
    assert_eq!(level("password = \"kW3x!qz9Vt\""), Some(Confidence::High));
    assert!(level("password = \"test\"") < Some(Confidence::Medium));
    assert_eq!(level("api_key = \"identifier\""), None);
    // More often a filler than a credential, and not what the name promises.
    assert_eq!(found("a.env", "DB_PASSWORD=db_password")[0].1, Confidence::Low);
    assert_eq!(level("AWS_SECRET_ACCESS_KEY = \"kW3x!qz9Vt\""), Some(Confidence::Low));
    assert_eq!(level("name = \"password:special-chars\""), Some(Confidence::Low));
    assert!(level("api_key = \"Zq81mfLx0KpvTr4nWy7bQe2s\"") >= Some(Confidence::Medium));
}

#[test]
fn what_reads_like_words_is_never_sure() {
    for (path, text, most) in [
        (".env", "DB_PASSWORD=sunflower", Confidence::Medium),
        (".env", "DB_PASSWORD=correct horse battery staple", Confidence::Medium),
        ("a.py", "save(fields=[\"password\", \"updated_at\"])", Confidence::Low),
        ("a.js", "password = 'fetch_it_from_vault'", Confidence::Low),
        (".env", "DB_PASSWORD=Забув", Confidence::Low),
        ("a.properties", "country.pw = Palau", Confidence::Low),
        ("a.properties", "label.password = \\u5BC6\\u7801", Confidence::Low),
        ("a.conf", "control.Password.Cleartext := Stripped-User-Name", Confidence::Low),
        ("Makefile", "password: check", Confidence::Low),
        ("a.cs", "pass = \"the sentence of a program goes on\"", Confidence::Low),
        ("mail.subj", "Password reset", Confidence::Low),
        ("a.cpp", "// Generator token: 10BE3573-1514-4C36-9D1C-5A225CD40393", Confidence::Low),
        ("a.go", "newIdentityWithPassword(\"john-browser1@doe.com\")", Confidence::Low),
        ("a.txt", "password PasswordGroup", Confidence::Low),
        ("a.ts", "E2E_SAVE_PASSWORD: 'e2e_save_password'", Confidence::Low),
        (".env", "EMAIL_API_KEY=KEYEXAMPLE1234", Confidence::Low),
        ("a.py", "RATES = {'change_password': '1/m/ip'}", Confidence::Low),
        ("a.groovy", "usernamePassword('DOCKER_USERNAME', 'DOCKER_PASSWORD', 'acme-dockerhub')", Confidence::Low),
        ("a.rs", "pub const KDF_RAW_SECRET: &str = \"TRUNCATE\";", Confidence::Low),
        ("a.jsonnet", "secret: kube.Secret(\"mariadb\") {", Confidence::Low),
        ("a.ts", "const themeStorageKey = \"settings2.selectedTheme\";", Confidence::Low),
    ] {
        assert!(found(path, text).iter().all(|(_, confidence, _)| *confidence <= most), "{text}: {:?}", found(path, text));
    }
    assert_eq!(found(".env", "DB_PASSWORD=kW3xqz9Vt")[0].1, Confidence::High);
    assert_eq!(found("a.md", "The password is `sunflower` there."), []);
    assert_eq!(found("a.md", "Log in as user `bob` with the password `sunflower`.").len(), 1);
}

#[test]
fn minified_code_needs_more_than_a_weak_name() {
    let line = format!("{}key:\"Zq81mfLx0KpvTr4nWy7bQe2s\",x", "a=b;".repeat(400));
    assert_eq!(found("a.js", &line), []);
    assert_eq!(found("a.js", "key:\"Zq81mfLx0KpvTr4nWy7bQe2s\",x").len(), 1);
}

#[test]
fn a_decision_is_told_without_the_value() {
    let text = "password = \"kW3x!qz9Vt\"";
    let why = |text: &str, at: usize| {
        let (generic, mut progress, mut told) = (Generic::new(), Progress::new(text.len()), Vec::new());
        SEARCH.words(text.as_bytes(), |word, start| {
            told.extend(generic.why(&mut progress, text.as_bytes(), None, word, start, Span::new(at, at + 1)));
            ControlFlow::Continue(())
        });
        told
    };
    let told = why(text, 15);
    assert!(told[0].starts_with("place: Assigned") && told[1].starts_with("measured as password"), "{told:?}");
    assert!(
        told.iter().any(|line| line.contains("rare character sequences")) && !told.iter().any(|line| line.contains("kW3x")),
        "{told:?}"
    );
    assert!(why("password = \"${DB_PASSWORD}\"", 15).iter().any(|line| line == "ruled out: a template"));
    assert_eq!(why("x = 1", 0), Vec::<String>::new());
}
