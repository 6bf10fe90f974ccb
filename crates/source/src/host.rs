//! `host:` and `host:HOME`: the files of a home directory in which tools keep credentials and cached tokens, each with
//! its permissions. Everything else that lies there is for a folder's scan.

#[cfg(target_os = "linux")]
pub(crate) mod files;
#[cfg(target_os = "linux")]
pub(crate) mod home;
#[cfg(target_os = "linux")]
pub(crate) mod known;
#[cfg(target_os = "linux")]
pub(crate) mod root;

use crate::{Error, Options, Source};

/// Opens a home directory; without a name, that of whoever runs the scan.
#[cfg(target_os = "linux")]
pub(crate) fn open(home: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    use std::path::PathBuf;

    let target = || format!("host:{home}");
    let given = if home.is_empty() { std::env::var_os("HOME").filter(|home| !home.is_empty()) } else { Some(home.into()) };
    let Some(given) = given.map(PathBuf::from) else {
        return Err(Error::Unusable { target: target(), why: "HOME is not set; name the home directory: host:/home/NAME".into() });
    };
    let io = |error| Error::Io { target: target(), error };
    let path = given.canonicalize().map_err(io)?;
    if !path.is_dir() {
        return Err(Error::NotScannable { target: target() });
    }
    let root = root::Root::open("/".as_ref()).map_err(io)?;
    Ok(Box::new(home::Home { path, root, options: options.clone() }))
}

/// Refuses: permissions and places are those of Linux.
#[cfg(not(target_os = "linux"))]
pub(crate) fn open(home: &str, _options: &Options) -> Result<Box<dyn Source>, Error> {
    let why = "hosts are read on Linux only; scan the home directory as a folder instead".into();
    Err(Error::Unusable { target: format!("host:{home}"), why })
}
