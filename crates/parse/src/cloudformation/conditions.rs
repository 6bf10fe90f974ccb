//! Conditions of a template with the defaults of its parameters (AWS CloudFormation User Guide, "Condition functions").

use super::template::{Resource, Template};
use crate::evaluated::{Kind, Val};
use crate::tree::Node;

/// How far conditions may name each other, or stand one in the other.
const MAX_DEPTH: usize = 16;

impl Template<'_> {
    /// The branch that the condition decides for; both where it can't be told, and one of them if the other says that there is no
    /// value.
    pub(super) fn either(&self, arg: &Node) -> Val {
        let [condition, yes, no] = arg.items() else { return Val::unknown("Fn::If") };
        match condition.text().filter(|_| self.decides.get()).and_then(|name| self.holds(name)) {
            Some(true) => return self.eval(yes),
            Some(false) => return self.eval(no),
            None => {}
        }
        let mut values = vec![self.eval(yes), self.eval(no)];
        values.retain(|val| !matches!(val.kind, Kind::Null));
        match values.len() {
            0 => Val::new(Kind::Null),
            1 => values.swap_remove(0),
            _ => Val::new(Kind::Either(values, format!("Fn::If {}", condition.text().unwrap_or_default()))),
        }
    }

    /// Whether a condition of the template holds; `None` where that can't be told.
    fn holds(&self, name: &str) -> Option<bool> {
        self.named_condition(name, MAX_DEPTH)
    }

    fn named_condition(&self, name: &str, levels: usize) -> Option<bool> {
        self.condition(self.root.path(&["Conditions", name])?, levels.checked_sub(1)?)
    }

    fn condition(&self, node: &Node, levels: usize) -> Option<bool> {
        let levels = levels.checked_sub(1).filter(|_| self.spend(1))?;
        let (function, arg) = function(node)?;
        let mut parts = arg.items().iter().map(|part| self.condition(part, levels));
        match function.as_str() {
            "Condition" => self.named_condition(arg.text()?, levels),
            "Equals" => match arg.items() {
                [left, right] => Some(self.compared(left)? == self.compared(right)?),
                _ => None,
            },
            "Not" => parts.next()?.map(|holds| !holds),
            // One of them alone can decide.
            "And" => parts.try_fold(Some(true), |all, part| (part != Some(false)).then(|| all.and(part))).unwrap_or(Some(false)),
            "Or" => parts.try_fold(Some(false), |any, part| (part != Some(true)).then(|| any.and(part))).unwrap_or(Some(true)),
            _ => None,
        }
    }

    /// A value as it is compared: a parameter that is empty by default is empty.
    fn compared(&self, node: &Node) -> Option<String> {
        let named = function(node).filter(|(function, _)| function == "Ref").and_then(|(_, arg)| arg.text().map(str::to_owned));
        let default = named.and_then(|name| self.root.path(&["Parameters", &name, "Default"])?.text().map(str::to_owned));
        if default.as_deref() == Some("") {
            return default;
        }
        self.known(&self.eval(node))
    }
}

impl Resource<'_, '_> {
    /// Whether its condition is certain not to hold.
    pub(super) fn is_left_out(self) -> bool {
        self.entry.value.str("Condition").and_then(|name| self.template.holds(name)) == Some(false)
    }
}

/// The function that a node calls, and what it is given.
fn function(node: &Node) -> Option<(String, Node)> {
    if let Some(name) = node.tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
        return Some((name.to_owned(), Node { tag: None, ..node.clone() }));
    }
    match node.entries() {
        [only] => Some((only.name().trim_start_matches("Fn::").to_owned(), only.value.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn a_resource_that_its_condition_leaves_out_trusts_nobody() {
        let of = |default: &str| {
            let text = format!(
                "Parameters:\n  Debug: {{Type: String, Default: '{default}'}}\nConditions:\n  IsDebug: !Equals [!Ref Debug, 'true']\nResources:\n  R:\n    \
                 Type: AWS::IAM::Role\n    Condition: IsDebug\n    Properties:\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']\n      \
                 AssumeRolePolicyDocument:\n        Statement: [{{Effect: Allow, Principal: {{AWS: '*'}}, Action: 'sts:AssumeRole'}}]\n"
            );
            let unit = Unit::new(Arc::new(Origin { path: "stack.yaml".into(), ..Origin::default() }), text.into_bytes());
            let facts = crate::read(&crate::group(&unit).unwrap(), std::slice::from_ref(&unit));
            (facts.trusts.len(), facts.grants.len())
        };
        assert_eq!(of("false"), (0, 0));
        assert_eq!(of("true"), (1, 1));
    }
}
