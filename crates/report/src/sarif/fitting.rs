//! Keeps a log within the size that GitHub accepts: as long as it is too large, the least severe results go.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

/// GitHub refuses an upload that is larger after gzip (docs.github.com, "SARIF support for code scanning").
pub(super) const MOST_BYTES: usize = 10_000_000;

/// The log with as many of `results` as fit; `make` writes one with at most so many.
pub(super) fn fitting(results: usize, limit: usize, make: &dyn Fn(usize) -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    let mut most = results;
    loop {
        let log = make(most)?;
        // What is small enough as it is needs no measuring.
        let packed = if log.len() <= limit { 0 } else { packed_len(&log)? };
        if packed <= limit || most == 0 {
            return Ok(log);
        }
        // Aimed a little too low, so that the second attempt fits; in any case fewer.
        most = (most.saturating_mul(limit) / packed * 9 / 10).min(most - 1);
    }
}

fn packed_len(log: &[u8]) -> io::Result<usize> {
    // The fastest level is never smaller than the one that an upload uses.
    let mut encoder = GzEncoder::new(Count(0), Compression::fast());
    encoder.write_all(log)?;
    Ok(encoder.finish()?.0)
}

/// Counts what is written to it.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` results of a hundred bytes that don't compress.
    fn noise(count: usize) -> io::Result<Vec<u8>> {
        let mut state = 7_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        Ok((0..count * 100).map(next).collect())
    }

    #[test]
    fn what_fits_is_kept_and_what_does_not_is_cut_as_little_as_it_takes() {
        assert_eq!(fitting(50, 10_000, &noise).unwrap().len(), 5_000);
        let cut = fitting(1_000, 10_000, &noise).unwrap();
        assert!(packed_len(&cut).unwrap() <= 10_000 && cut.len() > 8_000, "{}", cut.len());
    }

    #[test]
    fn what_compresses_may_be_larger() {
        assert_eq!(fitting(1_000, 10_000, &|count| Ok(vec![b'x'; count * 100])).unwrap().len(), 100_000);
    }

    #[test]
    fn a_log_without_results_is_written_whatever_its_size() {
        assert_eq!(fitting(3, 10, &|count| noise(count + 1)).unwrap().len(), 100);
    }
}
