//! Whom trusts may name, and where clients that can't do better may find a credential (DOMAIN §7).

use serde::Deserialize;
use toml::Spanned;
use unkeyed_model::{Class, FallbackPath, FallbackStorage, TrustAllow, VendorAccount};

use super::Refusal;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawTrustAllow {
    issuers: Vec<Spanned<String>>,
    spiffe_trust_domains: Vec<Spanned<String>>,
    vendor_accounts: Vec<Spanned<RawVendor>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVendor {
    id: String,
    name: String,
    /// The safe answer is the default.
    #[serde(default = "yes")]
    require_external_id: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFallback {
    path: String,
    #[serde(default = "owner_only")]
    max_mode: String,
    storage: FallbackStorage,
    allowed_classes: Vec<String>,
    workload: Option<String>,
}

fn yes() -> bool {
    true
}

fn owner_only() -> String {
    "0600".into()
}

/// The allow-list; what is wrong with it goes to `refusals`.
pub(super) fn allowed(raw: &RawTrustAllow, refusals: &mut Vec<Refusal>) -> TrustAllow {
    for issuer in raw.issuers.iter().filter(|issuer| !issuer.get_ref().starts_with("https://")) {
        refusals.push((issuer.span(), format!("the issuer `{}` is no https:// address", issuer.get_ref())));
    }
    let is_domain = |name: &str| {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        !name.is_empty() && name.bytes().all(letter)
    };
    // SPIFFE-ID §2.1: lower-case letters, digits, dots, dashes and underscores.
    for domain in raw.spiffe_trust_domains.iter().filter(|domain| !is_domain(domain.get_ref())) {
        refusals.push((domain.span(), format!("`{}` is no trust domain; write it like acme.internal", domain.get_ref())));
    }
    for vendor in raw.vendor_accounts.iter().filter(|vendor| vendor.get_ref().id.trim().is_empty()) {
        refusals.push((vendor.span(), "a vendor's account needs its number as `id`".into()));
    }
    let texts = |list: &[Spanned<String>]| list.iter().map(|one| one.get_ref().clone()).collect();
    let vendor = |RawVendor { id, name, require_external_id }: &RawVendor| VendorAccount {
        id: id.clone(),
        name: name.clone(),
        require_external_id: *require_external_id,
    };
    TrustAllow {
        issuers: texts(&raw.issuers),
        spiffe_trust_domains: texts(&raw.spiffe_trust_domains),
        vendor_accounts: raw.vendor_accounts.iter().map(|one| vendor(one.get_ref())).collect(),
    }
}

/// The fallback paths; what is wrong with them goes to `refusals`.
pub(super) fn fallback_paths(raw: &[Spanned<RawFallback>], refusals: &mut Vec<Refusal>) -> Vec<FallbackPath> {
    let mut paths = Vec::new();
    for spanned in raw {
        match fallback(spanned.get_ref()) {
            Ok(path) => paths.push(path),
            Err(why) => refusals.push((spanned.span(), format!("fallback path `{}`: {why}", spanned.get_ref().path))),
        }
    }
    paths
}

fn fallback(raw: &RawFallback) -> Result<FallbackPath, String> {
    if raw.path.chars().all(|character| matches!(character, '*' | '/' | '.' | '?')) {
        return Err("`path` is everywhere; name the place".into());
    }
    let max_mode = u32::from_str_radix(&raw.max_mode, 8).ok().filter(|mode| *mode <= 0o770 && mode & 0o007 == 0);
    let max_mode = max_mode.ok_or_else(|| format!("`max_mode` {} is no mode without others; write it like \"0600\"", raw.max_mode))?;
    let class = |name: &String| {
        let spelled = name.to_ascii_lowercase().replace('_', "-");
        let known = Class::ALL.iter().copied().find(|class| class.as_str() == spelled);
        known.ok_or_else(|| format!("there is no class `{name}`; write it like \"short-lived\""))
    };
    Ok(FallbackPath {
        path: raw.path.clone(),
        max_mode,
        storage: raw.storage,
        allowed_classes: raw.allowed_classes.iter().map(class).collect::<Result<_, _>>()?,
        workload: raw.workload.clone(),
    })
}
