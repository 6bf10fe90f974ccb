//! Identities that variables announce, and tokens that nothing is seen to take.

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Platform, Value, WorkloadKind};

use super::job::Job;
use crate::environment;

/// How Google's access tokens of a service account are made.
const IMPERSONATION: &str = "generateAccessToken";

impl Job<'_> {
    /// Variables of the SDKs (`AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, `ARM_USE_OIDC`). Where the job has an
    /// identity token, that is what they take; else it is the runner's.
    pub(super) fn announced(&mut self) {
        let variables = self.take_variables();
        self.workload.traits.extend(environment::terraform_tenant(&variables));
        for path in environment::identity_paths(&variables) {
            let same = |other: &IdentityPath| other.destination.kind == path.destination.kind && other.kind == path.kind;
            if self.workload.identity_paths.iter().any(same) {
                continue;
            }
            let asked = match path.platform {
                Platform::Azure => "api://AzureADTokenExchange",
                Platform::Aws => "sts.amazonaws.com",
                _ => "",
            };
            let token =
                self.token_for(|audience| audience == asked).or_else(|| self.identity.iter().position(|token| token.mentioned.is_some()));
            let (Some(at), IdentityKind::Federated, Some(token)) = (path.consumer.clone(), path.kind, token) else {
                self.workload.identity_paths.push(path);
                continue;
            };
            let asked = (!asked.is_empty()).then_some(asked);
            let taken = self.federated(path.platform, &path.mechanism, path.destination.clone(), Some(token), asked, at);
            self.workload.identity_paths.push(IdentityPath { principal: path.principal, ttl: path.ttl, ..taken });
        }
    }

    /// Of two exchanges of which one names who the job becomes, the other is the step before it (Google's token exchange
    /// and the impersonation of a service account).
    pub(super) fn named_exchanges(&mut self) {
        let named: Vec<Platform> =
            self.workload.identity_paths.iter().filter(|path| path.mechanism == IMPERSONATION).map(|path| path.platform).collect();
        self.workload
            .identity_paths
            .retain(|path| path.principal.known().is_some() || path.mechanism == IMPERSONATION || !named.contains(&path.platform));
    }

    /// A token that is used, but not by a login that is known, leads nobody knows where; one that nothing uses is only
    /// a capability.
    pub(super) fn unspent_tokens(&mut self) {
        for index in 0..self.identity.len() {
            let token = &self.identity[index];
            if token.used {
                continue;
            }
            let (at, mentioned, variable) = (token.at.clone(), token.mentioned.clone(), token.variable.clone());
            let mechanism = if variable.is_empty() { "OIDC token request".to_owned() } else { variable };
            // What Azure Pipelines issues is for the connection's own tenant.
            let (platform, kind) = match self.system.kind {
                WorkloadKind::AzureJob => (Platform::Azure, "azure"),
                _ => (Platform::Saas, "unknown"),
            };
            let path = self.federated(platform, &mechanism, Destination::new(kind, ""), Some(index), None, at);
            let principal = Value::unknown("the token itself is the identity");
            self.workload.identity_paths.push(IdentityPath { consumer: mentioned, principal, ..path });
        }
    }
}
