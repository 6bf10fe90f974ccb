//! The inventory: workload, identity, destination, owner; a row for each way in.

use unkeyed_model::Report;

use super::markup::Markup;
use crate::inventory::{cell, completeness, rows};
use crate::listing::Listing;

/// Columns of the table that are shown, with the name they have in the CSV.
const COLUMNS: [(&str, &str); 8] = [
    ("Workload", "workload"),
    ("Owner", "owner"),
    ("Access", "access"),
    ("Identity", "identity"),
    ("By", "mechanism"),
    ("Destination", "destination"),
    ("Class", "class"),
    ("Verdict", "verdict"),
];

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let (known, all) = completeness(report);
    page.leaf(
        "p",
        &[],
        format!("Of {all} workloads that authenticate, {known} say of each way in who they are, where it leads and who answers for it. An empty cell is not known; workloads that authenticate to nothing that can be seen have no row."),
    );
    page.wide("Inventory", |page| {
        page.element("table", &[("class", "inventory sortable")], |page| {
            page.head(&COLUMNS.map(|(title, _)| title));
            page.element("tbody", &[], |page| {
                for cells in rows(report, listing).iter().filter(|cells| cell(cells, "access") != "none-observed") {
                    let class = if cell(cells, "complete") == "yes" { "" } else { "open" };
                    page.element("tr", &[("class", class)], |page| {
                        for (at, (_, name)) in COLUMNS.iter().enumerate() {
                            let tag = if at == 0 { "th" } else { "td" };
                            page.element(tag, if at == 0 { &[("scope", "row")] } else { &[] }, |page| page.code(cell(cells, name)));
                        }
                    });
                }
            });
        });
    });
}
