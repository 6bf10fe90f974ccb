//! What the definitions of a repository are to one another, and the inventory that comes of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;

fn shop() -> tempfile::TempDir {
    support::repository(&support::root().join("fixtures/links"), "https://github.com/acme/api.git", &|_, text| Some(text.to_owned()))
}

/// The links of a workload as `relation name: from → to`, by file.
fn links(report: &Value, id: &str) -> Vec<String> {
    let workload = report["workloads"].as_array().unwrap().iter().find(|workload| workload["id"] == id);
    let links = workload.unwrap_or_else(|| panic!("no workload {id}"))["links"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let place = |place: &Value| format!("{}:{}", text(&place["uri"]), place["line"]);
    let said =
        |link: &Value| format!("{} {}: {} → {}", text(&link["relation"]), text(&link["name"]), place(&link["from"]), place(&link["to"]));
    links.iter().map(said).collect()
}

#[test]
fn the_report_shows_what_leads_to_what() {
    let shop = shop();
    let (report, _) = support::audit(shop.path(), &["--no-history"]);
    let expected: &[(&str, &[&str])] = &[
        (
            "k8s:prod/Deployment/api",
            &[
                "service-account prod/api: k8s/api.yaml:4 → k8s/api.yaml:22",
                "build ghcr.io/acme/api:1.4.2: k8s/api.yaml:4 → api/Containerfile:null",
                "secret db: k8s/api.yaml:17 → k8s/secrets.yaml:1",
                "secret-store SecretStore vault: k8s/secrets.yaml:1 → k8s/secrets.yaml:16",
                "service-account prod/api: k8s/secrets.yaml:16 → k8s/api.yaml:22",
            ],
        ),
        (
            "gha:.github/workflows/release.yml#image",
            &[
                "principal arn:aws:iam::111122223333:role/release: .github/workflows/release.yml:20 → infra/iam.tf:21",
                "trust arn:aws:iam::111122223333:role/release: infra/iam.tf:21 → infra/iam.tf:2",
                "grant arn:aws:iam::111122223333:role/release: infra/iam.tf:21 → infra/iam.tf:30",
            ],
        ),
        (
            "compose:compose.yml#worker",
            &["file worker.env: compose.yml:2 → worker.env:null", "build ghcr.io/acme/worker: compose.yml:2 → worker/Dockerfile:null"],
        ),
        ("compose:compose.yml#proxy", &["build acme/web: compose.yml:8 → web/Dockerfile:null"]),
    ];
    for (id, expected) in expected {
        assert_eq!(links(&report, id), *expected, "{id}");
    }
}

#[test]
fn the_inventory_is_a_table_with_a_row_for_each_way_in() {
    let shop = shop();
    let output = support::run(support::unkeyed().arg("audit").arg(shop.path()).args(["--no-history", "--format", "inventory-csv"]));
    let mut table = csv::Reader::from_reader(output.stdout.as_slice());
    let headers = table.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap_or_else(|| panic!("no column {name}"));
    let columns = ["workload", "access", "identity", "destination", "complete"].map(at);
    let rows: Vec<[String; 5]> = table
        .records()
        .map(|row| {
            let row = row.unwrap();
            columns.map(|column| row[column].to_owned())
        })
        .collect();
    let row = |cells: [&str; 5]| assert!(rows.contains(&cells.map(str::to_owned)), "no {cells:?} in {rows:?}");
    row(["gha:.github/workflows/release.yml#image", "federated", "arn:aws:iam::111122223333:role/release", "aws:111122223333", "no"]);
    row(["k8s:prod/Deployment/api", "credential", "db", "db", "no"]);
    row(["compose:compose.yml#proxy", "none-observed", "", "", "no"]);
}
