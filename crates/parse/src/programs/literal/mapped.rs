//! Lists that a program makes of another list, an item of each: `REPOS.map((repo) => …)`, `[… for repo in REPOS]`.

use serde_json::Value as Json;

use super::{Reader, is_name};

/// Most items that are made.
const MAX_ITEMS: usize = 100;

impl Reader<'_> {
    /// What `.map(item => …)` makes of a list, the call's arguments being what begins here.
    pub(super) fn mapped(&self, list: &Json, call: &str, levels: usize) -> Option<Json> {
        let (parameter, body) = call.split_once("=>")?;
        let parameter = parameter.split(':').next()?.trim().trim_matches(['(', ')', ' ']);
        self.each(list, parameter, body, levels)
    }

    /// What a comprehension between brackets makes, without them.
    pub(super) fn comprehension(&self, inside: &str, levels: usize) -> Option<Json> {
        let (body, rest) = inside.split_once(" for ")?;
        let (parameter, list) = rest.split_once(" in ")?;
        let list = Reader { text: list, at: 0, names: self.names }.value(levels)?;
        self.each(&list, parameter.trim(), body, levels)
    }

    /// A body with the parameter standing for each item in turn.
    fn each(&self, list: &Json, parameter: &str, body: &str, levels: usize) -> Option<Json> {
        let items = list.as_array().filter(|items| items.len() <= MAX_ITEMS)?;
        // A body in braces is a block of statements.
        if parameter.is_empty() || !parameter.bytes().all(is_name) || body.trim_start().starts_with('{') {
            return None;
        }
        let made = items.iter().map(|item| {
            let mut names = self.names.clone();
            names.insert(parameter.to_owned(), item.clone());
            Reader { text: body, at: 0, names: &names }.value(levels)
        });
        made.collect::<Option<Vec<_>>>().map(Json::Array)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Names, value};

    #[test]
    fn an_item_is_made_of_each() {
        let names = Names::from([("REPOS".to_owned(), json!(["api", "web"]))]);
        let both = json!(["repo:acme/api:*", "repo:acme/web:*"]);
        for text in [
            "REPOS.map((repo) => `repo:acme/${repo}:*`)",
            "REPOS.map((repo: string) => `repo:acme/${repo}:*`)",
            "['api', 'web'].map(repo => `repo:acme/${repo}:*`)",
            "[f\"repo:acme/{repo}:*\" for repo in REPOS]",
        ] {
            assert_eq!(value(text, &names), Some(both.clone()), "{text}");
        }
        for text in ["OTHERS.map((repo) => `${repo}`)", "REPOS.map((repo) => { return repo; })", "[f\"{r}\" for r in repos() if r]"] {
            assert!(!value(text, &names).is_some_and(|json| json.to_string().contains("api")), "{text}");
        }
    }
}
