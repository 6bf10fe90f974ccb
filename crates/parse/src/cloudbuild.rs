//! Google Cloud Build: `cloudbuild.yaml`. A file is one workload, because all its steps run on one machine as one account.
//!
//! A build always has a service account, which gives its steps tokens; that it is used shows where something reaches Google
//! Cloud. The decision a reader would question: a substitution without a value is given by the trigger, which stands nowhere in
//! the file.

use std::collections::BTreeMap;

use unkeyed_model::{
    Custody, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, Reference, SkipReason, StoreKind, Ttl, TtlBasis, Unit, Value,
    WorkloadKind, has_extension,
};

use crate::ci::{Budget, File, Files, Job, System};
use crate::facts as shared;
use crate::place;
use crate::scripts;
use crate::tree::Node;

/// Google Cloud Build docs, "Substitute variable values".
const CLOUD_BUILD: System = System {
    predefined: &[
        "PROJECT_",
        "BUILD_",
        "LOCATION",
        "TRIGGER_",
        "COMMIT_SHA",
        "REVISION_ID",
        "SHORT_SHA",
        "REPO_",
        "BRANCH_NAME",
        "TAG_NAME",
        "REF_NAME",
        "SERVICE_ACCOUNT",
    ],
    escapes: true,
    ..System::new("Google Cloud Build", WorkloadKind::CloudBuild)
};

/// Hosts of Google's own registries.
const REGISTRIES: &[&str] = &["gcr.io/", ".gcr.io/", "-docker.pkg.dev/"];

/// `cloudbuild*.yaml` and the like, with steps.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name().to_ascii_lowercase();
    let is_named = has_extension(&name, &["yaml", "yml", "json"]) && ["cloudbuild", "cloud-build"].iter().any(|word| name.contains(word));
    (is_named && memchr::memmem::find(unit.bytes(), b"steps").is_some()).then(|| unit.origin().path.clone())
}

/// Reads the file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let Some(steps) = file.root.get("steps").filter(|steps| !steps.items().is_empty()) else { continue };
        let (budget, place) = (Budget::new(), &file.place);
        let mut job = Job::new(&CLOUD_BUILD, &budget, place.path(), "build", place.at(file.root.span, "steps"));
        for entry in file.root.get("substitutions").map(Node::entries).unwrap_or_default() {
            if entry.value.text().is_some_and(|text| !text.trim().is_empty()) {
                job.variable(entry.name(), place, &entry.value, place::under("substitutions", entry.name()));
            }
        }
        let kept = kept(file);
        let settings = file.root.get("options").map(|options| (options, "options".to_owned()));
        let steps = steps.items().iter().enumerate().map(|(index, step)| (step, place::item("steps", index)));
        for (holder, path) in settings.into_iter().chain(steps) {
            environment(&mut job, file, &kept, holder, &path);
            step(&mut job, file, holder, &path);
        }
        account(&mut job, file);
        if job.finish(&mut facts) {
            facts.skipped.push(place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
        }
    }
    facts
}

/// What is kept elsewhere for the build, by the variable that steps may ask for.
fn kept<'a>(file: &'a File<'a>) -> BTreeMap<&'a str, Reference> {
    let place = &file.place;
    let mut found = BTreeMap::new();
    let stored = file.root.path(&["availableSecrets", "secretManager"]).map(Node::items).unwrap_or_default();
    for (index, item) in stored.iter().enumerate() {
        let (Some(variable), Some(version)) = (item.str("env"), item.str("versionName")) else { continue };
        let name = version.split("/secrets/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(version);
        let at = place.at(item.span, place::item("availableSecrets.secretManager", index));
        let fetched = shared::fetch(StoreKind::CloudSecretManager, name, Custody::VaultStatic, at);
        found.insert(variable, Reference { destination: Some(Destination::new("gcp", "")), ..shared::received_by(fetched, variable) });
    }
    let inline = file.root.path(&["availableSecrets", "inline"]).map(|node| (node, "availableSecrets.inline", "envMap"));
    let older = file.root.get("secrets").map(|node| (node, "secrets", "secretEnv"));
    for (node, path, key) in inline.into_iter().chain(older) {
        for entry in node.items().iter().filter_map(|item| item.get(key)).flat_map(Node::entries) {
            let at = place.at(entry.span, place::under(path, entry.name()));
            // Encrypted with a key of Cloud KMS, and as lasting as what was encrypted.
            let secret = shared::fetch(StoreKind::BuildSecret, entry.name(), Custody::EncryptedAtRest, at);
            found.insert(entry.name(), shared::received_by(secret, entry.name()));
        }
    }
    found
}

/// `env` and `secretEnv` of a step, or of all.
fn environment<'a>(job: &mut Job<'a>, file: &'a File<'a>, kept: &BTreeMap<&str, Reference>, holder: &'a Node, path: &str) {
    // Each is an assignment, as a shell has them.
    for (index, item) in holder.get("env").map(Node::items).unwrap_or_default().iter().enumerate() {
        job.script(&file.place, item, place::item(&place::under(path, "env"), index));
    }
    for item in holder.get("secretEnv").map(Node::items).unwrap_or_default() {
        let Some(name) = item.text() else { continue };
        job.is_given(name);
        match kept.get(name) {
            Some(secret) => {
                if secret.custody == Custody::VaultStatic {
                    job.reaches(Destination::new("gcp", ""));
                }
                job.refers(secret.clone());
            }
            None => job.lacks(format!("the secret {name}"), file.place.at(item.span, place::under(path, "secretEnv"))),
        }
    }
}

/// What a step runs: a script, or its image's program with arguments.
fn step<'a>(job: &mut Job<'a>, file: &'a File<'a>, step: &'a Node, path: &str) {
    let place = &file.place;
    if let Some(script) = step.get("script") {
        job.script(place, script, place::under(path, "script"));
    }
    let path = place::under(path, "args");
    let args: Vec<&Node> = step.get("args").map(Node::one_or_many).unwrap_or_default().iter().collect();
    let given = args.iter().position(|word| matches!(word.text(), Some("-c" | "-ec" | "-euc" | "-eEuo" | "-xc" | "-exc")));
    if let Some((index, script)) = given.and_then(|option| Some((option + 1, *args.get(option + 1)?))) {
        job.script(place, script, place::item(&path, index));
        return;
    }
    let Some(first) = args.first() else { return };
    let image = step.str("name").unwrap_or_default();
    let program = step.str("entrypoint").unwrap_or_else(|| program(image));
    let words = args.iter().filter_map(|word| word.text()).collect::<Vec<_>>().join(" ");
    let at = place.at(first.span, path.as_str());
    scripts::read(&format!("{program} {words}"), &|_| at.clone(), &mut job.workload);
    let mut slots = scripts::secrets(place, &args, &path);
    job.slots.append(&mut slots);
    for used in scripts::mentions(place, &args) {
        job.mentioned(&used.name, &used.receiver, used.at);
    }
    if program.starts_with("gcloud") || program.starts_with("gsutil") || words.split(' ').any(is_google) {
        job.reaches(Destination::new("gcp", ""));
    }
}

/// The program that an image starts, by its name.
fn program(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

fn is_google(image: &str) -> bool {
    REGISTRIES.iter().any(|host| image.contains(host))
}

/// The account of the build, where the build reaches Google Cloud.
fn account(job: &mut Job<'_>, file: &File<'_>) {
    let images = file.root.get("images").map(Node::items).unwrap_or_default();
    let pushes = images.iter().find(|image| image.text().is_some_and(is_google)).or_else(|| file.root.get("artifacts"));
    if pushes.is_some() {
        job.reaches(Destination::new("gcp", ""));
    }
    if !job.workload.destinations.iter().any(|to| to.kind == "gcp") {
        return;
    }
    let named = file.root.get("serviceAccount");
    let email = named.and_then(Node::text).map(|text| text.rsplit('/').next().unwrap_or(text));
    let principal = match email.filter(|email| !email.contains('$')) {
        Some(email) => Value::literal(email),
        None => Value::unknown("the build's service account is not in the file"),
    };
    let capability = file.place.at(named.unwrap_or(&file.root).span, "serviceAccount");
    job.workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Gcp,
        mechanism: "service account of the build".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("gcp", ""),
        principal,
        tokens: Vec::new(),
        ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorBound }),
        capability: Some(capability),
        consumer: Some(job.workload.location.clone()),
        platform_bound: None,
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Custody, Facts, Origin, Unit};

    fn facts(text: &str) -> Facts {
        let origin = Origin { path: "ci/cloudbuild.yaml".into(), ..Origin::default() };
        crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())])
    }

    fn custodies(text: &str) -> Vec<(String, Custody)> {
        facts(text).workloads[0].references.iter().map(|used| (used.name.clone(), used.custody)).collect()
    }

    #[test]
    fn what_a_build_keeps_and_takes() {
        let secret = "steps:\n  - name: bash\n    secretEnv: [PW]\n    script: ./x\navailableSecrets:\n  secretManager:\n    - versionName: projects/a/secrets/db/versions/1\n      env: PW\n";
        assert_eq!(custodies(secret), [("db".to_owned(), Custody::VaultStatic)]);
        let encrypted =
            "steps:\n  - name: bash\n    secretEnv: [PW]\n    args: [x]\nsecrets:\n  - kmsKeyName: k\n    secretEnv: {PW: CiQA}\n";
        assert_eq!(custodies(encrypted), [("PW".to_owned(), Custody::EncryptedAtRest)]);
        let given = "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [login, -u, bot, -p, $_REGISTRY_TOKEN, r.example.com]\n";
        assert_eq!(custodies(given), [("_REGISTRY_TOKEN".to_owned(), Custody::PlatformStored)]);
        let literal = facts("steps:\n  - name: bash\n    args: [x]\nsubstitutions: {_DB_PASSWORD: fixture-dead-2}\n");
        assert_eq!(literal.slots.len(), 1);
        let plain = facts("steps:\n  - name: bash\n    args: [-c, 'echo $PROJECT_ID $_STAGE']\nsubstitutions: {_STAGE: prod}\n");
        assert!(plain.workloads[0].references.is_empty() && plain.slots.is_empty() && plain.workloads[0].identity_paths.is_empty());
    }

    #[test]
    fn the_account_of_a_build_counts_where_it_is_used() {
        let image = facts(
            "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -t, gcr.io/a/b, .]\nimages: [gcr.io/a/b]\nserviceAccount: projects/a/serviceAccounts/ci@a.iam.gserviceaccount.com\n",
        );
        assert_eq!(image.workloads[0].id, "cloudbuild:ci/cloudbuild.yaml#build");
        let path = &image.workloads[0].identity_paths[0];
        assert_eq!(path.principal.known(), Some("ci@a.iam.gserviceaccount.com"));
        let deploy =
            facts("steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    entrypoint: gcloud\n    args: [run, deploy, a]\n");
        assert!(deploy.workloads[0].identity_paths[0].principal.known().is_none());
        assert!(facts("steps:\n  - name: node\n    args: [test]\n").workloads[0].identity_paths.is_empty());
    }
}
