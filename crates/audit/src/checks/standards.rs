//! The standards that checks refer to, by family (DOMAIN §5.0, §6).
//!
//! Note for readers of older texts: "NHI-03" there is `NHI7:2025` here; the 2025 list was renumbered.

use unkeyed_model::Standard;

/// OWASP Non-Human Identities Top 10, 2025.
pub(crate) const fn nhi(id: &'static str) -> Standard {
    Standard { taxonomy: "OWASP-NHI-2025", id }
}

/// Common Weakness Enumeration.
pub(crate) const fn cwe(id: &'static str) -> Standard {
    Standard { taxonomy: "CWE", id }
}

/// NIST Cybersecurity Framework 2.0.
pub(crate) const fn csf(id: &'static str) -> Standard {
    Standard { taxonomy: "NIST-CSF-2.0", id }
}

/// NIST SP 800-207, tenets of zero trust.
pub(crate) const fn tenet(id: &'static str) -> Standard {
    Standard { taxonomy: "NIST-SP-800-207", id }
}

/// NIST AI Risk Management Framework 1.0.
pub(crate) const fn ai(id: &'static str) -> Standard {
    Standard { taxonomy: "NIST-AI-RMF-1.0", id }
}

/// A trust whose binding is missing or loose.
pub(crate) const TRUST: &[Standard] = &[nhi("NHI4:2025"), cwe("CWE-346"), cwe("CWE-863"), csf("PR.AA-04"), tenet("tenet-6")];

/// A trust that lets in more than it should have power for.
pub(crate) const TRUST_WIDE: &[Standard] =
    &[nhi("NHI4:2025"), nhi("NHI5:2025"), cwe("CWE-346"), cwe("CWE-863"), csf("PR.AA-04"), csf("PR.AA-05"), tenet("tenet-6")];

/// A trust that several unrelated workloads share.
pub(crate) const TRUST_SHARED: &[Standard] =
    &[nhi("NHI9:2025"), nhi("NHI8:2025"), cwe("CWE-346"), cwe("CWE-863"), csf("PR.AA-04"), tenet("tenet-6")];

/// A trust that unreviewed code can use.
pub(crate) const TRUST_UNREVIEWED: &[Standard] =
    &[nhi("NHI8:2025"), nhi("NHI6:2025"), cwe("CWE-346"), cwe("CWE-863"), csf("PR.AA-04"), tenet("tenet-6")];

/// How a pipeline is allowed to ask for tokens.
pub(crate) const PIPELINE: &[Standard] = &[nhi("NHI6:2025"), cwe("CWE-284"), csf("PR.AA-05")];

/// A trust that has drifted from what it was made for.
pub(crate) const DRIFT: &[Standard] = &[nhi("NHI1:2025"), cwe("CWE-284"), csf("PR.PS-01"), csf("ID.AM-08")];

/// What an identity may do.
pub(crate) const ROLE: &[Standard] = &[nhi("NHI5:2025"), cwe("CWE-250"), cwe("CWE-269"), csf("PR.AA-05"), tenet("tenet-3")];

/// How long a token lives.
pub(crate) const LIFETIME: &[Standard] = &[nhi("NHI7:2025"), cwe("CWE-613"), csf("PR.AA-01"), csf("PR.AA-03")];

/// Identity and durable credential side by side.
pub(crate) const MIXED: &[Standard] = &[nhi("NHI7:2025"), nhi("NHI2:2025"), cwe("CWE-522"), csf("PR.AA-01")];

/// An agent's credentials.
pub(crate) const AGENT: &[Standard] = &[nhi("NHI10:2025"), nhi("NHI3:2025"), cwe("CWE-522"), ai("MEASURE 2.7")];

/// Who answers for what.
pub(crate) const INVENTORY: &[Standard] = &[csf("ID.AM-02"), csf("GV.RR-02"), ai("GOVERN 1.6")];

/// A credential left where it can be read.
pub(crate) const RESIDUE: &[Standard] = &[nhi("NHI2:2025"), cwe("CWE-522"), cwe("CWE-532"), csf("PR.DS-01")];
