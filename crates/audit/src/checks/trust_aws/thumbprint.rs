//! # What it finds
//!
//! Nothing: a missing or old `thumbprint_list` of an OpenID Connect provider is not reported.
//!
//! # Why it matters
//!
//! AWS checks the issuers that matter (GitHub, GitLab, Google, Auth0, and those whose keys lie in S3) against its own
//! library of root certificates and no longer uses the configured thumbprint (IAM User Guide, "Obtain the thumbprint for
//! an OpenID Connect identity provider"). Scanners that report it send people to renew a value that nothing reads; this
//! page is here so that the silence is known to be meant.
//!
//! # Instead
//!
//! Leave the list out, or as it is. What protects the role is the condition on subject and audience: TB-AWS-01.

use unkeyed_model::Level;

use crate::checks::check::Check;
use crate::checks::standards;

/// It has a page and looks at nothing; it is listed apart from the checks that run.
pub(in crate::checks) const PAGE: Check = Check {
    id: "TB-AWS-15",
    title: "thumbprints of identity providers are not judged",
    level: Level::Note,
    standards: standards::TRUST,
    source: include_str!("thumbprint.rs"),
    run: |_, _| {},
};
