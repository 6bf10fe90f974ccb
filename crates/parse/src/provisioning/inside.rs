//! Commands that another runs in a container (`kubectl exec … -- vault write …`, `docker compose exec vault sh -c "…"`).

use crate::shell::{self, Command, Word};

/// Longest script behind `sh -c` that is read, in bytes; the shell itself takes hardly more.
const MAX_SCRIPT: usize = 64 << 10;

/// Options of `docker exec` with a value.
const VALUED: [&str; 8] = ["-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--index"];

/// The commands that run inside; none if the command runs nothing there.
pub(super) fn commands(command: &Command) -> Option<Vec<Command>> {
    let words = inner(command)?;
    let script = match words {
        [shell, options @ .., script] if is_shell(&shell.text) && options.last().is_some_and(|last| is_script(&last.text)) => script,
        _ => {
            let (outputs, piped, document) = (command.outputs.clone(), command.piped, command.document.clone());
            return Some(vec![Command { words: words.to_vec(), outputs, piped, document, ..Command::default() }]);
        }
    };
    let text = Some(script.text.as_str()).filter(|text| text.len() <= MAX_SCRIPT)?;
    let mut found = shell::commands(text);
    for one in &mut found {
        // What is written in a word stands where the word stands.
        one.words.iter_mut().chain(&mut one.outputs).for_each(|word| word.range = script.range.clone());
        one.document = None;
    }
    Some(found)
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash"))
}

fn is_script(option: &str) -> bool {
    option.starts_with('-') && option.ends_with('c')
}

/// The words behind what names the container.
fn inner(command: &Command) -> Option<&[Word]> {
    let words = command.invocation();
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.text == text);
    let program = command.program();
    // Scripts call it by names of their own, too (`kubectl_prod`).
    if program.starts_with("kubectl") || program == "oc" {
        let exec = words.iter().position(|word| matches!(word.text.as_str(), "exec" | "rsh"))?;
        let behind = words[exec..].iter().position(|word| word.text == "--")?;
        return words.get(exec + behind + 1..).filter(|inner| !inner.is_empty());
    }
    let composed = usize::from(matches!(program, "docker" | "podman") && is(1, "compose"));
    if !matches!(program, "docker" | "podman" | "docker-compose") || !is(1 + composed, "exec") {
        return None;
    }
    let mut at = 2 + composed;
    while words.get(at).is_some_and(|word| word.text.starts_with('-')) {
        at += if VALUED.contains(&words[at].text.as_str()) { 2 } else { 1 };
    }
    words.get(at + 1..).filter(|inner| !inner.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::shell;

    fn run(script: &str) -> Vec<String> {
        let all = shell::commands(script);
        let inside = all.iter().filter_map(super::commands).flatten();
        inside.map(|one| one.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn the_command_inside_is_found() {
        assert_eq!(run("kubectl exec -n v vault-0 -c vault -- vault write a b=c"), ["vault write a b=c"]);
        assert_eq!(
            run("kubectl_prod exec -i \"$POD\" -- sh -ec 'vault write a b=c && vault read a'"),
            ["vault write a b=c", "vault read a"]
        );
        assert_eq!(run("docker compose exec -T -e A=b vault vault write a b=c"), ["vault write a b=c"]);
        assert_eq!(run("docker exec vault bash -c \"vault read a\""), ["vault read a"]);
        assert!(run("kubectl exec -it pod\nkubectl get pods -- x\ndocker run x vault read a\nvault read a").is_empty());
    }
}
