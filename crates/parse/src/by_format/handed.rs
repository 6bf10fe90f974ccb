//! What is handed in through files beside a definition, and under names that tell nothing.

use super::{check, facts, found};

#[test]
fn what_overrides_a_compose_file_adds_to_its_services() {
    let base = ("app/compose.yml", "services: {web: {image: a}}\n");
    let over = |name: &'static str| (name, "services: {web: {environment: {DB_PASSWORD: fixture-dead-1}}}\n");
    let ids = |files: &[(&str, &str)]| facts(files).workloads.into_iter().map(|one| one.id).collect::<Vec<_>>();
    let merged = ids(&[over("app/compose.override.yml"), base]);
    assert_eq!(merged, ["compose:app/compose.yml#web", "compose:app/compose.yml#web"]);
    let apart = ids(&[base, over("app/compose.prod.yml")]);
    assert_eq!(apart, ["compose:app/compose.prod.yml#web", "compose:app/compose.yml#web"]);
    assert_eq!(ids(&[over("app/compose.override.yml")]), ["compose:app/compose.override.yml#web"]);
}

#[test]
fn a_mounted_file_is_drawn_in() {
    let of = |volume: &str| {
        let text = format!("services: {{web: {{image: a, volumes: ['{volume}']}}}}\n");
        let uses = facts(&[("app/compose.yml", &text)]).workloads.remove(0).uses;
        uses.into_iter().filter(|(how, _)| *how == unkeyed_model::Use::File).map(|(_, path)| path).collect::<Vec<_>>()
    };
    assert_eq!(of("./server.conf:/etc/server.conf:ro"), ["app/server.conf"]);
    let agent = "services: {web: {image: a, command: 'agent -config=/etc/agent/a.hcl', volumes: ['./conf:/etc/agent']}}\n";
    let uses = facts(&[("app/compose.yml", agent)]).workloads.remove(0).uses;
    assert!(uses.contains(&(unkeyed_model::Use::Component, "app/conf/a.hcl".to_owned())));
    for volume in ["./src:/app", "data:/data", "/etc/localtime:/etc/localtime"] {
        assert_eq!(of(volume), [""; 0], "{volume}");
    }
}

#[test]
fn scripts_that_tasks_name_are_drawn_in() {
    let of = |inputs: &str| {
        let text = format!("jobs:\n  - job: a\n    steps:\n      - task: Bash@3\n        inputs: {{{inputs}}}\n");
        facts(&[("azure-pipelines.yml", &text)]).workloads.remove(0).uses
    };
    let script = (unkeyed_model::Use::Component, "ci/deploy.sh".to_owned());
    assert!(of("filePath: ci/deploy.sh").contains(&script));
    assert!(of("filePath: $(Build.SourcesDirectory)/ci/deploy.sh").contains(&script));
    assert!(!of("filePath: ci/deploy.json").iter().any(|(how, _)| *how == unkeyed_model::Use::Component));
}

#[test]
fn parameter_store_hands_out_settings_and_secrets_alike() {
    let function = |value: &str, rest: &str| {
        format!("{rest}\nresource \"aws_lambda_function\" \"a\" {{\n  environment {{\n    variables = {{ CONFIG = {value} }}\n  }}\n}}\n")
    };
    let parameter = |name: &str| format!("data \"aws_ssm_parameter\" \"p\" {{ name = \"{name}\" }}");
    let value = "data.aws_ssm_parameter.p.value";
    check(
        "main.tf",
        &[
            (function(value, &parameter("/app/config")), &["[/app/config]"]),
            (function(value, &parameter("/aws/service/ami-amazon-linux-latest/x")), &[]),
            (
                function("aws_api_gateway_api_key.k.value", "resource \"aws_api_gateway_api_key\" \"k\" {}"),
                &["aws_api_gateway_api_key.k.value"],
            ),
        ],
    );
    let service = |value: &str| {
        format!("service: s\nprovider: {{name: aws}}\nfunctions:\n  f:\n    handler: h\n    environment:\n      CONFIG: {value}\n")
    };
    check(
        "serverless.yml",
        &[
            (service("${ssm:/app/config}"), &["[/app/config]"]),
            (service("${ssm(eu-west-1):/app/config}"), &["[/app/config]"]),
            (service("${ssm:/aws/service/x}"), &[]),
            (service("${sls:stage}"), &[]),
            (service("x\n      API_TOKEN: ${terraform:outputs:token}"), &["terraform:outputs:token"]),
            (
                service("x\n    events: [{kafka: {topic: t, x: {saslScram512Auth: 'arn:aws:secretsmanager:eu-west-1:1:secret:k'}}}]"),
                &["arn:aws:secretsmanager:eu-west-1:1:secret:k"],
            ),
        ],
    );
}

#[test]
fn attributes_of_vendors_resources_that_are_a_key() {
    let function = |value: &str| {
        format!("resource \"aws_lambda_function\" \"a\" {{\n  environment {{\n    variables = {{ UPSTREAM = {value} }}\n  }}\n}}\n")
    };
    let keys: [&[&str]; 6] = [
        &["cloudflare_api_token.x.value"],
        &["datadog_api_key.x.key"],
        &["pagerduty_service_integration.x.integration_key"],
        &["azurerm_logic_app_trigger_http_request.x.callback_url"],
        &["data.azurerm_storage_account_sas.x.sas"],
        &["data.azurerm_function_app_host_keys.x.default_function_key"],
    ];
    check("main.tf", &keys.map(|key| (function(key[0]), key)));
    let public = ["aws_kms_key.x.key_id", "aws_key_pair.x.key_name", "aws_sqs_queue.x.url", "data.aws_region.x.name"];
    check("main.tf", &public.map(|value| (function(value), &[] as &[&str])));
}

#[test]
fn what_builds_and_pipelines_take_from_elsewhere() {
    let build = |specification: &str, rest: &str| {
        format!(
            "resource \"aws_codebuild_project\" \"a\" {{\n  source {{\n    type = \"CODECOMMIT\"\n    buildspec = {specification}\n  }}\n}}\n{rest}"
        )
    };
    let object = "resource \"aws_s3_object\" \"s\" {\n  bucket = \"b\"\n  key = \"k/spec.yml\"\n  content = templatefile(\"${path.module}/t/buildspec.yml\", {})\n}\n";
    let of = |text: &str| facts(&[("a/main.tf", text)]).workloads.into_iter().find(|one| one.id.ends_with("codebuild_project.a")).unwrap();
    let made = of(&build("\"${aws_s3_bucket.b.arn}/${aws_s3_object.s.key}\"", object));
    assert!(made.uses.contains(&(unkeyed_model::Use::File, "a/t/buildspec.yml".to_owned())), "{:?}", made.uses);
    let given = of(&build("var.spec", "variable \"spec\" {}\n"));
    assert_eq!(given.references[0].store, unkeyed_model::StoreKind::ForeignDefinition);
    assert!(of(&build("\"ci/spec.yml\"", "")).references.is_empty());
    let pipeline = |action: &str| {
        format!("resource \"aws_codepipeline\" \"a\" {{\n  stage {{\n    name = \"s\"\n    action {{\n      {action}\n    }}\n  }}\n}}\n")
    };
    check(
        "main.tf",
        &[
            (pipeline("owner = \"ThirdParty\"\n provider = \"GitHub\""), &["GITHUB_TOKEN"]),
            (pipeline("owner = \"AWS\"\n provider = \"CodeCommit\""), &[]),
        ],
    );
    let machine = |default: &str| {
        format!(
            "{{\"variables\": {{\"s\": \"{default}\"}}, \"builders\": [{{\"type\": \"azure-arm\", \"client_secret\": \"{{{{user `s`}}}}\"}}]}}"
        )
    };
    check("t.json", &[(machine("{{env `client_secret`}}"), &["[var.s]"]), (machine(""), &["[var.s]"])]);
}

#[test]
fn a_map_that_says_how_a_token_is_exchanged_may_hold_no_key() {
    let pod = |audience: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: a\n      env: [{{name: GOOGLE_APPLICATION_CREDENTIALS, value: /c/f.json}}]\n      \
             volumeMounts: [{{name: c, mountPath: /c}}]\n  volumes:\n    - name: c\n      configMap: {{name: credential-configuration}}\n    - name: t\n      \
             projected: {{sources: [{{serviceAccountToken: {{path: token, audience: '{audience}'}}}}]}}\n"
        )
    };
    let of = |audience: &str| {
        let used = facts(&[("p.yaml", &pod(audience))]).workloads.remove(0).references;
        used.into_iter().map(|used| (used.name, used.key)).collect::<Vec<_>>()
    };
    let pool = "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q";
    assert_eq!(of(pool), [("credential-configuration".to_owned(), Some("*".to_owned()))]);
    assert_eq!(of("vault"), [("credential-configuration".to_owned(), None)]);
}

#[test]
fn container_apps_of_the_older_provider_are_workloads() {
    let app = "resource app 'Microsoft.Web/containerApps@2022-09-01' = {\n  name: 'app'\n  properties: { configuration: { secrets: [{ name: 'registry-password', value: 'fixture-dead-7' }] } }\n}\n";
    assert_eq!(facts(&[("main.bicep", app)]).workloads[0].id, "bicep:main.bicep#app");
}

#[test]
fn a_variable_that_is_said_to_be_secret_is_one_whatever_it_is_called() {
    let main = |sensitive: bool| {
        format!(
            "variable \"x\" {{ sensitive = {sensitive} }}\nresource \"aws_lambda_function\" \"a\" {{\n  environment {{\n    variables = {{ LICENCE = var.x }}\n  }}\n}}\n"
        )
    };
    let given = ("prod.auto.tfvars", "x = \"fixture-dead-2\"\n");
    assert_eq!(found(&[("main.tf", &main(true)), given]), ["[var.x]", "fixture-dead-2"]);
    assert_eq!(found(&[("main.tf", &main(false)), given]), [""; 0]);
}

#[test]
fn parts_of_connection_strings_in_templates() {
    let function = |value: &str| {
        format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {{P: {{Type: String}}}}\nResources:\n  F:\n    Type: AWS::Lambda::Function\n    \
             Properties:\n      Environment:\n        Variables:\n          CONN: {value}\n"
        )
    };
    check(
        "t.yaml",
        &[
            (function("!Sub 'Server=h;Password=${P}'"), &["P"]),
            (function("!Join ['', ['Server=h;Password=', !Ref P]]"), &["P"]),
            (function("!Sub 'Server=${P};Integrated Security=true'"), &[]),
        ],
    );
}

#[test]
fn what_google_starts_machines_with() {
    let machine = |metadata: &str| format!("resource \"google_compute_instance\" \"a\" {{\n  metadata = {{ {metadata} }}\n}}\n");
    check(
        "main.tf",
        &[
            (machine("startup-script-url = \"gs://cfg/start.sh\""), &["[gs://cfg/start.sh]"]),
            (machine("sysprep-specialize-script-ps1 = \"net user a fixture-dead-3 /add\""), &["fixture-dead-3"]),
            (machine("enable-oslogin = \"TRUE\""), &[]),
        ],
    );
}

#[test]
fn words_that_commands_of_containers_and_jobs_take() {
    let pod = |command: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: a\n      command: {command}\n")
    };
    check(
        "p.yaml",
        &[
            (pod("[mc, alias, set, m, 'https://m', minio, fixture-dead-4]"), &["fixture-dead-4"]),
            (pod("[sh, -c, 'mc alias set m https://m minio fixture-dead-5 && serve']"), &["fixture-dead-5"]),
            (pod("[mc, alias, list]"), &[]),
        ],
    );
    let job = |run: &str| format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n");
    check(
        ".github/workflows/a.yml",
        &[
            (job("echo \"u:${{ secrets.BOX }}\" | sudo chpasswd"), &["BOX"]),
            (job("echo fixture-dead-6 | passwd --stdin u"), &["fixture-dead-6"]),
        ],
    );
    let service = |command: &str| format!("services: {{web: {{image: a, command: '{command}'}}}}\n");
    check("compose.yml", &[(service("ngrok config add-authtoken fixture-dead-7"), &["fixture-dead-7"])]);
}

#[test]
fn a_template_that_a_block_renders_is_a_part_of_it() {
    let block = |kind: &str, attribute: &str| {
        format!("resource \"{kind}\" \"a\" {{\n  {attribute} = templatefile(\"c.tpl\", {{ x = var.y }})\n}}\nvariable \"y\" {{}}\n")
    };
    for text in [block("aws_instance", "user_data"), block("aws_cloudwatch_dashboard", "dashboard_body")] {
        let uses: Vec<_> = facts(&[("main.tf", &text)]).workloads.into_iter().flat_map(|one| one.uses).collect();
        let is_drawn_in = uses.contains(&(unkeyed_model::Use::Component, "c.tpl".to_owned()));
        assert_eq!(is_drawn_in, text.contains("aws_instance"), "{text}");
    }
}

#[test]
fn weak_words_of_a_map_and_key_files_that_a_variable_holds() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  DB_ADMIN_PASSWORD: postgres-admin-password\n  DB_USER: a\n";
    assert!(super::found(&[("map.yaml", map)]).contains(&"DB_ADMIN_PASSWORD".to_owned()));
    let job = "deploy:\n  script:\n    - ssh -i $ID_RSA -p 22 a@b.example uptime\n";
    assert_eq!(super::found(&[(".gitlab-ci.yml", job)]), ["ID_RSA"]);
}

#[test]
fn what_the_environment_gives_a_variable_of_packer() {
    let build = "variable \"client_secret\" {\n  type = string\n  default = env(\"ARM_CLIENT_SECRET\")\n  sensitive = true\n}\nvariable \"client_id\" {\n  default = env(\"ARM_CLIENT_ID\")\n}\nsource \"azure-arm\" \"a\" {\n  client_id = var.client_id\n  client_secret = var.client_secret\n}\n";
    assert_eq!(super::found(&[("azure.pkr.hcl", build)]), ["ARM_CLIENT_SECRET"]);
}

#[test]
fn a_file_that_the_injector_writes_is_told_by_its_annotation() {
    let pod = |annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    vault.hashicorp.com/agent-inject: \"{annotation}\"\n    \
             vault.hashicorp.com/agent-inject-secret-db.env: database/creds/a\nspec:\n  containers:\n    - name: a\n      image: x\n      \
             command: [\"/bin/sh\", \"-c\", \". /vault/secrets/db.env && exec /app\"]\n"
        )
    };
    assert_eq!(super::found(&[("pod.yaml", &pod("true"))]), ["database/creds/a"]);
    assert_eq!(super::found(&[("pod.yaml", &pod("false"))]), ["[/vault/secrets/db.env]"]);
}
