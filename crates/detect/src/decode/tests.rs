use super::*;

/// Every region of `text` as step, encoded text and decoded text.
fn decoded(text: &str) -> Vec<(DecodeStep, String, String)> {
    let mut found = Vec::new();
    regions(text.as_bytes(), false, &mut found);
    found
        .into_iter()
        .map(|region| {
            let mut out = Decoded::default();
            decode(text.as_bytes(), region, &mut out);
            (region.step, text[region.span.start..region.span.end].to_owned(), String::from_utf8_lossy(&out.bytes).into_owned())
        })
        .collect()
}

fn one(text: &str) -> (DecodeStep, String) {
    let all = decoded(text);
    assert_eq!(all.len(), 1, "{all:?}");
    (all[0].0, all[0].2.clone())
}

#[test]
fn base64_with_and_without_padding() {
    assert_eq!(one("x: cGFzc3dvcmQ9aHVudGVyMiEhISE="), (DecodeStep::Base64, "password=hunter2!!!!".into()));
    assert_eq!(one("x: cGFzc3dvcmQ9aHVudGVyMiEhISE"), (DecodeStep::Base64, "password=hunter2!!!!".into()));
    assert_eq!(one("cGFzc3dvcmQ_aHVudGVyMj8_Pz4-"), (DecodeStep::Base64url, "password?hunter2???>>".into()));
}

#[test]
fn base64_over_several_lines_is_one() {
    let text = "  data: |\n    VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZy4gVGhlIHF1aWNr\n    IGJyb3duIGZveA==\n";
    assert_eq!(one(text).1, "The quick brown fox jumps over the lazy dog. The quick brown fox");
}

#[test]
fn hexadecimal_text() {
    let hex: String = "password=hunter2!!!!".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(one(&format!("key = {hex}")), (DecodeStep::Hex, "password=hunter2!!!!".into()));
}

#[test]
fn percent_and_escapes() {
    assert_eq!(one("see postgres%3A%2F%2Fu:p@h now").1, "postgres://u:p@h");
    assert_eq!(one(r#"{"a": "{\"password\": \"hunter2\"}"}"#), (DecodeStep::Escapes, r#"{"password": "hunter2"}"#.into()));
    assert_eq!(one(r"KEY=-----BEGIN KEY-----\nabc\n-----END KEY-----\n").1, "KEY=-----BEGIN KEY-----\nabc\n-----END KEY-----\n");
    assert_eq!(one(r#""https:\/\/host\/path\u003fa\x3db\u00fc""#).1, "https://host/path?a=b?");
}

#[test]
fn what_hides_nothing_is_left() {
    for text in [
        "someVeryLongFunctionNameInCamelCase",
        "src/main/java/com/example/project/module/File",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        r#"printf("a message with an end only\n")"#,
        "printf(\"%d of %5s done so far\")",
        r"regex \d+\.\d+ of some length",
    ] {
        assert_eq!(decoded(text), [], "{text}");
    }
}

#[test]
fn places_cover_the_encoded_bytes() {
    let text = b"x: cGFzc3dvcmQ9aHVudGVyMiEhISE=";
    let mut out = Decoded::default();
    decode(text, Region { span: Span::new(3, text.len()), step: DecodeStep::Base64 }, &mut out);
    let place = out.place(Span::new(9, 16));
    assert_eq!(&text[place.start..place.end], b"aHVudGVyMi", "hunter2 starts a group of four digits and ends in the second");
    let all = out.place(Span::new(0, out.bytes.len()));
    assert_eq!(all, Span::new(3, 30), "padding is no part of it");
    let mut escaped = Decoded::default();
    decode(br"ab\ncd", Region { span: Span::new(0, 6), step: DecodeStep::Escapes }, &mut escaped);
    assert_eq!(escaped.place(Span::new(2, 3)), Span::new(2, 4));
}

#[test]
fn base64_agrees_with_the_library() {
    use base64::Engine as _;
    for length in 0..40 {
        let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(37) ^ 0x5a).collect();
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let mut out = Decoded::default();
        decode(text.as_bytes(), Region { span: Span::new(0, text.len()), step: DecodeStep::Base64 }, &mut out);
        assert_eq!(out.bytes, bytes);
    }
}

#[test]
fn windows_shell_text() {
    let wide: Vec<u8> = "password=hunter2".bytes().flat_map(|byte| [byte, 0]).collect();
    let mut found = Vec::new();
    regions(&wide, true, &mut found);
    let mut out = Decoded::default();
    decode(&wide, found[0], &mut out);
    assert_eq!((found.len(), out.bytes.as_slice()), (1, b"password=hunter2".as_slice()));
}

#[test]
fn never_panics_on_any_prefix() {
    let text: &[u8] = b"\xff%41%4 \\u00 \\x4 \"\\\" cGFzc3dvcmQ9aHVudGVyMiEhISE= 70617373776f72643d68756e746572322121 \\";
    for end in 0..=text.len() {
        let mut found = Vec::new();
        regions(&text[..end], false, &mut found);
        for region in found {
            let mut out = Decoded::default();
            decode(&text[..end], region, &mut out);
            let place = out.place(Span::new(0, out.bytes.len()));
            assert!(place.end <= end);
        }
    }
}
