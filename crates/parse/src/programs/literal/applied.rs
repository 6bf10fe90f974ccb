//! What is made of values that are known later: `arn.apply(a => …)`, `pulumi.all([a, b]).apply(([a, b]) => …)`
//! (Pulumi documentation, "Inputs and outputs").

use serde_json::Value as Json;

use super::{Reader, is_name};
use crate::policy_document::hole;

/// Calls that hand a value to a function, in each language.
const APPLIES: &[&str] = &[".apply(", ".Apply(", ".ApplyT(", ".applyValue("];

/// Levels of literals that a function takes, so that only a few stand one in the other.
const LEVELS: usize = 8;

impl Reader<'_> {
    /// What the function makes that an expression hands its value to.
    pub(super) fn applied(&self, written: &str, levels: usize) -> Option<Json> {
        let (at, call) = APPLIES.iter().filter_map(|call| Some((written.find(call)?, *call))).min()?;
        let (source, function) = (written[..at].trim(), written[at + call.len()..].trim_start());
        let (parameters, body) = parts(function)?;
        let mut bound = self.bound.clone();
        bound.extend(named(parameters, source));
        // One within the other may be read twice on each level.
        let made = Reader { bound, ..Reader::new(body, self.names) }.value(levels.checked_sub(LEVELS)?)?;
        let is_told = made.as_str().is_none_or(|text| hole::only_hole(text).is_none());
        is_told.then_some(made)
    }
}

/// The parameters of a function and what it returns, where it does nothing else.
fn parts(function: &str) -> Option<(&str, &str)> {
    let (parameters, body) = if let Some(rest) = function.strip_prefix("lambda ") {
        rest.split_once(':')?
    } else if function.starts_with("func(") || function.starts_with("func (") {
        let (head, body) = function.split_once('{')?;
        (head.split_once('(')?.1.split(')').next()?, body)
    } else {
        function.split_once("=>").or_else(|| function.split_once("->"))?
    };
    let block = body.trim_start();
    let body = match (block.split_once("return "), block.matches("return ").count()) {
        (Some((before, returned)), 1) if before.trim().is_empty() || before.trim() == "{" => returned,
        (_, 0) => block.strip_prefix('(').filter(|inner| inner.trim_start().starts_with('{')).unwrap_or(block),
        _ => return None,
    };
    Some((parameters, body))
}

/// What the parameters stand for: what is handed over, or one part of it each.
fn named(parameters: &str, source: &str) -> Vec<(String, Json)> {
    let plain = |name: &str| {
        let name = name.trim().trim_matches(['(', ')', '[', ']', '{', '}', ' ']);
        let name = name.split([':', ' ']).next().unwrap_or_default();
        (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
    };
    let of = |source: &str| Json::String(hole::hole(source.trim()));
    let is_path = |source: &str| source.bytes().all(|byte| is_name(byte) || matches!(byte, b'.' | b'!' | b'?' | b'(' | b')'));
    let list = parameters.trim().trim_matches(['(', ')', ' ']);
    if !list.starts_with(['[', '{']) {
        return plain(list).filter(|_| is_path(source)).map(|name| (name, of(source))).into_iter().collect();
    }
    let Some((_, parts)) = source.split_once(".all(") else { return Vec::new() };
    let parts = parts.trim().trim_matches(['(', ')', '[', ']', '{', '}', ' ', '\n']);
    let both = list.split(',').zip(parts.split(','));
    both.filter_map(|(name, part)| Some((plain(name)?, of(part.rsplit(':').next().filter(|part| is_path(part.trim()))?)))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Names, value};
    use crate::policy_document::hole;

    #[test]
    fn functions_of_later_values_are_what_they_return() {
        let of = |what: &str| json!(format!("a/{}/b", hole::hole(what)));
        for text in [
            "pool.name.apply(n => `a/${n}/b`)",
            "pool.name.apply((n: string) => { return `a/${n}/b`; })",
            "pool.name.apply(lambda n: f\"a/{n}/b\")",
            "pool.name.ApplyT(func(n string) string { return fmt.Sprintf(\"a/%s/b\", n) }).(pulumi.StringOutput)",
            "pulumi.all([pool.name, other.id]).apply(([n, o]) => `a/${n}/b`)",
            "pulumi.concat(\"a/\", pool.name, \"/b\")",
            "pulumi.Sprintf(\"a/%v/b\", pool.name)",
        ] {
            assert_eq!(value(&format!("{text})"), &Names::new()), Some(of("pool.name")), "{text}");
        }
        let object = value("arn.apply(a => JSON.stringify({ Federated: a }))", &Names::new()).unwrap();
        assert_eq!(object["Federated"], json!(hole::hole("arn")));
    }

    #[test]
    fn functions_within_functions_end() {
        let text = "a.apply(n => pulumi.concat(n, ".repeat(200);
        let _ = value(&format!("{text}\"x\"{}", ") + 1)".repeat(200)), &Names::new());
    }

    #[test]
    fn what_functions_compute_is_not_known() {
        for text in ["a.apply(n => { const m = n + 1; return `x${m}`; })", "a.apply(f)"] {
            let made = value(&format!("{text})"), &Names::new());
            assert!(made.is_none_or(|made| hole::only_hole(made.as_str().unwrap()).is_some()), "{text}");
        }
    }
}
