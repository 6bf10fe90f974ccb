//! Visits every text in the facts that was copied from scanned content.
//!
//! Facts are meant to hold names and identifiers only, but what people write where a name belongs is up to them: a
//! token as an image's user name, a password in an audience. Whoever knows the secrets of a Unit masks them here, once,
//! before the facts leave the hot half.

use crate::{
    Claim, Declaration, Destination, Facts, IdentityPath, Location, Principal, Reference, RoleGrant, StoredSecret, SubjectRule,
    TrustBinding, Value, Workload,
};

type Visit<'v> = dyn FnMut(&mut String) + 'v;

impl Facts {
    /// Calls `visit` with every text that stems from content. Paths and fixed vocabulary are not visited.
    pub fn for_each_text(&mut self, visit: &mut Visit<'_>) {
        self.workloads.iter_mut().for_each(|workload| workload_texts(workload, visit));
        self.principals.iter_mut().for_each(|principal| principal_texts(principal, visit));
        self.trusts.iter_mut().for_each(|trust| trust_texts(trust, visit));
        self.grants.iter_mut().for_each(|grant| grant_texts(grant, visit));
        for session in &mut self.sessions {
            visit(&mut session.principal);
        }
        self.stored.iter_mut().for_each(|stored| stored_texts(stored, visit));
        self.declarations.iter_mut().for_each(|declaration| declaration_texts(declaration, visit));
        for slot in &mut self.slots {
            visit(&mut slot.name);
            location(&mut slot.location, visit);
            slot.destination.iter_mut().for_each(|found| destination(found, visit));
        }
        for owner in &mut self.owners {
            owner.owners.iter_mut().for_each(&mut *visit);
        }
        for form in &mut self.subject_forms {
            form.prefix.iter_mut().chain(&mut form.claims).for_each(&mut *visit);
        }
        for seen in &mut self.observed {
            visit(&mut seen.principal);
            [&mut seen.subject, &mut seen.issuer, &mut seen.credential_id].into_iter().flatten().for_each(&mut *visit);
        }
        for skip in &mut self.skipped {
            visit(&mut skip.detail);
        }
    }
}

fn value(value: &mut Value, visit: &mut Visit<'_>) {
    match value {
        Value::Known(text, _) | Value::Unknown(text) => visit(text),
    }
}

fn destination(destination: &mut Destination, visit: &mut Visit<'_>) {
    visit(&mut destination.name);
}

fn location(location: &mut Location, visit: &mut Visit<'_>) {
    location.key_path.iter_mut().for_each(visit);
}

fn workload_texts(workload: &mut Workload, visit: &mut Visit<'_>) {
    visit(&mut workload.id);
    visit(&mut workload.name);
    location(&mut workload.location, visit);
    workload.extents.iter_mut().for_each(|extent| location(extent, visit));
    workload.environment.iter_mut().for_each(|environment| value(environment, visit));
    workload.owner.iter_mut().for_each(&mut *visit);
    workload.identity_paths.iter_mut().for_each(|path| identity_texts(path, visit));
    workload.references.iter_mut().for_each(|reference| reference_texts(reference, visit));
    workload.destinations.iter_mut().for_each(|found| destination(found, visit));
    workload.uses.iter_mut().for_each(|(_, used)| visit(used));
    for build in &mut workload.builds {
        visit(&mut build.image);
        visit(&mut build.dockerfile);
        location(&mut build.location, visit);
    }
    for (_, text, place) in &mut workload.traits {
        visit(text);
        location(place, visit);
    }
}

fn identity_texts(path: &mut IdentityPath, visit: &mut Visit<'_>) {
    visit(&mut path.mechanism);
    destination(&mut path.destination, visit);
    value(&mut path.principal, visit);
    for token in &mut path.tokens {
        [&mut token.issuer, &mut token.subject, &mut token.audience].into_iter().for_each(|text| value(text, visit));
    }
    path.capability.iter_mut().chain(&mut path.consumer).for_each(|place| location(place, visit));
}

fn reference_texts(reference: &mut Reference, visit: &mut Visit<'_>) {
    visit(&mut reference.name);
    [&mut reference.key, &mut reference.namespace, &mut reference.used_as].into_iter().flatten().for_each(&mut *visit);
    reference.destination.iter_mut().for_each(|found| destination(found, visit));
    location(&mut reference.location, visit);
}

fn principal_texts(principal: &mut Principal, visit: &mut Visit<'_>) {
    visit(&mut principal.key);
    principal.names.iter_mut().for_each(&mut *visit);
    location(&mut principal.location, visit);
}

fn trust_texts(trust: &mut TrustBinding, visit: &mut Visit<'_>) {
    visit(&mut trust.id);
    visit(&mut trust.principal);
    value(&mut trust.issuer, visit);
    match &mut trust.subject {
        SubjectRule::Exact(texts) | SubjectRule::Glob(texts) => texts.iter_mut().for_each(&mut *visit),
        SubjectRule::Expression(text) | SubjectRule::Unknown(text) => visit(text),
        SubjectRule::Any => {}
    }
    trust.audiences.iter_mut().flatten().for_each(|audience| value(audience, visit));
    for Claim { values, .. } in &mut trust.claims {
        values.iter_mut().for_each(|text| value(text, visit));
    }
    trust.settings.iter_mut().for_each(|(_, text)| value(text, visit));
    location(&mut trust.location, visit);
}

fn grant_texts(grant: &mut RoleGrant, visit: &mut Visit<'_>) {
    visit(&mut grant.principal);
    grant.role.iter_mut().for_each(|role| value(role, visit));
    grant.actions.iter_mut().for_each(&mut *visit);
    grant.resources.iter_mut().for_each(|resource| value(resource, visit));
    grant.condition.iter_mut().for_each(&mut *visit);
    location(&mut grant.location, visit);
}

fn stored_texts(stored: &mut StoredSecret, visit: &mut Visit<'_>) {
    visit(&mut stored.name);
    stored.namespace.iter_mut().chain(&mut stored.component).for_each(&mut *visit);
    location(&mut stored.extent, visit);
}

fn declaration_texts(declaration: &mut Declaration, visit: &mut Visit<'_>) {
    visit(&mut declaration.name);
    declaration.principal.iter_mut().for_each(&mut *visit);
    declaration.destination.iter_mut().for_each(|found| destination(found, visit));
    location(&mut declaration.location, visit);
}
