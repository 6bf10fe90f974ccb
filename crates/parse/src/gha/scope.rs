//! What names mean at a place in a workflow: environment, inputs, secrets passed down.
//!
//! Values are resolved where the file itself says them (`env.X` with a literal, `inputs.x` of a composite action whose
//! caller is known). Everything else is unknown with the reason, never absent.

use std::collections::BTreeMap;
use std::rc::Rc;

use unkeyed_model::{StoreKind, Value};

use super::brought::Code;
use super::expression::{Expression, Use, expressions};
use super::permissions::Permissions;
use crate::facts;
use crate::tree::Node;

/// What a name is bound to.
#[derive(Clone, Default)]
pub(super) struct Bound {
    /// Its value.
    pub(super) value: Value,
    /// The stored values it is made of, under the names by which the repository knows them.
    pub(super) stored: Vec<(StoreKind, String)>,
    /// The job's own token is in it.
    pub(super) job_token: bool,
    /// It comes from another job, or from whoever starts the workflow.
    pub(super) handed_in: bool,
    /// Whose code it names, where it is a ref.
    pub(super) code: Option<Code>,
}

/// A layer of names over the one around it.
#[derive(Default)]
pub(super) struct Layer {
    outer: Option<Rc<Layer>>,
    own: BTreeMap<String, Bound>,
}

impl Layer {
    fn get(&self, name: &str) -> Option<&Bound> {
        self.own.get(name).or_else(|| self.outer.as_ref()?.get(name))
    }
}

/// The meaning of names at one place.
#[derive(Clone, Default)]
pub(super) struct Scope {
    env: Rc<Layer>,
    /// Inputs of the action or reusable workflow; `None` at the top, where whoever starts the workflow gives them.
    inputs: Option<Rc<BTreeMap<String, Bound>>>,
    /// Secrets as the caller passes them; `None`: under their own names.
    secrets: Option<Rc<BTreeMap<String, Vec<String>>>>,
    /// `strategy.matrix` of the job.
    matrix: Option<Node>,
    /// Inputs of a manual start, with the values they may have.
    choices: Option<Node>,
    /// Permissions of the job's token.
    pub(super) permissions: Permissions,
    /// `sub` claims of the tokens the job may be issued.
    pub(super) subjects: Rc<[Value]>,
    /// Everything here runs only if something else failed.
    pub(super) fallback: bool,
    /// The local actions and workflows whose calls lead here.
    calls: Rc<[String]>,
}

/// Most stored values that one text is taken to be made of.
const MAX_STORED: usize = 16;

impl Scope {
    /// The scope with further environment variables (a mapping of name to text).
    pub(super) fn with_env(&self, env: Option<&Node>) -> Self {
        let Some(env) = env.filter(|env| !env.entries().is_empty()) else { return self.clone() };
        let own = env.entries().iter().map(|entry| (entry.name().to_owned(), self.bind(entry.value.text().unwrap_or_default()))).collect();
        Self { env: Rc::new(Layer { outer: Some(Rc::clone(&self.env)), own }), ..self.clone() }
    }

    /// The scope inside a composite action: same environment, own inputs.
    pub(super) fn with_inputs(&self, inputs: BTreeMap<String, Bound>) -> Self {
        Self { inputs: Some(Rc::new(inputs)), ..self.clone() }
    }

    /// The scope inside a reusable workflow: nothing but inputs and secrets comes with it.
    pub(super) fn called(&self, inputs: BTreeMap<String, Bound>, secrets: BTreeMap<String, Vec<String>>) -> Self {
        let inputs = Some(Rc::new(inputs));
        Self { env: Rc::default(), inputs, secrets: Some(Rc::new(secrets)), matrix: None, ..self.clone() }
    }

    /// The scope inside the definition at `path`; `None` beyond `limit` calls, or if the definition calls itself.
    pub(super) fn deeper(&self, path: &str, limit: usize) -> Option<Self> {
        let known = self.calls.len() >= limit || self.calls.iter().any(|call| call == path);
        (!known).then(|| Self { calls: self.calls.iter().cloned().chain([path.to_owned()]).collect(), ..self.clone() })
    }

    pub(super) fn with_matrix(&self, matrix: Option<&Node>) -> Self {
        Self { matrix: matrix.cloned(), ..self.clone() }
    }

    /// The inputs that whoever starts the workflow by hand may choose.
    pub(super) fn with_choices(&self, workflow: &Node) -> Self {
        let on = workflow.get("on").or_else(|| workflow.get("true"));
        let choices = on.and_then(|on| on.path(&["workflow_dispatch", "inputs"])).cloned();
        Self { choices: choices.filter(|_| self.inputs.is_none()), ..self.clone() }
    }

    /// Whether this is inside a definition that a job calls.
    pub(super) fn is_called(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Whether a value comes from another job, or from whoever starts the workflow.
    fn is_handed_in(&self, used: &Use) -> bool {
        match used.context.as_str() {
            "needs" => used.name.contains(".outputs."),
            // Of a workflow that others call its callers tell.
            "inputs" => self.inputs.is_none() && self.choices.as_ref().is_some_and(|choices| choices.get(&used.name).is_some()),
            "github" => used.name.starts_with("event.inputs.") || used.name.starts_with("event.client_payload."),
            "matrix" => true,
            _ => false,
        }
    }

    /// Whether an environment variable is set here, and to what.
    pub(super) fn variable(&self, name: &str) -> Option<&Bound> {
        self.env.get(name)
    }

    /// The names under which the repository knows a secret.
    pub(super) fn secret_names(&self, name: &str) -> Vec<String> {
        let passed = self.secrets.as_ref().and_then(|secrets| secrets.get(name));
        passed.cloned().unwrap_or_else(|| vec![name.to_owned()])
    }

    /// What one read of a context amounts to here.
    pub(super) fn bind_use(&self, used: &Use) -> Bound {
        let mut bound = Bound::default();
        let single = Expression { range: 0..0, uses: vec![used.clone()], is_single: true, has_alternatives: false };
        bound.value = self.evaluate(&single, &mut bound);
        bound
    }

    /// What a text with expressions amounts to here.
    pub(super) fn bind(&self, text: &str) -> Bound {
        let mut bound = Bound { code: Code::of_text(text), ..Bound::default() };
        let mut known = String::new();
        let mut unknown = None;
        let mut at = 0;
        for expression in expressions(text) {
            known.push_str(&text[at..expression.range.start]);
            at = expression.range.end;
            let value = self.evaluate(&expression, &mut bound);
            match value {
                Value::Known(part, _) => known.push_str(&part),
                Value::Unknown(why) => {
                    known.push(facts::NOT_KNOWN);
                    unknown.get_or_insert(why);
                }
            }
        }
        known.push_str(&text[at..]);
        bound.value = match unknown {
            Some(why) => facts::role_of_some_account(&known).unwrap_or(Value::Unknown(why)),
            None => Value::literal(known),
        };
        bound
    }

    fn evaluate(&self, expression: &Expression, bound: &mut Bound) -> Value {
        for used in &expression.uses {
            if used.is_job_token() {
                bound.job_token = true;
            } else if used.context == "secrets" {
                bound.stored.extend(self.secret_names(&used.name).into_iter().map(|name| (StoreKind::GhaSecret, name)));
            } else if used.context == "vars" {
                bound.stored.push((StoreKind::GhaVariable, used.name.clone()));
            } else if let Some(inner) = self.look_up(used) {
                bound.stored.extend(inner.stored.iter().cloned());
                bound.job_token |= inner.job_token;
                bound.handed_in |= inner.handed_in;
                bound.code = bound.code.max(inner.code);
            } else {
                bound.code = bound.code.max(Code::of_use(used));
                bound.handed_in |= expression.is_single && self.is_handed_in(used);
            }
            // Names made of names that are each used twice would double with every step.
            bound.stored.truncate(MAX_STORED);
        }
        match expression.uses.as_slice() {
            [only] if expression.is_single => {
                self.look_up(only).map_or_else(|| Value::Unknown(why_unknown(only)), |inner| inner.value.clone())
            }
            [] => Value::unknown("a computed expression"),
            [first, ..] => Value::Unknown(format!("computed from `{}.{}`", first.context, first.name)),
        }
    }

    fn look_up(&self, used: &Use) -> Option<&Bound> {
        match used.context.as_str() {
            "env" => self.env.get(&used.name),
            "inputs" => self.inputs.as_ref()?.get(&used.name),
            _ => None,
        }
    }

    /// Every literal value that an expression may take: its own value, a matrix row, the choices of an input. Empty: not known.
    pub(super) fn alternatives(&self, text: &str) -> Vec<String> {
        if let Some(value) = self.bind(text).value.known() {
            return vec![value.to_owned()];
        }
        let found = expressions(text);
        let [Expression { is_single: true, uses, range, .. }] = found.as_slice() else { return Vec::new() };
        let (Some(used), true) = (uses.first(), range.len() == text.trim().len()) else { return Vec::new() };
        let input = match used.context.as_str() {
            "inputs" => Some(used.name.as_str()),
            "github" => used.name.strip_prefix("event.inputs."),
            _ => None,
        };
        if let Some(input) = input {
            let options = self.choices.as_ref().and_then(|choices| choices.path(&[input, "options"]));
            return options.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text).map(str::to_owned).collect();
        }
        if used.context != "matrix" {
            return Vec::new();
        }
        let Some(matrix) = &self.matrix else { return Vec::new() };
        let row = matrix.get(&used.name).into_iter().flat_map(Node::one_or_many).filter_map(Node::text);
        let included = matrix.get("include").into_iter().flat_map(Node::items).filter_map(|item| item.str(&used.name));
        row.chain(included).map(str::to_owned).collect()
    }
}

/// Why a name has no value in the inputs.
fn why_unknown(used: &Use) -> String {
    let Use { context, name, .. } = used;
    match context.as_str() {
        "vars" => format!("`vars.{name}` is a variable kept on GitHub"),
        "secrets" => format!("`secrets.{name}` is a secret kept on GitHub"),
        "inputs" => format!("`inputs.{name}` is given by whoever starts the workflow"),
        "env" => format!("`env.{name}` is set outside the workflow"),
        "steps" | "needs" | "jobs" => format!("`{context}.{name}` is computed while the workflow runs"),
        _ => format!("`{context}.{name}` is known only while the workflow runs"),
    }
}
