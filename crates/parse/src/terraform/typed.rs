//! What the type of a variable adds to its value: attributes that are left out and have a default (Terraform documentation, "Type
//! Constraints", "Optional Object Type Attributes").

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::module::Module;
use crate::evaluated::{Kind, Val};

impl Module<'_> {
    /// The value with the defaults of the attributes that it leaves out.
    pub(super) fn typed(&self, val: Val, file: usize, wanted: &Expression) -> Val {
        let Expression::FuncCall(call) = wanted else { return val };
        let Some(inner) = call.args.iter().next() else { return val };
        let kind = match (call.name.name.as_str(), val.kind) {
            ("optional", kind) => return self.typed(Val { kind, ..val }, file, inner),
            ("list" | "set", Kind::List(items)) => Kind::List(items.into_iter().map(|item| self.typed(item, file, inner)).collect()),
            ("map", Kind::Map(entries)) => {
                Kind::Map(entries.into_iter().map(|(key, value)| (key, self.typed(value, file, inner))).collect())
            }
            ("object", Kind::Map(entries)) => Kind::Map(self.completed(entries, file, inner)),
            (_, kind) => kind,
        };
        Val { kind, ..val }
    }

    fn completed(&self, mut entries: Vec<(String, Val)>, file: usize, wanted: &Expression) -> Vec<(String, Val)> {
        let Expression::Object(attributes) = wanted else { return entries };
        for (key, attribute) in attributes.iter() {
            let ObjectKey::Ident(name) = key else { continue };
            let given = entries.iter().position(|(known, _)| known == name.as_str());
            let is_set = given.is_some_and(|at| !matches!(entries[at].1.kind, Kind::Null));
            let default = optional(attribute.expr()).filter(|_| !is_set).and_then(|call| call.args.iter().nth(1));
            let value = match (default, given) {
                (Some(default), _) => self.eval(file, default),
                (None, Some(at)) => std::mem::replace(&mut entries[at].1, Val::new(Kind::Null)),
                (None, None) => continue,
            };
            let value = self.typed(value, file, attribute.expr());
            match given {
                Some(at) => entries[at].1 = value,
                None => entries.push((name.as_str().to_owned(), value)),
            }
        }
        entries
    }
}

/// The call of `optional` that an attribute's type is.
fn optional(wanted: &Expression) -> Option<&FuncCall> {
    match wanted {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => Some(call),
        _ => None,
    }
}
