//! Which files of the inputs an `include` means.

use unkeyed_model::Location;

use crate::ci::{File, Files};
use crate::tree::Node;

/// Longest path or pattern that is compared, in bytes.
const MAX_PATTERN: usize = 1_024;

/// What an `include` means.
pub(crate) enum Included<'f> {
    Here(Vec<&'f File<'f>>),
    /// It stands elsewhere: what is included, and where that is written.
    Elsewhere(String, Location),
}

impl<'a> Files<'a> {
    /// What the entries of an `include` in `file` mean; paths start at the folder of `root`.
    pub(crate) fn included<'f>(&'f self, root: &File<'_>, file: &File<'_>, include: &Node) -> Vec<Included<'f>> {
        let entries = if include.entries().is_empty() { include.one_or_many() } else { std::slice::from_ref(include) };
        entries.iter().map(|entry| self.one(root, file, entry)).collect()
    }

    fn one<'f>(&'f self, root: &File<'_>, file: &File<'_>, entry: &Node) -> Included<'f> {
        let plain = entry.text().filter(|text| !text.contains("://"));
        let local = plain.or_else(|| entry.str("local"));
        let at = file.place.at(entry.span, "include");
        let Some(local) = local else {
            let named = ["component", "template", "remote", "project"].iter().find_map(|key| Some(format!("{key} {}", entry.str(key)?)));
            return Included::Elsewhere(named.or_else(|| entry.text().map(str::to_owned)).unwrap_or_else(|| "an include".to_owned()), at);
        };
        // A path starts at the root of the repository; a pipeline below it may be the repository's by its settings.
        let local = local.trim_start_matches("./").trim_start_matches('/');
        let mut folder = root.place.origin().folder();
        let mut found = self.in_folder(folder, local);
        while found.is_empty() && !matches!(folder, "" | ".") {
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
            found = self.in_folder(folder, local);
        }
        if found.is_empty() { Included::Elsewhere(format!("local {local}"), at) } else { Included::Here(found) }
    }
}

impl<'a> Files<'a> {
    fn in_folder(&self, folder: &str, local: &str) -> Vec<&File<'a>> {
        let path = if matches!(folder, "" | ".") { local.to_owned() } else { format!("{folder}/{local}") };
        match path.contains('*') {
            true => self.0.iter().filter(|(known, _)| fits(&path, known)).map(|(_, file)| file).collect(),
            false => self.0.get(&path).into_iter().collect(),
        }
    }
}

/// GitLab docs, "Use `include:local` with wildcard file paths": `*` stays in a folder, `**` does not.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    if pattern.len() > MAX_PATTERN || path.len() > MAX_PATTERN {
        return false;
    }
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let is_star = pattern[at] == b'*';
        let crosses = is_star && pattern.get(at + 1) == Some(&b'*');
        let mut next = vec![false; path.len() + 1];
        for index in 0..=path.len() {
            let passes = is_star && index > 0 && next[index - 1] && (crosses || path[index - 1] != b'/');
            let same = !is_star && index > 0 && reached[index - 1] && path[index - 1] == pattern[at];
            next[index] = same || passes || (is_star && reached[index]);
        }
        reached = next;
        at += 1 + usize::from(crosses);
    }
    reached[path.len()]
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_cross_folders_only_in_pairs() {
        assert!(fits("ci/*.yml", "ci/a.yml") && !fits("ci/*.yml", "ci/x/a.yml"));
        assert!(fits("ci/**.yml", "ci/x/a.yml") && fits("ci/**/*.yml", "ci/x/a.yml") && !fits("ci/**.yml", "cx/a.yml"));
    }
}
