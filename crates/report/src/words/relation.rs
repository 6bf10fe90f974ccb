//! What a definition is to the one that leads to it.

use unkeyed_model::{Link, Relation};

/// What is used, in words.
pub(crate) fn relation(link: &Link) -> String {
    let name = &link.name;
    match link.relation {
        Relation::Component => format!("the part {name}"),
        Relation::File => format!("the file {name}"),
        Relation::Image => format!("the scanned image {name}"),
        Relation::Build => format!("what builds the image {name}"),
        Relation::ServiceAccount => format!("the ServiceAccount {name}"),
        Relation::Resource => format!("the resource {name}"),
        Relation::Secret => format!("what makes the secret {name}"),
        Relation::SecretStore => format!("where that secret is kept: {name}"),
        Relation::Principal => format!("who {name} is"),
        Relation::Trust => format!("who may become {name}"),
        Relation::Grant => format!("what {name} may do"),
    }
}
