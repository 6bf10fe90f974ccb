//! # What it finds
//!
//! A file from which clients read a credential because they can't take it otherwise, with permissions for others than its
//! owner, on a disk instead of in memory, with more in it than a short-lived credential, or at a place that the policy's
//! `fallback_paths` don't name.
//!
//! # Why it matters
//!
//! The file is where an attested identity becomes a thing that can be copied. It must be readable by the one workload it is
//! for, gone with it, and worth nothing an hour later.
//!
//! # Instead
//!
//! The Workload API in the client itself. Until then mode 0600 on `emptyDir: {medium: Memory}`, an SVID of an hour or less, and an
//! entry of `fallback_paths` in `unkeyed.toml`.

use unkeyed_model::{Artifact, Class, FallbackPath, FallbackStorage, Level, Location, Workload};

use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::residue;
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;
use crate::globs::Glob;

pub(super) const CHECK: Check = Check {
    id: "FB-01",
    title: "fallback file is open, kept or not declared",
    level: Level::Warning,
    standards: &[nhi("NHI2:2025"), cwe("CWE-732"), cwe("CWE-522"), csf("PR.DS-01")],
    source: include_str!("fallback_file.rs"),
    run,
};

/// Permissions where the policy says nothing: the owner's alone.
const OWNER_ONLY: u32 = 0o600;

/// Kinds of what an agent writes to files for its workload.
const WRITTEN: [&str; 2] = ["spiffe.x509-svid", "spiffe.jwt-svid"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let declared: Vec<Entry<'_>> = view.context.policy.fallback_paths.iter().map(Entry::new).collect();
    for linked in &view.context.workloads {
        for (message, place) in of_helper(&linked.workload, &declared).into_iter().chain(of_folders(&linked.workload, &declared)) {
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
    for artifact in view.context.artifacts.iter().filter(|artifact| artifact.class != Class::Public) {
        for (place, _) in &artifact.locations {
            let Some(what) = wrong(artifact, place, &declared) else { continue };
            let message = format!("{}, {} ({}), {what}.", place.origin.path, called(artifact), spot(place));
            residue::say(sink, artifact, &Statement::new(CHECK.level, place, message));
        }
    }
}

/// An entry of the policy, ready to match.
struct Entry<'p> {
    policy: &'p FallbackPath,
    path: Glob,
    workload: Option<Glob>,
}

impl<'p> Entry<'p> {
    fn new(policy: &'p FallbackPath) -> Self {
        Self { policy, path: Glob::path(policy.path.trim_start_matches('/')), workload: policy.workload.as_deref().map(Glob::name) }
    }

    fn covers(&self, path: &str, workload: Option<&str>) -> bool {
        let is_theirs = self.workload.as_ref().is_none_or(|glob| workload.is_none_or(|id| glob.matches(id)));
        is_theirs && self.path.matches(path.trim_start_matches('/'))
    }
}

/// What the configuration of a helper says of the key it writes.
fn of_helper<'w>(workload: &'w Workload, declared: &[Entry<'_>]) -> Vec<(String, &'w Location)> {
    let setting = |wanted: &str| workload.traits.iter().find(|(name, ..)| name == wanted).map(|(_, value, place)| (value.as_str(), place));
    let Some((folder, place)) = setting("cert_dir") else { return Vec::new() };
    let file = setting("svid_key_file_name").map_or("svid_key.pem", |(name, _)| name);
    let path = format!("{}/{file}", folder.trim_end_matches('/'));
    let entry = declared.iter().find(|entry| entry.covers(&path, Some(&workload.id)));
    let most = entry.map_or(OWNER_ONLY, |entry| entry.policy.max_mode);
    let mut found = Vec::new();
    if let Some((written, at)) = setting("key_file_mode")
        && let Ok(mode) = u32::from_str_radix(written.trim().trim_start_matches("0o"), 8)
        && mode & !most != 0
    {
        found.push((format!("{} writes its key to {path} with mode {written} ({}), wider than {most:04o}.", workload.name, spot(at)), at));
    }
    if entry.is_none() && !declared.is_empty() {
        found.push((
            format!("{} writes its key to {path} ({}), which is no fallback path of the policy.", workload.name, spot(place)),
            place,
        ));
    }
    found
}

/// Folders of a pod that its helper writes to.
fn of_folders<'w>(workload: &'w Workload, declared: &[Entry<'_>]) -> Vec<(String, &'w Location)> {
    let folders = workload.traits.iter().filter(|(name, ..)| name == "fallback-folder");
    let kept = folders.filter_map(|(_, value, place)| {
        let (storage, folder) = value.split_once(':')?;
        let allowed = declared.iter().find(|entry| entry.covers(&format!("{folder}/x"), Some(&workload.id)));
        let may_be_disk = allowed.is_some_and(|entry| entry.policy.storage == FallbackStorage::Disk);
        (storage == "disk" && !may_be_disk)
            .then(|| (format!("{} has its identity written to {folder} ({}), which is kept on disk.", workload.name, spot(place)), place))
    });
    kept.collect()
}

/// What is wrong with a credential that lies at a fallback path, or is what an agent writes.
fn wrong(artifact: &Artifact, place: &Location, declared: &[Entry<'_>]) -> Option<String> {
    let mode = place.origin.mode.map(|mode| mode.bits & 0o777);
    let workload = artifact.workloads.first().map(String::as_str);
    let Some(entry) = declared.iter().find(|entry| entry.covers(&place.origin.path, workload)) else {
        let mode = mode.filter(|mode| mode & !OWNER_ONLY != 0 && WRITTEN.contains(&artifact.kind.as_str()))?;
        return Some(format!("has mode {mode:04o}, wider than {OWNER_ONLY:04o}"));
    };
    let policy = entry.policy;
    if !policy.allowed_classes.contains(&artifact.class) && artifact.class != Class::Expired {
        return Some(format!("is {} and lies at the fallback path {}", artifact.class, policy.path));
    }
    let mode = mode.filter(|mode| mode & !policy.max_mode != 0)?;
    Some(format!("has mode {mode:04o}, wider than the {:04o} of the fallback path {}", policy.max_mode, policy.path))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Estate, FileMode, Origin, Platform, Policy};

    use super::*;
    use crate::checks::testing::{artifact, findings_by, one_path, says, with_job};

    fn entry(path: &str) -> FallbackPath {
        FallbackPath {
            path: path.into(),
            max_mode: OWNER_ONLY,
            storage: FallbackStorage::Tmpfs,
            allowed_classes: vec![Class::ShortLived],
            workload: None,
        }
    }

    fn helper(mode: Option<&str>) -> Estate {
        with_job(Platform::Spiffe, |job| {
            job.traits.push(says("cert_dir", "/run/spiffe"));
            job.traits.extend(mode.map(|mode| says("key_file_mode", mode)));
        })
    }

    fn count(estate: &Estate, artifacts: Vec<Artifact>, fallback_paths: Vec<FallbackPath>) -> usize {
        findings_by(&CHECK, estate, artifacts, Policy { fallback_paths, ..Policy::default() }).len()
    }

    fn written(kind: &str, class: Class, bits: Option<u32>) -> Vec<Artifact> {
        let mut key = artifact(kind, class, &one_path(Platform::Spiffe));
        let mode = bits.map(|bits| FileMode { bits, open_to_all: false });
        key.locations[0].0.origin = Arc::new(Origin { path: "run/spiffe/svid_key.pem".into(), mode, ..Origin::default() });
        vec![key]
    }

    #[test]
    fn an_open_key_file_is_a_warning() {
        assert_eq!(count(&helper(Some("0444")), Vec::new(), Vec::new()), 1);
        assert_eq!(count(&one_path(Platform::Spiffe), written(WRITTEN[0], Class::ShortLived, Some(0o644)), Vec::new()), 1);
    }

    #[test]
    fn the_policy_says_where_and_what() {
        assert_eq!(count(&helper(None), Vec::new(), vec![entry("/certs/**")]), 1);
        assert_eq!(count(&helper(None), Vec::new(), vec![entry("/run/spiffe/**")]), 0);
        let durable = written("generic.password", Class::Durable, None);
        assert_eq!(count(&one_path(Platform::Spiffe), durable, vec![entry("/run/spiffe/**")]), 1);
        let shared = FallbackPath { max_mode: 0o640, ..entry("/run/spiffe/**") };
        assert_eq!(count(&one_path(Platform::Spiffe), written(WRITTEN[0], Class::ShortLived, Some(0o640)), vec![shared]), 0);
    }

    #[test]
    fn a_folder_on_disk_is_a_warning() {
        let pod = |storage: &str| with_job(Platform::Spiffe, |job| job.traits.push(says("fallback-folder", &format!("{storage}:/certs"))));
        assert_eq!(count(&pod("disk"), Vec::new(), Vec::new()), 1);
        assert_eq!(count(&pod("tmpfs"), Vec::new(), Vec::new()), 0);
        let on_disk = FallbackPath { storage: FallbackStorage::Disk, ..entry("/certs/**") };
        assert_eq!(count(&pod("disk"), Vec::new(), vec![on_disk]), 0);
    }

    #[test]
    fn owners_alone_are_fine_and_what_is_not_known_says_nothing() {
        assert_eq!(count(&helper(Some("0600")), Vec::new(), Vec::new()), 0);
        assert_eq!(count(&helper(Some("${MODE}")), Vec::new(), Vec::new()), 0);
        assert_eq!(count(&one_path(Platform::Spiffe), written(WRITTEN[0], Class::ShortLived, None), Vec::new()), 0);
    }
}
