//! Writes the first inputs of each target to `corpus/`: small sound files.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

const TEXT: &[u8] = b"DB_PASSWORD=the quick brown fox\n";

fn write(target: &str, name: &str, content: &[u8]) {
    let folder = Path::new("corpus").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), content).unwrap();
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn tar(name: &str) -> Vec<u8> {
    let mut block = vec![0; 1024];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{:011o}", TEXT.len()).as_bytes());
    block[257..263].copy_from_slice(b"ustar\0");
    block[512..512 + TEXT.len()].copy_from_slice(TEXT);
    block
}

fn documents() {
    let page = b"<< /Filter /FlateDecode >>\nstream\n".iter().chain(&deflated(b"BT /F1 9 Tf (a) Tj <0024> Tj ET")).copied().collect::<Vec<_>>();
    write("documents", "flate", &[&[0][..], b"1 0 obj\n", &page, b"\nendstream\nendobj\n"].concat());
    for (name, filter, data) in [
        ("lzw", "/LZWDecode", &b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01"[..]),
        ("ascii85", "[/ASCII85Decode /RunLengthDecode]", b"87cURD]j7BEbo80~>"),
        ("hex", "/ASCIIHexDecode", b"4254>"),
    ] {
        let start = format!("\x001 0 obj\n<< /Filter {filter} /Length {} >>\nstream\n", data.len());
        write("documents", name, &[start.as_bytes(), data, b"\nendstream\n"].concat());
    }
}

fn images() {
    let document = |first: u8, text: &str| [&[first][..], text.as_bytes()].concat();
    write("image", "index", &document(1, r#"{"manifests":[{"digest":"sha256:b","platform":{"os":"linux","architecture":"amd64"}}]}"#));
    write("image", "manifest", &document(2, r#"{"config":{"digest":"sha256:c"},"layers":[{"digest":"sha256:d","urls":["https://x"]}]}"#));
    write("image", "config", &document(3, r#"{"config":{"Env":["A=b"]},"history":[{"created_by":"RUN |1 A=b /bin/sh -c x","empty_layer":true}]}"#));
    write("image", "layer", &[&[4][..], &tar("etc/.wh.passwd")].concat());
    write("image", "archive", &[&[0][..], &tar("manifest.json")].concat());
}

/// Objects that git itself packs.
fn git() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let status = Command::new("git").current_dir(&folder).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    run(&["init", "-q"]);
    for round in 0..3 {
        std::fs::write(folder.path().join("a"), [TEXT.repeat(40), vec![b'0' + round]].concat()).unwrap();
        run(&["add", "a"]);
        run(&["commit", "-qm", "c"]);
    }
    run(&["gc", "-q"]);
    for entry in std::fs::read_dir(folder.path().join(".git/objects/pack")).unwrap().flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "pack")) {
        let pack = std::fs::read(entry.path()).unwrap();
        write("git", "packed", &[&[0, 150, 150, 170, 0, 0, 0, 0, 0, 0, 0], &pack[12..pack.len() - 20]].concat());
    }
    // A blob, and a delta on it: what is copied, what is new.
    let blob = [&[0x30 | TEXT.len() as u8 & 15 | 0x80, (TEXT.len() >> 4) as u8][..], &deflated(TEXT)].concat();
    let delta = deflated(&[TEXT.len() as u8, 14, 0x90, 12, 2, b'x', b'y']);
    let behind = blob.len() as u8;
    write("git", "delta", &[&[0, behind, behind, 0, 0, 0, 0, 0, 0, 0, 0][..], &blob, &[0x67, behind], &delta].concat());
}

/// One file "a" of 20 bytes: stored, and as LZMA, which those bytes are not.
fn seven_zip() {
    for (name, coder) in [("stored", &[0x01, 0x00][..]), ("lzma", &[0x23, 3, 1, 1, 5, 0x5D, 0, 0, 0x10, 0])] {
        let streams = [&[4, 6, 0, 1, 9, 20, 0, 7, 0x0B, 1, 0, 1][..], coder, &[0x0C, 20, 0, 8, 0, 0]].concat();
        let files = [5, 1, 0x11, 5, 0, b'a', 0, 0, 0, 0, 0];
        write("sevenz", name, &[&TEXT[..20], &[1], &streams, &files].concat());
    }
}

fn main() {
    documents();
    seven_zip();
    images();
    git();
    let mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\ncGFz\n--b\nContent-Type: text/html; name=x\n\
        Content-Transfer-Encoding: quoted-printable\n\n<p>=3D</p>\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n--b--\n";
    write("mail", "message", &[&[0][..], mail.as_bytes()].concat());
    write("mail", "mailbox", format!("\x01{mail}\nFrom b Tue Jun  2 00:00:00 2026\n{mail}").as_bytes());
    write("exports", "slack", b"\0password: x\", \"user\": \"U1\"}]");
    write("exports", "jira", b"\x01\"summary\": \"a\", \"comment\": {\"comments\": [{\"id\": \"1\", \"body\": \"b\"}]}}}]}");
    write("exports", "feed", b"\x02<key>A-1</key><description>&lt;p&gt;</description><comment id=\"1\">c</comment></item></channel></rss>");
    write("exports", "page", b"\x05<p>a<br>&#x41;&amp;<a href='x'>b</a></p><![CDATA[c]]></div></html>");
    write("streams", "gzip", &[&[0][..], &deflated(TEXT)].concat());
    write("tar", "one", &tar("a/b"));
    write("zip", "stored", b"\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0axPK\x05\x06");
    write("sqlite", "page", &[0x0D; 512]);
}
