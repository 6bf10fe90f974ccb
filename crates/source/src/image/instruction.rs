//! The instruction that made a layer, in words that can't hold a credential.
//!
//! `created_by` holds build arguments with their values and whole command lines. It is read as content like any other,
//! but what accompanies every finding of a layer must be safe: the instruction's name, the paths of COPY and ADD, and
//! the program that RUN started.

use super::manifest::History;

/// Most characters of an instruction.
const MAX_SHOWN: usize = 120;

/// What made each layer, from the bottom: `None` if the history doesn't fit the layers.
pub(crate) fn of_layers(history: &[History], layers: usize) -> Vec<Option<(usize, &History)>> {
    let made: Vec<_> = history.iter().enumerate().filter(|(_, entry)| !entry.empty_layer).collect();
    if made.len() == layers { made.into_iter().map(Some).collect() } else { vec![None; layers] }
}

/// `history[3]: COPY app /srv`.
pub(crate) fn shown(step: usize, entry: &History) -> String {
    let words = safe(entry.created_by.as_deref().unwrap_or_default());
    let place = format!("history[{step}]");
    let words: String = words.chars().take(MAX_SHOWN).collect();
    if words.is_empty() { place } else { format!("{place}: {}", crate::path_text(words.as_ref())) }
}

fn safe(created_by: &str) -> String {
    let text = created_by.trim_end_matches("# buildkit").trim();
    // The classic builder: `/bin/sh -c #(nop) COPY file:… in /srv`, and `/bin/sh -c apt-get update` for RUN.
    let (text, is_classic) = match text.split_once("#(nop)") {
        Some((_, instruction)) => (instruction.trim(), false),
        None => (text, true),
    };
    let verb = text.split_whitespace().next().unwrap_or_default();
    match verb {
        // A here-document's lines are content.
        "COPY" | "ADD" => text
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .filter(|word| *word == verb || is_path(word))
            .collect::<Vec<_>>()
            .join(" "),
        "RUN" => run(text.trim_start_matches("RUN")),
        _ if is_instruction(verb) => verb.to_owned(),
        _ if is_classic && (verb.starts_with('|') || verb.ends_with("sh")) => run(text),
        _ => String::new(),
    }
}

/// `RUN` and the program that a shell was told to start.
fn run(command: &str) -> String {
    let command = command.split_once(" -c ").map_or(command, |(_, command)| command);
    let program = command.split_whitespace().next().unwrap_or_default();
    let is_name = program.len() <= 40 && program.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte));
    if is_name && !program.is_empty() { format!("RUN {program} …") } else { "RUN …".to_owned() }
}

/// A word that names files. What has `=` or `@` or is a URL may hold a value.
fn is_path(word: &str) -> bool {
    !word.contains(['=', '@', '?', '\u{1b}']) && !word.contains("://") && !word.chars().any(char::is_control)
}

fn is_instruction(word: &str) -> bool {
    matches!(
        word,
        "ARG"
            | "CMD"
            | "ENTRYPOINT"
            | "ENV"
            | "EXPOSE"
            | "HEALTHCHECK"
            | "LABEL"
            | "ONBUILD"
            | "SHELL"
            | "STOPSIGNAL"
            | "USER"
            | "VOLUME"
            | "WORKDIR"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_an_instruction_are_not_shown() {
        for (created_by, shown) in [
            ("COPY .npmrc /root/.npmrc # buildkit", "COPY .npmrc /root/.npmrc"),
            ("/bin/sh -c #(nop) COPY file:0a1b in /srv ", "COPY file:0a1b in /srv"),
            ("RUN |1 TOKEN=q9Zr7x /bin/sh -c npm ci --token q9Zr7x # buildkit", "RUN npm …"),
            ("|1 TOKEN=q9Zr7x /bin/sh -c npm ci", "RUN npm …"),
            ("/bin/sh -c PASSWORD=q9Zr7x ./install", "RUN …"),
            ("ADD https://me:q9Zr7x@example.org/x.tgz /opt", "ADD /opt"),
            ("COPY --chown=q9Zr7x a b", "COPY a b"),
            ("ENV PASSWORD=q9Zr7x", "ENV"),
            ("q9Zr7x", ""),
            ("", ""),
        ] {
            assert_eq!(safe(created_by), shown, "{created_by}");
        }
    }

    #[test]
    fn empty_layers_have_no_blob() {
        let entry = |empty_layer| History { empty_layer, ..History::default() };
        let history = [entry(false), entry(true), entry(false)];
        let steps = |layers| of_layers(&history, layers).into_iter().map(|found| found.map(|(step, _)| step)).collect::<Vec<_>>();
        assert_eq!(steps(2), [Some(0), Some(2)]);
        assert_eq!(steps(3), [None, None, None]);
    }
}
