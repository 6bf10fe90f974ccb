//! Evaluates a template's values: intrinsic functions in short and long form, parameters with their defaults.
//!
//! Functions as in the CloudFormation user guide, "Intrinsic function reference" and "Pseudo parameters".

use unkeyed_model::{Basis, WorkloadKind};

use super::template::Template;
use crate::evaluated::{At, Kind, Ref, Val};
use crate::policy_document::hole;
use crate::tree::{Kind as Written, Node, Style};

/// Where values come from that an expression names by `scheme:what`: the Serverless Framework's variables.
pub(super) const SCHEMES: &[&str] =
    &["env", "ssm", "file", "opt", "cf", "s3", "param", "sls", "aws", "git", "self", "vault", "secretsManager"];

/// How far variables may lead to each other.
const MAX_VARIABLES: usize = 16;
/// Most values of a mapping that are kept where its keys are unknown.
const MAX_MAPPED: usize = 64;

impl Template<'_> {
    /// What a node evaluates to.
    pub(crate) fn eval(&self, node: &Node) -> Val {
        if !self.spend(1) {
            return Val::unknown("beyond the evaluation limit");
        }
        let at = Some(At::new(0, node.span));
        if let Some(name) = node.tag.as_deref().and_then(|tag| tag.strip_prefix('!')).filter(|name| !name.starts_with('!')) {
            return placed(self.call(name, &Node { tag: None, ..node.clone() }), at);
        }
        match &node.kind {
            Written::Scalar(text, style) => self.scalar(node, text, *style),
            Written::Seq(items) => Val { kind: Kind::List(items.iter().map(|item| self.eval(item)).collect()), at, via: None },
            Written::Map(entries) => match &**entries {
                [only] if only.name() == "Ref" || only.name().starts_with("Fn::") => {
                    placed(self.call(only.name().trim_start_matches("Fn::"), &only.value), at)
                }
                _ => {
                    let entries = entries.iter().map(|entry| (hole::clean(entry.name()), self.eval(&entry.value))).collect();
                    Val { kind: Kind::Map(entries), at, via: None }
                }
            },
        }
    }

    fn scalar(&self, node: &Node, text: &str, style: Style) -> Val {
        let at = Some(At::new(0, node.span));
        let kind = match text {
            _ if node.is_null() => Kind::Null,
            "true" | "false" if style == Style::Plain => Kind::Bool(text == "true"),
            _ => Kind::Text(hole::clean(text), Basis::Literal),
        };
        placed(self.framework(Val { kind, at, via: None }), at)
    }

    fn call(&self, name: &str, arg: &Node) -> Val {
        match name {
            "Ref" => self.named(arg.text().unwrap_or_default()),
            "GetAtt" => self.attribute(arg),
            "Sub" => self.substituted(arg),
            "Join" => self.joined(arg),
            "If" => self.either(arg),
            "FindInMap" => self.mapped(arg),
            "Select" => self.selected(arg),
            "Split" => self.split(arg),
            "Base64" | "ToJsonString" => self.eval(arg),
            "ImportValue" => Val::unknown(format!("import {}", hole::shown(&self.text(&self.eval(arg))))),
            _ => Val::unknown(format!("Fn::{name}")),
        }
    }

    /// What a name alone means.
    pub(super) fn named(&self, name: &str) -> Val {
        let text = |text: &str| Val::new(Kind::Text(text.to_owned(), Basis::Platform));
        match name {
            // The commercial partition; in others the ARNs differ in this part alone.
            "AWS::Partition" => return text("aws"),
            "AWS::URLSuffix" => return text("amazonaws.com"),
            "AWS::NoValue" => return Val::new(Kind::Null),
            _ => {}
        }
        if let Some(parameter) = self.root.path(&["Parameters", name]) {
            return self.parameter(name, parameter);
        }
        let known = self.resource(name).is_some();
        if known { reference(name, "") } else { Val::unknown(name) }
    }

    /// A parameter: its default, or itself.
    fn parameter(&self, name: &str, node: &Node) -> Val {
        let default = node.get("Default").filter(|default| !default.is_null());
        let is_stored = node.str("Type").is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value"));
        match default {
            Some(default) if is_stored => reference("ssm", default.text().unwrap_or(name)),
            Some(default) if default.text().is_some_and(|text| !text.is_empty()) => Val {
                kind: Kind::Text(hole::clean(default.text().unwrap_or_default()), Basis::Default),
                at: Some(At::new(0, default.span)),
                via: Some(name.into()),
            },
            _ => reference(name, ""),
        }
    }

    /// `Resource.Attribute`, or the two in a list.
    fn attribute(&self, arg: &Node) -> Val {
        let parts: Vec<String> = arg.items().iter().map(|item| self.text(&self.eval(item))).collect();
        let joined = if parts.is_empty() { arg.text().unwrap_or_default().to_owned() } else { parts.join(".") };
        self.attribute_of(&joined)
    }

    fn attribute_of(&self, text: &str) -> Val {
        match text.split_once('.') {
            Some((name, attribute)) if self.resource(name).is_some() => reference(name, attribute),
            _ => Val::unknown(text),
        }
    }

    /// `Fn::Sub`: `${Name}`, `${Resource.Attribute}`, `${!literal}`, with a map of further names if it is a list.
    fn substituted(&self, arg: &Node) -> Val {
        let (template, names) = match arg.items() {
            [template, names] => (template, Some(names)),
            [template] => (template, None),
            _ => (arg, None),
        };
        let val = self.eval(&Node { tag: None, ..template.clone() });
        let Kind::Text(text, _) = &val.kind else { return val };
        let value_of = |name: &str| match names.and_then(|names| names.get(name)) {
            Some(node) => self.eval(node),
            None if name.contains('.') => self.attribute_of(name),
            None => self.named(name),
        };
        placed(self.spliced(text, &value_of), val.at)
    }

    /// A text whose `${…}` are replaced. One that is nothing but such a name is the value itself.
    pub(super) fn spliced(&self, text: &str, value_of: &dyn Fn(&str) -> Val) -> Val {
        let (mut out, mut basis, mut rest) = (String::new(), Basis::Literal, text);
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, behind)) = closed(after) else {
                out.push_str("${");
                rest = after;
                break;
            };
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let val = value_of(name.trim());
            if out.is_empty() && rest.is_empty() && before.is_empty() {
                return val;
            }
            let (piece, piece_basis) = val.text(&|reference| self.resolved(reference));
            if piece_basis == Basis::Default {
                basis = Basis::Default;
            }
            out.push_str(&piece);
            if !self.spend(1 + out.len() / 64) {
                return Val::unknown("beyond the evaluation limit");
            }
        }
        out.push_str(rest);
        Val::new(Kind::Text(out, basis))
    }

    fn joined(&self, arg: &Node) -> Val {
        let [separator, list] = arg.items() else { return Val::unknown("Fn::Join") };
        let list = self.eval(list);
        let Kind::List(items) = &list.kind else { return Val::unknown("Fn::Join") };
        let separator = self.text(&self.eval(separator));
        let mut basis = Basis::Literal;
        let parts: Vec<String> = items
            .iter()
            .map(|item| {
                let (text, of) = item.text(&|reference| self.resolved(reference));
                basis = if of == Basis::Default { of } else { basis };
                text
            })
            .collect();
        let text = parts.join(&separator);
        if !self.spend(text.len() / 64) {
            return Val::unknown("beyond the evaluation limit");
        }
        Val::new(Kind::Text(text, basis))
    }

    /// The parts of a text that is known.
    fn split(&self, arg: &Node) -> Val {
        let [separator, text] = arg.items() else { return Val::unknown("Fn::Split") };
        let both = separator.text().filter(|separator| !separator.is_empty()).zip(self.known(&self.eval(text)));
        let Some((separator, text)) = both.filter(|(_, text)| self.spend(text.len() / 64)) else { return Val::unknown("Fn::Split") };
        let part = |part: &str| Val::new(Kind::Text(part.to_owned(), Basis::Literal));
        Val::new(Kind::List(text.split(separator).map(part).collect()))
    }

    fn mapped(&self, arg: &Node) -> Val {
        let unknown = || Val::unknown("Fn::FindInMap");
        let (Some(map), Some(first), Some(second)) = (arg.items().first(), arg.items().get(1), arg.items().get(2)) else {
            return unknown();
        };
        let Some(map) = self.known(&self.eval(map)).and_then(|name| self.root.path(&["Mappings", &name])) else { return unknown() };
        let (first, second) = (self.known(&self.eval(first)), self.known(&self.eval(second)));
        let of = |node: &Node, key: &Option<String>| -> Vec<Node> {
            let entries = node.entries().iter().filter(|entry| key.as_deref().is_none_or(|key| key == entry.name()));
            entries.take(MAX_MAPPED).map(|entry| entry.value.clone()).collect()
        };
        let mut values: Vec<Val> =
            of(map, &first).iter().flat_map(|node| of(node, &second)).take(MAX_MAPPED).map(|node| self.eval(&node)).collect();
        // What stands there belongs to all who look it up.
        for val in values.iter_mut().filter(|val| matches!(val.kind, Kind::Text(..)) && val.via.is_none()) {
            val.via = second.as_deref().map(|second| format!("Mappings.{second}").into());
        }
        if values.len() == MAX_MAPPED {
            values.push(Val::unknown(format!("Fn::FindInMap beyond {MAX_MAPPED} values")));
        }
        match values.len() {
            0 => unknown(),
            1 => values.swap_remove(0),
            _ => Val::new(Kind::Either(values, "Fn::FindInMap".to_owned())),
        }
    }

    fn selected(&self, arg: &Node) -> Val {
        let [index, list] = arg.items() else { return Val::unknown("Fn::Select") };
        let index: Option<usize> = self.known(&self.eval(index)).and_then(|text| text.parse().ok());
        let list = self.eval(list);
        let found = index.and_then(|index| match &list.kind {
            Kind::List(items) => items.get(index).cloned(),
            _ => None,
        });
        found.unwrap_or_else(|| Val::unknown("Fn::Select"))
    }

    /// The text of a reference: a name that is written, else a hole that says what would fill it.
    pub(crate) fn resolved(&self, reference: &Ref) -> (String, Basis) {
        let shown = if SCHEMES.contains(&reference.address.as_str()) {
            format!("{}:{}", reference.address, reference.attribute)
        } else {
            reference.shown()
        };
        let Some(resource) = self.resource(&reference.address) else { return (hole::hole(&shown), Basis::Literal) };
        let naming = match resource.kind() {
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::User" => "UserName",
            _ => "",
        };
        // A name that is written literally; anything else could refer back to this resource.
        let written = resource.node(naming).filter(|node| reference.attribute.is_empty() && node.tag.is_none()).and_then(Node::text);
        match written {
            Some(name) if !name.contains("${") => (hole::clean(name), Basis::Literal),
            _ => (hole::hole(&format!("{} {shown}", resource.kind())), Basis::Literal),
        }
    }
}

impl Template<'_> {
    /// Replaces variables of the Serverless Framework, which it resolves before CloudFormation sees the template.
    fn framework(&self, val: Val) -> Val {
        match &val.kind {
            Kind::Text(text, _) if self.scheme.kind == WorkloadKind::Serverless && text.contains("${") => {
                placed(self.spliced(text, &|name| self.variable(name)), val.at)
            }
            _ => val,
        }
    }

    /// `scheme:what`, and what counts where that is missing, after commas.
    fn variable(&self, text: &str) -> Val {
        let depth = self.depth.get();
        if depth >= MAX_VARIABLES {
            return Val::unknown(text);
        }
        self.depth.set(depth + 1);
        let inner = if text.contains("${") { self.text(&self.spliced(text, &|name| self.variable(name))) } else { text.to_owned() };
        let mut alternatives = inner.split(',').map(str::trim);
        let first = alternatives.next().unwrap_or_default();
        let rest: Vec<Val> = alternatives.map(|text| self.alternative(text)).collect();
        let found = self.alternative(first);
        self.depth.set(depth);
        match (&found.kind, rest.into_iter().next()) {
            (Kind::Null, Some(other)) => other,
            // A stage that nobody gives is the default one; a secret may come from either, and an empty default is there to be
            // overruled.
            (Kind::Ref(reference), Some(Val { kind: Kind::Text(text, _), .. }))
                if reference.address != "env" && reference.address != "ssm" && !text.is_empty() =>
            {
                Val::new(Kind::Text(text, Basis::Default))
            }
            _ => found,
        }
    }

    /// A value of the file that a variable leads to; a literal remembers the name through which it was reached.
    fn reached(&self, path: &str, node: &Node) -> Val {
        let val = self.eval(node);
        let is_literal = matches!(val.kind, Kind::Text(..)) && val.via.is_none();
        Val { via: if is_literal { Some(path.into()) } else { val.via }, ..val }
    }

    /// A value of the file itself. Where the path leads on into a variable, so does the value: `${file(…)}` holds its keys.
    fn own(&self, path: &str) -> Val {
        let mut node = self.file;
        let mut keys = path.split('.').filter(|key| !key.is_empty());
        while let Some(key) = keys.next() {
            if let Some(next) = node.get(key) {
                node = next;
                continue;
            }
            if !node.text().is_some_and(|text| text.contains("${")) {
                return Val::new(Kind::Null);
            }
            let held = self.reached(path, node);
            return match held.kind {
                Kind::Map(_) => {
                    let inner = std::iter::once(key).chain(keys).try_fold(&held, |val, key| val.get(key));
                    inner.map_or_else(|| Val::new(Kind::Null), Clone::clone)
                }
                Kind::Ref(_) | Kind::Unknown(_) => held,
                _ => Val::new(Kind::Null),
            };
        }
        self.reached(path, node)
    }

    fn alternative(&self, text: &str) -> Val {
        if let Some(quoted) = text.strip_prefix(['\'', '"']) {
            return Val::new(Kind::Text(quoted.trim_end_matches(['\'', '"']).to_owned(), Basis::Literal));
        }
        match text.split_once(':') {
            Some(("self", path)) => self.own(path),
            // `file(./x.yml):key`
            _ if text.starts_with("file(") => reference("file", text.trim_start_matches("file(").split(')').next().unwrap_or_default()),
            // `ssm(eu-west-1):/path`
            Some((scheme, what)) if SCHEMES.contains(&bare(scheme)) && !what.starts_with(':') => {
                reference(bare(scheme), what.trim_end_matches("~true"))
            }
            // A plugin's.
            Some((scheme, what)) if !what.starts_with(':') && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                Val::unknown(text)
            }
            // Not of the framework: it is left for CloudFormation.
            _ => Val::new(Kind::Text(format!("${{{text}}}"), Basis::Literal)),
        }
    }
}

/// The name of a source without what is told it.
fn bare(scheme: &str) -> &str {
    scheme.split('(').next().unwrap_or_default()
}

/// What fills a hole, as a reference again.
pub(super) fn of_hole(what: &str) -> Ref {
    let name = what.rsplit_once(' ').map_or(what, |(_, name)| name);
    let named = name.split_once(':').filter(|(scheme, _)| SCHEMES.contains(scheme)).or_else(|| name.split_once('.'));
    let (address, attribute) = named.unwrap_or((name, ""));
    Ref::new(address, attribute)
}

pub(super) fn reference(address: &str, attribute: &str) -> Val {
    Val::new(Kind::Ref(Ref::new(address, hole::clean(attribute))))
}

/// The value with its own place, or that of the expression.
fn placed(val: Val, at: Option<At>) -> Val {
    Val { at: val.at.or(at), ..val }
}

/// The text up to the brace that closes, and what follows; braces inside are skipped.
fn closed(text: &str) -> Option<(&str, &str)> {
    /// Longest name; a bound keeps a text of nothing but `${` linear.
    const MAX_NAME: usize = 1024;
    let mut open = 0_usize;
    for (index, byte) in text.bytes().enumerate().take(MAX_NAME) {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some((&text[..index], &text[index + 1..])),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}
