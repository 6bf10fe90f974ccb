//! Text of Bicep and of expressions in ARM templates.

use super::super::expr::{Expr, Kind};
use super::Parser;

impl Parser<'_> {
    /// `'…'` with `${…}`, `''` (ARM) and backslashes (Bicep), or `'''…'''` as it stands.
    pub(super) fn text(&mut self) -> Option<Expr> {
        let start = self.at;
        if self.take("'''") {
            let length = self.rest().find("'''")?;
            let text = self.rest()[..length].to_owned();
            self.at += length + 3;
            return Some(Expr::new(Kind::Text(text), self.base + start + 3, self.base + start + 3 + length));
        }
        self.at += 1;
        let (mut pieces, mut text, mut piece) = (Vec::new(), String::new(), self.at);
        loop {
            let next = self.rest().find(['\'', '\\', '$', '\n'])?;
            text.push_str(&self.rest()[..next]);
            self.at += next;
            let rest = self.rest();
            if rest.starts_with("''") {
                text.push('\'');
                self.at += 2;
            } else if rest.starts_with('\'') {
                break;
            } else if rest.starts_with("${") {
                pieces.push(self.made(Kind::Text(std::mem::take(&mut text)), piece));
                self.at += 2;
                self.skip(true);
                pieces.push(self.expression()?);
                self.skip(true);
                if !self.take("}") {
                    return None;
                }
                piece = self.at;
            } else if rest.starts_with('\n') {
                return None;
            } else if rest.starts_with('\\') {
                text.push_str(&self.escape());
            } else {
                text.push('$');
                self.at += 1;
            }
        }
        let end = self.at;
        self.at += 1;
        let kind = if pieces.is_empty() {
            Kind::Text(text)
        } else {
            pieces.push(Expr::new(Kind::Text(text), self.base + piece, self.base + end));
            Kind::Spliced(pieces)
        };
        Some(Expr::new(kind, self.base + start + 1, self.base + end))
    }

    fn escape(&mut self) -> String {
        let next = self.rest().chars().nth(1).unwrap_or_default();
        self.at += 1 + next.len_utf8().min(self.rest().len().saturating_sub(1));
        match next {
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            'r' => "\r".to_owned(),
            other => other.to_string(),
        }
    }
}
