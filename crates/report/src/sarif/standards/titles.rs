//! Published titles of the taxa that this project refers to (DOMAIN §6): OWASP NHI Top 10 2025, CWE, CSF 2.0 and AI RMF 1.0
//! subcategories, and the tenets of SP 800-207 §2.1.

/// The title of a taxon.
pub(crate) fn title(taxonomy: &str, id: &str) -> Option<&'static str> {
    let table: &[(&str, &str)] = match taxonomy {
        "OWASP-NHI-2025" => OWASP,
        "CWE" => CWE,
        "NIST-CSF-2.0" => CSF,
        "NIST-SP-800-207" => ZERO_TRUST,
        "NIST-AI-RMF-1.0" => AI_RMF,
        _ => return None,
    };
    table.iter().find(|(known, _)| *known == id).map(|(_, title)| *title)
}

const OWASP: &[(&str, &str)] = &[
    ("NHI1:2025", "Improper Offboarding"),
    ("NHI2:2025", "Secret Leakage"),
    ("NHI3:2025", "Vulnerable Third-Party NHI"),
    ("NHI4:2025", "Insecure Authentication"),
    ("NHI5:2025", "Overprivileged NHI"),
    ("NHI6:2025", "Insecure Cloud Deployment Configurations"),
    ("NHI7:2025", "Long-Lived Secrets"),
    ("NHI8:2025", "Environment Isolation"),
    ("NHI9:2025", "NHI Reuse"),
    ("NHI10:2025", "Human Use of NHI"),
];

const CWE: &[(&str, &str)] = &[
    ("CWE-219", "Storage of File with Sensitive Data Under Web Root"),
    ("CWE-250", "Execution with Unnecessary Privileges"),
    ("CWE-256", "Plaintext Storage of a Password"),
    ("CWE-257", "Storing Passwords in a Recoverable Format"),
    ("CWE-259", "Use of Hard-coded Password"),
    ("CWE-260", "Password in Configuration File"),
    ("CWE-262", "Not Using Password Aging"),
    ("CWE-263", "Password Aging with Long Expiration"),
    ("CWE-266", "Incorrect Privilege Assignment"),
    ("CWE-269", "Improper Privilege Management"),
    ("CWE-276", "Incorrect Default Permissions"),
    ("CWE-284", "Improper Access Control"),
    ("CWE-285", "Improper Authorization"),
    ("CWE-287", "Improper Authentication"),
    ("CWE-312", "Cleartext Storage of Sensitive Information"),
    ("CWE-313", "Cleartext Storage in a File or on Disk"),
    ("CWE-318", "Cleartext Storage of Sensitive Information in Executable"),
    ("CWE-321", "Use of Hard-coded Cryptographic Key"),
    ("CWE-324", "Use of a Key Past its Expiration Date"),
    ("CWE-345", "Insufficient Verification of Data Authenticity"),
    ("CWE-346", "Origin Validation Error"),
    ("CWE-347", "Improper Verification of Cryptographic Signature"),
    ("CWE-441", "Unintended Proxy or Intermediary ('Confused Deputy')"),
    ("CWE-522", "Insufficiently Protected Credentials"),
    ("CWE-526", "Cleartext Storage of Sensitive Information in an Environment Variable"),
    ("CWE-532", "Insertion of Sensitive Information into Log File"),
    ("CWE-538", "Insertion of Sensitive Information into Externally-Accessible File or Directory"),
    ("CWE-540", "Inclusion of Sensitive Information in Source Code"),
    ("CWE-552", "Files or Directories Accessible to External Parties"),
    ("CWE-555", "J2EE Misconfiguration: Plaintext Password in Configuration File"),
    ("CWE-598", "Use of GET Request Method With Sensitive Query Strings"),
    ("CWE-613", "Insufficient Session Expiration"),
    ("CWE-615", "Inclusion of Sensitive Information in Source Code Comments"),
    ("CWE-732", "Incorrect Permission Assignment for Critical Resource"),
    ("CWE-798", "Use of Hard-coded Credentials"),
    ("CWE-863", "Incorrect Authorization"),
    ("CWE-1220", "Insufficient Granularity of Access Control"),
    ("CWE-1390", "Weak Authentication"),
    ("CWE-1392", "Use of Default Credentials"),
];

const CSF: &[(&str, &str)] = &[
    (
        "GV.RR-02",
        "Roles, responsibilities, and authorities related to cybersecurity risk management are established, communicated, understood, and enforced",
    ),
    ("ID.AM-01", "Inventories of hardware managed by the organization are maintained"),
    ("ID.AM-02", "Inventories of software, services, and systems managed by the organization are maintained"),
    ("ID.AM-08", "Systems, hardware, software, services, and data are managed throughout their life cycles"),
    ("PR.AA-01", "Identities and credentials for authorized users, services, and hardware are managed by the organization"),
    ("PR.AA-02", "Identities are proofed and bound to credentials based on the context of interactions"),
    ("PR.AA-03", "Users, services, and hardware are authenticated"),
    ("PR.AA-04", "Identity assertions are protected, conveyed, and verified"),
    (
        "PR.AA-05",
        "Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the \
         principles of least privilege and separation of duties",
    ),
    ("PR.AA-06", "Physical access to assets is managed, monitored, and enforced commensurate with risk"),
    ("PR.DS-01", "The confidentiality, integrity, and availability of data-at-rest are protected"),
    ("PR.PS-01", "Configuration management practices are established and applied"),
    (
        "PR.PS-06",
        "Secure software development practices are integrated, and their performance is monitored throughout the software development life cycle",
    ),
    ("DE.CM-09", "Computing hardware and software, runtime environments, and their data are monitored to find potentially adverse events"),
];

const ZERO_TRUST: &[(&str, &str)] = &[
    ("tenet-1", "All data sources and computing services are considered resources"),
    ("tenet-2", "All communication is secured regardless of network location"),
    ("tenet-3", "Access to individual enterprise resources is granted on a per-session basis"),
    ("tenet-4", "Access to resources is determined by dynamic policy"),
    ("tenet-5", "The enterprise monitors and measures the integrity and security posture of all owned and associated assets"),
    ("tenet-6", "All resource authentication and authorization are dynamic and strictly enforced before access is allowed"),
    (
        "tenet-7",
        "The enterprise collects as much information as possible about the current state of assets, network infrastructure and communications and \
         uses it to improve its security posture",
    ),
];

const AI_RMF: &[(&str, &str)] = &[
    ("GOVERN 1.6", "Mechanisms are in place to inventory AI systems and are resourced according to organizational risk priorities"),
    ("GOVERN 6.1", "Policies and procedures are in place that address AI risks associated with third-party entities"),
    (
        "GOVERN 6.2",
        "Contingency processes are in place to handle failures or incidents in third-party data or AI systems deemed to be high-risk",
    ),
    ("MAP 4.1", "Approaches for mapping AI technology and legal risks of its components are in place, followed, and documented"),
    ("MEASURE 2.7", "AI system security and resilience are evaluated and documented"),
    (
        "MANAGE 2.4",
        "Mechanisms are in place and applied to supersede, disengage, or deactivate AI systems that demonstrate performance or outcomes inconsistent with intended use",
    ),
    ("MANAGE 4.1", "Post-deployment AI system monitoring plans are implemented"),
];
