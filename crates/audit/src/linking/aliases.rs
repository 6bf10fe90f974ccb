//! The names of principals: which of them means which.
//!
//! One decision a reader would question: a short name (`deploy`) stands for a full one (`arn:aws:iam::1…:role/deploy`)
//! as long as the inputs know no other full name for its bearer. Configuration seldom knows its own account number.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Platform, Principal};

/// Names by platform, in lower case.
#[derive(Debug)]
pub(crate) struct Aliases<'a> {
    bearers: BTreeMap<(Platform, String), BTreeSet<&'a str>>,
    /// Principals that are known by a name which is unique beyond the inputs (ARN, e-mail).
    fully_named: BTreeSet<&'a str>,
    /// Principals of which the inputs tell no name that others could use.
    unnamed: BTreeSet<&'a str>,
    /// Principals that are known by an id which the platform gave.
    given_ids: BTreeSet<&'a str>,
    /// Keys that only mention a principal which is defined under another key.
    mentions: BTreeMap<&'a str, &'a str>,
}

impl<'a> Aliases<'a> {
    /// Indexes all names.
    pub(crate) fn new(principals: &'a [Principal]) -> Self {
        let mut this = Self {
            bearers: BTreeMap::new(),
            fully_named: BTreeSet::new(),
            unnamed: BTreeSet::new(),
            given_ids: BTreeSet::new(),
            mentions: BTreeMap::new(),
        };
        for principal in principals {
            if principal.names.iter().any(|name| is_given_by_platform(name)) {
                this.given_ids.insert(&principal.key);
            }
            for name in principal.names.iter().chain([&principal.key]) {
                this.bearers.entry((principal.platform, name.to_ascii_lowercase())).or_default().insert(&principal.key);
            }
        }
        for principal in principals.iter().filter(|principal| is_defined(principal)) {
            let mut outside = principal.names.iter().filter(|name| !is_address(principal, name)).peekable();
            if outside.peek().is_none() {
                this.unnamed.insert(&principal.key);
            } else if outside.any(|name| is_full(name)) {
                this.fully_named.insert(&principal.key);
            }
        }
        for mention in principals.iter().filter(|principal| !is_defined(principal)) {
            let defined = this.named(mention.platform, &mention.key).into_iter().filter(|key| key.contains('#'));
            if let [only] = defined.collect::<Vec<_>>()[..] {
                this.mentions.insert(&mention.key, only);
            }
        }
        this
    }

    /// Whether a name is its bearer's alone, beyond the inputs.
    pub(crate) fn is_unique(name: &str) -> bool {
        is_full(name) || is_given_by_platform(name)
    }

    /// The key under which the principal is defined.
    pub(crate) fn canonical(&self, key: &'a str) -> &'a str {
        self.mentions.get(key).copied().unwrap_or(key)
    }

    /// Whether a name that nobody is known by may be this principal's: the inputs tell no name of it, or the name is an
    /// id that the platform gives (a client id, an OCID), and the inputs know the principal by names of their own only.
    pub(crate) fn may_bear(&self, key: &str, name: &str) -> bool {
        self.unnamed.contains(key) || (is_given_by_platform(name) && !self.given_ids.contains(key))
    }

    /// Keys of the principals that bear the name in full; else of those known only by a short name which is the last part
    /// of this ARN or path, the first part of this e-mail address, or the pool of this provider.
    pub(crate) fn named(&self, platform: Platform, name: &str) -> Vec<&'a str> {
        let name = name.to_ascii_lowercase();
        let bearers = |name: &str| self.bearers.get(&(platform, name.to_owned())).into_iter().flatten().copied();
        let mut found: BTreeSet<&str> = bearers(&name).collect();
        if is_full(&name) && found.iter().all(|key| !key.contains('#')) {
            found.extend(bearers(short(&name)).filter(|key| !self.fully_named.contains(key)));
        }
        let canonical: BTreeSet<&str> = found.into_iter().map(|key| self.canonical(key)).collect();
        canonical.into_iter().collect()
    }
}

/// Whether the inputs define it; else its key is the very text that mentions it.
fn is_defined(principal: &Principal) -> bool {
    principal.key.contains('#')
}

/// Whether a name is only the address of the definition, which nobody outside uses.
fn is_address(principal: &Principal, name: &str) -> bool {
    principal.key == name || principal.key.rsplit_once('#').is_some_and(|(_, address)| address == name)
}

/// Whether a name is unique beyond the inputs.
fn is_full(name: &str) -> bool {
    name.contains([':', '@', '/'])
}

/// A GUID, as Azure gives to every identity, or an OCID.
fn is_given_by_platform(name: &str) -> bool {
    let lengths = name.split('-').map(str::len);
    let guid = lengths.eq([8, 4, 4, 4, 12]) && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    guid || name.starts_with("ocid1.")
}

fn short(name: &str) -> &str {
    let pool = name.split_once("/workloadidentitypools/").and_then(|(_, rest)| rest.split('/').next());
    pool.or_else(|| name.split('@').next().and_then(|name| name.rsplit(['/', ':']).next())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::principal;

    fn named<'a>(principals: &'a [Principal], name: &str) -> Vec<&'a str> {
        Aliases::new(principals).named(Platform::Aws, name)
    }

    #[test]
    fn a_short_name_stands_for_a_full_one_unless_another_full_one_is_known() {
        let mut roles = [principal(Platform::Aws, "tf:a#aws_iam_role.x", "deploy")];
        roles[0].names.extend(["tf:a#aws_iam_role.x".into(), "aws_iam_role.x".into()]);
        assert_eq!(named(&roles, "arn:aws:iam::111122223333:role/deploy"), ["tf:a#aws_iam_role.x"]);
        assert_eq!(named(&roles, "Deploy"), ["tf:a#aws_iam_role.x"]);
        assert!(named(&roles, "arn:aws:iam::111122223333:role/other").is_empty());
        roles[0].names.push("arn:aws:iam::999999999999:role/deploy".into());
        assert!(named(&roles, "arn:aws:iam::111122223333:role/deploy").is_empty());
        assert_eq!(named(&roles, "arn:aws:iam::999999999999:role/deploy"), ["tf:a#aws_iam_role.x"]);
    }

    #[test]
    fn a_mention_is_the_principal_that_is_defined() {
        let arn = "arn:aws:iam::111122223333:role/deploy";
        let mut roles = vec![principal(Platform::Aws, arn, arn), principal(Platform::Aws, "tf:a#aws_iam_role.x", "deploy")];
        let aliases = Aliases::new(&roles);
        assert_eq!(aliases.canonical(arn), "tf:a#aws_iam_role.x");
        assert_eq!(aliases.named(Platform::Aws, arn), ["tf:a#aws_iam_role.x"]);
        roles.push(principal(Platform::Aws, "tf:b#aws_iam_role.x", "deploy"));
        assert_eq!(Aliases::new(&roles).canonical(arn), arn);
        roles.truncate(1);
        assert_eq!(named(&roles, arn), [arn]);
    }

    #[test]
    fn a_provider_names_its_pool_and_an_address_its_account() {
        let principals = [principal(Platform::Gcp, "tf:a#pool", "github"), principal(Platform::Gcp, "tf:a#sa", "deployer")];
        let aliases = Aliases::new(&principals);
        let provider = "projects/1/locations/global/workloadIdentityPools/github/providers/gh";
        assert_eq!(aliases.named(Platform::Gcp, provider), ["tf:a#pool"]);
        assert_eq!(aliases.named(Platform::Gcp, "deployer@acme.iam.gserviceaccount.com"), ["tf:a#sa"]);
    }

    #[test]
    fn addresses_are_no_names() {
        let mut roles = [principal(Platform::Aws, "tf:a#aws_iam_role.x", "tf:a#aws_iam_role.x")];
        let may_bear = |roles: &[Principal], name| Aliases::new(roles).may_bear("tf:a#aws_iam_role.x", name);
        assert!(may_bear(&roles, "arn:aws:iam::111122223333:role/other"));
        roles[0].names.push("deploy".into());
        assert!(!may_bear(&roles, "arn:aws:iam::111122223333:role/other"));
    }

    #[test]
    fn a_client_id_may_be_anybodys_whose_own_is_not_told() {
        let (one, other) = ("5b1cd0a6-70a3-4b1c-9d0b-02a5b3a1e6f1", "6b1cd0a6-70a3-4b1c-9d0b-02a5b3a1e6f1");
        let mut identities = [principal(Platform::Azure, "tf:a#uami", "id-deploy")];
        assert!(Aliases::new(&identities).may_bear("tf:a#uami", one));
        identities[0].names.push(other.into());
        assert!(!Aliases::new(&identities).may_bear("tf:a#uami", one));
    }
}
