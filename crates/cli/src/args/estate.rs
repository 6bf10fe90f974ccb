//! The arguments of runs over many targets.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args as ClapArgs;

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct EstateArgs {
    /// Read further targets from this file, one a line or as JSON with options (docs/records.md); `-` is standard input.
    #[arg(long, value_name = "FILE", requires = "records")]
    pub(crate) targets_from: Option<PathBuf>,
    /// Take only the I-th of N parts of the targets, I from 0; a target's part follows from its name alone.
    #[arg(long, value_name = "I/N", requires = "records")]
    pub(crate) shard: Option<Shard>,
    /// Write one record for each target into this folder instead of a report, and read only targets whose record is not there.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "format", "staged", "diff", "previous"])]
    pub(crate) records: Option<PathBuf>,
    /// The most that is read of each target, in bytes; one thread then reads it.
    #[arg(long, value_name = "BYTES", requires = "records")]
    pub(crate) budget_bytes: Option<u64>,
    /// The longest that each target is read, in seconds.
    #[arg(long, value_name = "SECONDS", requires = "records")]
    pub(crate) budget_time: Option<u64>,
}

/// One of several equal parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Whether what has this digest belongs to the part.
    pub(crate) fn has(self, identity: &[u8; 32]) -> bool {
        identity.first_chunk().is_some_and(|first| u64::from_be_bytes(*first) % self.count == self.index)
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "written I/N with I from 0 and less than N";
        let (index, count) = text.split_once('/').ok_or(FORM)?;
        let shard = Self { index: index.parse().map_err(|_| FORM)?, count: count.parse().map_err(|_| FORM)? };
        if shard.index < shard.count { Ok(shard) } else { Err(FORM) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_belongs_to_one_shard_for_ever() {
        // sha256("acme/api") begins with 9b19aeb4d3c25b26; 0x9b19aeb4d3c25b26 % 16 = 6, % 7 = 4.
        let mut identity = [0; 32];
        identity[..8].copy_from_slice(&0x9b19_aeb4_d3c2_5b26_u64.to_be_bytes());
        for (count, own) in [(16, 6), (7, 0x9b19_aeb4_d3c2_5b26_u64 % 7), (1, 0)] {
            let shards = (0..count).map(|index| format!("{index}/{count}").parse::<Shard>().unwrap());
            let taken: Vec<u64> = shards.filter(|shard| shard.has(&identity)).map(|shard| shard.index).collect();
            assert_eq!(taken, [own], "of {count}");
        }
    }

    #[test]
    fn a_shard_is_less_than_their_number() {
        for text in ["1/1", "0/0", "3", "-1/4", "a/4", "4/3", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
