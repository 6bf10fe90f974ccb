//! The standards that speak of what was found, and the labels under which the same is known elsewhere.

use std::collections::BTreeMap;

use unkeyed_model::{Report, Standard};

use super::markup::Markup;
use crate::listing::Listing;
use crate::sarif::standards::titles::title;

/// Labels that circulate for these requirements, with what the standards themselves say (DOMAIN §6.1, §6.2, §6.3).
const ALIASES: [(&str, &str, &str); 10] = [
    ("OWASP NHI-03, for persistence and rotation", "NHI7:2025", "Long-Lived Secrets. NHI3:2025 is Vulnerable Third-Party NHI."),
    ("OWASP NHI-02, for secret sprawl", "NHI2:2025", "Secret Leakage: the number agrees, the form of the id is the final list's."),
    ("NIST SP 800-207 PR.AC-4", "NIST SP 800-207 tenets 3, 4, 6", "SP 800-207 has tenets and no control ids; PR.AC-4 is of the CSF 1.1."),
    ("NIST SP 800-207 PA-6", "NIST SP 800-207 tenet 6", "PA is the Policy Administrator, a component; there is no control PA-6."),
    ("NIST CSF PR.AC-1", "CSF 2.0 PR.AA-01, also PR.AA-05", "The CSF 2.0 replaced category PR.AC by PR.AA."),
    ("NIST CSF PR.AC-4", "CSF 2.0 PR.AA-05", "Permissions and least privilege."),
    ("NIST CSF PR.AC-6", "CSF 2.0 PR.AA-02", "Identities proofed and bound to credentials."),
    ("NIST CSF PR.AC-7", "CSF 2.0 PR.AA-03", "Users, services and hardware are authenticated."),
    ("NIST CSF, identity assertions", "CSF 2.0 PR.AA-04", "Protected, conveyed and verified: the trust binding and its audience."),
    ("CWE-1104", "none", "Use of Unmaintained Third Party Components: does not concern credentials."),
];

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let mut used: BTreeMap<&Standard, (usize, usize)> = BTreeMap::new();
    for standard in listing.artifacts.iter().flat_map(|artifact| &artifact.standards) {
        used.entry(standard).or_default().0 += 1;
    }
    for standard in report.findings.iter().flat_map(|finding| &finding.standards) {
        used.entry(standard).or_default().1 += 1;
    }
    if !used.is_empty() {
        page.wide("Standards", |page| table(page, &used));
    }
    page.leaf("h3", &[], "Labels used elsewhere, and their corrected form");
    page.leaf(
        "p",
        &[],
        "Guidance on secretless access cites some of these standards by labels that they do not have. What was cited stands on the left, \
         what this report uses beside it.",
    );
    page.wide("Labels used elsewhere", aliases);
}

/// Each standard with the number of credentials and findings that it speaks of.
fn table(page: &mut Markup, used: &BTreeMap<&Standard, (usize, usize)>) {
    page.element("table", &[("class", "fit")], |page| {
        page.head(&["Standard", "Id", "Title", "Credentials", "Findings"]);
        page.element("tbody", &[], |page| {
            for (standard, (credentials, findings)) in used {
                page.element("tr", &[], |page| {
                    page.leaf("td", &[], standard.taxonomy);
                    page.leaf("th", &[("scope", "row")], standard.id);
                    page.leaf("td", &[], title(standard.taxonomy, standard.id).unwrap_or_default());
                    page.leaf("td", &[("class", "number")], credentials.to_string());
                    page.leaf("td", &[("class", "number")], findings.to_string());
                });
            }
        });
    });
}

fn aliases(page: &mut Markup) {
    page.element("table", &[("class", "fit")], |page| {
        page.head(&["Label in source documents", "Corrected", "Why"]);
        page.element("tbody", &[], |page| {
            for (label, corrected, why) in ALIASES {
                page.element("tr", &[], |page| {
                    page.leaf("th", &[("scope", "row")], label);
                    page.leaf("td", &[], corrected);
                    page.leaf("td", &[], why);
                });
            }
        });
    });
}
