//! Evaluates expressions: parameters with their defaults, variables, symbols of resources, the functions that name things.
//!
//! Functions as in Azure docs, "Bicep functions" and "ARM template functions".

use std::rc::Rc;

use unkeyed_model::Basis;

use super::deployment::{Deployment, resolved, type_of};
use super::expr::{COPY, Expr, Kind as Written};
use crate::evaluated::{At, Kind, Ref, Val};
use crate::policy_document::hole;

/// Name under which a secret of a key vault is referred to; the space keeps it apart from a resource of that symbol.
pub(super) const KEY_VAULT: &str = "key vault";

impl Deployment<'_> {
    /// What an expression evaluates to.
    pub(super) fn eval(&self, expr: &Expr) -> Val {
        if !self.spend(1) {
            return Val::unknown("beyond the evaluation limit");
        }
        let val = match &expr.kind {
            Written::Null => Val::new(Kind::Null),
            Written::Bool(value) => Val::new(Kind::Bool(*value)),
            Written::Number(text) => Val::new(Kind::Number(text.clone())),
            Written::Text(text) => Val::new(Kind::Text(hole::clean(text), Basis::Literal)),
            Written::Spliced(pieces) => self.spliced(pieces.iter().map(|piece| self.eval(piece)).collect()),
            Written::Name(name) => self.named(name),
            Written::Index(left, key) => {
                let key = self.text(&self.eval(key));
                member(self.eval(left), if hole::is_known(&key) { &key } else { "?" })
            }
            Written::Member(left, name) => member(self.eval(left), name),
            Written::Call(name, args) => self.call(name, args),
            Written::Method(left, name, args) => self.method(left, name, args),
            Written::Array(items) => Val::new(Kind::List(items.iter().map(|item| self.eval(item)).collect())),
            Written::Object(entries) => {
                let entry = |(key, value): &(Expr, Expr)| (self.key_text(key), self.eval(value));
                Val::new(Kind::Map(entries.iter().map(entry).collect()))
            }
            Written::Either(branches) => {
                let values: Vec<Val> =
                    branches.iter().map(|branch| self.eval(branch)).filter(|val| !matches!(val.kind, Kind::Null)).collect();
                Val::new(Kind::Either(values, "a condition".to_owned()))
            }
            Written::Other(what) => Val::unknown(what.clone()),
        };
        Val { at: val.at.or(Some(At::new(0, expr.span))), ..val }
    }

    fn key_text(&self, key: &Expr) -> String {
        match &key.kind {
            Written::Name(name) => name.clone(),
            _ => self.text(&self.eval(key)),
        }
    }

    fn spliced(&self, pieces: Vec<Val>) -> Val {
        let (mut text, mut basis) = (String::new(), Basis::Literal);
        let mut only = Vec::new();
        for piece in pieces {
            let (part, of) = piece.text(&resolved);
            basis = if of == Basis::Default { of } else { basis };
            text.push_str(&part);
            if !part.is_empty() {
                only.push(piece);
            }
        }
        if !self.spend(text.len() / 64) {
            return Val::unknown("beyond the evaluation limit");
        }
        match only.pop() {
            // `'${x}'` is the value itself.
            Some(piece) if only.is_empty() => piece,
            _ => Val::new(Kind::Text(text, basis)),
        }
    }

    /// A name of Bicep: a parameter, a variable, a resource or a module.
    fn named(&self, name: &str) -> Val {
        if let Some(item) = self.item(name) {
            return item;
        }
        if self.source.parameters.contains_key(name) {
            return self.parameter(name);
        }
        if self.source.variables.contains_key(name) {
            return self.variable(name);
        }
        let is_module = self.source.modules.iter().any(|module| module.symbol == name);
        if self.resource(name).is_some() || is_module { reference(name, "") } else { Val::unknown(name) }
    }

    /// A parameter: what the outer template passes in, its default, or itself.
    fn parameter(&self, name: &str) -> Val {
        let Some(parameter) = self.source.parameters.get(name) else { return Val::unknown(name) };
        if let Some(given) = self.given.get(name) {
            return if self.spend(given.weight()) { given.clone() } else { Val::unknown(name) };
        }
        // An empty default of a secret is there to be overruled.
        let is_given = |default: &&Expr| !(parameter.secure && matches!(&default.kind, Written::Text(text) if text.is_empty()));
        let Some(default) = parameter.default.as_ref().filter(is_given) else { return reference(name, "") };
        let val = (*self.once(name, || self.eval(default))).clone();
        match val.kind {
            // What is empty unless somebody passes it in is there to be passed in.
            Kind::Text(text, _) if text.is_empty() => reference(name, ""),
            Kind::Map(entries) if entries.is_empty() => reference(name, ""),
            Kind::List(items) if items.is_empty() => reference(name, ""),
            Kind::Text(text, _) => Val { kind: Kind::Text(text, Basis::Default), at: val.at, via: Some(name.into()) },
            // A default that is made up at deployment (`newGuid()`): the parameter stands for it.
            Kind::Unknown(_) => reference(name, ""),
            _ => val,
        }
    }

    fn variable(&self, name: &str) -> Val {
        let Some(expr) = self.source.variables.get(name) else { return Val::unknown(name) };
        let val = (*self.once(name, || self.eval(expr))).clone();
        let is_literal = matches!(expr.kind, Written::Text(_));
        Val { via: if is_literal { Some(name.into()) } else { val.via }, ..val }
    }

    /// Evaluates what a name stands for once; a name that leads back to itself is unknown.
    fn once(&self, name: &str, make: impl FnOnce() -> Val) -> Rc<Val> {
        if let Some(known) = self.known.borrow().get(name) {
            // Copies count: large values that are named often add up.
            let fits = self.spend(known.weight());
            return if fits { Rc::clone(known) } else { Rc::new(Val::unknown(name)) };
        }
        if !self.busy.borrow_mut().insert(name.to_owned()) || self.busy.borrow().len() > 32 {
            return Rc::new(Val::unknown(name));
        }
        let val = Rc::new(make());
        self.busy.borrow_mut().remove(name);
        self.known.borrow_mut().insert(name.to_owned(), Rc::clone(&val));
        val
    }

    fn call(&self, name: &str, args: &[Expr]) -> Val {
        let lower = name.to_ascii_lowercase();
        let first = || args.first().map_or_else(|| Val::unknown(name), |arg| self.eval(arg));
        match lower.as_str() {
            "parameters" => args.first().and_then(Expr::literal).map_or_else(|| Val::unknown(name), |name| self.parameter(name)),
            "variables" => args.first().and_then(Expr::literal).map_or_else(|| Val::unknown(name), |name| self.variable(name)),
            "concat" if args.iter().any(|arg| matches!(arg.kind, Written::Array(_))) => {
                let items = args.iter().flat_map(|arg| self.eval(arg).items().to_vec()).collect();
                Val::new(Kind::List(items))
            }
            "concat" => self.spliced(args.iter().map(|arg| self.eval(arg)).collect()),
            "format" => self.formatted(args),
            "tolower" | "toupper" | "trim" | "string" | "any" | "json" | "first" | "createarray" | "array" => first(),
            "copyindex" if args.is_empty() => self.item(COPY).unwrap_or_else(|| Val::unknown(COPY)),
            "length" => match first().kind {
                Kind::List(items) => Val::new(Kind::Text(items.len().to_string(), Basis::Literal)),
                _ => Val::unknown("length()"),
            },
            "union" | "shallowmerge" => self.united(args),
            "coalesce" => Val::new(Kind::Either(args.iter().map(|arg| self.eval(arg)).collect(), "coalesce".to_owned())),
            "if" => Val::new(Kind::Either(args.iter().skip(1).map(|arg| self.eval(arg)).collect(), "if".to_owned())),
            "reference" => member(self.identified(first()), "properties"),
            "resourceid" | "extensionresourceid" | "subscriptionresourceid" | "tenantresourceid" | "managementgroupresourceid" => {
                self.resource_id(&lower, args)
            }
            "subscription" | "resourcegroup" | "tenant" | "managementgroup" => reference(&lower, ""),
            // In a file of parameters: subscription, group, vault, secret.
            "getsecret" => {
                let secret = args.get(3).or(args.last()).map(|arg| self.text(&self.eval(arg))).unwrap_or_default();
                reference(KEY_VAULT, &hole::shown(&secret))
            }
            // Keys, connection strings and function keys: what a service's `list…` operation hands out.
            _ if lower.starts_with("list") => match first().reference() {
                Some(of) => reference(&of.address, &format!("{name}()")),
                None => reference(name, &format!("{name}()")),
            },
            _ => Val::unknown(format!("{name}()")),
        }
    }

    fn method(&self, left: &Expr, name: &str, args: &[Expr]) -> Val {
        let of = self.eval(left);
        let address = of.reference().map_or_else(|| "resource".to_owned(), |of| of.address.clone());
        match name {
            "getSecret" => {
                let secret = args.first().map(|arg| self.text(&self.eval(arg))).unwrap_or_default();
                Val::new(Kind::Ref(Ref::new(KEY_VAULT, hole::shown(&secret))))
            }
            _ if name.starts_with("list") => reference(&address, &format!("{name}()")),
            // Functions of the `az` and `sys` namespaces.
            _ if matches!(left.literal(), Some("az" | "sys")) => self.call(name, args),
            _ => Val::unknown(format!("{name}()")),
        }
    }

    /// `format('{0}-{1}', a, b)`.
    fn formatted(&self, args: &[Expr]) -> Val {
        let Some((pattern, rest)) = args.split_first() else { return Val::unknown("format()") };
        let val = self.eval(pattern);
        let Kind::Text(pattern, _) = &val.kind else { return Val::unknown("format()") };
        let mut pieces = Vec::new();
        for (index, part) in pattern.split('{').enumerate() {
            let (number, text) =
                if index == 0 { (None, part) } else { part.split_once('}').map_or((None, part), |(number, text)| (Some(number), text)) };
            let arg = number.and_then(|number| number.split(':').next()).and_then(|number| number.parse::<usize>().ok());
            pieces.extend(arg.and_then(|arg| rest.get(arg)).map(|arg| self.eval(arg)));
            pieces.push(Val::new(Kind::Text(text.to_owned(), Basis::Literal)));
        }
        self.spliced(pieces)
    }

    /// Objects merged, lists joined; a part that isn't known is kept under a name that no key has.
    fn united(&self, args: &[Expr]) -> Val {
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        for val in args.iter().map(|arg| self.eval(arg)) {
            match val.kind {
                Kind::Map(more) => entries.extend(more),
                Kind::List(more) => items.extend(more),
                Kind::Null => {}
                _ => entries.push((String::new(), val)),
            }
        }
        Val::new(if items.is_empty() { Kind::Map(entries) } else { Kind::List(items) })
    }

    /// The resource whose id is built: itself where the template declares it, else its path.
    fn resource_id(&self, function: &str, args: &[Expr]) -> Val {
        let texts: Vec<String> = args.iter().map(|arg| self.text(&self.eval(arg))).collect();
        let Some(at) = texts.iter().position(|text| text.contains('/') && text.contains('.') && hole::is_known(text)) else {
            return Val::unknown(format!("{function}()"));
        };
        let (kind, names) = (texts[at].as_str(), &texts[at + 1..]);
        if let Some(resource) = self.by_name(kind, &names.join("/")) {
            return reference(&resource.symbol, "id");
        }
        let mut path = match function {
            "tenantresourceid" => String::new(),
            "subscriptionresourceid" => format!("/subscriptions/{}", hole::hole("subscription.subscriptionId")),
            _ => {
                format!("/subscriptions/{}/resourceGroups/{}", hole::hole("subscription.subscriptionId"), hole::hole("resourcegroup.name"))
            }
        };
        let mut parts = kind.split('/');
        path.push_str(&format!("/providers/{}", parts.next().unwrap_or_default()));
        for (part, name) in parts.zip(names) {
            path.push_str(&format!("/{part}/{name}"));
        }
        Val::new(Kind::Text(path, Basis::Literal))
    }

    /// What `reference(…)` is of: a resource by its id, or by its bare name.
    fn identified(&self, val: Val) -> Val {
        match &val.kind {
            Kind::Ref(of) => reference(&of.address, ""),
            Kind::Text(name, _) => {
                let named = self.source.resources.iter().find(|resource| !resource.existing && self.name_of(resource) == *name);
                let module = named.map(|resource| (type_of(resource), &resource.symbol));
                module.map_or_else(|| Val::unknown(hole::shown(name)), |(_, symbol)| reference(symbol, ""))
            }
            _ => val,
        }
    }
}

fn reference(address: &str, attribute: &str) -> Val {
    Val::new(Kind::Ref(Ref::new(address, attribute)))
}

/// A member of a value.
fn member(val: Val, name: &str) -> Val {
    let kind = match val.kind {
        Kind::Ref(of) => {
            let attribute = if of.attribute.is_empty() { name.to_owned() } else { format!("{}.{name}", of.attribute) };
            Kind::Ref(Ref::new(of.address, attribute))
        }
        Kind::Map(entries) => match entries.into_iter().rev().find(|(key, _)| key == name) {
            Some((_, value)) => return value,
            None => Kind::Unknown(name.to_owned()),
        },
        Kind::List(items) => match name.parse::<usize>().ok().and_then(|index| items.into_iter().nth(index)) {
            Some(item) => return item,
            None => Kind::Unknown(name.to_owned()),
        },
        Kind::Either(values, what) => Kind::Either(values.into_iter().map(|value| member(value, name)).collect(), what),
        Kind::Unknown(what) => Kind::Unknown(format!("{what}.{name}")),
        _ => Kind::Unknown(name.to_owned()),
    };
    Val { kind, at: None, via: None }
}
