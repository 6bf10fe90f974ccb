//! `pid:N` and `pid:all`: what running processes hold (environment, command line) and the credential files that they
//! can read at well-known places, seen through each process's own root directory.

use crate::{Error, Options, Source};

#[cfg(target_os = "linux")]
mod caller;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod subject;

/// Opens one process, or `all`.
#[cfg(target_os = "linux")]
pub(crate) fn open(which: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    let target = || format!("pid:{which}");
    let only = match which {
        "all" => None,
        number => {
            let why = "name one process by its number, or all: pid:1234, pid:all".to_owned();
            Some(number.parse::<u32>().map_err(|_| Error::Unusable { target: target(), why })?)
        }
    };
    if let Some(id) = only {
        std::fs::metadata(format!("/proc/{id}")).map_err(|error| Error::Io { target: target(), error })?;
    }
    Ok(Box::new(linux::Processes { only, options: options.clone() }))
}

/// Refuses: only Linux has `/proc`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn open(which: &str, _options: &Options) -> Result<Box<dyn Source>, Error> {
    let why = "processes are read on Linux only; save what `printenv` prints in the process and scan it as env:FILE".into();
    Err(Error::Unusable { target: format!("pid:{which}"), why })
}
