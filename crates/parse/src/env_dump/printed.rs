//! What `printenv`, `env`, `set` of a POSIX shell and `set` of cmd print, and what the kernel hands out: nothing is
//! quoted or commented, and a value goes on until the next name.

use unkeyed_model::{Facts, Span};

use super::dump::{Dump, Reading};
use crate::place::Place;

/// Variables that a real environment has and a configuration file hardly ever sets.
const ALWAYS_SET: &[&str] = &["PWD=", "HOME=", "HOSTNAME=", "SHLVL=", "USER=", "LOGNAME=", "_=", "COMSPEC=", "SYSTEMROOT=", "WINDIR="];
/// The longest value that goes on over several lines; what follows a dump in the same file is no part of its last value.
const MAX_VALUE: usize = 64 << 10;

/// Parted by NUL: `/proc/<pid>/environ`, `env -0`.
pub(super) fn is_of_process(head: &str) -> bool {
    head.contains('\0')
}

/// Has a bare `PATH` and another variable of every process, and neither comments nor shell commands.
pub(super) fn is_one(head: &str) -> bool {
    let starts = |line: &str, name: &str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let is_bare_path = |line: &str| starts(line, "PATH=") && !line[5..].starts_with(['"', '\'', '$']);
    let is_script = |line: &str| line.starts_with('#') || starts(line, "export ") || starts(line, "declare ");
    head.lines().any(is_bare_path)
        && head.lines().any(|line| ALWAYS_SET.iter().any(|name| starts(line, name)))
        && !head.lines().any(is_script)
}

/// Reads one.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let mut dump = Dump::new(place, None, Span::new(0, place.text().len()));
    variables(place, &mut dump);
    dump.finish(facts);
}

/// Sets all variables of the text.
pub(super) fn variables(place: &Place<'_>, dump: &mut Dump<'_>) {
    let text = place.text();
    let mut current: Option<(&str, Span)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end_matches(['\r', '\n']).len();
        let goes_on = current.as_ref().is_some_and(|(_, value)| is_open(&text[value.start..value.end]));
        match name(line).filter(|_| !goes_on) {
            Some(name) => {
                take(dump, text, current.replace((name, Span::new(at + name.len() + 1, end))));
            }
            None => {
                if let Some((_, value)) = current.as_mut().filter(|(_, value)| end - value.start < MAX_VALUE) {
                    value.end = end;
                }
            }
        }
        at += line.len();
    }
    take(dump, text, current);
}

/// Sets a variable, without the quotes that `set` of a shell puts around some values.
fn take(dump: &mut Dump<'_>, text: &str, variable: Option<(&str, Span)>) {
    let Some((name, mut value)) = variable else { return };
    let written = text[value.start..value.end].trim_end();
    value.end = value.start + written.len();
    let quoted = ["$'", "'", "\""].iter().find_map(|open| {
        let inner = written.strip_prefix(open)?.strip_suffix(&open[open.len() - 1..])?;
        Some((open.len(), inner.len()))
    });
    if let Some((open, length)) = quoted {
        value = Span::new(value.start + open, value.start + open + length);
    }
    dump.set(name, value, Reading::Literal);
}

/// The name, if the line assigns. cmd has names like `ProgramFiles(x86)`.
fn name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-()%".contains(&byte));
    is_name.then_some(name)
}

/// Whether a value is a key block that has not ended: its lines of base64 may look like assignments.
fn is_open(value: &str) -> bool {
    let last_lines = value.len().saturating_sub(80);
    value.starts_with("-----BEGIN") && !value[value.ceil_char_boundary(last_lines)..].contains("-----END")
}
