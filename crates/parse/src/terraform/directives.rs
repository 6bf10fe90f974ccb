//! Text templates: what stands in `${…}`, and what `%{ if }` and `%{ for }` make (Terraform documentation, "Strings and Templates").
//! White space that `~` takes away stays: nothing that is read here depends on it.

use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective};
use unkeyed_model::Basis;

use super::eval::{Bindings, MAX_ITEMS, MAX_TEXT, pairs};
use super::module::Module;
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;

impl Module<'_> {
    pub(super) fn template<'e>(&self, file: usize, elements: impl Iterator<Item = &'e Element>, bound: &Bindings) -> Kind {
        let mut out = Made { text: String::new(), basis: Basis::Literal };
        match self.put(file, &mut elements.into_iter(), bound, &mut out) {
            Some(()) => Kind::Text(out.text, out.basis),
            None => Kind::Unknown("text that is too long to put together".to_owned()),
        }
    }

    /// Puts the elements behind what is there; `None` if that gets too long.
    fn put(&self, file: usize, elements: &mut dyn Iterator<Item = &Element>, bound: &Bindings, out: &mut Made) -> Option<()> {
        for element in elements {
            match element {
                Element::Literal(literal) => out.text.push_str(&hole::clean(literal)),
                Element::Interpolation(inner) => {
                    let val = self.eval_in(file, &inner.expr, bound);
                    let encoded = matches!(&inner.expr, Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode");
                    let (part, how) =
                        if encoded { (hole::unmarked(&self.json(&val).to_string()), Basis::Literal) } else { self.text_of(&val) };
                    out.text.push_str(&part);
                    out.basis = weaker(out.basis, how);
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(branches) => self.put_either(file, branches, bound, out)?,
                    Directive::For(each) => self.put_each(file, each, bound, out)?,
                },
            }
            if out.text.len() > MAX_TEXT || !self.pay(out.text.len() / 64) {
                return None;
            }
        }
        Some(())
    }

    fn put_either(&self, file: usize, branches: &IfDirective, bound: &Bindings, out: &mut Made) -> Option<()> {
        let chosen = match self.eval_in(file, &branches.if_expr.cond_expr, bound).kind {
            Kind::Bool(true) => Some(&branches.if_expr.template),
            Kind::Bool(false) => branches.else_expr.as_ref().map(|branch| &branch.template),
            _ => {
                out.text.push_str(&hole::hole("a template directive"));
                None
            }
        };
        chosen.map_or(Some(()), |template| self.put(file, &mut template.iter(), bound, out))
    }

    fn put_each(&self, file: usize, each: &ForDirective, bound: &Bindings, out: &mut Made) -> Option<()> {
        let each = &each.for_expr;
        let collection = self.eval_in(file, &each.collection_expr, bound);
        let Some(pairs) = pairs(&collection).filter(|pairs| pairs.len() <= MAX_ITEMS) else {
            out.text.push_str(&hole::hole("a template directive"));
            return Some(());
        };
        for (key, value) in pairs {
            let mut inner = bound.to_vec();
            inner.extend(each.key_var.as_ref().map(|name| (name.as_str().to_owned(), key)));
            inner.push((each.value_var.as_str().to_owned(), value));
            self.put(file, &mut each.template.iter(), &inner, out)?;
        }
        Some(())
    }

    /// The text of a template with what it is given; `None` where it is none, or takes itself.
    pub(super) fn rendered(&self, text: &str, given: &Val) -> Option<Val> {
        let template = hcl_edit::parser::parse_template(text).ok()?;
        let own = format!("#template {}", text.len());
        let is_open = self.evaluation.busy.borrow_mut().insert(own.clone());
        let made = is_open.then(|| self.template(0, template.iter(), given.entries()))?;
        self.evaluation.busy.borrow_mut().remove(&own);
        Some(Val::new(made))
    }
}

/// A text as it is put together.
struct Made {
    text: String,
    basis: Basis,
}

/// The weaker of two bases.
fn weaker(left: Basis, right: Basis) -> Basis {
    if left == Basis::Literal { right } else { left }
}
