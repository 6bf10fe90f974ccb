//! The table of `aws iam get-credential-report` (IAM user guide, "Get credential reports for your AWS account"): which
//! users have passwords and access keys, and how old these are. The command prints it base64-encoded in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unkeyed_model::{Custody, Declaration, Lifetime, Location, Role, SkipReason, Span, Timestamp, VendorDefault};

use super::Out;
use crate::tree::Node;

/// The command that makes it.
pub(super) const NAME: &str = "aws iam get-credential-report";
/// Columns with which every report begins.
const HEAD: &str = "user,arn,user_creation_time,password_enabled,";
/// Longest table that is decoded, in characters of its encoded form: some hundred thousand users.
const MAX_ENCODED: usize = 64 << 20;

/// What a user may have: column that says so, column with its age, kind of the credential.
const CREDENTIALS: &[(&str, &str, &str)] = &[
    ("password_enabled", "password_last_changed", "aws.console-password"),
    ("access_key_1_active", "access_key_1_last_rotated", "aws.access-key"),
    ("access_key_2_active", "access_key_2_last_rotated", "aws.access-key"),
];

/// Whether the text is such a table.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(HEAD)
}

/// The table inside of what the command prints.
pub(super) fn encoded(item: &Node, out: &mut Out<'_>) {
    let Some(content) = item.get("Content") else { return };
    let decoded = content.text().filter(|text| text.len() <= MAX_ENCODED).and_then(|text| STANDARD.decode(text.trim()).ok());
    match decoded.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|table| is_one(table)) {
        Some(table) => {
            let at = out.place.at(content.span, "Content");
            read(&table, Some(&at), out);
        }
        None => out.facts.skipped.push(out.place.skip(SkipReason::NotUnderstood, "the report's content is no table of credentials")),
    }
}

/// Reads the table; the number of its rows. `at`: where it stands, if it isn't the file itself.
pub(super) fn read(table: &str, at: Option<&Location>, out: &mut Out<'_>) -> u64 {
    let mut lines = table.split_inclusive('\n');
    let columns: Vec<&str> = lines.next().unwrap_or_default().trim().split(',').collect();
    let column = |name: &str| columns.iter().position(|column| *column == name);
    let mut start = table.find('\n').map_or(table.len(), |end| end + 1);
    let mut rows = 0;
    for line in lines {
        let cells: Vec<&str> = line.trim().split(',').collect();
        let cell = |name: &str| column(name).and_then(|at| cells.get(at)).copied().unwrap_or_default();
        let location = at.cloned().unwrap_or_else(|| out.place.at(Span::new(start, start + line.trim_end().len()), cell("user")));
        start += line.len();
        rows += 1;
        for (enabled, since, kind) in CREDENTIALS {
            if cell(enabled) == "true" {
                let issued: Option<Timestamp> = cell(since).parse().ok();
                out.facts.declarations.push(declaration(kind, enabled, cell("user"), cell("arn"), issued, location.clone()));
            }
        }
    }
    rows
}

fn declaration(kind: &str, column: &str, user: &str, arn: &str, issued: Option<Timestamp>, location: Location) -> Declaration {
    let what = column.trim_end_matches("_active").trim_end_matches("_enabled");
    Declaration {
        kind: kind.to_owned(),
        name: format!("{what} of {user}"),
        custody: Custody::Embedded,
        role: Role::Access,
        lifetime: Lifetime { issued, vendor_default: VendorDefault::NeverExpires, paired: true, ..Lifetime::default() },
        destination: Some(crate::facts::aws(Some(arn))),
        principal: Some(arn.to_owned()),
        location,
    }
}
