//! The trust map: workload → the token it presents → the role it becomes → what that reaches, drawn per platform.
//!
//! One decision a reader would question: own layout in four columns instead of a graph library. Trust runs in one
//! direction and has exactly these stations, so that a line that must be followed is never longer than one gap.

mod chain;
mod drawing;

use std::collections::BTreeMap;

use unkeyed_model::{Platform, Report};

use super::markup::Markup;
use crate::listing::Listing;
use crate::words;
use chain::Chain;

/// Chains drawn of one platform; the inventory lists all.
const MOST_CHAINS: usize = 60;
/// Chains of one drawing: so many fit on a printed page.
const ON_A_SHEET: usize = 20;

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, _: &Listing<'_>) {
    let mut platforms: BTreeMap<Platform, Vec<Chain<'_>>> = BTreeMap::new();
    for workload in &report.workloads {
        for path in &workload.identity_paths {
            let chains = platforms.entry(path.platform).or_default();
            chains.extend(chain::of(workload, path));
        }
    }
    if platforms.is_empty() {
        page.leaf("p", &[], "No workload is seen to have an identity, so there is no trust to draw.");
        return;
    }
    page.leaf(
        "p",
        &[],
        "Who presents which token, what it becomes by it, and where that leads. The second gap is the trust (layer L3a), the third is \
         the role (layer L3b); neither makes up for the other.",
    );
    legend(page);
    for (platform, mut chains) in platforms {
        chains.sort();
        chains.dedup();
        page.leaf("h3", &[], platform.as_str());
        let drawn = chains.get(..MOST_CHAINS).unwrap_or(&chains);
        for (sheet, chains) in drawn.chunks(ON_A_SHEET).enumerate() {
            let part = if drawn.len() > ON_A_SHEET { format!("{platform}, part {}", sheet + 1) } else { platform.to_string() };
            drawing::write(page, &part, chains);
        }
        if let Some(more) = chains.len().checked_sub(MOST_CHAINS).filter(|more| *more > 0) {
            let more = words::counted(more, "more way in is", "more ways in are");
            page.leaf("p", &[("class", "faint")], format!("{more} not drawn; the inventory lists all."));
        }
    }
}

fn legend(page: &mut Markup) {
    page.element("ul", &[("class", "legend")], |page| {
        let signs = [("pass", "passes"), ("fail", "fails"), ("unknown", "not in these inputs"), ("na", "does not apply")];
        for (state, what) in signs {
            page.element("li", &[], |page| {
                page.element("svg", &[("viewBox", "0 0 40 10"), ("width", "40"), ("height", "10"), ("aria-hidden", "true")], |page| {
                    page.leaf("path", &[("class", &format!("edge e-{state}")), ("d", "M0 5H40")], "");
                });
                page.text(format!(" {what}"));
            });
        }
    });
}
