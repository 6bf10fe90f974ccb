//! Where text goes: reports to their files, everything else to standard error.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use unkeyed_model::{Confidence, Origin, Report};
use unkeyed_report::{Format, Options};

use crate::args::{ReportOutput, RunArgs};

/// Prints an error with its causes.
pub(crate) fn complain(error: &anyhow::Error) {
    line(&format!("unkeyed: {error:#}"));
}

/// Prints a remark.
pub(crate) fn warn(text: &str) {
    line(&format!("unkeyed: {text}"));
}

/// Writes lines on standard error. A message may name what lies in the target, so that all of it is made safe to show.
fn line(text: &str) {
    let mut err = anstream::stderr().lock();
    for line in text.lines() {
        // Nothing can be done if standard error is closed.
        let _ = writeln!(err, "{}", unkeyed_report::printable(line));
    }
}

/// Writes a page on standard output, likewise.
pub(crate) fn page(text: &str) -> anyhow::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    for line in text.trim_end().lines() {
        writeln!(out, "{}", unkeyed_report::printable(line))?;
    }
    Ok(out.flush()?)
}

/// Prints what a command has done.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    writeln!(anstream::stdout().lock(), "{}", unkeyed_report::printable(text))?;
    Ok(())
}

/// Prints why the gate of `report` failed and what would make it pass, where a hook speaks: on standard error.
pub(crate) fn write_gate(report: &Report, verbose: bool) -> anyhow::Result<()> {
    let stderr = anstream::stderr();
    let color = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let width = if io::stderr().is_terminal() { terminal_width() } else { DEFAULT_WIDTH };
    let options = Options { color, width, verbose, ..Options::default() };
    unkeyed_report::write_gate(report, &options, &mut stderr.lock())?;
    Ok(())
}

/// One report to write.
#[derive(Debug)]
pub(crate) struct Destination {
    format: Format,
    path: Option<PathBuf>,
}

/// Pairs formats with outputs.
pub(crate) fn destinations(args: &RunArgs) -> anyhow::Result<Vec<Destination>> {
    if args.output.len() > args.format.len() {
        bail!("{} --output but only {} --format; the n-th output belongs to the n-th format", args.output.len(), args.format.len());
    }
    let path = |at: usize| args.output.get(at).filter(|path| path.as_os_str() != "-").cloned();
    let pairs: Vec<_> = args.format.iter().enumerate().map(|(at, &format)| Destination { format, path: path(at) }).collect();
    if pairs.iter().filter(|pair| pair.path.is_none()).count() > 1 {
        bail!("several formats would go to standard output; give all but one an --output FILE");
    }
    Ok(pairs)
}

/// Writes `report` to every destination.
pub(crate) fn write(report: &Report, destinations: &[Destination], args: &RunArgs) -> anyhow::Result<()> {
    for destination in destinations {
        match &destination.path {
            Some(path) => write_file(report, destination.format, path, args)?,
            None => write_stdout(report, destination.format, args)?,
        }
    }
    Ok(())
}

/// Writes a saved report, with everything that it holds.
pub(crate) fn again(report: &Report, args: &ReportOutput) -> anyhow::Result<()> {
    let path = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let everything = Options { show_public: true, confidence: Confidence::Low, verbose: args.verbose, ..terminal(path.is_none()) };
    to_place(path, |out| unkeyed_report::write(report, args.format, &everything, out))
}

/// What of a report is listed, whatever it is written to.
pub(crate) fn listed(args: &RunArgs) -> Options<'static> {
    options(args, Options::default())
}

fn options(args: &RunArgs, terminal: Options<'static>) -> Options<'static> {
    Options { show_public: args.show_public, confidence: args.confidence, verbose: args.verbose, ..terminal }
}

fn write_file(report: &Report, format: Format, path: &Path, args: &RunArgs) -> anyhow::Result<()> {
    to_place(Some(path), |out| unkeyed_report::write(report, format, &options(args, terminal(false)), out))
}

fn write_stdout(report: &Report, format: Format, args: &RunArgs) -> anyhow::Result<()> {
    let base = link_base(args);
    let options = Options { link_base: base.as_deref(), ..options(args, terminal(true)) };
    to_place(None, |out| unkeyed_report::write(report, format, &options, out))
}

/// The address that places on a terminal lead to: of the one folder that was read. None where the terminal shows no links,
/// and none if nobody wants escapes there (`NO_COLOR`, `TERM=dumb`, a pipe).
fn link_base(args: &RunArgs) -> Option<String> {
    let wanted = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let [target] = args.targets.as_slice() else { return None };
    if !wanted || !args.evidence.is_empty() || !io::stdout().is_terminal() || !supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
    {
        return None;
    }
    let folder = std::fs::canonicalize(target.strip_prefix("dir:").unwrap_or(target)).ok().filter(|folder| folder.is_dir())?;
    let origin = Origin { path: unkeyed_source::path_text(&folder), ..Origin::default() };
    Some(format!("file://{}", origin.uri()))
}

/// How wide and in which colours text is written: as the terminal has it, if that is where it goes.
fn terminal(is_stdout: bool) -> Options<'static> {
    if !is_stdout {
        return Options { color: false, width: DEFAULT_WIDTH, ..Options::default() };
    }
    let color = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let width = if io::stdout().is_terminal() { terminal_width() } else { DEFAULT_WIDTH };
    Options { color, width, ..Options::default() }
}

/// Lets `write` write to a file, or to standard output (no path, or `-`).
pub(crate) fn to_place(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
        let stdout = anstream::stdout();
        let mut out = BufWriter::new(stdout.lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let context = || format!("{}: the report can't be written here", path.display());
    let mut out = BufWriter::new(File::create(path).with_context(context)?);
    write(&mut out).with_context(context)?;
    out.flush().with_context(context)
}

/// Columns when nobody says otherwise.
const DEFAULT_WIDTH: usize = 80;

fn terminal_width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    stated
        .or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)))
        .map_or(DEFAULT_WIDTH, |width| width.clamp(60, 140))
}
