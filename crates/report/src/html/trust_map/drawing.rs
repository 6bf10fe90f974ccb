//! The drawing of one platform's chains.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use unkeyed_model::LayerState;

use super::chain::{Chain, Station};
use crate::html::markup::{Markup, number};
use crate::html::overview::as_float;
use crate::html::said::shortened;

const TITLES: [&str; 4] = ["Workload", "Token", "Becomes", "Reaches"];
/// Width of a box and of the gap to the next one.
const BOX: f64 = 250.0;
const GAP: f64 = 64.0;
/// Height of a line, space inside and between boxes, and of the column titles.
const LINE: f64 = 15.0;
const PADDING: f64 = 8.0;
const SPACE: f64 = 12.0;
const TOP: f64 = 28.0;
/// Characters that fit into a box.
const FIT: usize = 32;

/// A box at its place.
struct Node<'c> {
    station: &'c Station,
    top: f64,
}

impl Node<'_> {
    fn height(&self) -> f64 {
        height(self.station)
    }

    fn middle(&self) -> f64 {
        self.top + self.height() / 2.0
    }
}

/// The boxes of one column, in order of first use, without repetition.
type Column<'c> = (Vec<Node<'c>>, BTreeMap<(&'c str, &'c Station), usize>);

/// Draws the chains of a platform, or a part of them.
pub(super) fn write(page: &mut Markup, of: &str, chains: &[Chain<'_>]) {
    let columns: Vec<Column<'_>> = (0..TITLES.len()).map(|at| column(chains, at)).collect();
    let bottom = |(nodes, _): &Column<'_>| nodes.last().map_or(TOP, |node| node.top + node.height());
    let tallest = columns.iter().map(bottom).fold(TOP, f64::max);
    let columns: Vec<Column<'_>> = columns.into_iter().map(|column| centred(column, tallest)).collect();
    let width = 4.0 * BOX + 3.0 * GAP + 2.0;
    let view = format!("-1 0 {} {}", number(width), number(tallest + 2.0));
    let label = format!("Trust map of {of}");
    let said = format!("{label}: {} ways in. The inventory holds the same as a table.", chains.len());
    page.element("div", &[("class", "scroll map"), ("tabindex", "0"), ("role", "region"), ("aria-label", &label)], |page| {
        page.element("svg", &[("viewBox", &view), ("width", &number(width)), ("role", "img"), ("aria-label", &said)], |page| {
            for (title, at) in TITLES.iter().zip(0..) {
                page.leaf("text", &[("class", "column"), ("x", &number(left(at))), ("y", "12")], title);
            }
            edges(page, chains, &columns);
            for (at, (nodes, _)) in columns.iter().enumerate() {
                nodes.iter().for_each(|node| draw(page, node, left(at)));
            }
        });
    });
}

/// A workload's box is its own even where another has the same name.
fn key<'c>(chain: &'c Chain<'_>, at: usize) -> (&'c str, &'c Station) {
    (if at == 0 { chain.workload } else { "" }, &chain.stations[at])
}

fn column<'c>(chains: &'c [Chain<'_>], at: usize) -> Column<'c> {
    let (mut nodes, mut known): Column<'c> = (Vec::new(), BTreeMap::new());
    let mut top = TOP;
    for chain in chains {
        let key = key(chain, at);
        if let Entry::Vacant(entry) = known.entry(key) {
            entry.insert(nodes.len());
            nodes.push(Node { station: key.1, top });
            top += height(key.1) + SPACE;
        }
    }
    (nodes, known)
}

/// A short column stands beside the middle of the tallest.
fn centred(mut column: Column<'_>, tallest: f64) -> Column<'_> {
    let used = column.0.last().map_or(TOP, |node| node.top + node.height());
    column.0.iter_mut().for_each(|node| node.top += (tallest - used) / 2.0);
    column
}

fn height(station: &Station) -> f64 {
    as_float(station.iter().filter(|line| !line.is_empty()).count()) * LINE + 2.0 * PADDING
}

fn left(column: usize) -> f64 {
    as_float(column) * (BOX + GAP)
}

/// Each line once, in the worst state of all chains that run through it.
fn edges(page: &mut Markup, chains: &[Chain<'_>], columns: &[Column<'_>]) {
    let mut worst: BTreeMap<(usize, usize, usize), LayerState> = BTreeMap::new();
    for chain in chains {
        for (gap, state) in chain.states.iter().enumerate() {
            let ends = (columns[gap].1.get(&key(chain, gap)), columns[gap + 1].1.get(&key(chain, gap + 1)));
            if let (Some(from), Some(to)) = ends {
                let known = worst.entry((gap, *from, *to)).or_insert(*state);
                *known = worse(*known, *state);
            }
        }
    }
    for ((gap, from, to), state) in worst {
        let (from, to) = (columns[gap].0[from].middle(), columns[gap + 1].0[to].middle());
        let (start, end) = (left(gap) + BOX, left(gap + 1));
        let bend = (start + end) / 2.0;
        let path = format!("M{start:.1} {from:.1}C{bend:.1} {from:.1} {bend:.1} {to:.1} {end:.1} {to:.1}");
        page.leaf("path", &[("class", &format!("edge e-{state}")), ("d", &path)], "");
    }
}

fn worse(a: LayerState, b: LayerState) -> LayerState {
    let rank = |state| match state {
        LayerState::Fail => 3,
        LayerState::Unknown => 2,
        LayerState::Pass => 1,
        LayerState::Na => 0,
    };
    if rank(a) >= rank(b) { a } else { b }
}

fn draw(page: &mut Markup, node: &Node<'_>, x: f64) {
    page.element("g", &[], |page| {
        page.leaf("title", &[], node.station.join(" · "));
        let (top, height) = (number(node.top), number(node.height()));
        page.leaf(
            "rect",
            &[("class", "node"), ("x", &number(x)), ("y", &top), ("width", &number(BOX)), ("height", &height), ("rx", "6")],
            "",
        );
        for (line, at) in node.station.iter().filter(|line| !line.is_empty()).zip(0..) {
            let y = number(node.top + PADDING + as_float(at) * LINE + 11.0);
            let class = if at == 0 { "name" } else { "more" };
            page.leaf("text", &[("class", class), ("x", &number(x + 10.0)), ("y", &y)], shortened(line, FIT));
        }
    });
}
