//! Uses by name: who uses what is stored, and the artifacts for what is stored elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unkeyed_model::{
    Confidence, Content, Custody, Destination, Facts, Lifetime, Reference, Replayable, Role, StoreKind, StoredSecret, WorkloadKind,
};

use super::draft::Draft;
use crate::extents::Extents;
use crate::keys::keys;
use crate::linking::{Merged, StoredIndex};
use crate::{guidance, lexicon};

/// What makes two uses mean the same stored secret.
type Name = (StoreKind, String, Option<String>, String, Option<String>);

/// Values by the object that holds them and the key under which they stand there; without a key, all of the object.
type Held = BTreeMap<(usize, Option<String>), BTreeSet<usize>>;

/// Lets each use by name reach the values it means, and adds an artifact for each name whose value is elsewhere.
pub(crate) fn apply_uses(drafts: &mut Vec<Draft>, facts: &Facts, merged: &[Merged], stored: &StoredIndex) {
    let held = held(drafts, facts);
    let declared = declared(drafts);
    let mut elsewhere: BTreeMap<Name, Draft> = BTreeMap::new();
    // Environment files that are here speak for themselves.
    let environments = facts.workloads.iter().filter(|workload| workload.kind == WorkloadKind::Env);
    let environments: BTreeSet<&str> = environments.map(|workload| workload.location.origin.path.as_str()).collect();
    // Many uses of one object say the same of its values.
    let mut said: BTreeSet<(usize, Option<&str>, Role, Option<&Destination>)> = BTreeSet::new();
    for user in merged {
        for reference in &user.workload.references {
            let objects = stored.resolve(facts, reference);
            let (key, destination) = (reference.key.as_deref(), reference.destination.as_ref());
            // Of a ConfigMap that is here everything is seen, so that taking all of it proves nothing more.
            let takes_all = matches!(reference.key.as_deref(), None | Some("*"));
            let mut found = reference.store == StoreKind::K8sConfigMap && takes_all && !objects.is_empty();
            found |= is_whole_file(reference) && environments.contains(reference.name.as_str());
            for &object in &objects {
                let Some(values) = held.get(&(object, reference.key.clone())) else { continue };
                found = true;
                if said.insert((object, key, reference.role, destination)) {
                    values.iter().for_each(|&at| drafts[at].used_for(reference.role, destination));
                }
            }
            if let Some(&at) = declaration(&declared, reference) {
                drafts[at].used_for(reference.role, destination);
                drafts[at].belongs_to(&user.workload.id);
                found = true;
            }
            if !found {
                let custody = objects.iter().filter_map(|&object| filled(&facts.stored[object])).min().unwrap_or(reference.custody);
                let draft = elsewhere.entry(name(reference)).or_insert_with(|| new_draft(reference, custody));
                merge_use(draft, reference, custody, &user.workload.id);
            }
        }
    }
    drafts.extend(elsewhere.into_values());
}

/// Whether a file is taken as a whole environment.
fn is_whole_file(reference: &Reference) -> bool {
    reference.store == StoreKind::File && reference.key.as_deref() == Some("*")
}

/// Finds the values inside secret objects; indices into `drafts`.
fn held(drafts: &[Draft], facts: &Facts) -> Held {
    let extents = Extents::new(facts.stored.iter().enumerate().map(|(at, secret)| (&secret.extent, at)));
    let mut held = Held::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| !draft.is_public()) {
        for place in draft.places() {
            for &object in extents.containing(place).next().into_iter().flatten() {
                for key in keys(place).map(|key| Some(key.to_owned())).chain([None]) {
                    held.entry((object, key)).or_default().insert(at);
                }
            }
        }
    }
    held
}

/// Credentials that configurations create, by folder and name.
fn declared(drafts: &[Draft]) -> BTreeMap<(String, String), usize> {
    let created = drafts.iter().enumerate().filter(|(_, draft)| draft.fingerprint.is_none());
    created
        .filter_map(|(at, draft)| Some(((draft.places().next()?.origin.folder().to_owned(), draft.artifact.name.clone()?), at)))
        .collect()
}

/// The credential created by the resource whose attribute is used (`random_password.db.result`, `random_password.db[0].result`).
fn declaration<'d>(declared: &'d BTreeMap<(String, String), usize>, reference: &Reference) -> Option<&'d usize> {
    let folder = reference.location.origin.folder();
    let mut names = std::iter::successors(Some(reference.name.as_str()), |name| name.rfind(['.', '[']).map(|end| name.split_at(end).0));
    names
        .find_map(|name| declared.get(&(folder.to_owned(), name.to_owned())))
        .filter(|_| matches!(reference.store, StoreKind::TerraformVariable | StoreKind::Parameter))
}

/// Who fills an object whose value is not in the inputs. A plain one holds a place: whoever is told to fill one of this name
/// does so.
fn filled(object: &StoredSecret) -> Option<Custody> {
    (object.custody != Custody::Embedded).then_some(object.custody)
}

fn name(reference: &Reference) -> Name {
    (reference.store, scope(reference), reference.namespace.clone(), reference.name.clone(), reference.key.clone())
}

/// How far a name reaches: platform stores by repository, everything else by folder.
fn scope(reference: &Reference) -> String {
    let origin = &reference.location.origin;
    match reference.store {
        StoreKind::GhaSecret | StoreKind::GhaVariable => origin.path.split(".github/").next().unwrap_or_default().to_owned(),
        // The settings of a project hold for all its pipelines.
        StoreKind::CiVariable | StoreKind::CiGroup | StoreKind::ServiceConnection | StoreKind::JenkinsCredential => String::new(),
        StoreKind::K8sSecret | StoreKind::K8sConfigMap | StoreKind::Vault | StoreKind::CloudSecretManager | StoreKind::Runtime => {
            String::new()
        }
        // Each file has steps of its own.
        StoreKind::StepOutput => origin.path.clone(),
        _ => origin.folder().to_owned(),
    }
}

fn new_draft(reference: &Reference, custody: Custody) -> Draft {
    let destination = reference.destination.clone().or_else(|| named_destination(reference));
    let rule = Arc::new(guidance::reference(reference.store, destination.as_ref()));
    let kind = rule.id.clone();
    let mut draft = Draft::new(rule, &kind, custody, reference.role, guidance::display(reference));
    draft.content = Content::Identifier;
    draft.store = Some(reference.store);
    draft.artifact.name = Some(reference.name.clone());
    draft.artifact.destination = destination;
    draft.artifact.replayable = Replayable::Bearer;
    draft.artifact.confidence = Confidence::Medium;
    draft
}

fn named_destination(reference: &Reference) -> Option<unkeyed_model::Destination> {
    lexicon::destination(&reference.name).or_else(|| reference.used_as.as_deref().and_then(lexicon::destination))
}

/// Adds one use: what any use knows for the worse holds for the stored secret.
fn merge_use(draft: &mut Draft, reference: &Reference, custody: Custody, workload: &str) {
    let content = lexicon::content(reference);
    let rank = |content: Content| match content {
        Content::Durable => 2,
        Content::Unstated => 1,
        Content::Identifier => 0,
    };
    if rank(content) > rank(draft.content) {
        draft.content = content;
    }
    let artifact = &mut draft.artifact;
    if reference.content != Content::Unstated || !matches!(custody, Custody::PlatformStored) {
        artifact.confidence = Confidence::High;
    }
    artifact.custody = artifact.custody.min(custody);
    if reference.role == Role::Bootstrap || artifact.role == Role::Identifier {
        artifact.role = reference.role;
    }
    if reference.destination.is_some() && reference.destination != artifact.destination {
        // Used for several destinations: it leads to no single one. A name alone is the weaker witness.
        artifact.destination = if artifact.locations.is_empty() { reference.destination.clone() } else { None };
    }
    if let Some(seconds) = reference.lease_seconds {
        let longest = artifact.lifetime.declared_seconds.map_or(seconds, |known| known.max(seconds));
        artifact.lifetime = Lifetime { declared_seconds: Some(longest), ..artifact.lifetime };
    }
    if let Err(at) = artifact.locations.binary_search_by(|(known, _)| known.cmp(&reference.location)) {
        artifact.locations.insert(at, (reference.location.clone(), None));
    }
    let note = "used as a fallback";
    if reference.fallback && !artifact.notes.iter().any(|known| known == note) {
        artifact.notes.push(note.to_owned());
    }
    draft.belongs_to(workload);
}
