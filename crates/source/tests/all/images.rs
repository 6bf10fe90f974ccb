//! Reads images that hold everything a builder, or an attacker, can put into one.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use super::image_maker::{CREATED, Layer, Layout, MANIFEST, Read, config, digest, gzip, read, read_with, zstd};
use serde_json::json;
use tar::EntryType;
use unkeyed_model::{Fate, SkipReason, Surface};
use unkeyed_source::{Error, Known, Options, open};

fn target(layout: &Layout) -> String {
    format!("oci-dir:{}", layout.path().display())
}

#[test]
fn each_layer_is_read_and_each_file_knows_its_fate() {
    let bottom = Layer::new()
        .file("root/.aws/credentials", b"in a folder that goes")
        .file("app/.env", b"deleted")
        .file("app/config/token", b"below an opaque folder")
        .file("app/settings", b"old")
        .file("srv/was-a-folder/key", b"its folder becomes a file")
        .file("kept", b"kept")
        .gzip();
    let top = Layer::new()
        .whiteout("root/.aws")
        .whiteout("app/.env")
        .opaque("app/config")
        .file("app/config/other", b"new")
        .file("app/settings", b"new")
        .link(EntryType::Symlink, "srv/was-a-folder", "/etc")
        .gzip();
    let (first, second) = (digest(&bottom), digest(&top));
    let layout = Layout::new().image("demo:v1", &config(), &[("COPY . /", bottom), ("RUN /bin/sh -c rm -r /root/.aws", top)]);
    let read = read(&target(&layout));
    assert_eq!(read.skips, []);
    assert_eq!(read.fate("root/.aws/credentials"), Fate::Deleted(second.clone()));
    assert_eq!(read.fate("app/.env"), Fate::Deleted(second.clone()));
    assert_eq!(read.fate("app/config/token"), Fate::Deleted(second.clone()));
    assert_eq!(read.fate("app/config/other"), Fate::Present);
    assert_eq!(read.fate("srv/was-a-folder/key"), Fate::Deleted(second.clone()));
    assert_eq!(read.fate("kept"), Fate::Present);
    let both = read.refined("app/settings");
    let by_layer = |layer: &str| both.iter().find(|origin| origin.layer.as_deref() == Some(layer)).unwrap().image.clone().unwrap();
    assert_eq!(by_layer(&first).fate, Fate::Overwritten(second.clone()));
    assert_eq!(by_layer(&second).fate, Fate::Present);
    assert_eq!(by_layer(&first).instruction.as_deref(), Some("history[0]: COPY . /"));
    assert_eq!(by_layer(&second).instruction.as_deref(), Some("history[1]: RUN rm …"));
    assert_eq!(by_layer(&first).images[..], ["demo:v1 (linux/amd64)".into()]);
    let origin = &read.refined("kept")[0];
    assert_eq!((origin.surface, origin.image_path.as_deref()), (Surface::ImageLayer, Some("/kept")));
    assert_eq!(origin.first_seen, Some(CREATED.parse().unwrap()));
    assert_eq!(read.target.source.layers(), 2);
}

#[test]
fn a_hard_link_keeps_what_its_first_name_lost() {
    let bottom = Layer::new().file("a/key", b"one").link(EntryType::Link, "b/key", "a/key").file("c/key", b"two").gzip();
    let middle = Layer::new().link(EntryType::Link, "d/key", "c/key").gzip();
    let top = Layer::new().whiteout("a/key").whiteout("c/key").whiteout("d").gzip();
    let gone = Fate::Deleted(digest(&top));
    let layout = Layout::new().image("links", &config(), &[("COPY", bottom), ("RUN", middle), ("RUN", top)]);
    let read = read(&target(&layout));
    assert_eq!(read.fate("a/key"), Fate::Linked("/b/key".into()));
    assert_eq!(read.fate("c/key"), gone);
}

#[test]
fn the_configuration_is_a_unit_as_it_is_written() {
    let mut config = config();
    config["config"]["Env"] = json!(["DB_PASSWORD=w4lk-9xTq2"]);
    let layout = Layout::new().image("", &config, &[("RUN |1 TOKEN=mR7kQ2 /bin/sh -c make", Layer::new().gzip())]);
    let read = read(&target(&layout));
    let (origin, content) = &read.units[0];
    assert_eq!((origin.surface, read.units.len()), (Surface::ImageConfig, 1));
    assert_eq!(origin.path, format!("{}.json", &digest(content)[7..]));
    let text = String::from_utf8_lossy(content);
    assert!(text.contains("DB_PASSWORD=w4lk-9xTq2") && text.contains("TOKEN=mR7kQ2"));
}

#[test]
fn a_configuration_that_is_not_understood_is_read_and_not_quoted() {
    let config = json!({"history": "pW3-kLm9", "config": {}});
    let layout = Layout::new();
    let layer = layout.add("application/vnd.oci.image.layer.v1.tar", &Layer::new().file("file", b"f").tar());
    let layout = layout.manifest("x", &config, &[layer]);
    let read = read(&target(&layout));
    assert_eq!((read.skips[0].why, read.skips.len(), read.files()), (SkipReason::Malformed, 1, vec!["/file"]));
    assert!(!read.skips[0].detail.contains("pW3"), "{}", read.skips[0].detail);
    assert!(read.units.iter().any(|(_, content)| String::from_utf8_lossy(content).contains("pW3-kLm9")));
}

#[test]
fn layers_are_read_however_they_are_compressed() {
    let tar = |name: &str| Layer::new().file(name, name.as_bytes()).tar();
    let mut frames = b"\x50\x2A\x4D\x18\x03\0\0\0abc".to_vec();
    let two = tar("two-frames");
    frames.extend(zstd(&two[..700]));
    frames.extend(zstd(&two[700..]));
    let members = [gzip(&two[..700]), gzip(&two[700..])].concat();
    for (name, blob) in
        [("plain", tar("plain")), ("gz", gzip(&tar("gz"))), ("zst", zstd(&tar("zst"))), ("two-frames", frames), ("two-frames", members)]
    {
        let layout = Layout::new().image("x", &config(), &[("COPY", blob)]);
        let read = read(&target(&layout));
        assert_eq!(read.skips, [], "{name}");
        assert_eq!(read.contents()[name], name.as_bytes());
    }
}

#[test]
fn another_platform_is_a_row_or_an_error() {
    let one = |name: &str| vec![("COPY", Layer::new().file(name, b"x").gzip())];
    let config = |architecture: &str| json!({"os": "linux", "architecture": architecture});
    let layout = Layout::new()
        .image("app", &config("amd64"), &one("for-amd64"))
        .for_platform("linux", "amd64")
        .image("app", &config("s390x"), &one("for-s390x"))
        .for_platform("linux", "s390x");
    let with = |platform: &str| Options { platform: Some(platform.into()), ..Options::default() };
    let read = read_with(&target(&layout), &with("linux/amd64"));
    assert_eq!(read.files(), ["/for-amd64"]);
    assert_eq!(read.skips.len(), 1);
    assert!(read.skips[0].why == SkipReason::NotSupplied && read.skips[0].detail.contains("--platform linux/s390x"), "{:?}", read.skips);
    let all = read_with(&target(&layout), &with("all"));
    assert_eq!((all.files(), all.reasons()), (vec!["/for-amd64", "/for-s390x"], vec![]));
    let Err(Error::Image { why, .. }) = open(&target(&layout), &with("linux/arm64")) else { panic!("there is no such platform") };
    assert_eq!(why, "there is no image for linux/arm64, only for linux/amd64, linux/s390x; choose with --platform");
}

#[test]
fn a_layer_that_two_images_share_is_read_once() {
    let base = Layer::new().file("base", b"shared").gzip();
    let top = Layer::new().whiteout("base").gzip();
    let layout =
        Layout::new().image("a:v1", &config(), &[("COPY", base.clone())]).image("a:v2", &config(), &[("COPY", base), ("RUN", top)]);
    let read = read(&target(&layout));
    assert_eq!(read.files(), ["/base"]);
    assert_eq!(read.fate("base"), Fate::Present, "v1 still has it");
    assert_eq!(read.refined("base")[0].image.as_ref().unwrap().images[..], ["a:v1 (linux/amd64)".into(), "a:v2 (linux/amd64)".into()]);
}

#[test]
fn an_image_is_called_by_its_reference_or_after_what_holds_it() {
    let layer = || vec![("COPY", Layer::new().file("file", b"x").gzip())];
    let other = || json!({"os": "linux", "architecture": "s390x"});
    let names = |layout: &Layout| {
        let read = read_with(&target(layout), &Options { platform: Some("all".into()), ..Options::default() });
        let place = layout.path().file_name().unwrap().to_str().unwrap().to_owned();
        let units = read.units.into_iter().filter(|(origin, _)| origin.surface == Surface::ImageConfig);
        let images = units.flat_map(|(origin, _)| origin.image.as_ref().unwrap().images.clone());
        let mut names: Vec<_> = images.map(|name| name.replace(&place, "LAYOUT")).collect();
        names.sort();
        names
    };
    assert_eq!(names(&Layout::new().image("example.org/a:v1", &config(), &layer())), ["example.org/a:v1 (linux/amd64)"]);
    assert_eq!(names(&Layout::new().image("v1", &config(), &layer())), ["LAYOUT:v1 (linux/amd64)"]);
    assert_eq!(names(&Layout::new().image("", &config(), &layer())), ["LAYOUT (linux/amd64)"]);
    let two = names(&Layout::new().image("", &config(), &layer()).image("", &other(), &layer()));
    assert!(two.len() == 2 && two.iter().all(|name| name.starts_with("LAYOUT@sha256:")) && two[0] != two[1], "{two:?}");
}

#[test]
fn an_image_without_its_configuration_is_known_all_the_same() {
    let mut layout = Layout::new();
    let layer = layout.add("application/vnd.oci.image.layer.v1.tar", &Layer::new().file("file", b"x").tar());
    let absent = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(b"nowhere"), "size": 7});
    let manifest = layout.add(MANIFEST, json!({"schemaVersion": 2, "config": absent, "layers": [layer]}).to_string().as_bytes());
    layout.list("a:v1", manifest);
    let read = read(&target(&layout));
    assert_eq!(read.files(), ["/file"]);
    assert_eq!(read.reasons(), [(digest(b"nowhere").as_str(), SkipReason::Unreadable)]);
    let configuration = read.units.iter().find(|(origin, _)| origin.surface == Surface::ImageConfig).unwrap();
    assert_eq!((configuration.0.image.as_ref().unwrap().images[..].to_vec(), &configuration.1[..]), (vec!["a:v1".into()], &b""[..]));
}

#[test]
fn a_wrong_digest_is_a_gap_and_decides_no_fate() {
    let bottom = Layer::new().file("secret", b"s").gzip();
    let top = Layer::new().whiteout("secret").gzip();
    let forged = Layer::new().whiteout("secret").file("forged", b"f").gzip();
    let named = digest(&top);
    let layout = Layout::new().image("x", &config(), &[("COPY", bottom), ("RUN", top)]);
    fs::write(layout.blob(&named), &forged).unwrap();
    let read = read(&target(&layout));
    assert_eq!(read.reasons(), [(named.as_str(), SkipReason::Unreadable)]);
    assert!(read.skips[0].detail.contains(&digest(&forged)[7..]));
    assert_eq!(read.contents()["forged"], b"f", "what is there is read");
    assert_eq!(read.fate("secret"), Fate::Unknown);
}

#[test]
fn a_layer_that_breaks_off_is_read_so_far() {
    let layer = Layer::new().file("first", b"1").file("second", &[b'2'; 4096]).tar();
    let whole = digest(&layer);
    let layout = Layout::new().image("x", &config(), &[("COPY", layer.clone())]);
    for cut in (0..layer.len()).step_by(97) {
        fs::write(layout.blob(&whole), &layer[..cut]).unwrap();
        let read = read(&target(&layout));
        assert_eq!(read.reasons(), [(whole.as_str(), SkipReason::Unreadable)], "cut at {cut}");
        assert_eq!(read.contents().contains_key("first"), cut > 512, "cut at {cut}");
        assert_eq!(read.contents().get("second").map_or(0, |content| content.len()), cut.saturating_sub(1536).min(4096), "cut at {cut}");
    }
}

#[test]
fn compressed_layers_that_break_off_never_fail_the_run() {
    let tar = Layer::new().file("a", &(0..20_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>()).tar();
    for blob in [gzip(&tar), zstd(&tar)] {
        let whole = digest(&blob);
        let layout = Layout::new().image("x", &config(), &[("COPY", blob.clone())]);
        for cut in (0..64).chain((64..blob.len()).step_by(4096)) {
            fs::write(layout.blob(&whole), &blob[..cut]).unwrap();
            assert_eq!(read(&target(&layout)).reasons(), [(whole.as_str(), SkipReason::Unreadable)], "cut at {cut}");
        }
    }
}

#[test]
fn missing_foreign_and_encrypted_layers_are_rows() {
    let layout = Layout::new();
    let absent =
        |byte: &str, media_type: &str| json!({"mediaType": media_type, "digest": format!("sha256:{}", byte.repeat(32)), "size": 5});
    let mut foreign = absent("ab", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    foreign["urls"] = json!(["https://user:q7w8@layers.example/x?sig=abc"]);
    let layers =
        [absent("cd", "application/vnd.oci.image.layer.v1.tar"), foreign, absent("ef", "application/vnd.oci.image.layer.v1.tar+encrypted")];
    let layout = layout.manifest("x", &config(), &layers);
    let read = read(&target(&layout));
    assert_eq!(
        read.skips.iter().map(|skip| skip.why).collect::<Vec<_>>(),
        [SkipReason::Unreadable, SkipReason::Unreadable, SkipReason::Encrypted]
    );
    assert_eq!(read.skips[0].detail, "a foreign layer: the image doesn't contain it, it is kept at layers.example; it was not fetched");
}

#[test]
fn an_artifact_that_is_no_file_system_is_read_as_one_file() {
    let layout = Layout::new();
    let statement = br#"{"predicate":{"invocation":{"parameters":{"args":{"build-arg:TOKEN":"z8Hk3"}}}}}"#;
    let layer = layout.add("application/vnd.in-toto+json", statement);
    let name = format!("{}.json", layer["digest"].as_str().unwrap());
    let layout = layout.manifest("att", &config(), &[layer]).for_platform("unknown", "unknown");
    let read = read(&target(&layout));
    assert_eq!(read.contents()[name.as_str()], statement);
}

#[test]
fn names_can_not_leave_the_image() {
    let layer = Layer::new()
        .file("../../etc/shadow", b"1")
        .file("/abs/olute", b"2")
        .file("./dot//s", b"3")
        .link(EntryType::Symlink, "out", "/etc")
        .file("out/passwd", b"4")
        .file("esc\x1b[2Jape", b"5")
        .gzip();
    let layout = Layout::new().image("x", &config(), &[("COPY", layer)]);
    let read = read(&target(&layout));
    assert_eq!(read.files(), ["/abs/olute", "/dot/s", "/esc%1B[2Jape", "/etc/shadow", "/out/passwd"]);
    assert_eq!(read.skips, []);
}

/// What a run that keeps what it learns finds nothing in, if something is found in `noisy`, is not read by the next.
#[test]
fn what_was_silent_is_not_read_again() {
    let bottom = Layer::new().file("etc/quiet", b"nothing").file("app/key", b"found").file("app/a.zip", b"PK\x03\x04 cut").gzip();
    let middle = Layer::new().file("etc/other", b"nothing").gzip();
    let top = Layer::new().whiteout("app").gzip();
    let deleted = Fate::Deleted(digest(&top));
    let layout = Layout::new().image("v1", &config(), &[("a", bottom), ("b", middle), ("c", top)]);
    let run = |keys| read_with(&target(&layout), &Options { known: Arc::new(Known::new(keys)), ..Options::default() });
    let found = |read: &Read| read.refined("app/key").iter().filter_map(|origin| Known::key_of(origin)).collect();
    let first = run(Vec::new());
    assert_eq!((first.target.source.layers(), first.files().len(), first.skips.len()), (3, 4, 1));
    let second = run(first.target.source.silent(&found(&first)));
    assert_eq!(second.files(), ["/app/a.zip", "/app/key"], "what something was found in, and what was not read to its end");
    assert_eq!((second.target.source.layers(), second.reasons()), (1, first.reasons()));
    assert_eq!((second.fate("app/key"), first.fate("app/key")), (deleted.clone(), deleted));
    let forgetful = read_with(&target(&layout), &Options::default());
    assert_eq!(forgetful.target.source.silent(&BTreeSet::new()), Vec::<[u8; 16]>::new());
}
