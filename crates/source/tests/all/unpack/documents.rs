//! Documents and compiled files: PDF, property lists, Android resources, Python and Dalvik code.

use unkeyed_model::SkipReason;

use super::{Found, make, read, text};

fn word(seed: u32) -> String {
    String::from_utf8(text(seed)[..60].to_vec()).unwrap()
}

fn lines(found: &Found, path: &str) -> Vec<String> {
    String::from_utf8_lossy(found.content(path)).lines().map(str::to_owned).collect()
}

pub(crate) fn pdf(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    for (number, (dictionary, data)) in streams.iter().enumerate() {
        file.extend(format!("{} 0 obj\n<< {dictionary} /Length {} >>\nstream\n", number + 1, data.len()).bytes());
        file.extend(*data);
        file.extend(b"\nendstream\nendobj\n");
    }
    file.extend(b"trailer << /Info << /Title (a \\(title\\)) /Author <FEFF006B00E4> >> >>\n%%EOF\n");
    file
}

#[test]
fn a_pdf_shows_its_text() {
    let page = format!("BT /F1 12 Tf 70 700 Td (pass\\167ord: {}) Tj 0 -14 Td [(to) -20 (ken) -300 <{:02X}6f>] TJ ET", word(1), b'g');
    let compressed = make::zlib(format!("BT ({}) Tj T* (b) Tj ET", word(2)).as_bytes());
    let embedded = make::zlib(&make::zip(&[("k.env", &text(3))]));
    let found = read(
        "a.pdf",
        &pdf(&[
            ("", page.as_bytes()),
            ("/Filter /FlateDecode", &compressed),
            ("/Type /EmbeddedFile /Filter /FlateDecode", &embedded),
            ("/Type /ObjStm /Filter /FlateDecode", &make::zlib(b"1 0 << /URI (https://x) >>")),
            ("/Subtype /Image /Filter /DCTDecode", &make::noise(4, 3000)),
        ]),
    );
    assert_eq!(lines(&found, "a.pdf!/text"), [format!("password: {}", word(1)), "token go".into(), word(2), "b".into()]);
    assert_eq!(found.content("a.pdf!/embedded-file-3!/k.env"), text(3));
    let objects = lines(&found, "a.pdf!/objects").join("\n");
    assert!(objects.contains("/URI (https://x)") && objects.contains("/Title (a \\(title\\))") && objects.contains("kä"));
    assert_eq!(found.skips, []);
}

/// `text` in codes of two bytes: its characters, each `shift` further on.
fn codes(text: &str, shift: u16) -> String {
    text.bytes().map(|byte| format!("{:04X}", u16::from(byte) + shift)).collect()
}

fn to_unicode(shift: u16) -> Vec<u8> {
    let range = format!("<{:04X}> <{:04X}> <0021>", 0x21 + shift, 0x7E + shift);
    make::zlib(format!("1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange {range} endbfrange").as_bytes())
}

/// What browsers and word processors print: fonts with codes of their own, named by each page as it likes.
#[test]
fn codes_of_a_font_become_characters() {
    let page = |seed, shift| {
        let word = word(seed);
        let (start, end) = word.split_at(30);
        // A word goes on where the first part of it ends, within what its characters can take up; then there is a gap.
        let (start, end, far) = (codes(start, shift), codes(end, shift), codes("far", shift));
        make::zlib(format!("BT /F1 10 Tf 9 9 Td <{start}> Tj 180 0 Td <{end}> Tj 900 0 Td <{far}> Tj ET").as_bytes())
    };
    let (first, second) = (page(1, 100), page(2, 7));
    let pages = ["<</Type /Page /Parent 20 0 R /Contents [ 1 0 R ]>>", "<</Type /Page /Resources <</Font 21 0 R>> /Contents 2 0 R>>"];
    let places = format!("8 0 9 {} ", pages[0].len());
    let packed = make::zlib([&places, pages[0], pages[1]].concat().as_bytes());
    let mut file = pdf(&[
        ("/Filter /FlateDecode", &first),
        ("/Filter /FlateDecode", &second),
        ("/Filter /FlateDecode", &to_unicode(100)),
        ("/Filter /FlateDecode", &to_unicode(7)),
        (&format!("/Type /ObjStm /N 2 /First {} /Filter /FlateDecode", places.len()), &packed),
    ]);
    file.extend(b"20 0 obj\n<</Kids [8 0 R] /Resources <</Font <</F1 10 0 R>>>>>>\nendobj\n21 0 obj\n<</F1 11 0 R>>\nendobj\n");
    file.extend(
        b"10 0 obj\n<</Type /Font /Subtype /Type0 /ToUnicode 3 0 R>>\nendobj\n11 0 obj\n<</Type /Font /ToUnicode 4 0 R>>\nendobj\n",
    );
    let found = read("a.pdf", &file);
    assert_eq!(lines(&found, "a.pdf!/text"), [word(1), "far".into(), word(2), "far".into()]);
    assert_eq!(found.skips, []);
    for end in 0..file.len() {
        let _ = read("a.pdf", &file[..end]);
    }
}

#[test]
fn what_of_a_pdf_is_not_read_is_said() {
    // One after the other, as PostScript's filters were used.
    let page = b"BT (token) Tj ET";
    let hexadecimal: String = page.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ">";
    let found = read(
        "a.pdf",
        &pdf(&[
            (
                "/Filter [/ASCIIHexDecode /FlateDecode]",
                &make::zlib(page).iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect::<Vec<_>>(),
            ),
            ("/Filter /AHx", hexadecimal.as_bytes()),
            ("/Filter /Unheard", page),
            ("/Filter /FlateDecode", b"not deflated"),
            ("", b"BT /F1 12 Tf <00240025> Tj (A text) Tj ET"),
        ]),
    );
    assert_eq!(lines(&found, "a.pdf!/text")[..2], ["token", "token"]);
    assert_eq!(found.rows(), [("a.pdf", SkipReason::Unreadable), ("a.pdf", SkipReason::NotUnderstood)]);
    assert!(found.skips[0].detail.starts_with("2 streams") && found.skips[1].detail.starts_with("1 pieces"), "{:?}", found.skips);
}

#[test]
fn an_encrypted_pdf_is_said() {
    let found = read("a.pdf", b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>\n");
    assert_eq!((found.paths(), found.rows()), (vec!["a.pdf"], vec![("a.pdf", SkipReason::Encrypted)]));
}

/// `{"k1": "v1", "k2": [data, wide text]}`
pub(crate) fn plist() -> Vec<u8> {
    let mut file = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    let wide: Vec<u8> = "gänsefuß".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let long = word(1);
    let objects: [Vec<u8>; 7] = [
        vec![0xD2, 1, 2, 3, 4],
        b"\x56ApiKey".to_vec(),
        b"\x54list".to_vec(),
        [&[0x5F, 0x10, long.len() as u8], long.as_bytes()].concat(),
        vec![0xA2, 5, 6],
        [&[0x4F, 0x11, 1, 0x90][..], &text(2)].concat(),
        [&[0x68], &wide[..]].concat(),
    ];
    for object in objects {
        offsets.push(file.len() as u16);
        file.extend(object);
    }
    let table = file.len() as u64;
    offsets.iter().for_each(|offset| file.extend(offset.to_be_bytes()));
    file.extend([0, 0, 0, 0, 0, 0, 2, 1]);
    [7, 0, table].iter().for_each(|number| file.extend(number.to_be_bytes()));
    file
}

#[test]
fn a_property_list_becomes_keys_and_values() {
    let ipa = make::zip(&[("Payload/App.app/Info.plist", &plist())]);
    let found = read("app.ipa", &ipa);
    let path = "app.ipa!/Payload/App.app/Info.plist!/values";
    assert_eq!(found.paths(), [path]);
    let lines = lines(&found, path);
    assert_eq!(lines[0], format!("ApiKey={}", word(1)));
    assert!(lines.contains(&String::from_utf8(text(2)).unwrap()) && lines.contains(&"gänsefuß".to_owned()));
}

fn chunk(kind: u16, header: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = kind.to_le_bytes().to_vec();
    chunk.extend((8 + header.len() as u16).to_le_bytes());
    chunk.extend((8 + header.len() as u32 + body.len() as u32).to_le_bytes());
    chunk.extend(header);
    chunk.extend(body);
    chunk
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn pool(strings: &[&str], utf8: bool) -> Vec<u8> {
    let (mut offsets, mut data) = (Vec::new(), Vec::new());
    for string in strings {
        offsets.push(data.len() as u32);
        if utf8 {
            data.extend([string.chars().count() as u8, string.len() as u8]);
            data.extend([string.as_bytes(), b"\0"].concat());
        } else {
            data.extend((string.encode_utf16().count() as u16).to_le_bytes());
            data.extend(string.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        }
    }
    data.resize(data.len().next_multiple_of(4), 0);
    let count = strings.len() as u32;
    let header = numbers(&[count, 0, if utf8 { 0x100 } else { 0 }, 28 + 4 * count, 0]);
    chunk(1, &header, &[numbers(&offsets), data].concat())
}

pub(crate) fn resources() -> Vec<u8> {
    let entry = |key: u32, value: u32| [numbers(&[8, key]), vec![8, 0, 0, 3], numbers(&[value])].concat();
    let types = chunk(0x0201, &[numbers(&[1, 2, 20 + 8]), vec![]].concat(), &[numbers(&[0, 16]), entry(0, 1), entry(1, 0)].concat());
    let package = chunk(0x0200, &[0; 280], &[pool(&["string"], true), pool(&["app_name", "maps_key"], true), types].concat());
    let key = word(1);
    chunk(2, &numbers(&[1]), &[pool(&[&key, "Demo", "unused"], true), package].concat())
}

#[test]
fn android_resources_become_names_and_values() {
    let apk = make::zip(&[("resources.arsc", &resources()), ("AndroidManifest.xml", &manifest())]);
    let found = read("app.apk", &apk);
    let strings = lines(&found, "app.apk!/resources.arsc!/strings");
    assert_eq!(strings[..2], ["app_name=Demo".to_owned(), format!("maps_key={}", word(1))]);
    assert!(strings.contains(&"unused".to_owned()));
    let manifest = lines(&found, "app.apk!/AndroidManifest.xml!/strings");
    assert_eq!(manifest[0], format!("meta-data name=\"com.example.KEY\" value=\"{}\"", word(2)));
}

fn manifest() -> Vec<u8> {
    let none = u32::MAX;
    let attribute = |name: u32, value: u32| [numbers(&[none, name, value]), vec![8, 0, 0, 3], numbers(&[value])].concat();
    let fields = [&20_u16.to_le_bytes()[..], &20_u16.to_le_bytes(), &2_u16.to_le_bytes(), &[0; 6]].concat();
    let element = [numbers(&[none, 0]), fields, attribute(1, 2), attribute(3, 4)].concat();
    let key = word(2);
    let strings = pool(&["meta-data", "name", "com.example.KEY", "value", &key], false);
    chunk(3, &[], &[strings, chunk(0x0102, &numbers(&[1, none]), &element)].concat())
}

#[test]
fn strings_of_compiled_python_stand_alone() {
    let (short, long) = (word(1), "x".repeat(300) + &word(2));
    let mut code = b"\xCB\x0D\x0D\x0A\0\0\0\0\0\0\0\0\0\0\0\0\xE3\0\0\0\0".to_vec();
    code.extend([b"s\x05\0\0\0d\x00z\x02\x01".to_vec(), vec![0xDA, short.len() as u8], short.clone().into_bytes()].concat());
    code.extend([&b"a"[..], &(long.len() as u32).to_le_bytes(), long.as_bytes(), b"zN"].concat());
    let found = read("m.cpython-312.pyc", &code);
    assert_eq!(lines(&found, "m.cpython-312.pyc!/strings"), [short, long]);
}

#[test]
fn strings_of_dalvik_code_stand_alone() {
    let (first, second) = (word(1), word(2));
    let data = [&[first.len() as u8][..], first.as_bytes(), &[0, second.len() as u8], second.as_bytes(), &[0]].concat();
    let mut code = b"dex\n035\0".to_vec();
    code.resize(56, 0);
    code.extend(numbers(&[2, 64, 72, 72 + first.len() as u32 + 2]));
    code.extend(data);
    assert_eq!(lines(&read("classes.dex", &code), "classes.dex!/strings"), [first, second]);
}
