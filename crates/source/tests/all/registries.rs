//! Pulls from a real registry, and from one whose storage was tampered with. Debian packages: docker-registry, skopeo,
//! apache2-utils.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::image_maker::{Layer, Layout, config, digest, read_with, run};
use serde_json::json;
use unkeyed_source::{Options, open};

/// A registry that ends with the test.
struct Server {
    folder: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts one; with `login`, only this user gets in.
    fn start(login: Option<(&str, &str)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = folder.path().display();
        let auth = login.map_or_else(String::new, |(user, password)| {
            fs::write(folder.path().join("users"), run(folder.path(), "htpasswd", &["-nbB", user, password])).unwrap();
            format!("auth: {{htpasswd: {{realm: fixture, path: {path}/users}}}}\n")
        });
        let settings = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {path}/data}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n{auth}"
        );
        fs::write(folder.path().join("registry.yml"), settings).unwrap();
        let process = Command::new("docker-registry")
            .args(["serve", "registry.yml"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("docker-registry: {error}; this test needs the Debian package of that name"));
        let server = Self { folder, process, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("docker-registry doesn't listen");
    }

    fn push(&self, layout: &Layout, name: &str, login: &[&str]) {
        let (from, to) = (format!("oci:{}:{name}", layout.path().display()), format!("docker://127.0.0.1:{}/demo/app:{name}", self.port));
        let fixed = ["copy", "-q", "--all", "--preserve-digests", "--dest-tls-verify=false"];
        run(layout.path(), "skopeo", &[&fixed[..], login, &[&from, &to]].concat());
    }

    fn image(&self, name: &str) -> String {
        format!("registry:127.0.0.1:{}/demo/app:{name}", self.port)
    }

    /// Where the registry keeps a blob.
    fn stored(&self, digest: &str) -> PathBuf {
        let hex = &digest[7..];
        self.folder.path().join("data/docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }
}

/// Reads `target` in a process of its own, whose docker configuration is `docker`: what it read and what not, or the error.
fn pull(target: &str, docker: &Path) -> String {
    pull_with(target, docker, "", "")
}

fn pull_with(target: &str, docker: &Path, platform: &str, path: &str) -> String {
    let output = tempfile::NamedTempFile::new().unwrap();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap());
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "registries::in_a_process_of_its_own", "--ignored"])
        .envs([("TEST_TARGET", target), ("TEST_PLATFORM", platform), ("PATH", &path)])
        .envs([("TEST_OUTPUT", output.path()), ("DOCKER_CONFIG", docker)])
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    fs::read_to_string(output.path()).unwrap()
}

#[test]
#[ignore = "run by the other tests, each in an environment of its own"]
fn in_a_process_of_its_own() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let options = Options { platform: Some(variable("TEST_PLATFORM")).filter(|name| !name.is_empty()), ..Options::default() };
    let said = match open(&variable("TEST_TARGET"), &options) {
        Err(error) => error.to_string(),
        Ok(_) => {
            let read = read_with(&variable("TEST_TARGET"), &options);
            let skips = read.skips.iter().map(|skip| format!("{}: {}\n", skip.path, skip.detail));
            let files =
                read.units.iter().filter_map(|(origin, content)| Some(format!("{} {}\n", origin.image_path.as_ref()?, content.len())));
            files.chain(skips).collect()
        }
    };
    fs::write(variable("TEST_OUTPUT"), said).unwrap();
}

fn layer(name: &str, size: u32) -> Vec<u8> {
    // Not compressible, so that sizes say something.
    let mut state = size;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(size as usize)
    .collect();
    Layer::new().file(name, &noise).gzip()
}

#[test]
fn an_image_is_pulled_for_the_platform_that_is_wanted() {
    let server = Server::start(None);
    let of = |architecture: &str| json!({"os": "linux", "architecture": architecture});
    let inner = Layout::new()
        .image("a", &of("amd64"), &[("COPY", layer("for-amd64", 10))])
        .for_platform("linux", "amd64")
        .image("b", &of("arm64"), &[("COPY", layer("for-arm64", 20))])
        .for_platform("linux", "arm64");
    let index = fs::read(inner.path().join("index.json")).unwrap();
    let mut layout = inner;
    let descriptor = layout.add("application/vnd.oci.image.index.v1+json", &index);
    layout.list_only("v1", descriptor);
    server.push(&layout, "v1", &[]);
    let nobody = tempfile::tempdir().unwrap();
    let pulled = |platform: &str| pull_with(&server.image("v1"), nobody.path(), platform, "");
    assert!(pulled("linux/arm64").starts_with("/for-arm64 20\nsha256:"), "{}", pulled("linux/arm64"));
    assert!(pulled("linux/arm64").contains("the image for linux/amd64 was not read"));
    assert_eq!(pulled("all"), "/for-amd64 10\n/for-arm64 20\n");
    assert!(
        pulled("linux/s390x").ends_with("there is no image for linux/s390x, only for linux/amd64, linux/arm64; choose with --platform")
    );
    let missing = pull(&server.image("v2"), nobody.path());
    assert!(missing.ends_with("/demo/app:v2, or doesn't show it to this user"), "{missing}");
}

#[test]
fn only_the_right_password_gets_in() {
    let server = Server::start(Some(("ann", "q7-Rw2-kTz")));
    let layout = Layout::new().image("v1", &config(), &[("COPY", layer("file", 7))]);
    server.push(&layout, "v1", &["--dest-creds", "ann:q7-Rw2-kTz"]);
    let docker = tempfile::tempdir().unwrap();
    let host = format!("127.0.0.1:{}", server.port);
    let anonymous = pull(&server.image("v1"), docker.path());
    assert!(anonymous.contains("the docker configuration has none for it"), "{anonymous}");
    // base64 of `ann:q7-Rw2-kTz` and of `ann:wrong`.
    for (auth, expected) in [("YW5uOnE3LVJ3Mi1rVHo=", "/file 7\n"), ("YW5uOndyb25n", "refused the credentials of the docker configuration")]
    {
        fs::write(docker.path().join("config.json"), json!({"auths": {&host: {"auth": auth}}}).to_string()).unwrap();
        let said = pull(&server.image("v1"), docker.path());
        assert!(said.contains(expected) && !said.contains("wrong") && !said.contains(auth), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_credential_helper_that_the_configuration_names_is_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start(Some(("bob", "Zx4-mNp-81")));
    let layout = Layout::new().image("v1", &config(), &[("COPY", layer("file", 7))]);
    server.push(&layout, "v1", &["--dest-creds", "bob:Zx4-mNp-81"]);
    let docker = tempfile::tempdir().unwrap();
    let host = format!("127.0.0.1:{}", server.port);
    fs::write(docker.path().join("config.json"), json!({"credHelpers": {&host: "fixture"}}).to_string()).unwrap();
    let helper = docker.path().join("docker-credential-fixture");
    let path = docker.path().to_str().unwrap().to_owned();
    let answer = |script: &str| {
        fs::write(&helper, format!("#!/bin/sh\ncat >/dev/null\n{script}\n")).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        pull_with(&server.image("v1"), docker.path(), "", &path)
    };
    assert_eq!(answer(r#"echo '{"Username":"bob","Secret":"Zx4-mNp-81"}'"#), "/file 7\n");
    let failed = answer("echo Zx4-mNp-81; exit 1");
    assert!(
        failed.contains("docker-credential-fixture, which the docker configuration names, failed") && !failed.contains("Zx4"),
        "{failed}"
    );
    assert!(answer("echo 'credentials not found in native keychain'; exit 1").contains("has none for it"));
}

#[test]
fn blobs_that_are_not_what_they_should_be_are_rows() {
    let server = Server::start(None);
    let (cut, forged) = (layer("cut", 300_000), layer("forged", 30));
    let layout = Layout::new().image("v1", &config(), &[("COPY", cut.clone()), ("COPY", forged.clone())]);
    server.push(&layout, "v1", &[]);
    fs::write(server.stored(&digest(&cut)), &cut[..100_000]).unwrap();
    fs::write(server.stored(&digest(&forged)), layer("other", 40)).unwrap();
    let nobody = tempfile::tempdir().unwrap();
    let said = pull(&server.image("v1"), nobody.path());
    let rows: Vec<_> = said.lines().collect();
    assert_eq!(rows.len(), 4, "{said}");
    assert!(rows[0].starts_with("/cut ") && rows[1] == "/other 40", "{said}");
    assert!(said.contains(&format!("{}: the layer is damaged: it ends too early", digest(&cut))), "{said}");
    assert!(said.contains(&format!("{}: the content's digest is", digest(&forged))), "{said}");
    fs::remove_file(server.stored(&digest(&cut))).unwrap();
    assert!(pull(&server.image("v1"), nobody.path()).contains(&format!("{}: the layer can't be read", digest(&cut))));
}

#[test]
fn a_download_that_breaks_off_is_resumed() {
    let server = Server::start(None);
    let layout = Layout::new().image("v1", &config(), &[("COPY", layer("large", 1_000_000))]);
    server.push(&layout, "v1", &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let through = format!("registry:127.0.0.1:{}/demo/app:v1", listener.local_addr().unwrap().port());
    let (port, connections) = (server.port, std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    let counted = std::sync::Arc::clone(&connections);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            std::thread::spawn(move || relay(client, port));
        }
    });
    let nobody = tempfile::tempdir().unwrap();
    assert_eq!(pull(&through, nobody.path()), "/large 1000000\n");
    assert!(connections.load(std::sync::atomic::Ordering::Relaxed) >= 4, "the connection was never cut");
}

/// Passes on what the client says, and 300,000 bytes of what the registry answers.
fn relay(mut client: TcpStream, port: u16) {
    let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    let mut left = 300_000;
    let mut buffer = [0; 8192];
    while left > 0 {
        let count = server.read(&mut buffer).unwrap_or(0).min(left);
        if count == 0 || client.write_all(&buffer[..count]).is_err() {
            break;
        }
        left -= count;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
