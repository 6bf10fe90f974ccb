//! `unkeyed report`: saved JSON reports, written again in any format, merged, or compared.
//!
//! One decision a reader would question: the exit code is not that of the run that made the report. Whoever asks for
//! another format of a report that failed its gate gets it, with exit code 0; only `diff --fail-if-worse` judges.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use unkeyed_report::Format;
use unkeyed_report::compare::Comparison;
use unkeyed_report::json::v1;
use unkeyed_report::merge::Fold;
use unkeyed_report::merge::shelf::Shelf;

use crate::args::{ReportArgs, ReportCommand, ReportOutput};
use crate::estate::merge_input::Records;
use crate::estate::rows_on_disk::RowsOnDisk;
use crate::{Exit, output};

/// The largest saved report that is read.
const MAX_REPORT_BYTES: u64 = 1 << 30;
/// The largest merged report, as JSON, that is written in another format, for which it is held.
const MAX_PAGE_BYTES: usize = 256 << 20;
/// Formats of a comparison.
const COMPARISONS: [Format; 3] = [Format::Human, Format::Json, Format::Html];

/// Runs the command.
pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    match (&args.command, &args.file) {
        (Some(ReportCommand::Merge { files, temp, output }), _) => merged(files, temp.as_deref(), output),
        (Some(ReportCommand::Diff { files, fail_if_worse, output }), _) => compared(files, *fail_if_worse, output),
        (None, Some(file)) => {
            let report = read(file)?;
            written(&report, &args.output, &file.display().to_string())
        }
        (None, None) => bail!("name a saved report (unkeyed audit . --format json --output report.json)"),
    }
}

fn merged(files: &[String], temp: Option<&Path>, output: &ReportOutput) -> anyhow::Result<Exit> {
    let place = temp.map_or_else(std::env::temp_dir, Path::to_owned);
    let unusable = || format!("{}: rows can't be sorted here (--temp DIR)", place.display());
    let folder = tempfile::Builder::new().prefix("unkeyed-merge-").tempdir_in(&place).with_context(unusable)?;
    let shelves = Cell::new(0);
    let shelf = || -> io::Result<Box<dyn Shelf>> {
        shelves.set(shelves.get() + 1);
        Ok(Box::new(RowsOnDisk::new(folder.path(), shelves.get())))
    };
    let mut fold = Fold::new(&shelf)?;
    let mut records = Records::default();
    for given in files {
        if !records.take(Path::new(given))? {
            let (name, file) = named(given)?;
            fold.report(&name, read(&file)?)?;
        }
    }
    records.fold(&mut fold, shelf()?)?;
    let folded = fold.finish()?;
    if output.format == Format::Json {
        output::to_place(output.output.as_deref(), |out| folded.write(out))?;
        return Ok(Exit::Ok);
    }
    let mut json = Bounded(Vec::new());
    folded.write(&mut json).with_context(|| {
        format!("the merged report is larger than {MAX_PAGE_BYTES} bytes, too large for {}; --format json has no such limit", output.format)
    })?;
    written(&v1::Report::read(&json.0)?, output, "the merged report")
}

/// What is written, up to a limit.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_PAGE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `NAME=FILE`, or a file whose name without its ending is the report's.
fn named(given: &str) -> anyhow::Result<(String, PathBuf)> {
    if let Some((name, file)) = given.split_once('=').filter(|(name, _)| !name.contains(['/', '\\'])) {
        if name.is_empty() || name.contains(['#', ':']) {
            bail!("`{name}` can't be the name of a report: it stands before paths and ids, so that `/`, `#` and `:` have no place in it");
        }
        return Ok((name.to_owned(), file.into()));
    }
    let stem = Path::new(given).file_stem().ok_or_else(|| anyhow!("{given}: no file"))?;
    Ok((stem.to_string_lossy().replace(['#', ':'], "_"), given.into()))
}

fn compared(files: &[PathBuf], fail_if_worse: bool, output: &ReportOutput) -> anyhow::Result<Exit> {
    let reports = files.iter().map(|file| read(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let comparison = Comparison::new(&reports);
    output::to_place(output.output.as_deref(), |out| match output.format {
        Format::Human => comparison.write_text(out),
        Format::Json => comparison.write_json(out),
        Format::Html => comparison.write_html(out),
        other => Err(io::Error::new(io::ErrorKind::Unsupported, refusal(other))),
    })?;
    Ok(if fail_if_worse && comparison.is_worse() { Exit::GateFailed } else { Exit::Ok })
}

fn refusal(format: Format) -> String {
    let known: Vec<&str> = COMPARISONS.iter().map(|format| format.as_str()).collect();
    format!("a comparison can't be written as {format}; choose {}", known.join(", "))
}

fn written(report: &v1::Report, output: &ReportOutput, name: &str) -> anyhow::Result<Exit> {
    // JSON is the record: what is not changed is written as it was read.
    if output.format == Format::Json {
        output::to_place(output.output.as_deref(), |out| {
            serde_json::to_writer_pretty(&mut *out, report)?;
            out.write_all(b"\n")
        })?;
        return Ok(Exit::Ok);
    }
    let model = report.to_model().with_context(|| name.to_owned())?;
    output::again(&model, output)?;
    Ok(Exit::Ok)
}

/// Reads a saved report.
pub(super) fn read(path: &Path) -> anyhow::Result<v1::Report> {
    let context = || format!("{}: the report can't be read", path.display());
    let mut json = Vec::new();
    let input: Box<dyn io::Read> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path).with_context(context)?) };
    io::Read::read_to_end(&mut io::Read::take(input, MAX_REPORT_BYTES + 1), &mut json).with_context(context)?;
    if json.len() as u64 > MAX_REPORT_BYTES {
        bail!("{}: the report is larger than {MAX_REPORT_BYTES} bytes", path.display());
    }
    v1::Report::read(&json).with_context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_called_by_its_file_unless_it_is_named() {
        assert_eq!(named("out/api.json").unwrap(), ("api".into(), "out/api.json".into()));
        assert_eq!(named("web=out/report.json").unwrap(), ("web".into(), "out/report.json".into()));
        assert_eq!(named("./a=b/report.json").unwrap(), ("report".into(), "./a=b/report.json".into()));
        assert!(named("=x.json").is_err() && named("a#b=x.json").is_err());
    }
}
