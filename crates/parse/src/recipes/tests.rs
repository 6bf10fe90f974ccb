use std::sync::Arc;

use unkeyed_model::{Origin, StoreKind, Use, Workload};

use super::*;

fn read(path: &str, text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    let group = crate::group(&unit).unwrap();
    crate::read(&group, std::slice::from_ref(&unit))
}

fn recipe<'f>(facts: &'f Facts, id: &str) -> &'f Workload {
    facts.workloads.iter().find(|workload| workload.component && workload.id == id).unwrap_or_else(|| panic!("{id}"))
}

fn stored(recipe: &Workload) -> Vec<&str> {
    let used = recipe.references.iter().filter(|used| used.store == StoreKind::CiVariable);
    used.map(|used| used.name.as_str()).collect()
}

fn calls(recipe: &Workload) -> Vec<&str> {
    recipe.uses.iter().filter(|(kind, _)| *kind == Use::Component).map(|(_, target)| target.as_str()).collect()
}

#[test]
fn targets_of_a_makefile() {
    let text = "REGISTRY_TOKEN := $(shell cat token)\nexport STAGE ?= dev\n.PHONY: push\nall: build # both\n\nbuild test: deps \\\n  more\n\t@docker login -p \
                $(DOCKER_PASSWORD) -u x\n\n\t-echo $$DEPLOY_TOKEN $(REGISTRY_TOKEN)\npush: ; curl -H \"x: $(FIRST_TOKEN)\" x\n\t$(MAKE) -C web upload\n\tcurl -u \"$(CURL_TOKEN)\" \
                x\n%.o: %.c\n\tcc $<\ndefine X\nnope:\n\techo\nendef\n";
    let facts = read("infra/Makefile", text);
    let build = recipe(&facts, "repo:infra/Makefile#build");
    assert_eq!(stored(build), ["DOCKER_PASSWORD", "DEPLOY_TOKEN"]);
    assert_eq!(calls(build), ["Makefile#deps", "Makefile#more"]);
    assert_eq!(calls(recipe(&facts, "repo:infra/Makefile#all")), ["Makefile#build"]);
    let push = recipe(&facts, "repo:infra/Makefile#push");
    assert_eq!((stored(push), calls(push)), (vec!["FIRST_TOKEN", "CURL_TOKEN"], vec!["web/Makefile#upload"]));
    let at = &build.references[0].location.region;
    assert!(text[at.span.start..at.span.end].contains("DOCKER_PASSWORD"));
    assert_eq!(facts.workloads.len(), 4);
}

#[test]
fn scripts_of_a_package() {
    let text = r#"{"name": "x", "scripts": {"predeploy": "npm run build", "build": "tsc", "deploy": "aws s3 sync dist s3://site && curl -H \"t: $SITE_TOKEN\" x"}}"#;
    let facts = read("web/package.json", text);
    let deploy = recipe(&facts, "repo:web/package.json#deploy");
    assert_eq!((stored(deploy), calls(deploy)), (vec!["SITE_TOKEN"], vec!["package.json#predeploy"]));
    assert!(deploy.destinations.iter().any(|to| to.kind == "aws"));
    assert_eq!(calls(recipe(&facts, "repo:web/package.json#predeploy")), ["package.json#build"]);
    let installed = Unit::new(Arc::new(Origin { path: "node_modules/a/package.json".into(), ..Origin::default() }), text.as_bytes());
    assert!(crate::group(&installed).is_none());
}

#[test]
fn what_cannot_be_read_is_noted() {
    assert_eq!(read("package.json", "{\"scripts\": {{ }}").skipped[0].why, SkipReason::NotUnderstood);
    assert_eq!(read("Makefile", &"a:\n".repeat(MAX_RECIPES + 1)).skipped[0].why, SkipReason::Limit);
}

#[test]
fn every_prefix_ends() {
    let text = "é := $(shell $$x) \\\n y\na b: c \\\n d\n\t@$(MAKE) ${MAKE} $(é $$ $\n\\\n";
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        let _ = read("Makefile", &text[..end]);
    }
    let _ = read("Makefile", &format!("a:\n\t{}", "$(".repeat(10_000)));
}
