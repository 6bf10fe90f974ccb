//! Which of a multi-platform image's images are read.

use std::fmt;

use super::manifest::PlatformFields;

/// `os/architecture[/variant]`, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    One(String),
}

impl Wanted {
    /// From `--platform`. The default is Linux on this machine's architecture, which is what a container engine here
    /// would start, also in the virtual machine that it keeps on other systems.
    pub(crate) fn new(option: Option<&str>) -> Self {
        match option {
            Some("all") => Self::All,
            Some(platform) => Self::One(platform.to_ascii_lowercase()),
            None => Self::One(format!("linux/{}", go_architecture(std::env::consts::ARCH))),
        }
    }

    /// Whether `platform` is wanted. A wish without a variant takes any.
    pub(crate) fn takes(&self, platform: &PlatformFields) -> bool {
        let Self::One(wanted) = self else { return true };
        let offered = platform.to_string();
        offered == *wanted || offered.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::One(platform) => platform,
        })
    }
}

impl PlatformFields {
    /// Whether it names a platform at all. BuildKit marks attestations as `unknown/unknown`: they belong to every one.
    pub(crate) fn is_known(&self) -> bool {
        !self.os.is_empty() && self.os != "unknown"
    }
}

impl fmt::Display for PlatformFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().filter(|variant| !variant.is_empty()).map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

/// Go's name of an architecture, which image manifests use.
fn go_architecture(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_without_a_variant_takes_any() {
        let arm = PlatformFields { os: "linux".into(), architecture: "arm64".into(), variant: Some("v8".into()) };
        let takes = |wish: &str| Wanted::new(Some(wish)).takes(&arm);
        assert!(takes("linux/arm64") && takes("linux/arm64/v8") && takes("all") && takes("Linux/ARM64"));
        assert!(!takes("linux/arm") && !takes("linux/arm64/v7") && !takes("windows/arm64"));
    }
}
