//! The training itself: it reads files, which only tests may.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use unkeyed_model::{Confidence, Origin};

use super::super::dialect::Dialect;
use super::super::measure::{COUNT, Features};
use super::super::score::{self, Measure};
use super::super::tests::SEARCH;
use super::super::{Generic, Progress, View, judge};

/// How strongly weights are drawn to what they were.
const PULL: f64 = 1.0;
const STEPS: usize = 4000;
const RATE: f64 = 0.02;

/// What is measured of a value, and what it is worth at most whatever that is.
type Measured = (Measure, Features, Confidence);
/// What is measured of every value on a line that is not ruled out, and what is told of all.
type Read = (Vec<Measured>, Vec<String>);

/// A labelled line, with what was read on it.
#[derive(Clone)]
struct Line {
    place: String,
    is_true: bool,
    kind: String,
    train: bool,
    /// The path is one for tests or examples, which lowers the confidence by one step.
    lowered: bool,
    /// What is measured of every value on it that is not ruled out.
    values: Vec<Measured>,
    told: Vec<String>,
}

fn lines() -> Vec<Line> {
    let root = PathBuf::from(std::env::var("LABELLED").expect("LABELLED names the folder of the checkout"));
    let sample =
        std::env::var("SAMPLE").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/labelled/sample.tsv").into());
    let mut files: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for row in fs::read_to_string(sample).unwrap().lines().skip(1) {
        let row: Vec<String> = row.split('\t').map(Into::into).collect();
        if row[6] != "unsure" {
            files.entry((row[0].replace('/', "+"), row[2].clone())).or_default().push(row);
        }
    }
    let generic = Generic::new();
    let mut found = Vec::new();
    for ((repository, path), rows) in files {
        let Ok(text) = fs::read(root.join(&repository).join(&path)) else { continue };
        read(&generic, &path, &text, &rows, &mut found);
    }
    found
}

fn read(generic: &Generic, path: &str, text: &[u8], rows: &[Vec<String>], found: &mut Vec<Line>) {
    let origin = Origin { path: path.into(), ..Origin::default() };
    let dialect = Dialect::of(Some(&origin));
    let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect();
    let mut values: BTreeMap<usize, Read> = BTreeMap::new();
    let mut progress = Progress::new(text.len());
    SEARCH.words(text, |word, at| {
        let view = View::around(text, at);
        let Some((place, name)) = generic.place(&mut progress, dialect, view, word, at) else { return ControlFlow::Continue(()) };
        let judged = judge::judge(view.text, &place, name.as_ref(), dialect, Some(&origin));
        let line = starts.partition_point(|&start| start <= view.whole(place.value.span).start);
        let entry = values.entry(line).or_default();
        entry.0.extend(judged.measured());
        entry.1.extend(judged.told());
        ControlFlow::Continue(())
    });
    for row in rows {
        let number: usize = row[3].parse().unwrap();
        let (values, told) = values.get(&number).cloned().unwrap_or_default();
        let place = format!("{}/{path}:{number}", row[0]);
        found.push(Line {
            place,
            is_true: row[6] == "true",
            kind: row[7].clone(),
            train: row[9] == "train",
            lowered: row[8] == "test" || row[8] == "example",
            values,
            told,
        });
    }
}

/// Logistic regression by plain gradient descent; the same numbers every time.
fn fit(samples: &[(&Features, bool)], prior: &[f32; COUNT]) -> [f32; COUNT] {
    let pull = std::env::var("PULL").ok().and_then(|pull| pull.parse().ok()).unwrap_or(PULL);
    let mut weights: Vec<f64> = prior.iter().map(|&weight| f64::from(weight)).collect();
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().zip(prior).map(|(weight, &prior)| pull * (weight - f64::from(prior))).collect();
        for (features, is_true) in samples {
            let sum: f64 = weights.iter().zip(features.iter()).map(|(weight, &feature)| weight * f64::from(feature)).sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(*is_true));
            gradient.iter_mut().zip(features.iter()).for_each(|(slope, &feature)| *slope += error * f64::from(feature));
        }
        let step = RATE / (1.0 + samples.len() as f64 / 100.0);
        weights.iter_mut().zip(&gradient).for_each(|(weight, slope)| *weight -= step * slope);
    }
    std::array::from_fn(|at| weights[at] as f32)
}

fn report(name: &str, lines: &[Line], weights: &impl Fn(Measure, &Features) -> f32) {
    for (half, train) in [("train", true), ("test", false)] {
        let half_lines: Vec<&Line> = lines.iter().filter(|line| line.train == train).collect();
        let total = half_lines.iter().filter(|line| line.is_true).count();
        print!("{name} {half}: {total} true, {} false;", half_lines.len() - total);
        for (title, least) in [("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)] {
            let level_of = |line: &&&Line| level(line, weights);
            let at_least: Vec<_> = half_lines.iter().filter(|line| level_of(line).is_some_and(|found| found >= least)).collect();
            let right = at_least.iter().filter(|line| line.is_true).count();
            let exact: Vec<_> = at_least.iter().filter(|line| level_of(line) == Some(least)).collect();
            let exact_right = exact.iter().filter(|line| line.is_true).count();
            let (recall, precision) = (right as f64 / total as f64, right as f64 / at_least.len().max(1) as f64);
            let f1 = 2.0 * recall * precision / (recall + precision).max(1e-9);
            print!(
                " ≥{title} recall {:.1} precision {:.1} F1 {f1:.3} (alone {exact_right}/{})",
                recall * 100.0,
                precision * 100.0,
                exact.len()
            );
        }
        println!();
    }
}

/// The confidence of the surest value on a line, if there is one.
fn best(line: &Line, weights: &impl Fn(Measure, &Features) -> f32) -> Option<Confidence> {
    let one = |(measure, features, most): &Measured| score::confidence(weights(*measure, features)).map(|found| found.min(*most));
    line.values.iter().filter_map(one).max()
}

/// The confidence at which a line is reported.
fn level(line: &Line, weights: &impl Fn(Measure, &Features) -> f32) -> Option<Confidence> {
    let found = best(line, weights)?;
    Some(if line.lowered { found.min(Confidence::Medium) } else { found })
}

#[test]
#[ignore = "needs the checkout of the labelled sample"]
fn training() {
    let lines = lines();
    let present = |measure, features: &Features| score::probability(measure, features);
    report("present", &lines, &present);
    cross_validate(&lines);
    let fitted = fit_both(&lines, |line| line.train);
    report("fitted", &lines, &|measure, features| score::probability_by(&fitted[measure as usize], features));
    for (measure, weights) in ["PASSWORD", "KEY"].iter().zip(&fitted) {
        let shown: Vec<String> = weights.iter().map(|weight| format!("{weight:.2}")).collect();
        println!("pub(super) static {measure}: [f32; COUNT] = [\n    {},\n];", shown.join(", "));
    }
    if std::env::var("WRONG").is_ok() {
        wrong(&lines, &|measure, features| score::probability_by(&fitted[measure as usize], features));
    }
}

/// Fits on half of the training repositories and reports on the other: what to choose `PULL` by.
fn cross_validate(lines: &[Line]) {
    let is_first = |line: &Line| line.place.split('/').next().is_some_and(|owner| owner.bytes().map(u32::from).sum::<u32>() % 2 == 0);
    let half = fit_both(lines, |line| line.train && is_first(line));
    let held: Vec<Line> = lines.iter().filter(|line| line.train && !is_first(line)).cloned().collect();
    report("held out", &held, &|measure, features| score::probability_by(&half[measure as usize], features));
}

fn fit_both(lines: &[Line], takes: impl Fn(&Line) -> bool) -> [[f32; COUNT]; 2] {
    let prior = super::super::weights::PRIOR;
    [Measure::Password, Measure::Key].map(|measure| {
        let samples: Vec<(&Features, bool)> = lines
            .iter()
            .filter(|line| takes(line))
            .flat_map(|line| line.values.iter().map(|(of, features, most)| (*of, features, *most, line.is_true)))
            .filter(|(of, _, most, _)| *of == measure && *most > Confidence::Low)
            .map(|(_, features, _, is_true)| (features, is_true))
            .collect();
        fit(&samples, prior[measure as usize])
    })
}

/// The lines of the training half that are judged wrongly.
fn wrong(lines: &[Line], weights: &impl Fn(Measure, &Features) -> f32) {
    for line in lines.iter().filter(|line| line.train) {
        let level = best(line, weights);
        let shown = level.is_some_and(|level| level >= Confidence::Medium);
        if shown != line.is_true {
            let why = line
                .told
                .iter()
                .find(|told| told.starts_with("ruled"))
                .cloned()
                .unwrap_or_else(|| if line.told.is_empty() { "not read".into() } else { String::new() });
            println!("WRONG {} {:?} {} {} | {why}", line.is_true, level, line.kind, line.place);
        }
    }
}
