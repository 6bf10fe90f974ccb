//! Heredocs whose indentation is left out (`<<-`).
//!
//! `hcl-edit` takes the blanks off that all lines of one piece of text have, though a line of another piece may begin at
//! the margin: behind `<<-` and two holes it cuts the letters off the lines that do. Here the language's own rule is
//! applied to what the file holds: as many blanks as the line with the fewest begins with.

use hcl_edit::Span as _;
use hcl_edit::structure::Body;
use hcl_edit::template::{Element, HeredocTemplate};
use hcl_edit::visit_mut::{VisitMut, visit_heredoc_template_mut};

/// Puts back what was cut off too much.
pub(super) fn mend(body: &mut Body, text: &str) {
    Mender { text }.visit_body_mut(body);
}

struct Mender<'t> {
    text: &'t str,
}

impl VisitMut for Mender<'_> {
    fn visit_heredoc_template_mut(&mut self, node: &mut HeredocTemplate) {
        if let Some(least) = node.indent().and_then(|taken| self.least_indent(node).filter(|least| *least < taken)) {
            let mut at_margin = true;
            for element in node.template.iter_mut() {
                let written = element.span().and_then(|span| self.text.get(span)).unwrap_or_default();
                if let Element::Literal(literal) = element {
                    *literal.as_mut() = dedented(written, least, at_margin);
                }
                at_margin = written.ends_with('\n');
            }
        }
        visit_heredoc_template_mut(self, node);
    }
}

impl Mender<'_> {
    /// How many blanks the least indented line begins with.
    fn least_indent(&self, node: &HeredocTemplate) -> Option<usize> {
        let span = node.template.iter().next()?.span()?.start..node.template.iter().last()?.span()?.end;
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        self.text.get(span)?.lines().filter(|line| !line.trim().is_empty()).map(indent).min()
    }
}

/// Text without so many blanks at the start of each line, with what `$${` and `%%{` stand for.
fn dedented(written: &str, indent: usize, at_margin: bool) -> String {
    let mut found = String::with_capacity(written.len());
    for (index, line) in written.split_inclusive('\n').enumerate() {
        let rest = line.trim_start_matches([' ', '\t']);
        let from = if index == 0 && !at_margin { 0 } else { indent.min(line.len() - rest.len()) };
        found.push_str(&line[from..]);
    }
    found.replace("$${", "${").replace("%%{", "%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(source: &str) -> String {
        let mut body = hcl_edit::parser::parse_body(source).unwrap();
        mend(&mut body, source);
        let hcl_edit::expr::Expression::HeredocTemplate(heredoc) = &body.get_attribute("a").unwrap().value else { panic!() };
        let part = |element: &Element| match element {
            Element::Literal(literal) => literal.to_string(),
            _ => "*".to_owned(),
        };
        heredoc.template.iter().map(part).collect()
    }

    #[test]
    fn a_line_at_the_margin_keeps_its_letters() {
        let source = "a = <<-EOF\nfirst = \"${b}\n      deep ${c}\n    more $${d}\nlast\n  EOF\n";
        assert_eq!(text_of(source), "first = \"*\n      deep *\n    more ${d}\nlast\n");
    }

    #[test]
    fn the_indentation_that_all_lines_share_is_left_out() {
        assert_eq!(text_of("a = <<-EOF\n    first ${b}\n      deep\n  EOF\n"), "first *\n  deep\n");
    }
}
