//! What the options and scripts of containers are given: variables of the container (`--password=$(PW)`), files.
//!
//! One decision a reader would question: a file that an option or a variable names as a key counts only where nothing in the
//! cluster puts it there. It lies in the image or on somebody's disk, and of neither is anything seen.

use unkeyed_model::{Destination, Facts, Location, Reference, StoreKind, Workload};

use super::commands;
use super::containers;
use super::objects::Written;
use super::pods::{Container, Pod};
use super::template;
use super::volumes;
use crate::facts as shared;
use crate::host_files;
use crate::receiver::Receiver;
use crate::scripts::{self, Mention};
use crate::tree::Node;

/// Words behind the name of a credential that say that a file holds it.
const FILE_WORDS: &[&str] = &["_FILE", "_PATH", "-file", "-path", "_file", "_path"];
/// What Google's libraries read their credentials from; a configuration without a key is known where the cluster puts it.
const GOOGLE_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
/// Folders in which the cluster itself puts files.
const OWN_FOLDERS: &[&str] = &["/var/run/secrets/", "/run/secrets/"];

/// Reads the options of all containers, and the variables that name files.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload, facts: &mut Facts) {
    for container in pod.containers() {
        let given = Given { pod, container: &container };
        for words in commands::words(&container).iter().filter(|words| !words.is_empty()) {
            facts.slots.append(&mut scripts::secrets(&pod.object.source.place, words, &container.path));
            for mention in scripts::mentions(&pod.object.source.place, words) {
                given.used(&mention, workload, facts);
            }
            for (option, value, node) in options(words) {
                given.file(option, value, node, workload);
                if shared::may_hold_credential(option) && template::is_templated(&pod.object.source.text(node).unwrap_or_default()) {
                    containers::credential(Written { source: pod.object.source, node }, option, &container.path, workload, facts);
                }
            }
        }
        for script in ["script", "source"].iter().filter_map(|key| container.node.get(key)) {
            facts.slots.append(&mut scripts::secrets(&pod.object.source.place, &[script], &container.path));
            for mention in scripts::mentions(&pod.object.source.place, &[script]) {
                given.used(&mention, workload, facts);
            }
        }
        for entry in container.node.get("env").map(Node::items).unwrap_or_default() {
            if let (Some(name), Some(value)) = (entry.str("name"), entry.get("value")) {
                let text = value.text().unwrap_or_default();
                given.file(name, text, value, workload);
                for (used, range) in scripts::substitutions(text) {
                    let in_address = text[..range.start].ends_with(':') && text[range.end..].starts_with('@');
                    let receiver = if in_address { Receiver::variable("password") } else { Receiver::variable(name) };
                    given.used(&Mention { name: used, receiver, at: given.at(value) }, workload, facts);
                }
            }
        }
    }
}

/// Options with their values: `--name=value`, `--name value`.
fn options<'n>(words: &[&'n Node]) -> Vec<(&'n str, &'n str, &'n Node)> {
    let texts = |node: &&'n Node| node.text().unwrap_or_default();
    let found = words.iter().enumerate().filter_map(|(at, node)| {
        let text = texts(node);
        let option = text.starts_with('-').then(|| text.trim_start_matches('-'))?;
        match option.split_once('=') {
            Some((name, value)) => Some((name, value, *node)),
            None => words.get(at + 1).map(|next| (option, texts(next), *next)),
        }
    });
    found.collect()
}

struct Given<'a, 'n> {
    pod: Pod<'n>,
    container: &'a Container<'n>,
}

impl Given<'_, '_> {
    fn at(&self, node: &Node) -> Location {
        self.pod.object.location(node, &self.container.path)
    }

    /// A variable that a command line uses. What the container itself sets is read there, unless only its use tells what it is.
    fn used(&self, mention: &Mention, workload: &mut Workload, facts: &mut Facts) {
        let receiver = &mention.receiver;
        let entries = self.container.node.get("env").map(Node::items).unwrap_or_default();
        let Some(entry) = entries.iter().rev().find(|entry| entry.str("name") == Some(mention.name.as_str())) else {
            if receiver.is_credential() || shared::may_hold_credential(&mention.name) {
                let reference = shared::reference(StoreKind::StepOutput, &mention.name, mention.at.clone());
                workload.references.push(Reference {
                    used_as: receiver.used_as.clone(),
                    destination: receiver.destination.clone(),
                    ..reference
                });
            }
            return;
        };
        let Some(used_as) = receiver.used_as.as_deref().filter(|_| receiver.is_credential()) else { return };
        if shared::is_credential_variable(&mention.name) {
            return;
        }
        // As the same variable under the name that says what it is.
        containers::variable_as(self.pod.object, entry, used_as, &self.container.path, workload, facts);
    }

    /// A file that is named as one that holds a credential.
    fn file(&self, name: &str, value: &str, node: &Node, workload: &mut Workload) {
        if !value.starts_with('/') || OWN_FOLDERS.iter().any(|folder| value.starts_with(folder)) {
            return;
        }
        let stem = FILE_WORDS.iter().find_map(|word| name.strip_suffix(word)).unwrap_or(name);
        let known = host_files::credential_file(value).or_else(|| (name == GOOGLE_FILE).then(|| Some(Destination::new("gcp", ""))));
        if known.is_none() && !shared::may_hold_credential(stem) {
            return;
        }
        if volumes::holding(self.pod, self.container, value).is_some_and(|(volume, _)| !volumes::is_foreign(volume)) {
            return;
        }
        let reference = shared::environment(StoreKind::File, value, self.at(node));
        workload.references.push(Reference { used_as: Some(name.to_owned()), destination: known.flatten(), ..reference });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Content, Origin, Platform, Role, Unit, Use};

    use crate::testing::read;

    fn facts(files: &[(&str, &str)]) -> unkeyed_model::Facts {
        let unit = |&(path, text): &(&str, &str)| {
            let origin = Origin { path: path.into(), ..Origin::default() };
            Unit::new(Arc::new(origin), text.as_bytes().to_vec())
        };
        read(&files.iter().map(unit).collect::<Vec<_>>())
    }

    /// Names of what the pod is given, those of which nothing is known in brackets.
    fn given(container: &str, spec: &str) -> Vec<String> {
        let text =
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec:\n  containers:\n    - {container}\n{spec}");
        let facts = facts(&[("k8s/pod.yaml", &text)]);
        let [pod] = facts.workloads.as_slice() else { panic!("one pod") };
        let shown = |used: &unkeyed_model::Reference| match used.content {
            Content::Durable => used.name.clone(),
            _ => format!("[{}]", used.name),
        };
        pod.references.iter().map(shown).collect()
    }

    fn mounted(volume: &str) -> String {
        format!("  volumes:\n    - {{name: v, {volume}}}\n")
    }

    #[test]
    fn options_and_scripts_tell_what_a_variable_is() {
        let plain = "env: [{name: PW, valueFrom: {secretKeyRef: {name: db, key: x}}}]";
        for (container, expected) in [
            ("{name: a, args: [\"--password=$(PW)\"]}", &["[PW]"][..]),
            ("{name: a, args: [\"--password\", \"$(PW)\"]}", &["[PW]"]),
            ("{name: a, command: [sh, -c, 'app --password \"$PW\"']}", &["[PW]"]),
            ("{name: a, command: [sh, -c, 'PW=$(cat VERSION); app --password \"$PW\"']}", &[]),
            ("{name: a, livenessProbe: {exec: {command: [sh, -c, 'curl -u probe:$PW http://x']}}}", &["[PW]"]),
            ("{name: a, command: [sh, -c, 'curl -H \"Authorization: Bearer $(cat /etc/t)\" https://x']}", &["[/etc/t]"]),
            ("{name: a, command: [sh, -c, '. /etc/app/env; app']}", &["[/etc/app/env]"]),
            ("{name: a, args: [\"--port=$(PORT)\", \"--id=$(POD_NAME)\"]}", &[]),
        ] {
            assert_eq!(given(container, ""), expected, "{container}");
        }
        let used = given(&format!("{{name: a, args: [\"--password=$(PW)\"], {plain}}}"), "");
        assert_eq!(used, ["[db]", "[db]"]);
    }

    #[test]
    fn a_client_that_is_only_an_argument_uses_nothing() {
        let used = |words: &str| {
            let text =
                format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: app}}\nspec: {{containers: [{{name: a, command: {words}}}]}}\n");
            !facts(&[("pod.yaml", &text)]).workloads[0].identity_paths.is_empty()
        };
        assert!(used("[sh, -c, 'ls && /usr/bin/kubectl get po']") && used("[kubectl, get, po]") && used("[/bin/kubectl]"));
        assert!(!used("[sh, -c, 'ls -l /src /bin/kubectl']"));
    }

    #[test]
    fn files_count_where_nothing_of_the_cluster_puts_them() {
        let container = "{name: a, args: [\"--private-key=/k/key\"], volumeMounts: [{name: v, mountPath: /k}]}";
        assert_eq!(given(container, &mounted("persistentVolumeClaim: {claimName: k}")), ["[/k/key]"]);
        assert_eq!(given(container, &mounted("emptyDir: {}")), [""; 0]);
        let node = "{name: a, volumeMounts: [{name: v, mountPath: /root/.x}]}";
        assert_eq!(given(node, &mounted("hostPath: {path: /root/.aws}")), ["/root/.aws"]);
        assert_eq!(given(node, &mounted("hostPath: {path: /opt/app/secrets}")), ["[/opt/app/secrets]"]);
        assert_eq!(given(node, &mounted("hostPath: {path: /var/log}")), [""; 0]);
        let google = "{name: a, env: [{name: GOOGLE_APPLICATION_CREDENTIALS, value: /k/g.json}], volumeMounts: [{name: v, mountPath: /k}]}";
        assert_eq!(given(google, &mounted("hostPath: {path: /opt/gcp}")), ["[/k/g.json]"]);
    }

    #[test]
    fn a_template_of_openshift_holds_objects_whose_parameters_are_given() {
        let text = "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nparameters: [{name: PW}]\nobjects:\n  - apiVersion: apps.openshift.io/v1\n    kind: DeploymentConfig\n    metadata: {name: app}\n    spec:\n      template:\n        spec:\n          containers:\n            - name: a\n              env:\n                - {name: DATABASE_URL, value: 'postgres://${USER}:${PW}@${HOST}/x'}\n";
        let facts = facts(&[("t.yaml", text)]);
        let [app] = facts.workloads.as_slice() else { panic!("one workload") };
        assert_eq!(app.id, "k8s:default/DeploymentConfig/app");
        assert_eq!(app.references.iter().map(|used| used.name.as_str()).collect::<Vec<_>>(), ["PW"]);
    }

    #[test]
    fn a_file_of_the_injector_is_no_credential_of_its_own() {
        let pod = |annotations: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: {{{annotations}}}\nspec:\n  containers:\n  - name: a\n    command: [sh, -c, 'DATABASE_URL=$(cat /vault/secrets/db) exec /app']\n"
            )
        };
        let names = |text: &str| -> Vec<String> {
            facts(&[("p.yaml", text)]).workloads[0].references.iter().map(|used| used.name.clone()).collect()
        };
        let injected = "vault.hashicorp.com/agent-inject: 'true', vault.hashicorp.com/agent-inject-secret-db: database/creds/a";
        assert_eq!(names(&pod(injected)), ["database/creds/a"]);
        assert_eq!(names(&pod("")), ["/vault/secrets/db"]);
    }

    #[test]
    fn what_an_approle_login_is_given_opens_the_vault_only() {
        let pod = |command: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: a\n    command: [sh, -c, '{command}']\n    env: [{{name: SECRET_ID, valueFrom: {{secretKeyRef: {{name: approle, key: id}}}}}}]\n"
            )
        };
        let role = |command: &str| {
            let facts = facts(&[("p.yaml", &pod(command))]);
            facts.workloads[0].references.iter().find(|used| used.name == "approle").unwrap().role
        };
        assert_eq!(role("vault write -field=token auth/approle/login role_id=$ROLE_ID secret_id=$SECRET_ID"), Role::Bootstrap);
        assert_eq!(role("./login --secret-id $SECRET_ID"), Role::Access);
    }

    #[test]
    fn a_token_that_is_exchanged_outside_is_shown_to_who_exchanges_it() {
        let shown = |url: &str, file: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  serviceAccountName: a\n  containers:\n  - name: a\n    env: [{{name: EXCHANGE_URL, value: '{url}'}}, {{name: SUBJECT_TOKEN_FILE, value: {file}}}]\n    volumeMounts: [{{name: t, mountPath: /var/run/t}}]\n  volumes:\n  - name: t\n    projected: {{sources: [{{serviceAccountToken: {{path: token}}}}]}}\n"
            );
            let path = &facts(&[("p.yaml", &text)]).workloads[0].identity_paths[0];
            (path.platform, path.destination.name.clone())
        };
        let broker = "https://broker.acme.example/oauth2/token";
        assert_eq!(shown(broker, "/var/run/t/token"), (Platform::Saas, "broker.acme.example".to_owned()));
        for (url, file) in [
            (broker, "/var/run/other"),
            ("https://sts.platform.svc.cluster.local/token", "/var/run/t/token"),
            ("https://api.acme.example/v1/orders", "/var/run/t/token"),
        ] {
            assert_eq!(shown(url, file).0, Platform::K8s, "{url} {file}");
        }
    }

    #[test]
    fn workflows_and_tasks_are_read_as_a_whole() {
        let workflow = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n    - name: a\n      container: {image: x}\n      sidecars: [{name: s, env: [{name: A_TOKEN, valueFrom: {secretKeyRef: {name: side, key: t}}}]}]\n      inputs: {artifacts: [{s3: {accessKeySecret: {name: minio, key: a}}}]}\n    - name: b\n      containerSet: {containers: [{name: c, env: [{name: B_TOKEN, valueFrom: {secretKeyRef: {name: set, key: t}}}]}]}\n    - name: c\n      steps: [[{name: x, templateRef: {name: other, template: t}}]]\n";
        let task = "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: r}\nspec:\n  podTemplate: {imagePullSecrets: [{name: pull}]}\n  workspaces: [{name: w, projected: {sources: [{secret: {name: git}}]}}]\n  taskSpec:\n    stepTemplate: {env: [{name: A_TOKEN, valueFrom: {secretKeyRef: {name: all, key: t}}}]}\n    volumes: [{name: v, secret: {secretName: vol}}]\n    steps: [{name: a, script: 'x --password \"$(params.pw)\"'}]\n  taskRef: {name: publish}\n";
        for (text, expected, drawn) in [
            (workflow, &["side", "set", "minio"][..], "k8s:default/WorkflowTemplate/other"),
            (task, &["vol", "all", "pull", "git", "params.pw"], "k8s:default/Task/publish"),
        ] {
            let facts = facts(&[("w.yaml", text)]);
            let [run] = facts.workloads.as_slice() else { panic!("one workload") };
            let mut names: Vec<&str> = run.references.iter().map(|used| used.name.as_str()).collect();
            names.dedup();
            let (mut names, mut expected) = (names, expected.to_vec());
            names.sort_unstable();
            expected.sort_unstable();
            assert_eq!(names, expected);
            assert!(run.uses.contains(&(Use::Component, drawn.to_owned())), "{:?}", run.uses);
        }
    }

    #[test]
    fn a_script_of_a_config_map_belongs_to_who_runs_it() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers: [{name: a, command: [/s/run.sh], volumeMounts: [{name: v, mountPath: /s}]}]\n  volumes: [{name: v, configMap: {name: m}}]\n";
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  run.sh: |\n    aws secretsmanager get-secret-value --secret-id db\n  note: x\n";
        let facts = facts(&[("k/pod.yaml", pod), ("k/map.yaml", map)]);
        let script = facts.workloads.iter().find(|one| one.component).unwrap();
        assert_eq!((script.id.as_str(), script.references[0].name.as_str()), ("k8s-script:default/m/run.sh", "db"));
        assert!(facts.workloads.iter().any(|one| one.uses.contains(&(Use::Component, script.id.clone()))));
    }

    #[test]
    fn patches_and_generated_maps_are_part_of_what_they_change() {
        let app = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: prod}\nspec: {template: {spec: {containers: [{name: a}]}}}\n";
        let kustomization = "resources: [app.yaml]\nconfigMapGenerator: [{name: c, envs: [a.env]}]\npatches:\n  - target: {kind: Deployment, name: app}\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env\n        value:\n          - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}\n";
        let facts = facts(&[("k/app.yaml", app), ("k/kustomization.yaml", kustomization)]);
        let patched = facts.workloads.iter().find(|one| !one.references.is_empty()).unwrap();
        assert_eq!((patched.id.as_str(), patched.references[0].name.as_str()), ("k8s:prod/Deployment/app", "db"));
        let at = patched.references[0].location.region.span;
        assert_eq!(&kustomization[at.start..at.end], "{name: db, key: pw}");
        assert!(facts.stored.iter().any(|made| made.component.as_deref() == Some("env:k/a.env")));
    }
}
