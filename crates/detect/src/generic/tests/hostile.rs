//! Text that is made to be slow, cut anywhere, or no text at all.

use super::*;

/// Work is bounded by the distance between a name and its value, whatever the text.
#[test]
fn hostile_texts_end() {
    for unit in [
        "password",
        "password=",
        "a:b@",
        "://a:",
        "(\"",
        "key=\"\\",
        "mysql -p",
        "curl -u a:",
        "jwt.sign(",
        "getConnection((",
        "variable \"password\" {",
    ] {
        let text = unit.repeat(20_000 / unit.len());
        found("a.py", &text);
        found("a.yml", &text);
    }
    let many = "password = \"kW3xqz9Vt\"\n".repeat(60_000);
    let mut count = 0;
    let complete = scan(many.as_bytes(), None, |_| count += 1);
    assert!(!complete && (16_000..60_000).contains(&count), "{count}");
    let endless = "password=".repeat(150_000);
    assert!(!scan(endless.as_bytes(), None, |_| ()), "values that end nowhere cost as much");
    let bytes: Vec<u8> = (0..=255u8).cycle().take(3000).chain(b"password=\"\xff\xfe\\".iter().copied()).collect();
    for end in (0..bytes.len()).step_by(61) {
        scan(&bytes[..end], None, |_| ());
    }
}

#[test]
fn strings_of_a_program_are_hardly_credentials() {
    let confidence = |text: &str| found("usr/bin/chage", text).first().map(|one| one.1);
    let (text, program) = ("login password=kW3x!qz9Vt\n", "\0Options:\0login password=kW3x!qz9Vt\0%s\n");
    assert!(confidence(text) > Some(Confidence::Low), "{:?}", confidence(text));
    assert_eq!(confidence(program), Some(Confidence::Low));
    assert!(confidence("\0x\0postgres://app:kW3xqz9Vt@db.internal/x\0") > Some(Confidence::Low));
}

#[test]
fn never_panics_on_what_opens_and_does_not_close() {
    const MARKS: &[&str] = &[
        "\"", "\"\"\"", "'", "\\", "`", "(", "[", "{", "<", "<<", ">", "=", ":", ",", "|", "\n", " ", "x", "&quot;", "$", "-u ", "a.b(",
        "b\"",
    ];
    const NAMES: &[&str] = &["password", "'api_key'", "Authorization", "curl -u", "IDENTIFIED BY", "postgres://u", "x@tcp("];
    for name in NAMES {
        for path in ["a.py", "a.yaml", "a.env", "a.json", "a.md", "a.html", "a.sh"] {
            let mut texts = vec![(*name).to_owned()];
            for _ in 0..2 {
                texts = texts.iter().flat_map(|text| MARKS.iter().map(move |mark| format!("{text}{mark}"))).collect();
            }
            for text in texts {
                found(path, &text);
                found(path, &format!("{text}x\""));
                found(path, &format!("{text}x'"));
            }
        }
    }
}
