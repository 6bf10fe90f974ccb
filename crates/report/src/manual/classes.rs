//! Persistence classes.

use unkeyed_model::Class;

/// What follows from it, and what to do.
pub(super) const fn advice(class: Class) -> &'static str {
    match class {
        Class::Durable => "Counts as lasting. Replace and revoke it; deleting the file leaves it in history and layers.",
        Class::Bootstrap => "Counts as lasting. Let the platform attest the workload instead of handing it a first secret.",
        Class::LongLived => "Counts as lasting, because it outlives the policy's threshold `short` (24h). Issue it for each use.",
        Class::ReferenceStored => {
            "Counts as lasting: a platform keeps it, and whoever may run a job may use it. The policy's \
             treat_platform_stored_as = \"vaulted\" judges it as a value in a secret manager."
        }
        Class::EncryptedStored => {
            "Counts as lasting: who has the key has the credential. If the key lies in the inputs, too, it is durable."
        }
        Class::VaultFetchedStatic => "Makes a workload vaulted at best. Let the manager issue leases.",
        Class::VaultFetchedDynamic => "An identity counts as the way in if the workload reaches the manager by one.",
        Class::ShortLived => "A copy that can be read is a recoverable token until it expires. Mend what wrote it there.",
        Class::Expired => "Residue: it changes no verdict, and shows that something writes tokens where they stay.",
        Class::Unknown => "Keeps a verdict open from medium confidence upwards.",
        Class::RuntimeIdentity => "Evidence of an identity, nothing to remove.",
        Class::Public => "A documented example, a placeholder or an identifier. Listed with --show-public only.",
    }
}
