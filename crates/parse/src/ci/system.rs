//! What differs between systems: names of what each makes for a job.

use std::cell::Cell;

use unkeyed_model::WorkloadKind;

/// A CI system.
pub(crate) struct System {
    /// Its name in messages.
    pub(crate) name: &'static str,
    /// Kind of its jobs.
    pub(crate) kind: WorkloadKind,
    /// Variables that hold a token made for the job: name, kind and name of where it leads.
    pub(crate) job_tokens: &'static [(&'static str, &'static str, &'static str)],
    /// Variables that hold an identity token without a declaration.
    pub(crate) identity_tokens: &'static [&'static str],
    /// Beginnings of the names of variables that the system sets.
    pub(crate) predefined: &'static [&'static str],
    /// Command that prints an identity token: program and subcommands.
    pub(crate) requests: Option<(&'static str, &'static [&'static str])>,
    /// Command that prints a stored value: program and subcommands, the name behind them.
    pub(crate) prints: Option<(&'static str, &'static [&'static str])>,
    /// `${env.NAME}` is a variable, `${other.name}` a value of the configuration's own language.
    pub(crate) properties: bool,
    /// `$$NAME` is a variable that is left for the shell.
    pub(crate) escapes: bool,
    /// `<< parameters.x >>` stands for a text of the configuration.
    pub(crate) angles: bool,
    /// `$(NAME)` is a variable, `${{ parameters.x }}` a text of the configuration.
    pub(crate) macros: bool,
    /// Beginnings of what whoever starts the pipeline gives, and what stands around them in a text.
    pub(crate) asks: Option<Asks>,
}

/// How a text names what whoever starts the pipeline gives: `<< pipeline.parameters.x >>`.
pub(crate) struct Asks {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    pub(crate) beginnings: &'static [&'static str],
}

impl System {
    /// A system that makes nothing for its jobs.
    pub(crate) const fn new(name: &'static str, kind: WorkloadKind) -> Self {
        Self {
            name,
            kind,
            job_tokens: &[],
            identity_tokens: &[],
            predefined: &[],
            requests: None,
            prints: None,
            properties: false,
            escapes: false,
            angles: false,
            macros: false,
            asks: None,
        }
    }

    /// Whether the system itself sets a variable of this name.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.predefined.iter().any(|beginning| name.starts_with(beginning))
    }
}

/// Bytes of scripts and texts that are read for the jobs of one pipeline, those that several jobs share counted for each.
pub(crate) const MAX_SCRIPT_BYTES: usize = 32 << 20;
/// What a text or a step costs beside its bytes.
const COST: usize = 64;

/// What is left of [`MAX_SCRIPT_BYTES`].
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// All of it.
    pub(crate) fn new() -> Self {
        Self(Cell::new(MAX_SCRIPT_BYTES))
    }

    /// Takes so many bytes and the cost of looking at them, if they are left.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let left = self.0.get().checked_sub(bytes.saturating_add(COST));
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}
