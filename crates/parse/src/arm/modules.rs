//! Files of Bicep that draw each other in (`module x 'identity.bicep' = { params: { … } }`), and files of parameters.
//!
//! Who trusts whom is read once for each call, with what that call passes in. Where a file is drawn in once, what it declares
//! keeps its plain name, so that workloads which it declares have these identities.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use unkeyed_model::{Basis, Facts, SkipReason, Unit, WorkloadKind};

use super::deployment::{Deployment, Given, Source, of_hole};
use super::expr::REPEATED;
use super::identities::ByName;
use super::parser::Declared;
use super::{bicep, identities, template};
use crate::evaluated::{Kind, Ref, Val};
use crate::host_files;
use crate::place::Place;
use crate::policy_document::hole;

/// How deep files that draw in others are followed.
const MAX_DEPTH: usize = 8;
/// Most calls that are followed from one file that nothing draws in.
const MAX_CALLS: usize = 500;

/// All files, by their paths.
#[derive(Default)]
pub(super) struct Files<'a> {
    files: BTreeMap<String, (Place<'a>, Source)>,
    /// How often each is drawn in.
    calls: BTreeMap<String, usize>,
    /// The files of parameters for each.
    parameters: BTreeMap<String, Vec<String>>,
    principals: Rc<RefCell<ByName>>,
}

/// Reads all files.
pub(super) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let mut files = Files::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => {
                let source = bicep::parse(&place, &mut facts);
                files.files.insert(place.path().to_owned(), (place, source));
            }
            Err(skip) => facts.skipped.push(skip),
        }
    }
    for (place, source) in files.files.values() {
        for module in &source.modules {
            // A loop counts as several.
            let times = if module.body.get(REPEATED).is_some() { 2 } else { 1 };
            *files.calls.entry(host_files::relative(place.path(), &module.kind)).or_default() += times;
        }
        if let Some(using) = &source.using {
            files.parameters.entry(host_files::relative(place.path(), using)).or_default().push(place.path().to_owned());
        }
    }
    for (place, source) in files.files.values() {
        let deployment = Deployment::new(place, WorkloadKind::Bicep, String::new(), source);
        template(&Deployment { files: Some(&files), principals: Rc::clone(&files.principals), ..deployment }, 0, false, &mut facts);
    }
    let mut reached = BTreeSet::new();
    for path in files.files.keys().filter(|path| !files.calls.contains_key(*path)) {
        files.root(path, &mut reached, &mut facts);
    }
    // Files that draw in each other and nothing else.
    for path in files.files.keys() {
        if !reached.contains(path.as_str()) {
            files.root(path, &mut reached, &mut facts);
        }
    }
    facts
}

impl<'a> Files<'a> {
    /// Reads who trusts whom in a file and in those that it draws in.
    fn root(&'a self, path: &str, reached: &mut BTreeSet<&'a str>, facts: &mut Facts) {
        let Some((place, source)) = self.files.get(path) else { return };
        let deployment = Deployment::new(place, WorkloadKind::Bicep, String::new(), source);
        let (given, principals) = (self.of_parameter_files(path), Rc::clone(&self.principals));
        let deployment = Deployment { files: Some(self), given, principals, ..deployment };
        let mut calls = 0;
        self.visit(&deployment, &mut calls, 0, reached, facts);
        if calls > MAX_CALLS {
            let detail =
                format!("more than {MAX_CALLS} calls of modules, or deeper than {MAX_DEPTH}; what they are for was not told apart beyond");
            facts.skipped.push(place.skip(SkipReason::Limit, detail));
        }
    }

    fn visit(&'a self, deployment: &Deployment<'a>, calls: &mut usize, depth: usize, reached: &mut BTreeSet<&'a str>, facts: &mut Facts) {
        reached.extend(self.files.get_key_value(deployment.place.path()).map(|(path, _)| path.as_str()));
        // Under its plain name it was defined with the file.
        if !deployment.prefix.is_empty() {
            identities::defined(deployment, facts);
        }
        for resource in &deployment.source.resources {
            identities::read(deployment, resource, facts);
        }
        identities::of_modules(deployment, facts);
        for module in &deployment.source.modules {
            deployment.each(module, |ordinal| {
                *calls += 1;
                if *calls > MAX_CALLS {
                    return;
                }
                match deployment.inner(module, ordinal) {
                    Some(_) if depth == MAX_DEPTH => *calls = MAX_CALLS + 1,
                    Some(inner) => self.visit(&inner, calls, depth + 1, reached, facts),
                    None => {}
                }
            });
        }
    }

    /// What files of parameters give to a template; of those that differ only that it is given.
    fn of_parameter_files(&self, path: &str) -> Given {
        let mut given = Given::new();
        let all = self.parameters.get(path).into_iter().flatten();
        for (place, source) in all.filter_map(|path| self.files.get(path)) {
            let parameters = Deployment::new(place, WorkloadKind::Bicep, String::new(), source);
            for (name, value) in source.parameters.iter().filter_map(|(name, parameter)| Some((name, parameter.default.as_ref()?))) {
                let value = parameters.qualified(parameters.eval(value));
                let is_same = given.get(name).is_none_or(|other| parameters.text(other) == parameters.text(&value));
                let unknown = || Val::new(Kind::Ref(Ref::new(name.clone(), String::new())));
                given.insert(name.clone(), if is_same { value } else { unknown() });
            }
        }
        given
    }
}

impl<'a> Deployment<'a> {
    /// The file that a module draws in, with what is passed to it.
    fn inner(&self, module: &Declared, ordinal: usize) -> Option<Deployment<'a>> {
        let files = self.files?;
        let path = host_files::relative(self.place.path(), &module.kind);
        let (place, source) = files.files.get(&path)?;
        if !self.spend(source.resources.len() + source.modules.len()) {
            return None;
        }
        let given = self.get(module, "params").map(|params| self.qualified(params));
        let given = given.iter().flat_map(Val::entries).map(|(name, val)| (name.clone(), val.clone())).collect();
        let is_only = files.calls.get(&path).is_none_or(|calls| *calls < 2);
        let caller = self.place.path().rsplit('/').next().unwrap_or_default().trim_end_matches(".bicep");
        let number = if ordinal == 0 { String::new() } else { ordinal.to_string() };
        let prefix = if is_only { self.prefix.clone() } else { format!("{}{caller}-{}{number}/", self.prefix, module.symbol) };
        let inner = Deployment::new(place, self.kind, prefix, source);
        let (steps, principals) = (Rc::clone(&self.steps), Rc::clone(&self.principals));
        Some(Deployment { files: self.files, given, steps, principals, ..inner })
    }

    /// The key of what an output of a module stands for (`outputs.principalId`), if the module is in the inputs.
    pub(super) fn output(&self, address: &str, attribute: &str) -> Option<String> {
        let name = attribute.strip_prefix("outputs.")?;
        let module = self.source.modules.iter().find(|module| module.symbol == address)?;
        let key = format!("{address}.{attribute}");
        // Outputs can lead to each other, never in a circle.
        if !self.spend(1) || self.busy.borrow().len() > MAX_DEPTH || !self.busy.borrow_mut().insert(key.clone()) {
            return None;
        }
        let found = self.inner(module, 0).and_then(|inner| {
            let (_, value) = inner.source.outputs.iter().find(|(output, _)| output == name)?;
            inner.qualified(inner.eval(value)).reference().map(|of| of.address.clone())
        });
        self.busy.borrow_mut().remove(&key);
        found
    }

    /// A value as another file may have it: what it refers to is named in full, and it has no place there.
    fn qualified(&self, val: Val) -> Val {
        // The name of a resource is what it is looked up by.
        if let Kind::Ref(of) = &val.kind
            && of.attribute == "name"
            && let Some(name) = self.resource(&of.address).map(|resource| self.name_of(resource)).filter(|name| hole::is_known(name))
        {
            return Val::new(Kind::Text(name, Basis::Literal));
        }
        let named = |of: &Ref| Kind::Ref(Ref::new(self.key(&identities::key_name(self, &of.address, &of.attribute)), String::new()));
        let all = |values: Vec<Val>| values.into_iter().map(|val| self.qualified(val)).collect();
        let kind = match val.kind {
            Kind::Ref(of) => named(&of),
            Kind::Text(text, _) if hole::only_hole(&text).is_some() => named(&of_hole(hole::only_hole(&text).unwrap_or_default())),
            Kind::Text(text, _) => Kind::Text(text, Basis::Literal),
            Kind::List(items) => Kind::List(all(items)),
            Kind::Either(values, what) => Kind::Either(all(values), what),
            Kind::Map(entries) => Kind::Map(entries.into_iter().map(|(name, val)| (name, self.qualified(val))).collect()),
            other => other,
        };
        Val::new(kind)
    }
}
