//! Loops of scripts over words that are written out, and arrays of such words (Bash Reference Manual, "Looping Constructs", "Arrays").
//!
//! The decision a reader would question: a body is read once for each turn, since scripts grant one role after the other so;
//! what is not written out leaves the loop's variable unknown, and the body is read once.

use unkeyed_model::SkipReason;

use super::expansion::name_at;
use super::script::Script;
use crate::exports::Out;
use crate::shell::Command;

/// Most turns of loops, one within the other, for which a command is read; beyond that their variables are unknown.
const MAX_TURNS: usize = 50;

/// Most turns that all loops of a script may take together, in commands.
const MAX_COMMANDS: usize = 50_000;

/// Longest array, in bytes; a longer one is not known.
const MAX_ARRAY: usize = 64 << 10;

/// What the variables of the loops around a command are, one turn after the other; one turn where nothing is known.
///
/// `taken` counts the turns of the whole script.
pub(super) fn turns(loops: &[(String, Vec<String>)], taken: &mut usize, out: &mut Out<'_>) -> Vec<Vec<(String, String)>> {
    let known = || loops.iter().filter(|(_, values)| !values.is_empty());
    let number = known().try_fold(1_usize, |number, (_, values)| number.checked_mul(values.len())).unwrap_or(usize::MAX);
    if number > MAX_TURNS || taken.saturating_add(number - 1) > MAX_COMMANDS {
        let detail =
            format!("loops of more than {MAX_TURNS} turns, or of more than {MAX_COMMANDS} commands; their variables are not known");
        let row = out.place.skip(SkipReason::Limit, detail);
        if out.facts.skipped.last() != Some(&row) {
            out.facts.skipped.push(row);
        }
        return vec![Vec::new()];
    }
    *taken += number - 1;
    let mut all = vec![Vec::new()];
    for (name, values) in known() {
        let with = |turn: &Vec<(String, String)>, value: &String| [turn.clone(), vec![(name.clone(), value.clone())]].concat();
        all = all.iter().flat_map(|turn| values.iter().map(move |value| with(turn, value))).collect();
    }
    all
}

impl Script {
    /// Whether a command is an array that begins (`NAME=`, with a parenthesis right behind it), or some of its items.
    pub(super) fn lists_items(&mut self, command: &Command, text: &str) -> bool {
        let range = command.range();
        if let Some((name, end)) = self.writing.take().filter(|(_, end)| range.end <= *end) {
            let items: Vec<String> = command.words.iter().map(|word| self.expanded(&word.text)).collect();
            self.lists.entry(name.clone()).or_default().extend(items);
            self.writing = Some((name, end));
            return true;
        }
        let name = command.words.last().and_then(|word| word.text.strip_suffix('=')).filter(|name| name_at(name) == *name);
        let behind = text.get(range.end..).unwrap_or_default();
        let (Some(name), Some(length)) =
            (name, behind.strip_prefix('(').and_then(|inside| inside.bytes().take(MAX_ARRAY).position(|byte| byte == b')')))
        else {
            return false;
        };
        self.lists.insert(name.to_owned(), Vec::new());
        self.writing = Some((name.to_owned(), range.end + 1 + length));
        true
    }

    /// What a word of a loop's list stands for: the items of an array, or itself.
    fn items(&self, word: &str) -> Vec<String> {
        let array = word.strip_prefix("${").and_then(|rest| rest.strip_suffix("[@]}").or_else(|| rest.strip_suffix("[*]}")));
        array.and_then(|name| self.lists.get(name)).cloned().unwrap_or_else(|| vec![self.expanded(word)])
    }

    /// The variable of a loop and its values, where all are written out (`for ROLE in roles/a roles/b`).
    pub(super) fn looped(&mut self, command: &Command) -> (String, Vec<String>) {
        let mut words = command.words.iter().map(|word| word.text.as_str());
        let (Some("for"), Some(name), Some("in")) = (words.next(), words.next(), words.next()) else { return (String::new(), Vec::new()) };
        self.variables.remove(name);
        let values: Vec<String> = words.flat_map(|word| self.items(word)).collect();
        let is_known = |value: &String| !value.contains(['*', '$', '{', '`']);
        (name.to_owned(), if values.iter().all(is_known) { values } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Facts, Unit};

    use super::*;
    use crate::exports::Labels;
    use crate::place::Place;

    fn number(loops: &[(String, Vec<String>)], taken: &mut usize) -> (usize, usize) {
        let unit = Unit::new(std::sync::Arc::default(), &b""[..]);
        let (place, mut facts, mut labels) = (Place::new(&unit).unwrap(), Facts::default(), Labels::default());
        let turns = turns(loops, taken, &mut Out::new(&place, &mut facts, &mut labels)).len();
        (turns, facts.skipped.len())
    }

    #[test]
    fn loops_take_their_turns_up_to_the_limits() {
        let of = |length: usize| ("R".to_owned(), vec!["r".to_owned(); length]);
        assert_eq!(number(&[], &mut 0), (1, 0));
        assert_eq!(number(&[of(3), of(0), of(2)], &mut 0), (6, 0));
        assert_eq!(number(&[of(MAX_TURNS + 1)], &mut 0), (1, 1));
        assert_eq!(number(&[of(2)], &mut MAX_COMMANDS.clone()), (1, 1));
    }
}
