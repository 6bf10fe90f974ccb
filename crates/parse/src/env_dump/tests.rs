use std::sync::Arc;

use unkeyed_model::{Facts, Origin, Surface, Unit};

fn read(text: &[u8]) -> (bool, Facts) {
    let origin = Origin { path: "-".into(), surface: Surface::EnvDump, ..Origin::default() };
    let unit = Unit::new(Arc::new(origin), text.to_vec());
    (super::claims(&unit).is_some(), super::read(&[unit]))
}

fn slots(text: &str) -> Vec<(String, String)> {
    let (claimed, facts) = read(text.as_bytes());
    assert!(claimed);
    let value = |slot: &unkeyed_model::Slot| text[slot.location.region.span.start..slot.location.region.span.end].to_owned();
    facts.slots.iter().map(|slot| (slot.name.clone(), value(slot))).collect()
}

#[test]
fn an_odd_byte_does_not_hide_the_other_variables() {
    let (_, facts) = read(b"PATH=/\xff\xfe/bin\0DB_PASSWORD=hunter2\0");
    assert_eq!(facts.slots.len(), 1);
    assert_eq!(facts.slots[0].location.region.span.start, 25);
}

#[test]
fn a_task_definition_in_a_file_is_a_workload_with_its_role() {
    let text = r#"{"family": "web", "taskRoleArn": "arn:aws:iam::111122223333:role/web", "containerDefinitions": [
        {"name": "web", "environment": [{"name": "API_TOKEN", "value": "tulip-4412"}], "secrets": [{"name": "DB", "valueFrom": "db"}]}]}"#;
    let unit = |path: &str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    assert!(super::claims_task(&unit("ecs/task.json")).is_some() && super::claims_task(&unit("ecs/task.yaml")).is_none());
    let facts = super::read(&[unit("ecs/task.json")]);
    let task = &facts.workloads[0];
    assert_eq!((task.id.as_str(), task.identity_paths.len(), task.references.len()), ("env:ecs/task.json#web", 1, 1));
    assert_eq!(facts.slots[0].name, "API_TOKEN");
}

#[test]
fn what_a_task_definition_takes_from_elsewhere_is_told() {
    let told = |container: &str| {
        let text = format!(r#"{{"family": "web", "containerDefinitions": [{{"name": "web", "image": "a", {container}}}]}}"#);
        let unit = Unit::new(Arc::new(Origin { path: "task.json".into(), ..Origin::default() }), text.into_bytes());
        let facts = super::read(&[unit]);
        assert!(facts.slots.is_empty());
        facts.workloads[0].references.iter().map(|used| format!("{}:{}", used.store, used.name)).collect::<Vec<_>>()
    };
    for value in ["${DB_PASSWORD}", "{{ db_password }}", "<DB_PASSWORD>"] {
        assert_eq!(told(&format!(r#""environment": [{{"name": "DB_PASSWORD", "value": "{value}"}}]"#)), ["environment:DB_PASSWORD"]);
    }
    assert_eq!(told(r#""environment": [{"name": "REGION", "value": "${REGION}"}]"#), [""; 0]);
    assert_eq!(
        told(r#""environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::a/b.env"}]"#),
        ["foreign-definition:arn:aws:s3:::a/b.env"]
    );
    assert_eq!(told(r#""repositoryCredentials": {"credentialsParameter": "hub"}"#), ["cloud-secret-manager:hub"]);
}

#[test]
fn a_dump_is_a_workload_even_without_credentials() {
    let (_, facts) = read(b"HOME=/root\nPATH=/bin\n");
    assert_eq!(facts.workloads[0].id, "env:-");
    assert!(facts.slots.is_empty());
}

#[test]
fn what_follows_a_dump_does_not_become_its_last_value() {
    let text = format!("HOME=/root\nPATH=/bin\nA_TOKEN=abc\n{}", "a line of a log without a name\n".repeat(4_000));
    let found = slots(&text);
    assert_eq!(found.len(), 1);
    assert!(found[0].1.starts_with("abc") && found[0].1.len() <= 64 << 10);
}

#[test]
fn environment_as_a_variable_is_no_unit_of_systemd() {
    assert_eq!(slots("Environment=production\nDB_PASSWORD=x1\n"), [("DB_PASSWORD".to_owned(), "x1".to_owned())]);
}

#[test]
fn tags_of_a_resource_are_no_environment() {
    let text = r#"{"Reservations": [{"Tags": [{"Key": "token", "Value": "not-a-variable"}]}]}"#;
    assert!(slots(text).is_empty());
}

#[test]
fn a_value_is_taken_as_it_stands_unless_the_text_is_a_script() {
    assert_eq!(slots("A_TOKEN=x$y\n"), [("A_TOKEN".to_owned(), "x$y".to_owned())]);
    assert_eq!(slots("B=1 # note\nA_TOKEN=xy # kept out\n"), [("A_TOKEN".to_owned(), "xy".to_owned())]);
}

#[test]
fn sections_of_one_unit_are_one_workload() {
    let (_, facts) = read(b"[Service]\nEnvironment=A_TOKEN=x1\n\n[Service]\nEnvironment=B_TOKEN=x2\n");
    assert_eq!((facts.workloads.len(), facts.slots.len()), (1, 2));
}

#[test]
fn long_lines_of_any_shape_are_read_in_passing() {
    for line in ["- ", "A=", "Environment=a=", "Name: ", "=== ", "{\"a\":", "A='", "\u{feff}", "é\n"] {
        let _ = read(line.repeat(1 << 16).as_bytes());
        let _ = read(format!("Name  Value\n{}\n", line.repeat(1 << 15)).as_bytes());
    }
}

#[test]
fn what_somebody_kept_of_an_environment_is_read_by_its_name() {
    let ids = |path: &str, text: &str| -> Vec<String> {
        let origin = Origin { path: path.into(), ..Origin::default() };
        let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())]);
        facts.workloads.into_iter().map(|workload| workload.id).collect()
    };
    let printed = "HOSTNAME=api-1\nAWS_ROLE_ARN=arn:aws:iam::111122223333:role/api\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/t\nA=b\n";
    assert_eq!(ids("ops/printenv-api.txt", printed), ["env:ops/printenv-api.txt"]);
    assert_eq!(ids("env.log", printed), ["env:env.log"]);
    for (path, text) in [("environment.txt", printed), ("env.rs", printed), ("env.txt", "The environment\nis A=b\nand more\n")] {
        assert!(ids(path, text).is_empty(), "{path}");
    }
}
