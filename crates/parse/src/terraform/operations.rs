//! What operators make of values.

use hcl_edit::expr::BinaryOperator;

use super::module::Module;
use crate::evaluated::{Kind, Val};

impl Module<'_> {
    pub(super) fn operation(&self, operator: BinaryOperator, left: &Val, right: &Val) -> Kind {
        let is_there = |val: &Val| !matches!(val.kind, Kind::Null | Kind::Either(..) | Kind::Ref(_) | Kind::Unknown(_));
        let equal = || {
            match (&left.kind, &right.kind) {
                (Kind::Null, Kind::Null) => return Some(true),
                (Kind::Null, _) | (_, Kind::Null) => return (is_there(left) || is_there(right)).then_some(false),
                _ => {}
            }
            let (left, right) = (self.value_of(left), self.value_of(right));
            Some(left.known()? == right.known()?)
        };
        if let (Kind::Number(left), Kind::Number(right)) = (&left.kind, &right.kind)
            && let Some(kind) = computed(operator, left, right)
        {
            return kind;
        }
        let result = match (operator, &left.kind, &right.kind) {
            (BinaryOperator::Eq, ..) => equal(),
            (BinaryOperator::NotEq, ..) => equal().map(|equal| !equal),
            // One of them alone can decide.
            (BinaryOperator::And, Kind::Bool(false), _) | (BinaryOperator::And, _, Kind::Bool(false)) => Some(false),
            (BinaryOperator::Or, Kind::Bool(true), _) | (BinaryOperator::Or, _, Kind::Bool(true)) => Some(true),
            (BinaryOperator::And | BinaryOperator::Or, Kind::Bool(_), Kind::Bool(right)) => Some(*right),
            _ => None,
        };
        result.map_or_else(|| Kind::Unknown("an operation".to_owned()), Kind::Bool)
    }
}

/// What two whole numbers make, as lengths and counts need it.
fn computed(operator: BinaryOperator, left: &str, right: &str) -> Option<Kind> {
    let (left, right) = (left.parse::<i64>().ok()?, right.parse::<i64>().ok()?);
    let number = match operator {
        BinaryOperator::Plus => left.checked_add(right)?,
        BinaryOperator::Minus => left.checked_sub(right)?,
        BinaryOperator::Mul => left.checked_mul(right)?,
        BinaryOperator::Div if left.checked_rem(right) == Some(0) => left.checked_div(right)?,
        BinaryOperator::Less => return Some(Kind::Bool(left < right)),
        BinaryOperator::LessEq => return Some(Kind::Bool(left <= right)),
        BinaryOperator::Greater => return Some(Kind::Bool(left > right)),
        BinaryOperator::GreaterEq => return Some(Kind::Bool(left >= right)),
        _ => return None,
    };
    Some(Kind::Number(number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_computed_and_compared() {
        let text = |operator, left: &str, right: &str| match computed(operator, left, right) {
            Some(Kind::Number(text)) => Some(text),
            Some(Kind::Bool(value)) => Some(value.to_string()),
            _ => None,
        };
        assert_eq!(text(BinaryOperator::Mul, "12", "3600").as_deref(), Some("43200"));
        assert_eq!(text(BinaryOperator::Div, "7200", "2").as_deref(), Some("3600"));
        assert_eq!(text(BinaryOperator::Greater, "0", "1").as_deref(), Some("false"));
        for (operator, left, right) in [
            (BinaryOperator::Div, "1", "0"),
            (BinaryOperator::Div, "1", "2"),
            (BinaryOperator::Mul, "9223372036854775807", "2"),
            (BinaryOperator::Div, "-9223372036854775808", "-1"),
            (BinaryOperator::Plus, "1.5", "1"),
        ] {
            assert_eq!(text(operator, left, right), None);
        }
    }
}
