//! What Java's builders are given (`PolicyStatement.Builder.create().actions(List.of("s3:*")).build()`).

use serde_json::{Map, Value as Json};

use super::literal::{self, Names, is_name};

/// Most calls of a chain.
const MAX_STEPS: usize = 40;

/// The calls that are chained behind the parenthesis which opens before `text`, with what each is given.
pub(super) fn chained(text: &str, names: &Names) -> Map<String, Json> {
    let mut given = Map::new();
    let Some((_, end)) = literal::arguments(text, names) else { return given };
    let mut rest = &text[end..];
    for _ in 0..MAX_STEPS {
        let Some(call) = rest.trim_start().strip_prefix('.') else { break };
        let length = call.bytes().take_while(|byte| is_name(*byte)).count();
        let (name, behind) = call.split_at(length);
        let Some(inside) = behind.strip_prefix('(') else { break };
        let Some((arguments, end)) = literal::arguments(inside, names) else { break };
        given.extend(arguments.into_iter().next().map(|first| (name.to_owned(), first.value)));
        rest = &inside[end..];
    }
    given
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy_document::hole;

    #[test]
    fn a_chain_ends_with_what_is_no_call() {
        let chain = chained(")\n  .actions(List.of(\"s3:*\"))\n  .effect(Effect.DENY)\n  .build());", &Names::new());
        assert_eq!(chain["actions"], json!(["s3:*"]));
        assert_eq!((chain["effect"].as_str(), chain.len()), (Some(hole::hole("Effect.DENY").as_str()), 2));
        assert!(chained("never closed", &Names::new()).is_empty());
    }
}
