//! Where the members of a tar file stand, so that each can be read by itself.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};

use super::layer_path::normal;
use super::tar::{Forward, Kind, TarReader};

/// Most members of an image archive. A layer is one member, or three with Docker's older layout.
pub(crate) const MAX_MEMBERS: usize = 100_000;
/// Links that are followed to find a member; Docker's older layout needs one.
const MAX_LINKS: usize = 8;

/// The members by name.
#[derive(Debug)]
pub(crate) struct TarIndex(HashMap<String, Member>);

#[derive(Debug)]
enum Member {
    File { offset: u64, size: u64 },
    Link(String),
}

impl Forward for BufReader<File> {
    fn forward(&mut self, count: u64) -> io::Result<()> {
        let count = i64::try_from(count).map_err(|_| io::Error::other("an entry is larger than any file"))?;
        self.seek_relative(count)
    }
}

impl TarIndex {
    /// Reads the headers and passes over the content. Of members with the same name the last one counts.
    pub(crate) fn new(input: BufReader<File>) -> io::Result<Self> {
        let mut members = HashMap::new();
        let mut reader = TarReader::new(input);
        while let Some(entry) = reader.next()? {
            if members.len() >= MAX_MEMBERS {
                return Err(io::Error::other(format!("more than {MAX_MEMBERS} members, the limit for an image archive")));
            }
            let name = normal(&entry.name);
            let member = match entry.kind {
                Kind::File => Member::File { offset: reader.position(), size: entry.size },
                Kind::HardLink => Member::Link(normal(&entry.link)),
                Kind::SymbolicLink => {
                    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                    Member::Link(normal(&[folder.as_bytes(), b"/", &entry.link].concat()))
                }
                Kind::Folder | Kind::Special => continue,
            };
            members.insert(name, member);
        }
        Ok(Self(members))
    }

    /// Offset and size of a file.
    pub(crate) fn find(&self, name: &str) -> Option<(u64, u64)> {
        let mut name = normal(name.as_bytes());
        for _ in 0..=MAX_LINKS {
            match self.0.get(&name)? {
                Member::File { offset, size } => return Some((*offset, *size)),
                Member::Link(target) => name.clone_from(target),
            }
        }
        None
    }
}
