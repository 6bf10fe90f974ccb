//! Parses expressions of Bicep and of ARM templates (`[…]`), tolerantly and within limits.
//!
//! The decision a reader would question: an own small parser, because no library reads Bicep. It reads what declares;
//! arithmetic and comparisons are passed over, their operands included. Grammar: Azure docs, "Bicep expressions",
//! "Syntax and expressions in ARM templates".

mod text;

use unkeyed_model::Span;

use super::expr::{Expr, Kind, REPEATED};

/// Deepest nesting of expressions.
const MAX_DEPTH: usize = 64;

/// A resource as it is declared.
pub(super) struct Declared {
    /// The name by which the template refers to it.
    pub(super) symbol: String,
    /// Type, with the version behind `@`.
    pub(super) kind: String,
    pub(super) body: Expr,
    pub(super) span: Span,
    /// Symbol of the resource that it is declared inside of.
    pub(super) outer: Option<String>,
    /// It is only looked up.
    pub(super) existing: bool,
}

/// Reads from a text, byte by byte; everything that steers it is ASCII.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Added to spans: where the text stands in its file.
    base: usize,
    depth: usize,
    /// Resources declared inside others.
    pub(super) nested: Vec<Declared>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self { text, at: 0, base, depth: 0, nested: Vec::new() }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn made(&self, kind: Kind, start: usize) -> Expr {
        Expr::new(kind, self.base + start, self.base + self.at)
    }

    /// Skips blanks and comments, line breaks if `lines`.
    pub(super) fn skip(&mut self, lines: bool) {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\n') if lines => self.at += 1,
                Some(b'/') if self.rest().starts_with("//") => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                Some(b'/') if self.rest().starts_with("/*") => self.at += self.rest().find("*/").map_or(self.rest().len(), |end| end + 2),
                Some(b'#') if lines => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return,
            }
        }
    }

    /// Takes a token if it comes next.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Takes a name; empty if none comes next.
    pub(super) fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = if rest.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &rest[..length] };
        self.at += name.len();
        name
    }

    /// An expression; `None` where the text can't be followed.
    pub(super) fn expression(&mut self) -> Option<Expr> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let found = self.conditional();
        self.depth -= 1;
        found
    }

    /// `a ? b : c`, `a ?? b`, and operators, whose result is not followed.
    fn conditional(&mut self) -> Option<Expr> {
        let start = self.at;
        let mut first = self.postfix()?;
        loop {
            let before = self.at;
            // An operator may begin the next line.
            self.skip(true);
            if self.take("??") {
                self.skip(true);
                let other = self.postfix()?;
                first = self.made(Kind::Either(vec![first, other]), start);
            } else if self.rest().starts_with('?') && !self.rest().starts_with("?.") {
                self.at += 1;
                self.skip(true);
                let yes = self.expression()?;
                self.skip(true);
                if !self.take(":") {
                    return None;
                }
                self.skip(true);
                let no = self.expression()?;
                return Some(self.made(Kind::Either(vec![yes, no]), start));
            } else if let Some(operator) = self.operator() {
                self.at += operator.len();
                self.skip(true);
                self.postfix()?;
                first = self.made(Kind::Other(operator.to_owned()), start);
            } else {
                self.at = before;
                return Some(first);
            }
        }
    }

    fn operator(&self) -> Option<&'static str> {
        let all = ["||", "&&", "==", "!=", "=~", "!~", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"];
        all.into_iter().find(|operator| self.rest().starts_with(operator))
    }

    fn postfix(&mut self) -> Option<Expr> {
        let start = self.at;
        if self.take("!") || self.take("-") {
            self.skip(false);
            self.postfix_within()?;
            return Some(self.made(Kind::Other("operator".to_owned()), start));
        }
        self.postfix_within()
    }

    fn postfix_within(&mut self) -> Option<Expr> {
        let start = self.at;
        let mut left = self.primary()?;
        loop {
            if self.take(".?") || self.take("::") || self.take(".") {
                let name = self.name().to_owned();
                let kind =
                    if self.take("(") { Kind::Method(Box::new(left), name, self.list(")")?) } else { Kind::Member(Box::new(left), name) };
                left = self.made(kind, start);
            } else if self.take("[?") || self.take("[") {
                self.skip(true);
                let key = self.expression()?;
                self.skip(true);
                if !self.take("]") {
                    return None;
                }
                let kind = match key.kind {
                    Kind::Text(text) | Kind::Number(text) => Kind::Member(Box::new(left), text),
                    _ => Kind::Index(Box::new(left), Box::new(key)),
                };
                left = self.made(kind, start);
            } else if self.rest().starts_with('!') && !self.rest().starts_with("!=") && !self.rest().starts_with("!~") {
                self.at += 1;
            } else {
                return Some(left);
            }
        }
    }

    fn primary(&mut self) -> Option<Expr> {
        let start = self.at;
        match self.byte()? {
            b'\'' => self.text(),
            b'{' => self.object(""),
            b'[' => self.array(),
            b'(' => self.parenthesis(),
            b'0'..=b'9' => {
                let digits = self.rest().bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
                let number = self.rest()[..digits].to_owned();
                self.at += digits;
                Some(self.made(Kind::Number(number), start))
            }
            _ => {
                let name = self.name();
                if name.is_empty() {
                    return None;
                }
                let kind = match name {
                    "true" | "false" => Kind::Bool(name == "true"),
                    "null" => Kind::Null,
                    _ if self.take("(") => Kind::Call(name.to_owned(), self.list(")")?),
                    _ => Kind::Name(name.to_owned()),
                };
                self.lambda(start)?;
                Some(self.made(kind, start))
            }
        }
    }

    /// `(…)`, or the parameters of a lambda.
    fn parenthesis(&mut self) -> Option<Expr> {
        let start = self.at;
        self.at += 1;
        let mut items = self.list(")")?;
        if self.lambda(start)? {
            return Some(self.made(Kind::Other("lambda".to_owned()), start));
        }
        (items.len() == 1).then(|| items.swap_remove(0))
    }

    /// Passes over the body of a lambda, if one comes next.
    fn lambda(&mut self, start: usize) -> Option<bool> {
        let before = self.at;
        self.skip(false);
        if !self.take("=>") {
            self.at = before;
            return Some(false);
        }
        self.skip(true);
        self.expression()?;
        debug_assert!(self.at >= start);
        Some(true)
    }

    /// Expressions up to a closing token, which is taken.
    fn list(&mut self, close: &str) -> Option<Vec<Expr>> {
        let mut items = Vec::new();
        loop {
            self.skip(true);
            if self.take(close) {
                return Some(items);
            }
            if self.take(",") {
                continue;
            }
            self.take("...");
            items.push(self.expression()?);
        }
    }

    fn array(&mut self) -> Option<Expr> {
        let start = self.at;
        self.at += 1;
        self.skip(true);
        if self.rest().starts_with("for ") || self.rest().starts_with("for\t") {
            let body = self.for_body()?;
            self.skip(true);
            return self.take("]").then(|| self.made(Kind::Array(vec![body]), start));
        }
        let items = self.list("]")?;
        Some(self.made(Kind::Array(items), start))
    }

    /// The body of `for x in y: body`: one symbolic instance.
    fn for_body(&mut self) -> Option<Expr> {
        self.at += self.rest().find(" in ")? + 4;
        self.skip(true);
        self.expression()?;
        self.skip(true);
        if !self.take(":") {
            return None;
        }
        self.skip(true);
        self.body("")
    }

    /// An object, or one under a condition: `if (…) { … }`.
    pub(super) fn body(&mut self, outer: &str) -> Option<Expr> {
        self.skip(true);
        if self.rest().starts_with("if") && self.rest()[2..].trim_start().starts_with('(') {
            self.at += 2;
            self.skip(true);
            self.at += 1;
            self.list(")")?;
            self.skip(true);
        }
        match self.byte()? {
            b'{' => self.object(outer),
            b'[' if !outer.is_empty() => {
                self.at += 1;
                self.skip(true);
                let body = if self.rest().starts_with("for") { self.loop_over(outer)? } else { return None };
                self.skip(true);
                self.take("]").then_some(body)
            }
            _ => self.expression(),
        }
    }

    /// A resource for each item: its body, with what it is repeated over under a key that no property has.
    fn loop_over(&mut self, outer: &str) -> Option<Expr> {
        let (start, length) = (self.at, self.rest().find(" in ")?);
        let head = self.rest()["for".len()..length].trim().trim_start_matches('(');
        let variable = head.split([',', ')']).next().unwrap_or_default().trim().to_owned();
        self.at += length + 4;
        self.skip(true);
        let items = self.expression()?;
        self.skip(true);
        if !self.take(":") {
            return None;
        }
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let body = self.body(outer);
        self.depth -= 1;
        let mut body = body?;
        if let Kind::Object(entries) = &mut body.kind {
            let item = self.made(Kind::Text(variable), start);
            let repeated = self.made(Kind::Array(vec![item, items]), start);
            entries.push((self.made(Kind::Text(REPEATED.to_owned()), start), repeated));
        }
        Some(body)
    }

    fn object(&mut self, outer: &str) -> Option<Expr> {
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip(true);
            if self.take("}") {
                return Some(self.made(Kind::Object(entries), start));
            }
            if self.take(",") {
                continue;
            }
            if self.take("...") {
                self.expression()?;
                continue;
            }
            if self.take("@") {
                self.expression()?;
                continue;
            }
            let key = self.primary_key()?;
            self.skip(false);
            if key.literal() == Some("resource") && !self.rest().starts_with(':') {
                self.inner_resource(outer)?;
                continue;
            }
            if !self.take(":") {
                return None;
            }
            self.skip(true);
            let value = self.expression()?;
            entries.push((key, value));
        }
    }

    fn primary_key(&mut self) -> Option<Expr> {
        if self.byte() == Some(b'\'') {
            return self.text();
        }
        let start = self.at;
        let name = self.name().to_owned();
        (!name.is_empty()).then(|| self.made(Kind::Name(name), start))
    }

    /// `resource name 'type@version' = { … }` inside another resource.
    fn inner_resource(&mut self, outer: &str) -> Option<()> {
        let declared = self.resource((!outer.is_empty()).then(|| outer.to_owned()))?;
        self.nested.push(declared);
        Some(())
    }

    /// What follows the word `resource` or `module`.
    pub(super) fn resource(&mut self, outer: Option<String>) -> Option<Declared> {
        let start = self.at;
        self.skip(false);
        let symbol = self.name().to_owned();
        self.skip(false);
        let kind = self.text()?.literal()?.to_owned();
        self.skip(false);
        let existing = self.name() == "existing";
        self.skip(false);
        if !self.take("=") || self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let body = self.body(&symbol);
        self.depth -= 1;
        let span = Span::new(self.base + start, self.base + self.at);
        Some(Declared { symbol, kind, body: body?, span, outer, existing })
    }
}
