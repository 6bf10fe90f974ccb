use super::*;

/// Every region of `text` as step, encoded text and decoded text.
fn decoded(text: &str) -> Vec<(DecodeStep, String, String)> {
    let mut found = Vec::new();
    regions(text.as_bytes(), false, &mut found);
    found
        .into_iter()
        .map(|region| {
            let mut out = Decoded::default();
            decode(text.as_bytes(), region, 1000, &mut out);
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
    assert_eq!(one(r#""https:\/\/host\/path\u003fa\x3db\xfc""#).1, "https://host/path?a=b\u{fffd}");
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
fn digits_that_are_all_small_letters_are_a_name() {
    let letters = "amlt".repeat(8);
    assert_eq!(decoded(&letters), []);
    // Though they would turn into text.
    assert_eq!(one(&letters.replacen("amlt", "Smlt", 1)).1, format!("Jim{}", "jim".repeat(7)));
}

#[test]
fn places_cover_the_encoded_bytes() {
    let text = b"x: cGFzc3dvcmQ9aHVudGVyMiEhISE=";
    let mut out = Decoded::default();
    locate(text, Region { span: Span::new(3, text.len()), step: DecodeStep::Base64 }, 1000, &mut out);
    let place = out.place(Span::new(9, 16));
    assert_eq!(&text[place.start..place.end], b"aHVudGVyMi", "hunter2 starts a group of four digits and ends in the second");
    let all = out.place(Span::new(0, out.bytes.len()));
    assert_eq!(all, Span::new(3, 30), "padding is no part of it");
    let mut escaped = Decoded::default();
    locate(br"ab\ncd", Region { span: Span::new(0, 6), step: DecodeStep::Escapes }, 1000, &mut escaped);
    assert_eq!(escaped.place(Span::new(2, 3)), Span::new(2, 4));
}

/// Of each decoded byte the encoded form alone, decoded again, has that byte.
#[test]
fn every_byte_has_a_place_of_its_own() {
    let cases: [(DecodeStep, &[u8]); 9] = [
        (DecodeStep::Base64, b"cGFzc3dvcmQ9\n  aHVudGVyMiEhISE="),
        (DecodeStep::Hex, b"70617373776f7264"),
        (DecodeStep::Percent, b"%41%42c%20%%4d%4z%zd%64"),
        (DecodeStep::Escapes, br#"a\nb\t\tcd\u00e9\x41\q\U0001F511\"\\e\101"#),
        (DecodeStep::Entities, b"&#65;b&amp;&&quot;&eacute;c&#x20ac;d"),
        (DecodeStep::QuotedPrintable, b"a=3Db=\n=20=\r\nc=zd=C3=A9"),
        (DecodeStep::Utf16le, b"a\0b\0\xac\x20c\0"),
        (DecodeStep::Utf16be, b"\0a\0b\x20\xac\0c"),
        (DecodeStep::Escapes, b"plain"),
    ];
    for (step, encoded) in cases {
        let (text, region) = ([b"before ", encoded, b" after"].concat(), Region { span: Span::new(7, 7 + encoded.len()), step });
        let mut out = Decoded::default();
        locate(&text, region, 1000, &mut out);
        assert!(out.bytes.len() > 3 && out.runs.len() <= out.bytes.len());
        let places: Vec<Span> = (0..out.bytes.len()).map(|at| out.place(Span::new(at, at + 1))).collect();
        assert!(places.is_sorted_by_key(|place| place.start));
        for (&byte, &span) in out.bytes.iter().zip(&places) {
            assert!(region.span.start <= span.start && span.end <= region.span.end, "{step:?}: {span:?}");
            let mut alone = Decoded::default();
            decode(&text, Region { span, step }, 1000, &mut alone);
            // What is in two digits of base64 stands in the other four or two bits of them, too.
            let shifted = || (0..7).any(|by| u16::from(byte) == alone_bits(&text[span.start..span.end]) >> by & 0xff);
            let has = if step == DecodeStep::Base64 { shifted() } else { alone.bytes.contains(&byte) };
            assert!(has, "{step:?}: {span:?}");
        }
    }
}

/// The twelve bits of the first and last digit of base64.
fn alone_bits(digits: &[u8]) -> u16 {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |digit: u8| alphabet.iter().position(|&one| one == digit).unwrap() as u16;
    value(digits[0]) << 6 | value(digits[digits.len() - 1])
}

#[test]
fn base64_agrees_with_the_library() {
    use base64::Engine as _;
    for length in 0..40 {
        let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(37) ^ 0x5a).collect();
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let mut out = Decoded::default();
        decode(text.as_bytes(), Region { span: Span::new(0, text.len()), step: DecodeStep::Base64 }, 1000, &mut out);
        assert_eq!(out.bytes, bytes);
    }
}

#[test]
fn windows_shell_text() {
    let wide: Vec<u8> = "password=hunter2".bytes().flat_map(|byte| [byte, 0]).collect();
    let mut found = Vec::new();
    regions(&wide, true, &mut found);
    let mut out = Decoded::default();
    decode(&wide, found[0], 1000, &mut out);
    assert_eq!((found.len(), out.bytes.as_slice()), (1, b"password=hunter2".as_slice()));
}

#[test]
fn never_panics_on_any_prefix() {
    let mut text = b"\xff%41%4 \\u00 \\x4 \\u{4 \\0 \"\\\" cGFzc3dvcmQ9aHVudGVyMiEhISE= 70617373776f72643d68756e746572322121 &#34 =3D=\r\n\
        &quot;&#x3; long enough for a region &#65; \xfe\nquoted-printable=\n=4\n\\U0000 \\"
        .to_vec();
    text.extend(b64(&gzip(b"password=hunter2")).bytes());
    for (whole, inside) in [(text.clone(), false), (text.clone(), true), (gzip(&text), true), ([b"a\0".repeat(20), text].concat(), true)] {
        for end in 0..=whole.len() {
            let mut found = Vec::new();
            regions(&whole[..end], inside, &mut found);
            for region in found {
                let mut out = Decoded::default();
                locate(&whole[..end], region, 1000, &mut out);
                let place = out.place(Span::new(0, out.bytes.len()));
                assert!(place.end <= end);
            }
        }
    }
}

#[test]
fn base64_of_other_line_lengths() {
    let whole = b64(b"GITHUB_TOKEN=nothing\nDB_PASSWORD=of any length; the lines end where they end\n");
    for width in [33, 40, 64] {
        let lines: Vec<&str> = whole.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let all = decoded(&lines.join("\r\n\t"));
        assert!(all[0].2.ends_with("where they end\n"), "{width}: {all:?}");
    }
    let list = format!("{}\n{}\n", b64(b"the first of two texts, one per line"), b64(b"the second, which is longer than it by some"));
    assert_eq!(decoded(&list).len(), 2, "a longer line is no continuation");
}

#[test]
fn urlsafe_base64_over_several_lines_is_one() {
    let text = b64(b"???>>>password=of a text that is long enough to be wrapped over lines").replace('+', "-").replace('/', "_");
    let (first, second) = text.split_at(48);
    let all = decoded(&format!("{first}\n{second}"));
    assert!(all.iter().any(|(step, _, inner)| *step == DecodeStep::Base64url && inner.ends_with("over lines")), "{all:?}");
}

#[test]
fn escapes_of_many_languages() {
    assert_eq!(one(r#""pass\u{77}ord=\U0000003d\075\x3D rest of it""#).1, "password==== rest of it");
    assert_eq!(one(r#""caf\u00e9 is a longer text \ud83d""#).1, "caf\u{e9} is a longer text ?");
    assert_eq!(one(r#""a string with \u{} and \u{110000000} in it\n!""#).1, "a string with \\u{} and \\u{110000000} in it\n!");
}

#[test]
fn character_references() {
    let html = r#"<div data-config="{&quot;password&quot;:&#34;a&amp;b&#x3D;&quot;}">"#;
    assert_eq!(one(html), (DecodeStep::Entities, r#"{"password":"a&b="}"#.into()));
    assert_eq!(decoded("<p>Bits &amp; pieces &lt;b&gt; that aren&#39;t worth it &#8211; at all</p>"), []);
    assert_eq!(decoded("if (a &quot && b &#; c &#x; d &#99999999999; e) return 0;"), []);
}

#[test]
fn quoted_printable_text() {
    let mail = "Hello,\n\nyour password=3Dcorrect-horse-bat=\r\ntery-staple=21 is new.\r\nBye\n";
    assert_eq!(one(mail), (DecodeStep::QuotedPrintable, "your password=correct-horse-battery-staple! is new.".into()));
    let named = "Content-Transfer-Encoding: Quoted-Printable\n\nthe token is abcdefgh=\nijklmnop, keep it\n";
    assert_eq!(one(named).1, "the token is abcdefghijklmnop, keep it");
    assert_eq!(decoded("x == 3\nthe token is abcdefgh=\nijklmnop; y=3d\n"), []);
    assert_eq!(one("a=b&projection=3Dsomething else").1, "a=b&projection=something else");
}

#[test]
fn gzip_is_unpacked_up_to_a_limit() {
    let packed = gzip(b"password=hunter2".repeat(100).as_slice());
    for text in [b64(&packed), packed.iter().map(|byte| format!("{byte:02x}")).collect()] {
        let mut found = Vec::new();
        regions(text.as_bytes(), false, &mut found);
        let mut inner = Decoded::default();
        decode(text.as_bytes(), found[0], 0, &mut inner);
        assert_eq!(inner.bytes, packed);
    }
    let mut found = Vec::new();
    regions(&packed, true, &mut found);
    assert_eq!(found, [Region { span: Span::new(0, packed.len()), step: DecodeStep::Gzip }]);
    let mut out = Decoded::default();
    decode(&packed, found[0], 1600, &mut out);
    assert_eq!((out.bytes.len(), out.cut), (1600, false));
    assert_eq!(out.place(Span::new(9, 16)), Span::new(0, packed.len()), "no byte has a place of its own");
    decode(&packed, found[0], 1599, &mut out);
    assert_eq!((out.bytes.len(), out.cut), (1599, true));
    decode(&packed[..packed.len() - 12], Region { span: Span::new(0, packed.len() - 12), ..found[0] }, 1600, &mut out);
    assert!(out.bytes.len() <= 1600, "what is damaged ends early");
}

#[test]
fn both_byte_orders_of_wide_text() {
    for (unit, step) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], DecodeStep::Utf16le), (u16::to_be_bytes, DecodeStep::Utf16be)] {
        let wide: Vec<u8> = "$p = 'password of the caf\u{e9}' # long".encode_utf16().flat_map(unit).collect();
        let mut found = Vec::new();
        regions(&wide, true, &mut found);
        assert_eq!(found, [Region { span: Span::new(0, wide.len()), step }]);
        let mut out = Decoded::default();
        locate(&wide, found[0], 0, &mut out);
        assert_eq!(out.bytes, "$p = 'password of the caf\u{e9}' # long".as_bytes());
        assert_eq!(out.place(Span::new(2, 4)), Span::new(4, 8));
    }
}

#[test]
fn zeros_are_no_text() {
    assert_eq!(decoded(&"A".repeat(400)), []);
    assert_eq!(decoded(&"0".repeat(400)), []);
}

#[test]
fn longer_regions_are_cut_and_say_so() {
    let text = format!("'\\x41{}'", "a".repeat(MAX_REGION));
    let mut found = Vec::new();
    regions(text.as_bytes(), false, &mut found);
    let mut out = Decoded::default();
    decode(text.as_bytes(), found[0], 0, &mut out);
    assert_eq!((out.bytes.len(), out.cut), (MAX_REGION - 3, true));
}

#[test]
fn depth_counts_encodings_and_all_steps() {
    let behind = |steps: &[DecodeStep]| steps.iter().try_fold(Depth::default(), |depth, &step| depth.behind(step)).is_some();
    assert!(behind(&[DecodeStep::Base64; 3]) && !behind(&[DecodeStep::Base64; 4]));
    assert!(behind(&[DecodeStep::Base64, DecodeStep::Base64, DecodeStep::Gzip, DecodeStep::Escapes, DecodeStep::Base64]));
    assert!(behind(&[DecodeStep::Escapes; 6]) && !behind(&[DecodeStep::Escapes; 7]));
}

#[test]
fn decoded_bytes_are_not_printed() {
    let mut out = Decoded::default();
    decode(b"cGFzc3dvcmQ9aHVudGVyMiEhISE=", Region { span: Span::new(0, 28), step: DecodeStep::Base64 }, 0, &mut out);
    assert_eq!(format!("{out:?}"), "Decoded(20 bytes)");
}

fn b64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Each line looks like the start of both alphabets' text; all lines are looked at once, or this would not end.
#[test]
fn many_lines_are_one_region() {
    let line = b64(&b"many lines of text with none but letters and digits in it".repeat(2)[..57]);
    let text = format!("{line}\n").repeat(100_000);
    let mut found = Vec::new();
    regions(text.as_bytes(), false, &mut found);
    assert_eq!(found, [Region { span: Span::new(0, text.len() - 1), step: DecodeStep::Base64 }]);
}
