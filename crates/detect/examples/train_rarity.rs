//! Makes `src/generic/rarity.bin`: how surprising each character of source text is after the two before it.
//!
//! `cargo run --release -p unkeyed-detect --example train_rarity -- ~/.cargo/registry/src > crates/detect/src/generic/rarity.bin`
//!
//! Each distinct word counts by the logarithm of how often it occurs, so that neither a few words nor one-off hashes
//! dominate; words with many digits are left out, for they are mostly values.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "a tool for authors")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const SYMBOLS: usize = 28;
const OTHER: usize = 27;
/// Larger files are data.
const MAX_FILE: u64 = 400_000;
/// Added to every count, so that nothing is impossible.
const SMOOTHING: f64 = 0.4;

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    env::args().skip(1).for_each(|folder| walk(Path::new(&folder), &mut files));
    files.sort();
    let mut words: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    for file in &files {
        let Ok(text) = fs::read(file) else { continue };
        for word in text.split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b'.')) {
            let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
            if (3..=32).contains(&word.len()) && digits * 4 <= word.len() {
                *words.entry(word.to_ascii_lowercase()).or_default() += 1;
            }
        }
    }
    eprintln!("{} files, {} words", files.len(), words.len());
    io::stdout().write_all(&table(&words))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.metadata() else { continue };
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let is_lock = name.contains("lock") || name.ends_with(".sum") || name.ends_with(".svg") || name.ends_with(".min.js");
        if kind.is_dir() && name != ".git" {
            walk(&path, files);
        } else if kind.is_file() && kind.len() < MAX_FILE && !is_lock {
            files.push(path);
        }
    }
}

fn table(words: &BTreeMap<Vec<u8>, u32>) -> Vec<u8> {
    let mut counts = vec![0.0f64; SYMBOLS * SYMBOLS * SYMBOLS];
    for (word, &count) in words.iter().filter(|&(_, &count)| count > 1) {
        let weight = f64::from(count).ln();
        let (mut first, mut second) = (OTHER, OTHER);
        for &byte in word {
            let this = symbol(byte);
            counts[(first * SYMBOLS + second) * SYMBOLS + this] += weight;
            (first, second) = (second, this);
        }
    }
    counts
        .chunks(SYMBOLS)
        .flat_map(|row| {
            let total: f64 = row.iter().map(|count| count + SMOOTHING).sum();
            row.iter().map(move |count| (-((count + SMOOTHING) / total).log2() * 16.0).round().clamp(0.0, 255.0) as u8).collect::<Vec<_>>()
        })
        .collect()
}

fn symbol(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        b'0'..=b'9' => 26,
        _ => OTHER,
    }
}
