//! The object that is judged: something that runs and authenticates to something else.

use crate::credential::spelled;
use crate::{Custody, Destination, IdentityPath, Layers, Link, Location, Missing, Reason, Role, Value, Verdict};

spelled! {
    /// What kind of thing runs.
    WorkloadKind {
        /// A job of a GitHub Actions workflow.
        GhaJob = "gha",
        /// A job of a GitLab pipeline.
        GitlabJob = "gitlab",
        /// A job of an Azure pipeline.
        AzureJob = "azure-pipelines",
        /// A job of a CircleCI configuration.
        CircleciJob = "circleci",
        /// A step of a Bitbucket pipeline.
        BitbucketStep = "bitbucket",
        /// A step of a Buildkite pipeline.
        BuildkiteStep = "buildkite",
        /// A Jenkins pipeline, one of its stages, or the configuration of a Jenkins controller.
        Jenkins = "jenkins",
        /// A pipeline of Drone.
        Drone = "drone",
        /// A step of a Woodpecker workflow.
        Woodpecker = "woodpecker",
        /// A job of Travis CI.
        Travis = "travis",
        /// A build of AWS CodeBuild.
        Codebuild = "codebuild",
        /// A build of Google Cloud Build.
        CloudBuild = "cloudbuild",
        /// A workspace of HCP Terraform.
        HcpTerraform = "tfc",
        /// A stack of Spacelift.
        Spacelift = "spacelift",
        /// A workflow or project of Atlantis.
        Atlantis = "atlantis",
        /// A Kubernetes pod template.
        K8s = "k8s",
        /// A compose service.
        Compose = "compose",
        /// An image, seen through its Dockerfile.
        Dockerfile = "dockerfile",
        /// A container image, read layer by layer.
        Image = "image",
        /// A Terraform resource that computes, or the run itself.
        Terraform = "tf",
        /// A CloudFormation resource that computes, or the stack itself.
        CloudFormation = "cfn",
        /// A function of the Serverless Framework, or the service itself.
        Serverless = "serverless",
        /// A resource of an Azure template that computes, or the deployment itself.
        Arm = "arm",
        /// The same, written in Bicep.
        Bicep = "bicep",
        /// A Pulumi resource that computes, or the program itself.
        Pulumi = "pulumi",
        /// A unit of systemd.
        Systemd = "systemd",
        /// A machine, seen through its first-boot configuration.
        CloudInit = "cloud-init",
        /// What a platform's tools print of it.
        Export = "export",
        /// The build of a machine image.
        Packer = "packer",
        /// A play, or a file of variables.
        Ansible = "ansible",
        /// A server, agent or helper of SPIFFE.
        Spire = "spire",
        /// An agent of Vault, which logs in and fetches for whoever runs beside it.
        VaultAgent = "vault-agent",
        /// A dump of an environment.
        Env = "env",
        /// An MCP server entry of an agent.
        Mcp = "mcp",
        /// An agent itself.
        Agent = "agent",
        /// A profile of a command-line tool.
        CliProfile = "cli-profile",
        /// What belongs to no workload that was recognised.
        Repository = "repo",
    }
}

spelled! {
    /// Where a value that is used by name is kept.
    StoreKind {
        /// GitHub Actions secret.
        GhaSecret = "gha-secret",
        /// GitHub Actions variable (plain text on the platform).
        GhaVariable = "gha-variable",
        /// A variable, secret or context entry in the settings of a CI system.
        CiVariable = "ci-variable",
        /// A named set of variables in the settings of a CI system, taken whole (context, variable group).
        CiGroup = "ci-group",
        /// A connection to a service that a CI system keeps, with or without a stored secret.
        ServiceConnection = "service-connection",
        /// An entry of Jenkins' credential store.
        JenkinsCredential = "jenkins-credential",
        /// A definition that the inputs lack: what it uses can't be seen.
        ForeignDefinition = "foreign-definition",
        /// Kubernetes Secret.
        K8sSecret = "k8s-secret",
        /// Kubernetes ConfigMap.
        K8sConfigMap = "k8s-config-map",
        /// Compose or Swarm secret.
        ComposeSecret = "compose-secret",
        /// Environment variable of whoever starts it.
        Environment = "environment",
        /// Prompted for and kept in the user's keychain.
        Prompt = "prompt",
        /// HashiCorp Vault.
        Vault = "vault",
        /// A cloud's secret manager.
        CloudSecretManager = "cloud-secret-manager",
        /// A Terraform variable without a value in the inputs.
        TerraformVariable = "terraform-variable",
        /// A parameter of a deployment without a value in the inputs (CloudFormation, ARM).
        Parameter = "parameter",
        /// A file outside the inputs.
        File = "file",
        /// A build-time secret that is not persisted (BuildKit).
        BuildSecret = "build-secret",
        /// Made by the platform for each run.
        Runtime = "runtime",
        /// Handed on by an earlier step of which nothing is known.
        StepOutput = "step-output",
    }
}

spelled! {
    /// What is kept under the name, as far as the place that uses it says (the consumer table of DOMAIN §3.1).
    Content {
        /// A durable credential.
        Durable = "durable",
        /// An identifier, not secret.
        Identifier = "identifier",
        /// The consumer doesn't tell; the name lexicons decide.
        Unstated = "unstated",
    }
}

/// A use by name of something that is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it is kept.
    pub store: StoreKind,
    /// Its name there (`AWS_SECRET_ACCESS_KEY`, `db-credentials`, `secret/data/db`); `*` for all.
    pub name: String,
    /// Key inside the named object.
    pub key: Option<String>,
    /// Namespace of the named object, for stores that have them.
    pub namespace: Option<String>,
    /// The variable, input or file that receives it.
    pub used_as: Option<String>,
    /// What the consumer says of the content.
    pub content: Content,
    /// `PlatformStored`, `VaultStatic`, `VaultDynamic`, `VaultUnknown` or `RuntimeMinted`.
    pub custody: Custody,
    /// What it is for; `Bootstrap` where the consumer exchanges it for something else.
    pub role: Role,
    /// Where it leads, where the consumer says.
    pub destination: Option<Destination>,
    /// Declared lease in seconds, for dynamic ones.
    pub lease_seconds: Option<u64>,
    /// It stands behind `||`, `if: failure()` or the like: a fallback (MX-02).
    pub fallback: bool,
    /// Where the use stands.
    pub location: Location,
}

spelled! {
    /// How another definition is drawn in.
    Use {
        /// A composite action or reusable workflow, by repository-relative path.
        Component = "component",
        /// A file whose content becomes part of it (`env_file`, a Dockerfile), by repository-relative path.
        File = "file",
        /// An image by reference.
        Image = "image",
        /// A Kubernetes ServiceAccount, `namespace/name`.
        ServiceAccount = "service-account",
        /// A Terraform resource, by address with module prefix.
        Resource = "resource",
    }
}

/// An image that is built from a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageBuild {
    /// Name of the image without tag or digest (`ghcr.io/acme/api`): a build seldom knows the tag that is deployed.
    pub image: String,
    /// Path of the Dockerfile, from the root of its repository or from the folder of whoever builds.
    pub dockerfile: String,
    /// Where the build stands.
    pub location: Location,
}

/// A workload as a parser reads it: facts without judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Stable id `kind:repo-relative-path#logical-name` (DOMAIN §3).
    pub id: String,
    /// Its kind.
    pub kind: WorkloadKind,
    /// Name for people.
    pub name: String,
    /// A definition that is only ever part of others (composite action, reusable workflow body, ServiceAccount): judged with its users.
    pub component: bool,
    /// Where it is defined.
    pub location: Location,
    /// The bytes that are its own definition: artifacts inside belong to it. The innermost extent wins.
    pub extents: Vec<Location>,
    /// Deployment environment, where named.
    pub environment: Option<Value>,
    /// Owner, where its own labels, annotations or tags say.
    pub owner: Option<String>,
    /// Ways in without a stored secret.
    pub identity_paths: Vec<IdentityPath>,
    /// Uses by name.
    pub references: Vec<Reference>,
    /// Destinations it is seen to reach (hosts, registries, clouds).
    pub destinations: Vec<Destination>,
    /// Definitions drawn in.
    pub uses: Vec<(Use, String)>,
    /// Images that it builds.
    pub builds: Vec<ImageBuild>,
    /// Facts that checks ask for by documented name: (`timeout-minutes`, `30`), (`trigger`, `pull_request_target`),
    /// (`checks-out`, `pull-request-head`), (`auto-approve`, `*`), (`remote`, `true`) … with their place.
    pub traits: Vec<(String, String, Location)>,
}

impl Workload {
    /// A workload with nothing known of it but what and where it is.
    #[must_use]
    pub fn new(kind: WorkloadKind, id: impl Into<String>, name: impl Into<String>, location: Location) -> Self {
        Self {
            id: id.into(),
            kind,
            name: name.into(),
            component: false,
            location,
            extents: Vec::new(),
            environment: None,
            owner: None,
            identity_paths: Vec::new(),
            references: Vec::new(),
            destinations: Vec::new(),
            uses: Vec::new(),
            builds: Vec::new(),
            traits: Vec::new(),
        }
    }
}

/// A workload as it is reported: judged.
#[derive(Clone, Debug)]
pub struct WorkloadReport {
    /// Stable id.
    pub id: String,
    /// Kind.
    pub kind: WorkloadKind,
    /// Name for people.
    pub name: String,
    /// Where it is defined, first place first.
    pub locations: Vec<Location>,
    /// What is said of it rests on this.
    pub assurance: crate::Assurance,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Deployment environment.
    pub environment: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// For an indeterminate one: the verdict if every unknown layer passed.
    pub leaning: Option<Verdict>,
    /// Why, most decisive first.
    pub reasons: Vec<Reason>,
    /// What would settle it.
    pub missing: Vec<Missing>,
    /// The four layers.
    pub layers: Layers,
    /// Identity paths with their evidence.
    pub identity_paths: Vec<IdentityPath>,
    /// The definitions elsewhere that the verdict rests on, each after the one that leads to it.
    pub links: Vec<Link>,
    /// How many more links there are.
    pub hidden_links: usize,
    /// What it reaches.
    pub destinations: Vec<Destination>,
    /// Ids of the artifacts attributed to it, sorted.
    pub artifacts: Vec<String>,
    /// Indices into the report's findings, sorted.
    pub findings: Vec<usize>,
    /// It authenticates to nothing as far as can be seen: left out of percentages.
    pub no_access_observed: bool,
}
