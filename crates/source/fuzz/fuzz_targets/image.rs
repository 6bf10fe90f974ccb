//! Documents and layers of images, as OCI layouts and as docker archives.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unkeyed_source_fuzz::{folder, read_target};

const INDEX: &str = r#"{"manifests":[{"digest":"sha256:M","annotations":{"org.opencontainers.image.ref.name":"v1"}}]}"#;
const MANIFEST: &str = r#"{"config":{"digest":"sha256:C"},"layers":[{"digest":"sha256:L"},{"digest":"sha256:A"}]}"#;
const CONFIG: &str = r#"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:L"]},"history":[{"created_by":"COPY a b"}]}"#;

/// A digest whose digits are all the same; what it names is read although it doesn't fit.
fn full(text: &str) -> String {
    [('M', 'b'), ('C', 'c'), ('L', 'd'), ('A', 'a')].iter().fold(text.to_owned(), |text, (short, digit)| {
        text.replace(&format!("sha256:{short}"), &format!("sha256:{}", digit.to_string().repeat(64)))
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let root = folder();
    if *first == 0 {
        std::fs::write(root.join("a.tar"), rest).unwrap();
        read_target(&format!("docker-archive:{}", root.join("a.tar").display()));
        return;
    }
    let blob = |digit: &str| root.join("blobs/sha256").join(digit.repeat(64));
    std::fs::create_dir_all(root.join("blobs/sha256")).unwrap();
    std::fs::write(root.join("oci-layout"), "{}").unwrap();
    let documents = [(root.join("index.json"), INDEX), (blob("b"), MANIFEST), (blob("c"), CONFIG), (blob("d"), ""), (blob("a"), "")];
    for (at, (path, usual)) in documents.iter().enumerate() {
        let content = if at == usize::from(*first - 1) % documents.len() { rest.to_vec() } else { full(usual).into_bytes() };
        std::fs::write(path, content).unwrap();
    }
    read_target(&format!("oci-dir:{}", root.display()));
});
