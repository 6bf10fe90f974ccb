//! The reference: all checks, rules or words in one Markdown page. `docs/reference/` holds what is printed here.

use std::fmt::Write as _;

use unkeyed_detect::RuleSet;
use unkeyed_report::manual::{Topic, manual};

use super::exit_codes::CODES;
use super::sentence;

/// What checks are about, by the beginning of their ids; the first that fits.
const FAMILIES: [(&str, &str); 15] = [
    ("TB-AWS", "Trust binding: AWS"),
    ("TB-AZ", "Trust binding: Azure"),
    ("TB-GCP", "Trust binding: Google Cloud"),
    ("TB-OCI", "Trust binding: Oracle Cloud"),
    ("TB-", "Trust binding: Vault, SPIFFE, Kubernetes, pipelines, and across platforms"),
    ("RS-", "Role scope"),
    ("TL-", "Token lifetime"),
    ("MX-", "Identity beside credentials"),
    ("AG-", "Agents"),
    ("FB-", "Fallback files"),
    ("RT-", "Running programs"),
    ("OB-", "What logs recorded"),
    ("INV-", "Inventory"),
    ("EX-", "Exceptions"),
    ("", "Others"),
];

/// Every check with its level and what it finds, by family.
pub(super) fn checks() -> String {
    let mut page = title("Checks", "checks");
    page += "What a check means and what to do instead: `unkeyed explain ID`.\n";
    let checks = unkeyed_audit::checks();
    let family = |id: &str| FAMILIES.iter().position(|(start, _)| id.starts_with(start));
    for (at, (_, name)) in FAMILIES.iter().enumerate() {
        let members: Vec<_> = checks.iter().filter(|check| family(check.id) == Some(at)).collect();
        if !members.is_empty() {
            let _ = write!(page, "\n## {name}\n\n| id | level | what it finds |\n|---|---|---|\n");
        }
        for check in members {
            let _ = writeln!(page, "| `{}` | {} | {} |", check.id, check.level, cell(check.title));
        }
    }
    page
}

/// Every rule with its name, by provider.
pub(super) fn rules(rules: &RuleSet) -> String {
    let mut page = title("Detection rules", "rules");
    page +=
        "How a credential looks, who issues it and what replaces it: `unkeyed explain ID`. How rules are written: [rules](../rules.md).\n";
    let infos = rules.infos();
    let mut letter = None;
    for info in infos {
        let first = info.provider.chars().next().map(|first| first.to_ascii_uppercase());
        if first != letter {
            letter = first;
            let _ = write!(page, "\n## {}\n\n", first.unwrap_or('-'));
        }
        let _ = writeln!(page, "- `{}`: {}", info.id, info.name);
    }
    page
}

/// Verdicts, reasons, layers, classes, gaps and exit codes.
pub(super) fn words() -> String {
    let mut page = title("Words of a report", "words");
    page += "Each also by itself: `unkeyed explain WORD`.\n";
    let words = manual();
    for topic in Topic::ALL {
        let _ = write!(page, "\n## {}\n\n| word | meaning | what follows |\n|---|---|---|\n", topic.title());
        for entry in words.iter().filter(|entry| entry.topic == *topic) {
            let _ = writeln!(page, "| `{}` | {} | {} |", entry.word, cell(&sentence(entry.meaning)), cell(entry.advice));
        }
    }
    page += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
    for (exit, meaning) in CODES {
        let _ = writeln!(page, "| {} | {} |", exit.code(), cell(meaning));
    }
    page
}

fn title(title: &str, what: &str) -> String {
    format!("# {title}\n\nWritten by `unkeyed explain --all {what}`.\n\n")
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
