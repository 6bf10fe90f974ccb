//! Reads a target and throws it away: `history TARGET [null|touch|seams|check|list|refine] [threads]`. Used under `time` to measure a source alone.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::too_many_lines, reason = "a measuring tool")]

#[path = "../tests/all/found.rs"]
mod found;

use found::found;
use std::sync::{Arc, Mutex};
use unkeyed_source::{Event, Flow, Options, Sink, open};

#[derive(Default, Debug)]
struct Total {
    units: u64,
    bytes: u64,
    fresh: u64,
    sum: u64,
    seams: u64,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let target = args.next().unwrap();
    let mode = args.next().unwrap_or_default();
    let threads = args.next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let target = open(&target, &Options { threads, ..Options::default() }).unwrap();
    let total = Mutex::new(Total::default());
    let matches = Mutex::new(Vec::new());
    let sink = || -> Sink<'_> {
        let mut own = Total::default();
        let (total, mode, matches) = (&total, mode.as_str(), &matches);
        Box::new(move |event| {
            match event {
                Event::Unit(unit) => {
                    let bytes = unit.bytes();
                    own = Total { units: 1, bytes: bytes.len() as u64, ..Total::default() };
                    if mode == "touch" {
                        own.sum = bytes.chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().unwrap())).fold(0, u64::wrapping_add);
                    }
                    // One Unit in a hundred.
                    if mode == "refine"
                        && unit.origin().git.as_ref().is_some_and(|git| git.object.starts_with("00") || git.object.starts_with("77"))
                    {
                        matches.lock().unwrap().push(found(Arc::clone(unit.origin())));
                    }
                    if mode == "list" {
                        println!("{} {}", unit.origin().path, bytes.len());
                    }
                    if mode == "check"
                        && let Some(git) = &unit.origin().git
                        && unit.origin().decoded_via.is_empty()
                    {
                        let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, bytes).unwrap().to_string();
                        own.sum += u64::from(id == git.object);
                    }
                    if mode == "seams" {
                        // Bytes that a scanner must look at if matches reach at most 256 bytes to either side.
                        let copies = unit.lineage().and_then(|lineage| lineage.copies).unwrap_or_default();
                        let inherited: usize = copies
                            .iter()
                            .map(|copy| copy.span.len().saturating_sub(2 * std::env::var("R").map_or(256, |r| r.parse().unwrap())))
                            .sum();
                        own.fresh = (bytes.len() - inherited) as u64;
                        own.seams = copies.iter().filter(|copy| copy.span.len() > 512).count() as u64;
                    }
                }
                Event::Skip(skip) => println!("{skip:?}"),
            }
            let mut total = total.lock().unwrap();
            total.units += own.units;
            total.bytes += own.bytes;
            total.fresh += own.fresh;
            total.seams += own.seams;
            total.sum = total.sum.wrapping_add(own.sum);
            own = Total::default();
            Flow::Continue
        })
    };
    target.source.units(&sink).unwrap();
    println!("{:?}", total.lock().unwrap());
    let mut matches = matches.into_inner().unwrap();
    if !matches.is_empty() {
        let start = std::time::Instant::now();
        println!("{:?}", target.source.refine(&mut matches));
        let introduced = matches.iter().filter(|found| found.location.origin.commit.is_some()).count();
        let paths: usize = matches.iter().map(|found| found.location.origin.git.as_ref().unwrap().paths.len()).sum();
        println!("{} matches refined in {:?}: {introduced} with a commit, {paths} paths", matches.len(), start.elapsed());
    }
}
