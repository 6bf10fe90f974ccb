//! What workloads are given, format by format: each row leaves one credential in a way that projects do, or none.

mod handed;

use std::sync::Arc;

use unkeyed_model::{Content, Facts, Origin, StoreKind, Unit, Use};

fn facts(files: &[(&str, &str)]) -> Facts {
    let unit = |&(path, text): &(&str, &str)| {
        let origin = Origin { path: path.into(), ..Origin::default() };
        Unit::new(Arc::new(origin), text.as_bytes().to_vec())
    };
    crate::testing::read(&files.iter().map(unit).collect::<Vec<_>>())
}

/// What all workloads of the files refer to, declare or hold: names of references, those that are open in brackets, then
/// declarations and the texts of slots.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let facts = facts(files);
    let shown = |used: &unkeyed_model::Reference| match used.content {
        Content::Durable => used.name.clone(),
        _ => format!("[{}]", used.name),
    };
    let references = facts.workloads.iter().flat_map(|one| &one.references).filter(|used| used.store != StoreKind::Runtime).map(shown);
    let declared = facts.declarations.iter().map(|made| made.name.clone());
    let slots = facts.slots.iter().map(|slot| {
        let (path, span) = (&slot.location.origin.path, slot.location.region.span);
        files.iter().find(|(file, _)| file == path).map_or("", |(_, text)| &text[span.start..span.end]).to_owned()
    });
    references.chain(declared).chain(slots).collect()
}

fn check(file: &str, rows: &[(String, &[&str])]) {
    for (text, expected) in rows {
        assert_eq!(found(&[(file, text)]), *expected, "{text}");
    }
}

#[test]
fn start_scripts_of_machines() {
    let machine =
        |user_data: &str| format!("variable \"k\" {{}}\nvariable \"pw\" {{}}\nresource \"aws_instance\" \"a\" {{\n  {user_data}\n}}\n");
    check(
        "main.tf",
        &[
            (machine("user_data = <<E\n#!/bin/sh\nexport DB_PASSWORD=fixture-dead-1\nE\n"), &["fixture-dead-1"]),
            (machine("user_data = base64encode(\"#!/bin/sh\\nexport API_TOKEN=fixture-dead-2\\n\")"), &["fixture-dead-2"]),
            (machine("user_data = \"./install --token ${var.k}\""), &["[var.k]"]),
            (machine("user_data = \"git clone https://ci:${var.k}@git.acme.io/a\""), &["[var.k]"]),
            (machine("user_data = <<E\n#cloud-config\nruncmd:\n - [app, --password, fixture-dead-3]\nE\n"), &["fixture-dead-3"]),
            (machine("provisioner \"remote-exec\" {\n inline = [\"export DB_PASSWORD=${var.k}; app\"]\n}\n"), &["[var.k]"]),
            (machine("provisioner \"file\" {\n source = \"keys/id_rsa\"\n destination = \"/x\"\n}\n"), &["keys/id_rsa"]),
            (machine("user_data = \"#!/bin/sh\\nexport REGION=${var.k}\\n. /etc/profile\\n\""), &[]),
        ],
    );
    let task = |container: &str| {
        format!(
            "resource \"aws_ecs_task_definition\" \"a\" {{\n  container_definitions = jsonencode([{{ name = \"a\", {container} }}])\n}}\n"
        )
    };
    check(
        "main.tf",
        &[
            (task("command = [\"sh\", \"-c\", \"app --password ${var.k}\"]"), &["[var.k]"]),
            (task("environmentFiles = [{ type = \"s3\", value = \"arn:aws:s3:::a/b.env\" }]"), &["[arn:aws:s3:::a/b.env]"]),
        ],
    );
    let google =
        "resource \"google_compute_instance\" \"a\" {\n  metadata = {\n    startup-script = \"export DB_PASSWORD=${var.k}\"\n  }\n}\n";
    check("main.tf", &[(google.to_owned(), &["[var.k]"])]);
}

#[test]
fn variables_of_builds_that_are_kept_elsewhere() {
    let build = |variable: &str| {
        format!("resource \"aws_codebuild_project\" \"a\" {{\n environment {{\n environment_variable {{\n {variable} }}\n }}\n}}\n")
    };
    let specified = |section: &str| format!("version: 0.2\nenv:\n  {section}\nphases:\n  build:\n    commands: [make]\n");
    check("main.tf", &[(build("name = \"P\"\n type = \"SECRETS_MANAGER\"\n value = \"db\"\n"), &["db"])]);
    check(
        "buildspec.yml",
        &[(specified("parameter-store: {X: /a/x}"), &["[/a/x]"]), (specified("parameter-store: {DB_PASSWORD: /a/x}"), &["/a/x"])],
    );
    let template = "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Environment:\n        EnvironmentVariables:\n          - {Name: P, Type: SECRETS_MANAGER, Value: db}\n          - {Name: X, Type: PARAMETER_STORE, Value: /x}\n        RegistryCredential: {Credential: hub}\n";
    check("template.yaml", &[(template.to_owned(), &["db", "[/x]", "hub"])]);
}

#[test]
fn sets_of_variables_belong_to_the_workspaces_that_take_them() {
    let set = "resource \"tfe_workspace\" \"w\" {\n  name = \"w\"\n}\nresource \"tfe_variable\" \"v\" {\n  variable_set_id = tfe_variable_set.s.id\n  key = \"DD_API_KEY\"\n  value = var.dd\n  category = \"env\"\n}\nresource \"tfe_variable\" \"w\" {\n  workspace_id = tfe_workspace.w.id\n  key = \"REGION\"\n  value = \"eu\"\n}\n";
    for attached in [
        "resource \"tfe_variable_set\" \"s\" {\n  global = true\n}\n",
        "resource \"tfe_variable_set\" \"s\" {\n  workspace_ids = [tfe_workspace.w.id]\n}\n",
        "resource \"tfe_variable_set\" \"s\" {}\nresource \"tfe_workspace_variable_set\" \"a\" {\n  variable_set_id = tfe_variable_set.s.id\n  workspace_id = tfe_workspace.w.id\n}\n",
    ] {
        let facts = facts(&[("main.tf", &format!("{set}{attached}"))]);
        let workspace = facts.workloads.iter().find(|one| one.id == "tfc:.#tfe_workspace.w").unwrap();
        assert!(workspace.references.iter().any(|used| used.name == "DD_API_KEY"), "{attached}");
    }
    let elsewhere = set.replace("tfe_variable_set.s.id", "data.tfe_variable_set.s.id")
        + "data \"tfe_variable_set\" \"s\" {}\nresource \"tfe_workspace_variable_set\" \"a\" {\n  variable_set_id = data.tfe_variable_set.s.id\n  workspace_id = tfe_workspace.w.id\n}\n";
    let facts = facts(&[("main.tf", &elsewhere)]);
    let workspace = facts.workloads.iter().find(|one| one.id == "tfc:.#tfe_workspace.w").unwrap();
    assert!(workspace.references.iter().any(|used| used.store == StoreKind::ForeignDefinition));
}

#[test]
fn steps_of_bitbucket_buildkite_drone_and_woodpecker() {
    let bitbucket = |step: &str| {
        format!(
            "definitions:\n  services:\n    db: {{image: x, variables: {{LICENSE_KEY: $LIC}}}}\npipelines:\n  default:\n    - step:\n        name: a\n{step}"
        )
    };
    check(
        "bitbucket-pipelines.yml",
        &[
            (bitbucket("        services: [db]\n        script: [make]\n"), &["[LIC]"]),
            (bitbucket("        script:\n          - pipe: acme/p:1\n            variables: {ARGS: [--password, $PW]}\n"), &["[PW]"]),
            (
                bitbucket(
                    "        script:\n          - export T=$(cat t)\n          - pipe: acme/p:1\n            variables: {API_TOKEN: $T}\n",
                ),
                &["[cat]"],
            ),
            (bitbucket("        script:\n          - export V=$(cat VERSION)\n          - ./x --tag \"$V\"\n"), &[]),
            (bitbucket("        script:\n          - echo \"$KEY_OF_DEPLOY\" | ssh-add -\n"), &["KEY_OF_DEPLOY"]),
        ],
    );
    let buildkite = |plugin: &str| format!("steps:\n  - label: a\n    command: make\n    plugins:\n{plugin}");
    check(
        ".buildkite/pipeline.yml",
        &[
            (buildkite("      - docker-login#v3: {username: a}\n"), &["DOCKER_LOGIN_PASSWORD"]),
            (buildkite("      - docker#v5: {volumes: [\"/root/.aws:/root/.aws\"]}\n"), &["/root/.aws"]),
            (buildkite("      - kubernetes: {podSpec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}\n"), &["db"]),
        ],
    );
    let hooks = facts(&[(".buildkite/pipeline.yml", "steps:\n  - command: make\n")]);
    assert!(hooks.workloads[0].uses.contains(&(Use::Component, ".buildkite/hooks/pre-command".to_owned())));
    let drone = "kind: pipeline\nname: a\nservices: [{name: s, environment: {API_TOKEN: {from_secret: t}}}]\nvolumes: [{name: v, host: {path: /root/.docker}}]\nsteps: [{name: x, image: y, commands: [make]}]\n";
    check(".drone.yml", &[(drone.to_owned(), &["[t]", "/root/.docker"])]);
    let woodpecker = "steps:\n  - name: x\n    image: y\n    commands: [make]\n    volumes: [\"/root/.aws:/root/.aws\"]\n    backend_options: {kubernetes: {secrets: [{name: db, key: pw, target: {env: P}}]}}\n";
    check(".woodpecker.yml", &[(woodpecker.to_owned(), &["/root/.aws", "db"])]);
}

#[test]
fn jobs_of_github() {
    let job = |body: &str| format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{body}");
    check(
        ".github/workflows/a.yml",
        &[
            (job("    steps:\n      - run: docker run --env-file /etc/a.env x\n"), &["[/etc/a.env]"]),
            (job("    steps:\n      - run: |\n          V=$(cat /etc/pw)\n          ./m --password \"$V\"\n"), &["[/etc/pw]"]),
            (job("    steps:\n      - run: |\n          V=$(cat VERSION)\n          ./b --tag \"$V\"\n"), &[]),
            (
                job("    container: {image: x, volumes: [\"/root/.aws:/root/.aws\", \"/tmp:/tmp\"]}\n    steps: [{run: make}]\n"),
                &["/root/.aws"],
            ),
        ],
    );
}

#[test]
fn what_a_pipeline_of_gitlab_includes_from_elsewhere_may_give_anything_to_who_has_an_identity() {
    let pipeline = |job: &str| {
        format!("include:\n  - project: acme/ci\n    file: a.yml\n  - template: Jobs/SAST.gitlab-ci.yml\na:\n  script: make\n{job}")
    };
    check(
        ".gitlab-ci.yml",
        &[(pipeline(""), &[]), (pipeline("  id_tokens: {T: {aud: x}}\n"), &["[project acme/ci, which the pipeline includes]"])],
    );
}

#[test]
fn services_of_compose() {
    let file = |service: &str| {
        format!("services:\n  base:\n    image: b\n    environment: {{DB_PASSWORD: \"${{DB_PASSWORD}}\"}}\n  app:\n    image: a\n{service}")
    };
    check(
        "compose.yaml",
        &[
            (file("    extends: {service: base}\n"), &["DB_PASSWORD", "DB_PASSWORD"]),
            (file("    command: app --db-password ${PW}\n"), &["DB_PASSWORD", "[PW]"]),
            (file("    healthcheck: {test: [CMD-SHELL, \"curl -u a:$PW http://x\"]}\n"), &["DB_PASSWORD", "[PW]"]),
            (file("    volumes: [\"./keys:/keys\", \"data:/secrets\"]\n"), &["DB_PASSWORD", "[./keys]"]),
        ],
    );
}

#[test]
fn builds_of_images() {
    let file = |line: &str| format!("FROM x AS b\nARG GH\n{line}\n");
    check(
        "Dockerfile",
        &[
            (file("RUN git clone https://ci:${GH}@github.com/acme/x"), &["ARG GH"]),
            (file("RUN curl -H \"Authorization: Bearer $GH\" https://x"), &["ARG GH"]),
            (file("RUN ./build --tag $GH"), &[]),
            (file("RUN --mount=type=secret,id=n cp /run/secrets/n /root/.npmrc"), &["[n]", "RUN /root/.npmrc"]),
            (file("RUN --mount=type=secret,id=n echo \"_authToken=$(cat /run/secrets/n)\" > /root/.npmrc"), &["[n]", "RUN /root/.npmrc"]),
            (file("RUN --mount=type=secret,id=n cp /run/secrets/n .npmrc && npm ci && rm .npmrc"), &["[n]"]),
            (file("COPY --from=b /root/.npmrc /root/"), &["COPY /root/.npmrc"]),
        ],
    );
}

#[test]
fn units_and_pods_and_containers() {
    let unit = |line: &str| format!("[Service]\nExecStart=/opt/app\nEnvironmentFile=/etc/default/app\n{line}\n");
    check(
        "app.service",
        &[
            (unit(""), &[]),
            (unit("Environment=AWS_ROLE_ARN=r AWS_WEB_IDENTITY_TOKEN_FILE=/t"), &["[/etc/default/app]"]),
            (unit("ExecStartPre=/usr/bin/docker run --env-file /etc/a.env x"), &["[/etc/a.env]"]),
        ],
    );
    let pod = |container: &str| {
        format!("variable \"k\" {{}}\nresource \"kubernetes_pod\" \"a\" {{\n spec {{\n container {{\n {container} }}\n }}\n}}\n")
    };
    check(
        "main.tf",
        &[
            (pod("args = [\"--password\", var.k]\n"), &["[var.k]"]),
            (pod("args = [\"--password=${var.k}\"]\n"), &["[var.k]"]),
            (pod("args = [\"--port\", var.k]\n"), &[]),
        ],
    );
    let app = |secret: &str| {
        format!("variable \"k\" {{}}\nresource \"azurerm_container_app\" \"a\" {{\n secret {{\n name = \"r\"\n {secret} }}\n}}\n")
    };
    check("main.tf", &[(app("value = var.k\n"), &["var.k"])]);
    let task = |container: &str| {
        format!(
            "Parameters:\n  K: {{Type: String}}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - {{Name: a, {container}}}\n"
        )
    };
    check(
        "template.yaml",
        &[
            (task("Command: [app, --password, !Ref K]"), &["K"]),
            (task("Command: [app, --password, fixture-dead-4]"), &["fixture-dead-4"]),
            (task("Command: [sh, -c, !Sub \"app --token ${K}\"]"), &["K"]),
            (task("Command: [app, --region, !Ref K]"), &[]),
            (task("EnvironmentFiles: [{Type: s3, Value: \"arn:aws:s3:::a/b.env\"}]"), &["[arn:aws:s3:::a/b.env]"]),
        ],
    );
    let bicep = |args: &str| {
        format!(
            "param k string\nresource app 'Microsoft.App/containerApps@2024-03-01' = {{\n  name: 'a'\n  properties: {{\n    template: {{\n      containers: [ {{ {args} }} ]\n    }}\n  }}\n}}\n"
        )
    };
    check("main.bicep", &[(bicep("command: [ 'sh', '-c', 'app --token ${k}' ]"), &["k"]), (bicep("args: [ '--region', k ]"), &[])]);
}

#[test]
fn volumes_agents_and_builds_of_machine_images() {
    let volume = |kind: &str| format!("resource \"kubernetes_pod\" \"a\" {{\n spec {{\n volume {{\n {kind} }}\n }}\n}}\n");
    check(
        "main.tf",
        &[
            (volume("host_path {\n path = \"/root/.aws\"\n }\n"), &["/root/.aws"]),
            (volume("host_path {\n path = \"/var/log\"\n }\n"), &[]),
            (volume("secret {\n secret_name = \"db\"\n }\n"), &["[db]"]),
        ],
    );
    let provider = "provider \"aws\" {\n  shared_credentials_files = [\"~/.aws/credentials\"]\n}\n";
    check("main.tf", &[(provider.to_owned(), &["~/.aws/credentials"])]);
    let server = |entry: &str| format!("{{\"mcpServers\": {{\"a\": {entry}}}}}");
    check(
        ".mcp.json",
        &[
            (server("{\"command\": \"docker\", \"args\": [\"run\", \"-e\", \"GITHUB_TOKEN\", \"x\"]}"), &["GITHUB_TOKEN"]),
            (server("{\"command\": \"docker\", \"args\": [\"run\", \"-v\", \"/home/u/.aws:/root/.aws\", \"x\"]}"), &["/home/u/.aws"]),
            (server("{\"command\": \"op\", \"args\": [\"run\", \"--env-file\", \"a.env\", \"--\", \"x\"]}"), &["a.env"]),
            (server("{\"url\": \"https://x\", \"headers\": {\"Authorization\": \"Bearer ${{ secrets.K }}\"}}"), &["K"]),
            (server("{\"url\": \"https://x\", \"headers\": {\"Authorization\": \"{{ op://V/I/F }}\"}}"), &["op://V/I/F"]),
        ],
    );
    let hook = "{\"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"vault kv get kv/a\"}]}]}, \"env\": {\"AWS_BEARER_TOKEN_BEDROCK\": \"${K}\"}}";
    check(".claude/settings.json", &[(hook.to_owned(), &["K", "kv/a"])]);
    let build = |body: &str| {
        format!("source \"amazon-ebs\" \"a\" {{}}\nvariable \"k\" {{}}\nbuild {{\n  sources = [\"source.amazon-ebs.a\"]\n{body}}}\n")
    };
    check(
        "a.pkr.hcl",
        &[
            (build("  provisioner \"shell\" {\n    inline = [\"export DB_PASSWORD=${var.k}\"]\n  }\n"), &["[var.k]"]),
            (
                build("  provisioner \"shell\" {\n    environment_vars = [\"P=${vault(\"/secret/data/db\", \"pw\")}\"]\n  }\n"),
                &["vault(…)"],
            ),
            (build("  provisioner \"file\" {\n    source = \"id_rsa\"\n    destination = \"/x\"\n  }\n"), &["id_rsa"]),
        ],
    );
}

#[test]
fn what_clients_and_settings_keep_to_log_in_with() {
    let machine = |line: &str| format!("variable \"k\" {{}}\nresource \"aws_instance\" \"a\" {{\n  user_data = \"{line}\"\n}}\n");
    check(
        "main.tf",
        &[
            (machine("mysqladmin -u root password ${var.k}"), &["[var.k]"]),
            (machine("aws configure set aws_secret_access_key ${var.k}"), &["[var.k]"]),
            (machine("tailscale up --auth-key=${var.k}"), &["[var.k]"]),
            (machine("mysqladmin -u root ping"), &[]),
            (machine("curl -H 'Authorization: Bearer ${var.k}' https://x.example.com"), &["[var.k]"]),
            (machine("git clone https://${var.k}@git.example.com/a"), &["[var.k]"]),
        ],
    );
    let function = |value: &str| {
        format!(
            "variable \"k\" {{}}\nresource \"aws_lambda_function\" \"a\" {{\n  environment {{\n    variables = {{ CONFIG = {value} }}\n  }}\n}}\n"
        )
    };
    let site = |value: &str| {
        format!(
            "variable \"k\" {{}}\nresource \"azurerm_linux_web_app\" \"a\" {{\n  connection_string {{\n    name = \"db\"\n    value = {value}\n  }}\n}}\n"
        )
    };
    check(
        "main.tf",
        &[
            (function("join(\"\", [\"redis://:\", var.k, \"@h:6379\"])"), &["[var.k]"]),
            (function("\"db:\\n  password: ${var.k}\""), &["[var.k]"]),
            (function("\"db:\\n  host: ${var.k}\""), &[]),
            (site("\"Server=h;Password=${var.k}\""), &["[var.k]"]),
            (site("\"Server=${var.k};Authentication=Active Directory Managed Identity\""), &[]),
            (site("var.k"), &["[var.k]"]),
        ],
    );
    let job = |run: &str| format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n");
    check(
        ".github/workflows/a.yml",
        &[
            (job("pip install -i https://bot:${{ secrets.IDX }}@pypi.example.com/simple x"), &["IDX"]),
            (job("pip install --index-url https://${{ secrets.IDX }}/simple x"), &["[IDX]"]),
        ],
    );
}

#[test]
fn what_builds_and_stages_keep_to_log_in_with() {
    let image = |run: &str| format!("FROM node:22\nARG T\nRUN {run}\n");
    check(
        "Dockerfile",
        &[
            (image("npm config set //registry.npmjs.org/:_authToken=$T"), &["ARG T"]),
            (image("bundle config gems.example.com bot:$T"), &["ARG T"]),
            (image("git config --global url.https://$T@github.com/.insteadOf https://github.com/"), &["ARG T"]),
            (image("npm config set fund $T"), &[]),
        ],
    );
    check(
        ".travis.yml",
        &[(
            "before_install:\n  - openssl aes-256-cbc -K $encrypted_0a_key -iv $encrypted_0a_iv -in k.enc\n".to_owned(),
            &["encrypted_0a_key"],
        )],
    );
    let stage =
        |step: &str| format!("pipeline {{\n  agent any\n  stages {{\n    stage('a') {{\n      steps {{ {step} }}\n    }}\n  }}\n}}\n");
    check(
        "Jenkinsfile",
        &[
            (stage("httpRequest url: 'https://x.example.com', authentication: 'svc'"), &["svc"]),
            (stage("configFileProvider([configFile(fileId: 'settings', variable: 'S')]) { sh 'mvn -s $S deploy' }"), &["[settings]"]),
        ],
    );
}

#[test]
fn what_pods_and_settings_keep_to_log_in_with() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      env:\n        - name: API_TOKEN\n          \
               valueFrom: {fieldRef: {fieldPath: FIELD}}\n";
    let of = |field: &str| pod.replace("FIELD", field);
    check("p.yaml", &[(of("\"metadata.annotations['t']\""), &["[metadata.annotations['t']]"]), (of("metadata.name"), &[])]);
    check(
        ".codex/config.toml",
        &[("[shell_environment_policy]\nset = { DEPLOY_PASSWORD = \"fixture-dead-4\" }\n".to_owned(), &["fixture-dead-4"])],
    );
    let terminal = "{\"terminal.integrated.env.linux\": {\"DEPLOY_PASSWORD\": \"${env:DEPLOY_PASSWORD}\"}}";
    check(".vscode/settings.json", &[(terminal.to_owned(), &["DEPLOY_PASSWORD"])]);
    let site = "resource app 'Microsoft.Web/sites@2023-01-01' = {\n  name: 'a'\n  properties: {}\n}\nresource au \
                'Microsoft.Web/sites/config@2023-01-01' = {\n  parent: app\n  name: 'authsettingsV2'\n  properties: { x: { KEY: 'AAD' } }\n}\n";
    let set = |key: &str| site.replace("KEY", key);
    check("main.bicep", &[(set("clientSecretSettingName"), &["AAD"]), (set("clientIdSettingName"), &[])]);
}

#[test]
fn files_of_gitlab_that_hold_nothing_but_variables() {
    let root = ("ci.gitlab-ci.yml", "include: {local: ci/vars.yml}\na:\n  script: [make]\n");
    assert_eq!(found(&[root, ("ci/vars.yml", "variables:\n  API_TOKEN: fixture-dead-5\n")]), ["fixture-dead-5"]);
    assert_eq!(found(&[root, ("ci/vars.yml", "variables:\n  STAGE: prod\n")]), [""; 0]);
}
