//! Images as real tools write them: umoci builds, skopeo converts. Debian packages: umoci, skopeo.

use std::fs;
use std::path::Path;

use super::image_maker::{read, run};
use unkeyed_model::{Fate, Surface};

/// A layout `img` in `folder`: a layer with a credentials file and a key with two names, one that deletes the former, and a
/// configuration with a password.
fn build(folder: &Path) {
    run(folder, "umoci", &["init", "--layout", "img"]);
    run(folder, "umoci", &["new", "--image", "img:base"]);
    let bundle = |tag: &str, name: &str, change: &dyn Fn(&Path)| {
        run(folder, "umoci", &["unpack", "--rootless", "--image", &format!("img:{tag}"), name]);
        change(&folder.join(name).join("rootfs"));
        run(folder, "umoci", &["repack", "--image", "img:v1", name]);
    };
    bundle("base", "first", &|root| {
        fs::create_dir_all(root.join("root/.aws")).unwrap();
        fs::write(root.join("root/.aws/credentials"), "[default]\naws_secret_access_key = r3moved\n").unwrap();
        fs::write(root.join("root/a.key"), "st4ys").unwrap();
        fs::hard_link(root.join("root/a.key"), root.join("root/b.key")).unwrap();
    });
    bundle("v1", "second", &|root| {
        fs::remove_dir_all(root.join("root/.aws")).unwrap();
    });
    run(folder, "umoci", &["config", "--image", "img:v1", "--config.env", "DB_PASSWORD=inThe3nv"]);
}

#[test]
fn every_form_of_an_image_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    build(path);
    run(path, "skopeo", &["copy", "-q", "oci:img:v1", "docker-archive:app.tar:demo/app:v1"]);
    run(path, "skopeo", &["copy", "-q", "oci:img:v1", "oci-archive:oci.tar:v1"]);
    run(path, "skopeo", &["copy", "-q", "--dest-compress", "--dest-compress-format", "zstd", "docker-archive:app.tar", "oci:imgz:v1"]);
    let at = |name: &str| path.join(name).to_str().unwrap().to_owned();
    for target in
        [format!("docker-archive:{}", at("app.tar")), at("app.tar"), format!("oci-archive:{}", at("oci.tar")), at("oci.tar"), at("imgz")]
    {
        let read = read(&target);
        assert_eq!(read.skips, [], "{target}");
        assert_eq!(read.files(), ["/root/.aws/credentials", "/root/a.key"], "{target}");
        let removed = read.refined("root/.aws/credentials").remove(0);
        let place = removed.image.as_ref().unwrap();
        assert!(matches!(&place.fate, Fate::Deleted(layer) if Some(layer) != removed.layer.as_ref()), "{target}: {place:?}");
        assert_eq!(read.fate("root/a.key"), Fate::Present, "{target}");
        let (_, config) = read.units.iter().find(|(origin, _)| origin.surface == Surface::ImageConfig).unwrap();
        assert!(String::from_utf8_lossy(config).contains("DB_PASSWORD=inThe3nv"), "{target}");
    }
    let docker = read(&at("app.tar")).refined("root/a.key").remove(0);
    assert!(docker.image.as_ref().unwrap().images[0].contains("demo/app:v1 ("), "{docker:?}");
}

#[test]
fn a_layout_is_read_as_files_if_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let read = read(&format!("dir:{}", folder.path().join("img").display()));
    assert!(read.contents().contains_key("index.json") && read.files().is_empty());
}
