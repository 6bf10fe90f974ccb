//! Commands that run a script of the tree (`./deploy.sh`, `bash ci/deploy.sh`, `source ci/env.sh`, `python ci/deploy.py`) or a
//! recipe by its name (`make deploy`, `npm run deploy`).

use super::Effect;
use super::build::in_checkout;
use crate::shell::Command;

/// Programs that run the script they are given.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "source", "."];

/// Programs that run the program they are given, themselves or by another of these.
const INTERPRETERS: &[&str] =
    &["python", "python3", "node", "ruby", "php", "tsx", "ts-node", "deno", "bun", "uv", "poetry", "pipenv", "npx"];
/// Endings of such programs.
const PROGRAMS: &[&str] = &[".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php"];

/// The file of a folder that holds the recipes of `make`.
pub(crate) const MAKEFILE: &str = "Makefile";
/// The file of a folder that holds the scripts of a package of Node.js.
pub(crate) const PACKAGE: &str = "package.json";

/// Options that name the folder, and others with a value behind them.
const FOLDERS: &[&str] = &["-C", "--directory", "--prefix", "--cwd", "--dir"];
const WITH_VALUE: &[&str] = &["-f", "--file", "-j", "-I", "-w", "--workspace", "--filter"];

/// Scripts of a package that have a command of their own.
const NAMED: &[&str] = &["test", "start", "stop", "restart"];

/// What `yarn` and `pnpm` do themselves; any other word names a script.
const OWN_COMMANDS: &[&str] = &[
    "add",
    "audit",
    "bin",
    "cache",
    "config",
    "create",
    "dedupe",
    "dlx",
    "exec",
    "global",
    "import",
    "info",
    "init",
    "install",
    "licenses",
    "link",
    "list",
    "login",
    "logout",
    "npm",
    "outdated",
    "pack",
    "plugin",
    "prune",
    "publish",
    "rebuild",
    "remove",
    "set",
    "store",
    "tag",
    "team",
    "unlink",
    "up",
    "update",
    "upgrade",
    "version",
    "versions",
    "why",
    "workspace",
    "workspaces",
];

pub(super) fn effects(command: &Command) -> Vec<Effect> {
    let called: Vec<Effect> = match command.program() {
        "make" | "gmake" => recipes(command, MAKEFILE, &arguments(command)),
        "npm" | "pnpm" | "yarn" => recipes(command, PACKAGE, &scripts(command)),
        "bun" if program(command).is_none() => recipes(command, PACKAGE, &scripts(command)),
        _ => script(command).or_else(|| program(command)).or_else(|| sourced(command)).into_iter().collect(),
    };
    called.into_iter().chain(settings(command)).collect()
}

/// Files that programs take their credentials from where they run, without being told (their manuals).
const SETTINGS: &[(&[&str], &[&str])] = &[
    (&["npm", "pnpm", "npx"], &[".npmrc"]),
    (&["yarn"], &[".npmrc", ".yarnrc.yml"]),
    (&["gradle", "gradlew"], &["gradle.properties"]),
    (&["composer"], &["auth.json"]),
    (&["bundle"], &[".bundle/config"]),
    (&["cargo"], &[".cargo/config.toml", ".cargo/credentials.toml"]),
    (&["dotnet", "nuget"], &["nuget.config", "NuGet.Config"]),
];

/// Options behind which programs are told such a file.
const TOLD: &[(&[&str], &[&str])] = &[
    (&["mvn", "mvnw"], &["-s", "--settings", "-gs", "--global-settings"]),
    (&["npm", "pnpm", "npx"], &["--userconfig"]),
    (&["helm"], &["-f", "--values"]),
    (&["curl"], &["-K", "--config", "--netrc-file"]),
    (&["ssh", "scp", "sftp"], &["-i"]),
    (&["rclone", "s3cmd"], &["--config", "-c"]),
    (&["docker", "podman", "node", "bun", "deno"], &["--env-file"]),
    (&["terraform", "tofu"], &["-var-file"]),
    (&["pip", "pip3", "uv"], &["-r", "--requirement"]),
];

/// The files with settings that a program reads.
fn settings(command: &Command) -> Vec<Effect> {
    let name = command.program();
    let folder = command.option_text(FOLDERS).unwrap_or(".");
    let own = SETTINGS.iter().filter(|(programs, _)| programs.contains(&name)).flat_map(|(_, files)| *files);
    let told = TOLD.iter().filter(|(programs, _)| programs.contains(&name)).flat_map(|(_, options)| {
        let value =
            |text: &str| text.split_once('=').filter(|(name, _)| options.contains(name)).map_or(text, |(_, value)| value).to_owned();
        command.options(options).map(|word| value(&word.text)).collect::<Vec<_>>()
    });
    let run = program(command).and_then(|effect| if let Effect::RunsScript(path) = effect { Some(path) } else { None });
    let paths = own
        .map(|file| format!("{folder}/{file}"))
        .chain(told)
        .filter(|path| !path.starts_with('~'))
        .filter_map(|path| in_checkout(&path))
        .chain(run);
    paths.map(Effect::Sources).collect()
}

/// A program that an interpreter runs, or that runs by itself.
fn program(command: &Command) -> Option<Effect> {
    let words = command.invocation();
    let is_program = |text: &str| PROGRAMS.iter().any(|ending| text.ends_with(ending));
    let skipped = usize::from(INTERPRETERS.contains(&command.program()));
    let found = words.iter().skip(skipped).find(|word| !word.text.starts_with('-') && (skipped == 0 || is_program(&word.text)))?;
    is_program(&found.text).then(|| in_checkout(&found.text)).flatten().map(Effect::RunsScript)
}

/// A file of variables that is taken into the shell (`source ./prod.env`).
fn sourced(command: &Command) -> Option<Effect> {
    // What is written there later steps have as variables.
    let is_kept = command.program() == "cat" && command.outputs.first().is_some_and(|file| file.text.contains("GITHUB_ENV"));
    let file = command.invocation().get(1).filter(|_| is_kept || matches!(command.program(), "." | "source"))?;
    let name = file.text.rsplit('/').next().unwrap_or_default();
    let is_environment = name.ends_with(".env") || name.starts_with(".env");
    is_environment.then(|| in_checkout(&file.text)).flatten().map(Effect::Sources)
}

fn script(command: &Command) -> Option<Effect> {
    let words = command.invocation();
    let script = match SHELLS.contains(&command.program()) {
        true => words.iter().skip(1).find(|word| !word.text.starts_with(['-', '+']))?,
        false => words.first()?,
    };
    is_script(&script.text).then(|| in_checkout(&script.text)).flatten().map(Effect::RunsScript)
}

/// Recipes of the folder that the command names.
fn recipes(command: &Command, file: &str, names: &[&str]) -> Vec<Effect> {
    let folder = command.option_text(FOLDERS).unwrap_or(".");
    let Some(path) = in_checkout(&format!("{folder}/{file}")) else { return Vec::new() };
    let is_name = |name: &&&str| !name.contains(['$', '=', '#', '(']);
    names.iter().filter(is_name).map(|name| Effect::RunsScript(format!("{path}#{name}"))).collect()
}

/// The words behind the program that are no options.
fn arguments(command: &Command) -> Vec<&str> {
    let mut words = command.invocation().iter().skip(1).map(|word| word.text.as_str());
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if FOLDERS.contains(&word) || WITH_VALUE.contains(&word) {
            words.next();
        } else if word == "--" {
            break;
        } else if !word.starts_with('-') {
            found.push(word);
        }
    }
    found
}

/// The script that a package manager is told to run.
fn scripts(command: &Command) -> Vec<&str> {
    let is_own = |word: &&str| OWN_COMMANDS.contains(word);
    match arguments(command)[..] {
        ["run" | "run-script", script, ..] => vec![script],
        [script, ..] if NAMED.contains(&script) => vec![script],
        [script, ..] if matches!(command.program(), "yarn" | "pnpm") && !is_own(&script) => vec![script],
        _ => Vec::new(),
    }
}

/// Whether a file of this name is a shell script.
pub(crate) fn is_script(path: &str) -> bool {
    path.ends_with(".sh") || path.ends_with(".bash")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn runs(line: &str) -> Vec<String> {
        let path = |effect| if let Effect::RunsScript(path) = effect { Some(path) } else { None };
        shell::commands(line).iter().flat_map(effects).filter_map(path).collect()
    }

    #[test]
    fn recipes_are_called_by_file_and_name() {
        assert_eq!(runs("make -j 4 build STAGE=prod deploy"), ["Makefile#build", "Makefile#deploy"]);
        assert_eq!(runs("sudo make -C infra apply"), ["infra/Makefile#apply"]);
        assert_eq!(runs("npm ci && npm run deploy -- --stage prod"), ["package.json#deploy"]);
        assert_eq!(runs("npm --prefix web run-script site:push; npm test"), ["web/package.json#site:push", "package.json#test"]);
        assert_eq!(
            runs("yarn install; yarn release; pnpm --dir a run b; bun run c"),
            ["package.json#release", "a/package.json#b", "package.json#c"]
        );
        assert_eq!(runs("make; make $T; npm publish; make -C /srv x"), [""; 0]);
        assert_eq!(runs("bash ci/deploy.sh prod; ./a.sh"), ["ci/deploy.sh", "a.sh"]);
        let files = |line: &str| {
            let effects = shell::commands(line).iter().flat_map(effects).collect::<Vec<_>>();
            effects.into_iter().filter_map(|effect| if let Effect::Sources(path) = effect { Some(path) } else { None }).collect::<Vec<_>>()
        };
        assert_eq!(files("source ./ci.env; . a/.env.prod; source venv/bin/activate; cat x.env"), ["ci.env", "a/.env.prod"]);
        assert_eq!(files("cat .env.live >> $GITHUB_ENV"), [".env.live"]);
        assert_eq!(files("node --env-file=.env.live a.js").first().map(String::as_str), Some(".env.live"));
        assert_eq!(
            files("npm --prefix web ci; ./gradlew build; mvn -s ci/settings.xml deploy"),
            ["web/.npmrc", "gradle.properties", "ci/settings.xml"]
        );
        assert_eq!(
            files("helm upgrade a c -f prod.yaml --values=b.yaml; ssh -i keys/deploy u@h; terraform plan -var-file=p.tfvars"),
            ["prod.yaml", "b.yaml", "keys/deploy", "p.tfvars"]
        );
        assert_eq!(files("python ci/a.py; terraform plan; helm list; ssh -i ~/.ssh/id u@h; ssh -i $KEY u@h"), ["ci/a.py"]);
        assert_eq!(runs("python3 -u ci/a.py x; uv run b.py; npx tsx c.ts; ./d.py; bun e.ts"), ["ci/a.py", "b.py", "c.ts", "d.py", "e.ts"]);
        assert_eq!(runs("python -m build; node --version; cat a.py; npx eslint"), [""; 0]);
    }
}
