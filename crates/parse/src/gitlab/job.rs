//! One job of a pipeline.

use unkeyed_model::{Basis, Facts, Location, Use, Value};

use super::GITLAB;
use super::config::{Found, Part, Pipeline, find};
use super::{keys, refs, vaults};
use crate::ci::{Budget, IdentityToken, Job};
use crate::place;
use crate::tree::Node;

/// A job's definitions, the defaults included.
pub(super) struct Definition<'f> {
    pub(super) pipeline: &'f Pipeline<'f>,
    /// Its own, those whose keys win last.
    pub(super) parts: Vec<Part<'f>>,
    pub(super) lacking: Vec<(String, Location)>,
}

impl<'f> Definition<'f> {
    /// The value of a key, from the defaults if the job doesn't say.
    pub(super) fn get(&self, key: &str) -> Option<Found<'f>> {
        let own = self.parts.iter().any(|part| part.node.entry(key).is_some());
        let inherits = find(&self.parts, "inherit").and_then(|found| found.node.get("default"));
        let allowed = match inherits {
            Some(list) if !list.items().is_empty() => list.items().iter().any(|item| item.text() == Some(key)),
            Some(flag) => flag.is_true(),
            // A job that starts a pipeline runs nothing itself.
            None => find(&self.parts, "trigger").is_none(),
        };
        if own || !allowed {
            return find(&self.parts, key);
        }
        let once_global = || {
            let part = self.pipeline.sections(key).last().filter(|part| ONCE_GLOBAL.contains(&key) && !part.node.is_null())?;
            Some(Found { file: part.file, node: part.node, path: part.path.clone() })
        };
        find(self.pipeline.sections("default"), key).or_else(once_global)
    }
}

/// Keys that stood at the top of a file before `default` (GitLab docs, "Globally-defined `image`, `services`, …").
const ONCE_GLOBAL: &[&str] = &["image", "services", "before_script", "after_script"];

/// Reads a job; says whether a limit cut it short.
pub(super) fn read<'f>(pipeline: &'f Pipeline<'f>, name: &'f str, budget: &'f Budget, facts: &mut Facts) -> bool {
    let mut lacking = Vec::new();
    let (parts, complete) = pipeline.parts(name, &mut lacking);
    let Some(own) = parts.last() else { return false };
    let location = own.at.clone();
    let mut definition = Definition { pipeline, parts, lacking };
    let runs = ["script", "run", "trigger", "release"].iter().any(|key| definition.get(key).is_some());
    if !runs && definition.lacking.is_empty() {
        // What gives it a script stands in an included file; without one it is no job at all.
        let Some((what, at)) = pipeline.lacking.first().cloned() else { return false };
        definition.lacking.push((format!("{what}, which the pipeline includes"), at));
    }
    let mut job = Job::new(&GITLAB, budget, pipeline.root.place.path(), name, location.clone());
    extents(&definition, &location, &mut job);
    job.issuer = Value::Known("https://gitlab.com".into(), Basis::Platform);
    job.subjects = refs::subjects(&definition.parts);
    job.audience = Value::unknown("no audience is declared");
    id_tokens(&definition, &mut job);
    // What is included from elsewhere may give every job variables and scripts. GitLab's own templates don't.
    if !job.identity.is_empty() {
        let open = pipeline.lacking.iter().filter(|(what, _)| !what.starts_with("template "));
        open.for_each(|(what, at)| job.lacks(format!("{what}, which the pipeline includes"), at.clone()));
    }
    keys::variables(&definition, &mut job);
    vaults::read(&definition, &mut job);
    keys::environment(&definition, &mut job);
    keys::scripts(&definition, &mut job);
    timeout(&definition, &mut job);
    keys::others(&definition, &mut job);
    for (what, at) in std::mem::take(&mut definition.lacking) {
        job.lacks(what, at);
    }
    job.finish(facts) | !complete
}

/// Everything that the job is made of belongs to it.
fn extents(definition: &Definition<'_>, own: &Location, job: &mut Job<'_>) {
    let (variables, defaults) = (definition.pipeline.sections("variables"), definition.pipeline.sections("default"));
    let parts = definition.parts.iter().chain(variables).chain(defaults);
    job.workload.extents.extend(parts.map(|part| part.at.clone()).filter(|at| at != own));
    let root = definition.pipeline.root.place.path();
    for part in &definition.parts {
        let file = part.file.place.path();
        let drawn = (Use::File, file.to_owned());
        if file != root && !job.workload.uses.contains(&drawn) {
            job.workload.uses.push(drawn);
        }
    }
}

/// `timeout: 3h 30m`: in seconds, or as written where that can't be read.
fn timeout(definition: &Definition<'_>, job: &mut Job<'_>) {
    let Some(found) = definition.get("timeout") else { return };
    let Some(text) = found.node.text() else { return };
    let seconds = human_seconds(text).map_or_else(|| text.to_owned(), |seconds| seconds.to_string());
    job.note("timeout-seconds", seconds, found.file.place.at(found.node.span, found.path));
}

/// A length as GitLab's parser takes it (`3600 seconds`, `1h 30m`, `3 hours 30 minutes`); a bare number is seconds.
fn human_seconds(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let factor = match rest.get(..letters)? {
            "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = rest.get(letters..)?.trim_start_matches([' ', ',']).trim_start_matches("and ");
    }
    (!text.trim().is_empty()).then_some(total)
}

/// `id_tokens: {NAME: {aud: …}}`.
fn id_tokens(definition: &Definition<'_>, job: &mut Job<'_>) {
    let Some(found) = definition.get("id_tokens") else { return };
    for entry in found.node.entries() {
        let path = place::under(&found.path, entry.name());
        let audiences: Vec<&str> =
            entry.value.get("aud").map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text).collect();
        let audience = match audiences.as_slice() {
            [] => Value::unknown("no audience is declared"),
            [only] => job.resolve(only),
            several => Value::unknown(format!("one of {}", several.join(", "))),
        };
        let at = found.file.place.at(entry.span, path);
        if audiences.len() > 1 {
            job.workload.traits.push(("audiences".to_owned(), audiences.join(", "), at.clone()));
        }
        job.may_present(IdentityToken { variable: entry.name().to_owned(), audience, at, mentioned: None, used: false });
    }
}

#[cfg(test)]
mod tests {
    use super::human_seconds;

    #[test]
    fn lengths_as_people_write_them() {
        let known = ["3600 seconds", "60 minutes", "one hour", "1h 30m", "3 hours 30 minutes", "900", "2 days"].map(human_seconds);
        assert_eq!(known, [Some(3_600), Some(3_600), None, Some(5_400), Some(12_600), Some(900), Some(172_800)]);
        assert_eq!([human_seconds(""), human_seconds("$TIMEOUT"), human_seconds("99999999999999999999h")], [None; 3]);
    }
}
