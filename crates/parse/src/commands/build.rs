//! Commands that build an image from a Dockerfile: Docker, buildx, Podman, Buildah, nerdctl, kaniko, `az acr build`.

use super::Effect;
use crate::host_files;
use crate::shell::Command;

const TAGS: &[&str] = &["-t", "--tag", "--destination", "-d", "--image"];
const FILES: &[&str] = &["-f", "--file", "--dockerfile"];
/// Options without a value that may stand right before the folder.
const SWITCHES: &[&str] = &["--push", "--load", "--pull", "--no-cache", "--quiet", "-q", "--rm", "--squash", "--force-rm", "--no-logs"];

pub(super) fn effect(command: &Command) -> Option<Effect> {
    let kaniko = command.program() == "executor" && command.has(&["--destination", "-d"]);
    let verbs: &[&str] = match command.program() {
        "docker" | "podman" | "nerdctl" | "depot" => &["build"],
        "buildah" if command.runs("buildah", &["bud"]) => &["bud"],
        "buildah" => &["build"],
        "az" => &["acr", "build"],
        _ if kaniko => &[],
        _ => return None,
    };
    if !command.runs(command.program(), verbs) {
        return None;
    }
    let images: Vec<String> = tags(command).map(|tag| repository(tag).to_owned()).filter(|image| !image.is_empty()).collect();
    let context = if kaniko { command.option_text(&["--context", "-c"]) } else { folder(command) };
    let context = context.unwrap_or(".").trim_start_matches("dir://");
    let dockerfile = dockerfile_in(context, command.option_text(FILES), kaniko)?;
    (!images.is_empty()).then_some(Effect::Builds { images, dockerfile })
}

/// The Dockerfile of a build: the one that is named, else the context's own. kaniko looks for it inside the context,
/// the others from where they are started. `None` if the context lies elsewhere.
pub(crate) fn dockerfile_in(context: &str, named: Option<&str>, inside: bool) -> Option<String> {
    let path = match named {
        Some(file) if !inside => file.to_owned(),
        named => format!("{context}/{}", named.unwrap_or("Dockerfile")),
    };
    in_checkout(&path)
}

/// What the runner's own variables and expressions stand for at the front of a path is where the job starts: the checkout.
const CHECKOUTS: &[&str] =
    &["$CI_PROJECT_DIR", "${CI_PROJECT_DIR}", "$GITHUB_WORKSPACE", "${{ github.workspace }}", "$(Build.SourcesDirectory)"];

/// A path of a job's script from the root of the checkout; `None` if it lies elsewhere or isn't known.
pub(super) fn in_checkout(path: &str) -> Option<String> {
    let path = CHECKOUTS.iter().find_map(|root| path.strip_prefix(root)).map_or(path, |rest| rest.trim_start_matches('/'));
    let elsewhere = path.contains(['$', '{', '*']) || path.contains("://") || path.starts_with("git@") || path.starts_with('/');
    (!elsewhere).then(|| host_files::relative("", path))
}

/// The name of an image without its tag or digest, which may still have to be filled in.
pub(crate) fn repository(reference: &str) -> &str {
    let named = reference.split('@').next().unwrap_or_default();
    let (mut braces, mut colon) = (0_usize, None);
    for (at, byte) in named.bytes().enumerate() {
        match byte {
            // Expressions may hold colons and slashes of their own.
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b':' if braces == 0 => colon = Some(at),
            b'/' if braces == 0 => colon = None,
            _ => {}
        }
    }
    colon.map_or(named, |at| &named[..at])
}

/// The tags of a build; the option may be given many times.
fn tags(command: &Command) -> impl Iterator<Item = &str> {
    let words = command.invocation();
    words.iter().enumerate().filter_map(|(index, word)| match word.text.split_once('=') {
        Some((name, value)) if TAGS.contains(&name) => Some(value),
        _ if TAGS.contains(&word.text.as_str()) => words.get(index + 1).map(|value| value.text.as_str()),
        _ => None,
    })
}

/// The last word, if it is no option's value.
fn folder(command: &Command) -> Option<&str> {
    let [.., before, last] = command.invocation() else { return None };
    let valued = before.text.starts_with('-') && !before.text.contains('=') && !SWITCHES.contains(&before.text.as_str());
    (!valued && !last.text.starts_with('-') && last.text != "build").then_some(last.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn built(script: &str) -> Option<(Vec<String>, String)> {
        match effect(&shell::commands(script)[0]) {
            Some(Effect::Builds { images, dockerfile }) => Some((images, dockerfile)),
            _ => None,
        }
    }

    #[track_caller]
    fn builds(script: &str, images: &[&str], dockerfile: &str) {
        assert_eq!(built(script), Some((images.iter().map(|&image| image.to_owned()).collect(), dockerfile.to_owned())), "{script}");
    }

    #[test]
    fn builders_name_their_images_and_dockerfiles() {
        builds("docker build -t acme/api:1.2 .", &["acme/api"], "Dockerfile");
        builds("docker build . -t ghcr.io/acme/api:$SHA", &["ghcr.io/acme/api"], "Dockerfile");
        builds(
            "docker buildx build --push --tag=a/b:1 --tag a/b:2 -f docker/api.Dockerfile ./api",
            &["a/b", "a/b"],
            "docker/api.Dockerfile",
        );
        builds("docker build --build-arg A=b -t reg:5000/x ./srv/", &["reg:5000/x"], "srv/Dockerfile");
        builds("buildah bud -t a/b web", &["a/b"], "web/Dockerfile");
        builds(
            "/kaniko/executor --context $CI_PROJECT_DIR/api --dockerfile Containerfile --destination $REG/api:$TAG",
            &["$REG/api"],
            "api/Containerfile",
        );
        builds("az acr build --registry acme --image api:v1 --file api/Dockerfile .", &["api"], "api/Dockerfile");
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(built("docker build ."), None);
        assert_eq!(built("docker build -t a/b $CONTEXT"), None);
        assert_eq!(built("docker build -t a/b https://github.com/acme/api.git"), None);
        assert_eq!(built("docker run -t a/b"), None);
        assert_eq!(built("executor --context ."), None);
    }

    #[test]
    fn a_tag_is_no_part_of_the_name() {
        assert_eq!(repository("${{ env.REG || 'a:b' }}/api:${{ github.sha }}"), "${{ env.REG || 'a:b' }}/api");
        assert_eq!(repository("${IMAGE}:latest"), "${IMAGE}");
        assert_eq!(repository("reg:5000/x@sha256:00"), "reg:5000/x");
    }
}
