//! The formats that are read, each on one line. The first row that claims a unit gets it.

use unkeyed_model::{Facts, Surface, Unit};

use crate::{
    agents, ansible, arm, atlantis, azure_pipelines, backstage, bitbucket, buildkite, circleci, cloud_init, cloudbuild, cloudformation,
    codebuild, codeowners, compose, dependabot, dockerfile, dotenv, drone, entra_policies, env_dump, exports, gha, gitlab,
    google_credentials, image, jenkins, k3s, k8s, profiles, programs, provisioning, recipes, serverless, shell_script, spacelift, spire,
    systemd, terraform, text_template, travis, vault_agent,
};

/// One format.
pub(crate) struct Row {
    /// Name, as in [`crate::Group::format`].
    pub(crate) name: &'static str,
    /// The group key if the format wants the unit, judged by its path and a look at its first bytes.
    pub(crate) claims: fn(&Unit<'_>) -> Option<String>,
    /// What its files are, for reports.
    pub(crate) surface: Surface,
    /// Reads the units of one group.
    pub(crate) read: fn(&[Unit<'_>]) -> Facts,
}

/// All formats, the more specific claims first.
pub(crate) const ROWS: &[Row] = &[
    Row { name: "env-dump", claims: env_dump::claims, surface: Surface::EnvDump, read: env_dump::read },
    Row { name: "image", claims: image::claims, surface: Surface::ImageConfig, read: image::read },
    Row { name: "github-actions", claims: gha::claims, surface: Surface::CiConfig, read: gha::read },
    Row { name: "dependabot", claims: dependabot::claims, surface: Surface::CiConfig, read: dependabot::read },
    Row { name: "circleci", claims: circleci::claims, surface: Surface::CiConfig, read: circleci::read },
    Row { name: "bitbucket", claims: bitbucket::claims, surface: Surface::CiConfig, read: bitbucket::read },
    Row { name: "buildkite", claims: buildkite::claims, surface: Surface::CiConfig, read: buildkite::read },
    Row { name: "drone", claims: drone::claims, surface: Surface::CiConfig, read: drone::read },
    Row { name: "travis", claims: travis::claims, surface: Surface::CiConfig, read: travis::read },
    Row { name: "codebuild", claims: codebuild::claims, surface: Surface::CiConfig, read: codebuild::read },
    Row { name: "cloudbuild", claims: cloudbuild::claims, surface: Surface::CiConfig, read: cloudbuild::read },
    Row { name: "jenkins", claims: jenkins::claims, surface: Surface::CiConfig, read: jenkins::read },
    Row { name: "jenkins-controller", claims: jenkins::claims_controller, surface: Surface::CiConfig, read: jenkins::read_controller },
    Row { name: "gitlab-ci", claims: gitlab::claims, surface: Surface::CiConfig, read: gitlab::read },
    Row { name: "azure-pipelines", claims: azure_pipelines::claims, surface: Surface::CiConfig, read: azure_pipelines::read },
    Row { name: "spacelift", claims: spacelift::claims, surface: Surface::CiConfig, read: spacelift::read },
    Row { name: "atlantis", claims: atlantis::claims, surface: Surface::CiConfig, read: atlantis::read },
    Row { name: "agents", claims: agents::claims, surface: Surface::Worktree, read: agents::read },
    Row { name: "cli-profiles", claims: profiles::claims, surface: Surface::Worktree, read: profiles::read },
    Row { name: "codeowners", claims: codeowners::claims, surface: Surface::Worktree, read: codeowners::read },
    Row { name: "backstage", claims: backstage::claims, surface: Surface::Worktree, read: backstage::read },
    Row { name: "compose", claims: compose::claims, surface: Surface::Iac, read: compose::read },
    Row { name: "dockerfile", claims: dockerfile::claims, surface: Surface::Iac, read: dockerfile::read },
    Row { name: "dotenv", claims: dotenv::claims, surface: Surface::Worktree, read: dotenv::read },
    Row { name: "entra-policies", claims: entra_policies::claims, surface: Surface::CliExport, read: entra_policies::read },
    Row { name: "google-credentials", claims: google_credentials::claims, surface: Surface::Worktree, read: google_credentials::read },
    Row { name: "terraform-state", claims: terraform::claims_state, surface: Surface::TfState, read: terraform::read_state },
    Row { name: terraform::FORMAT, claims: terraform::claims, surface: Surface::Iac, read: terraform::read },
    Row { name: "serverless", claims: serverless::claims, surface: Surface::Iac, read: serverless::read },
    Row { name: "azure-templates", claims: arm::claims, surface: Surface::Iac, read: arm::read },
    Row { name: "cloudformation", claims: cloudformation::claims, surface: Surface::Iac, read: cloudformation::read },
    Row { name: "trust-documents", claims: provisioning::claims_documents, surface: Surface::Iac, read: provisioning::read_documents },
    Row { name: "cloud-init", claims: cloud_init::claims, surface: Surface::Iac, read: cloud_init::read },
    Row { name: "ansible", claims: ansible::claims, surface: Surface::Iac, read: ansible::read },
    Row { name: "spire-entries", claims: spire::claims_entries, surface: Surface::Iac, read: spire::read_entries },
    Row { name: "spire-values", claims: spire::values::claims, surface: Surface::K8sManifest, read: spire::values::read },
    Row { name: "trust-scripts", claims: provisioning::claims_scripts, surface: Surface::Worktree, read: provisioning::read_scripts },
    Row { name: "shell-scripts", claims: shell_script::claims, surface: Surface::Worktree, read: shell_script::read },
    Row { name: "makefiles", claims: recipes::claims_makefile, surface: Surface::Worktree, read: recipes::read_makefiles },
    Row { name: "package-scripts", claims: recipes::claims_package, surface: Surface::Worktree, read: recipes::read_packages },
    Row { name: "vault-agent", claims: vault_agent::claims, surface: Surface::Worktree, read: vault_agent::read },
    Row { name: "spire", claims: terraform::claims_spire, surface: Surface::Iac, read: terraform::read_spire },
    Row { name: "pulumi", claims: terraform::claims_pulumi, surface: Surface::Iac, read: terraform::read_pulumi },
    Row { name: "packer", claims: terraform::claims_packer, surface: Surface::Iac, read: terraform::read_packer },
    Row { name: "ecs-tasks", claims: env_dump::claims_task, surface: Surface::Iac, read: env_dump::read },
    Row { name: "programs", claims: programs::claims, surface: Surface::Worktree, read: programs::read },
    // Given as such only: nothing in a repository is taken for it.
    Row { name: exports::FORMAT, claims: |_| None, surface: Surface::CliExport, read: exports::read },
    Row { name: "systemd", claims: systemd::claims, surface: Surface::Iac, read: systemd::read },
    Row { name: "k3s", claims: k3s::claims, surface: Surface::Iac, read: k3s::read },
    Row { name: "text-templates", claims: text_template::claims, surface: Surface::Worktree, read: text_template::read },
    Row { name: "k8s", claims: k8s::claims, surface: Surface::K8sManifest, read: k8s::read },
    // Data that nobody else reads stands with the configuration beside it.
    Row { name: terraform::FORMAT, claims: terraform::claims_data, surface: Surface::Iac, read: terraform::read },
];
