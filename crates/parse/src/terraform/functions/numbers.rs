//! Functions of numbers. Whole ones only: a length or a count is one.

use crate::evaluated::{Kind, Val};

pub(super) fn call(name: &str, args: &[Val]) -> Option<Val> {
    let of = |val: &Val| match &val.kind {
        Kind::Number(text) => text.parse::<i64>().ok(),
        Kind::Text(text, _) if name == "parseint" => Some(text.parse::<i64>().ok()?),
        _ => None,
    };
    let all: &[Val] = match (name, args) {
        ("max" | "min" | "sum", [one]) => one.items(),
        ("max" | "min" | "pow" | "abs" | "ceil" | "floor" | "signum", all) => all,
        // To another base than ten it is left alone.
        ("parseint", [text, base]) if of(base) == Some(10) => std::slice::from_ref(text),
        _ => return None,
    };
    let numbers = all.iter().map(of).collect::<Option<Vec<i64>>>()?;
    let made = match (name, numbers.as_slice()) {
        ("max", all) => *all.iter().max()?,
        ("min", all) => *all.iter().min()?,
        ("sum", all) => all.iter().try_fold(0_i64, |sum, one| sum.checked_add(*one))?,
        ("pow", [base, power]) => base.checked_pow(u32::try_from(*power).ok()?)?,
        ("abs", [one]) => one.checked_abs()?,
        ("signum", [one]) => one.signum(),
        ("ceil" | "floor" | "parseint", [one]) => *one,
        _ => return None,
    };
    Some(Val::new(Kind::Number(made.to_string())))
}
