//! Markup that can't be broken by what stands in it.
//!
//! One decision a reader would question: own code instead of a template engine. A page is built from elements whose names
//! are constants of this program and texts that are escaped on their way in, so that there is no place where anything
//! from the scanned input could become markup.

use std::fmt::Write as _;

use crate::printable;

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// A page, or a part of one.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// An element with what `inside` writes.
    pub(super) fn element(&mut self, name: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.open(name, attributes);
        inside(self);
        self.close(name);
    }

    /// An element that holds a text.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: impl AsRef<str>) {
        self.open(name, attributes);
        self.text(text);
        self.close(name);
    }

    /// An element that has no end (`<meta>`, `<input>`); SVG shapes are written with [`Self::leaf`].
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push(' ');
            self.0.push_str(attribute);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &'static str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        if !matches!(name, "span" | "code" | "b" | "a" | "text" | "tspan" | "title") {
            self.0.push('\n');
        }
    }

    /// Text, with everything that could reorder, hide or become markup written out.
    pub(super) fn text(&mut self, text: impl AsRef<str>) {
        let text = printable(text.as_ref());
        let mut rest: &str = &text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            self.0.push_str(&rest[..at]);
            self.0.push_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            });
            rest = &rest[at + 1..];
        }
        self.0.push_str(rest);
    }

    /// Text of this program that is markup or code already.
    pub(super) fn fixed(&mut self, text: &'static str) {
        self.0.push_str(text);
    }

    /// A name from the input, set apart from the sentence around it.
    pub(super) fn code(&mut self, text: impl AsRef<str>) {
        self.leaf("code", &[], text);
    }

    /// What may be wider than the screen: it scrolls by itself, by keyboard too.
    pub(super) fn wide(&mut self, label: &str, inside: impl FnOnce(&mut Self)) {
        self.element("div", &[("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", label)], inside);
    }

    /// A row of a table's head.
    pub(super) fn head(&mut self, titles: &[&str]) {
        self.element("thead", &[], |page| {
            page.element("tr", &[], |page| titles.iter().for_each(|title| page.leaf("th", &[("scope", "col")], title)));
        });
    }

    /// A term with its description.
    pub(super) fn fact(&mut self, term: &str, description: impl FnOnce(&mut Self)) {
        self.leaf("dt", &[], term);
        self.element("dd", &[], description);
    }

    /// What was written.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A number for an attribute of a drawing.
pub(super) fn number(value: f64) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write!(text, "{value:.1}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let mut page = Markup::default();
        page.leaf("td", &[("title", "\" onclick=\"alert(1)")], "</td><script>alert('x')</script>\n\u{202e}&");
        assert_eq!(
            page.into_string(),
            "<td title=\"&quot; onclick=&quot;alert(1)\">&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\n\\u{202e}&amp;</td>\n"
        );
    }
}
