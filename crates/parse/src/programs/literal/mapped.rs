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
        let list = Reader::new(list, self.names).value(levels)?;
        self.each(&list, parameter.trim(), body, levels)
    }

    /// A body with the parameter standing for each item in turn, where it is a text: lists made of lists would grow without end.
    fn each(&self, list: &Json, parameter: &str, body: &str, levels: usize) -> Option<Json> {
        let items = list.as_array().filter(|items| items.len() <= MAX_ITEMS)?;
        // A body in braces is a block of statements.
        if self.item.is_some() || parameter.is_empty() || !parameter.bytes().all(is_name) || body.trim_start().starts_with('{') {
            return None;
        }
        let made = items.iter().map(|item| {
            let item = Some((parameter, item));
            Reader { item, bound: self.bound.clone(), ..Reader::new(body, self.names) }.value(levels).filter(Json::is_string)
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

    #[test]
    fn lists_of_lists_do_not_grow() {
        let names = Names::from([("L".to_owned(), json!(vec!["a"; 100]))]);
        let (mut comprehension, mut call) = ("f\"{x0}\"".to_owned(), "`${x0}`".to_owned());
        for level in 0..6 {
            comprehension = format!("[{comprehension} for x{level} in L]");
            call = format!("L.map(x{level} => [{call}])");
        }
        for text in [comprehension.as_str(), call.as_str(), "[L for x in L]", "L.map(x => L)"] {
            assert!(value(text, &names).is_none_or(|json| json.to_string().len() < 10_000), "{text}");
        }
    }
}
