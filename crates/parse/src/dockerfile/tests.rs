use std::sync::Arc;

use unkeyed_model::{Origin, Role};

use super::*;

fn read_text(text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: "app/Dockerfile".into(), ..Origin::default() }), text.as_bytes().to_vec());
    assert!(claims(&unit).is_some());
    read(&[unit])
}

fn at<'t>(text: &'t str, location: &unkeyed_model::Location) -> &'t str {
    &text[location.region.span.start..location.region.span.end]
}

#[test]
fn literals_of_env_and_arg_are_slots_with_exact_spans() {
    let text = "FROM a\nENV PORT=80 \\\n    # comment\n    DB_PASSWORD=\"hünter two\" API_TOKEN=abc\nARG VAULT_TOKEN=xyz\nENV OLD_SECRET old form\nENV KEY_FILE=/run/k\n";
    let facts = read_text(text);
    let slots: Vec<_> = facts.slots.iter().map(|slot| (slot.name.as_str(), at(text, &slot.location), slot.role)).collect();
    assert_eq!(
        slots,
        [
            ("DB_PASSWORD", "hünter two", Role::Access),
            ("API_TOKEN", "abc", Role::Access),
            ("VAULT_TOKEN", "xyz", Role::Bootstrap),
            ("OLD_SECRET", "old form", Role::Access)
        ]
    );
    assert_eq!(facts.slots[0].location.key_path.as_deref(), Some("ENV DB_PASSWORD"));
    assert_eq!(facts.workloads[0].id, "dockerfile:app/Dockerfile");
}

#[test]
fn what_persists_in_the_image_is_declared() {
    let text = "FROM node AS build\nARG NPM_TOKEN\nARG VERSION\nCOPY .npmrc package.json ./\nADD [\"id_rsa\", \"/root/.ssh/\"]\nFROM node\nARG API_KEY\nENV API_KEY=$API_KEY\nCOPY --from=build /app/.env /app/\nCOPY .env.example ./\n";
    let facts = read_text(text);
    let declared: Vec<_> =
        facts.declarations.iter().map(|found| (found.kind.as_str(), found.name.as_str(), at(text, &found.location))).collect();
    assert_eq!(
        declared,
        [
            ("image.build-argument", "ARG NPM_TOKEN", "NPM_TOKEN"),
            ("image.copied-file", "COPY .npmrc", ".npmrc"),
            ("image.copied-file", "ADD id_rsa", "id_rsa"),
            ("image.environment", "ENV API_KEY", "$API_KEY"),
            ("image.copied-file", "COPY /app/.env", "/app/.env")
        ]
    );
    assert!(facts.workloads[0].uses.contains(&(Use::File, "app/.npmrc".into())));
    let stages: Vec<_> = facts.workloads[0]
        .traits
        .iter()
        .filter(|(key, ..)| key == "stage")
        .map(|(_, which, place)| (which.as_str(), at(text, place).lines().next().unwrap()))
        .collect();
    assert_eq!(stages, [("build", "FROM node AS build"), ("final", "FROM node")]);
}

#[test]
fn mounted_secrets_are_not_persisted_and_commands_are_read() {
    let text = "# escape=`\nFROM a\nRUN --mount=type=secret,id=npm,target=/root/.npmrc `\n  npm ci\nRUN <<EOF\nvault kv get secret/app\nEOF\nRUN echo $NPM_TOKEN > /root/.npmrc\n";
    let facts = read_text(text);
    let workload = &facts.workloads[0];
    let secret = &workload.references[0];
    assert_eq!((secret.store, secret.name.as_str(), secret.custody), (StoreKind::BuildSecret, "npm", Custody::RuntimeMinted));
    assert_eq!(secret.used_as.as_deref(), Some("/root/.npmrc"));
    let fetched = &workload.references[1];
    assert_eq!((fetched.store, at(text, &fetched.location)), (StoreKind::Vault, "vault kv get secret/app"));
    assert_eq!(workload.traits[0].1, "credential-file");
    assert!(facts.slots.is_empty() && facts.declarations.is_empty());
}

#[test]
fn every_prefix_is_read_without_panic() {
    let text = "\u{feff}#escape=`\nFROM a AS b\nENV É=\"é x\" `\n#c\n A=b\nRUN <<-\"X\" cat > f\n é\nX\nCOPY [\"a\\\"\", \"b\"]\nARG";
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        read_text(&text[..end]);
    }
}

#[test]
fn what_the_start_of_an_image_reads_from_a_store_is_fetched() {
    let fetched = |line: &str| {
        let facts = read_text(&format!("FROM a\n{line}\n"));
        facts.workloads[0].references.iter().map(|found| (found.name.clone(), found.custody)).collect::<Vec<_>>()
    };
    let reads = "aws ssm get-parameter --name /db/password --with-decryption";
    let expected = [("/db/password".to_owned(), Custody::VaultStatic)];
    assert_eq!(fetched(&format!("ENTRYPOINT {reads}")), expected);
    assert_eq!(fetched(&format!("CMD env db.password=$({reads} | cut -f4) java -jar a.jar")), expected);
    assert_eq!(fetched(&format!("CMD [\"sh\", \"-c\", \"{reads}\"]")), []);
    assert_eq!(fetched("ENTRYPOINT java -jar a.jar"), []);
}
