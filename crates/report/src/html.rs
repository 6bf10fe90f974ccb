//! The readiness report: one HTML file that an auditor reads, prints and signs.
//!
//! One decision a reader would question: style and script stand inside the page, and a content security policy allows
//! exactly these two, by digest. The file needs no network and no neighbour, and were a name from the scanned input to
//! become markup in spite of [`markup`], the browser would still run nothing of it.

mod coverage;
mod exceptions;
mod heat_map;
mod inventory;
mod lifetimes;
mod markup;
mod overview;
mod provenance;
mod said;
mod standards;
mod trend;
mod trust_map;
mod workload;
mod workloads;

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use unkeyed_model::Report;

use crate::listing::Listing;
use crate::{Options, stamp};
use markup::Markup;
pub(crate) use trend::write as trend;

const STYLE: &str = include_str!("html/assets/style.css");
const SCRIPT: &str = include_str!("html/assets/script.js");

/// A part of the page: its anchor, its title and who writes it.
type Section = (&'static str, &'static str, fn(&mut Markup, &Report, &Listing<'_>));

const SECTIONS: [Section; 9] = [
    ("workloads", "Workloads", workloads::write),
    ("inventory", "Inventory", inventory::write),
    ("trust", "Trust map", trust_map::write),
    ("lifetimes", "Lifetimes", lifetimes::write),
    ("persistence", "Persistence by surface", heat_map::write),
    ("exceptions", "Exceptions", exceptions::write),
    ("coverage", "Coverage", coverage::write),
    ("standards", "Standards", standards::write),
    ("provenance", "Provenance", provenance::write),
];

/// Writes the page.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let listing = Listing::new(report, options);
    let title = format!("Secretless readiness of {}, {}", report.run.targets.join(", "), stamp::day(report.as_of));
    let page = document(&title, |page| {
        page.leaf("a", &[("class", "skip"), ("href", "#main")], "Skip to content");
        overview::header(page, report);
        navigation(page);
        page.element("main", &[("id", "main")], |page| {
            section(page, "summary", "Summary", |page| overview::write(page, report, &listing));
            for (id, title, write) in SECTIONS {
                section(page, id, title, |page| write(page, report, &listing));
            }
        });
    });
    out.write_all(page.as_bytes())
}

/// A whole document around what `body` writes.
fn document(title: &str, body: impl FnOnce(&mut Markup)) -> String {
    let mut page = Markup::default();
    page.fixed("<!DOCTYPE html>\n");
    page.element("html", &[("lang", "en")], |page| {
        page.element("head", &[], |page| {
            page.open("meta", &[("charset", "utf-8")]);
            page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy())]);
            page.open("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            page.open("meta", &[("name", "referrer"), ("content", "no-referrer")]);
            page.open("meta", &[("name", "color-scheme"), ("content", "light dark")]);
            page.leaf("title", &[], title);
            page.element("style", &[], |page| page.fixed(STYLE));
        });
        page.element("body", &[], |page| {
            body(page);
            page.element("script", &[], |page| page.fixed(SCRIPT));
        });
    });
    page.into_string()
}

/// Nothing may be loaded or run but the style and the script of this program.
fn policy() -> String {
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn navigation(page: &mut Markup) {
    page.element("nav", &[("aria-label", "Sections")], |page| {
        page.leaf("a", &[("href", "#summary")], "Summary");
        for (id, title, _) in SECTIONS {
            page.leaf("a", &[("href", &format!("#{id}"))], title);
        }
    });
}

fn section(page: &mut Markup, id: &str, title: &str, inside: impl FnOnce(&mut Markup)) {
    let heading = format!("{id}-title");
    page.element("section", &[("id", id), ("aria-labelledby", &heading)], |page| {
        page.leaf("h2", &[("id", &heading)], title);
        inside(page);
    });
}
