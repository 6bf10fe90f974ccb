//! Environment files: one workload per file.
//!
//! `.env.example` and its like are not read as workloads: nothing runs with them. They are still scanned as text.

mod lines;

use unkeyed_model::{Facts, Unit};

pub(crate) use self::lines::{Assignment, assignments};
use crate::env_dump;
use crate::place::Place;

/// Parts of a name that mark an example.
const EXAMPLES: &[&str] = &["example", "sample", "template", "dist", "defaults", "schema", "tpl", "tmpl"];
/// Extensions of source files that happen to be called `.env.ts` and the like.
const SOURCES: &[&str] = &[
    "ts", "js", "mjs", "cjs", "py", "rb", "php", "rs", "go", "md", "html", "json", "yml", "yaml", "toml", "enc", "age", "gpg", "j2", "erb",
];

/// `.env`, `.env.*`, `*.env`, `.envrc`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_named = name == ".env" || name == ".envrc" || name.starts_with(".env.") || (name.ends_with(".env") && name.len() > 4);
    let is_example = || name.split(['.', '-', '_']).any(|part| EXAMPLES.contains(&part));
    let is_source = || name.rsplit('.').next().is_some_and(|extension| SOURCES.contains(&extension));
    (is_named && !is_example() && !is_source()).then(|| origin.path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => env_dump::assigned(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Custody, Origin, Role};

    use super::*;

    fn read_text(name: &str, text: &str) -> (bool, Facts) {
        let unit = Unit::new(Arc::new(Origin { path: name.into(), ..Origin::default() }), text.as_bytes().to_vec());
        (claims(&unit).is_some(), read(&[unit]))
    }

    #[test]
    fn names_decide_what_is_read() {
        for name in [".env", "a/.env.production", "prod.env", ".envrc"] {
            assert!(read_text(name, "A=1").0, "{name}");
        }
        for name in [".env.example", ".env.ts", "env", ".env.sample.local", "x.environment"] {
            assert!(!read_text(name, "A=1").0, "{name}");
        }
    }

    #[test]
    fn literals_references_and_identities() {
        let text = "# c\nexport DB_PASSWORD='pä ss' # note\nPORT=80\nVAULT_TOKEN=\"abc\"\nAPI_KEY=${OTHER}\nS=op://v/i/f\nAWS_WEB_IDENTITY_TOKEN_FILE=/t\nAWS_ROLE_ARN=arn:aws:iam::111122223333:role/r\n";
        let (_, facts) = read_text(".env", text);
        let slots: Vec<_> = facts
            .slots
            .iter()
            .map(|slot| (slot.name.as_str(), &text[slot.location.region.span.start..slot.location.region.span.end], slot.role))
            .collect();
        assert_eq!(slots, [("DB_PASSWORD", "pä ss", Role::Access), ("VAULT_TOKEN", "abc", Role::Bootstrap)]);
        let workload = &facts.workloads[0];
        assert_eq!(workload.id, "env:.env");
        assert_eq!(workload.references[0].name, "OTHER");
        assert_eq!((workload.references[1].name.as_str(), workload.references[1].custody), ("op://v/i/f", Custody::VaultStatic));
        assert_eq!(workload.identity_paths[0].destination.name, "111122223333");
    }
}
