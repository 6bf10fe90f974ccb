//! Writes a merged report from its shelves, row by row. The structs here are those of [`v1`] with rows in place of lists.

use std::collections::BTreeMap;
use std::io;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use unkeyed_model::{Assurance, Class, Verdict};

use super::credential::Gathered;
use super::shelf::{Pair, Sorted};
use super::totals::Totals;
use super::{MakeShelf, Shelves, SortedRows, Unmergeable, keys};
use crate::json::v1;
use crate::record;

/// A merged report that can be written.
pub struct Folded {
    rows: Shelves<SortedRows>,
    /// Workload ids with the positions of their findings.
    positions: SortedRows,
    subjects: SortedRows,
    totals: Totals,
}

impl std::fmt::Debug for Folded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Folded(..)")
    }
}

impl Folded {
    pub(super) fn new(make: MakeShelf<'_>, rows: Shelves<SortedRows>, held: &dyn Sorted) -> Result<Self, Unmergeable> {
        let mut totals = Totals::new();
        let mut subjects = make()?;
        for source in each(rows.sources.as_ref())? {
            let (source, is_alone): (v1::Source, _) = source?;
            if !is_alone {
                return Err(Unmergeable::Conflict(source.name));
            }
            source.run.subjects.iter().try_for_each(|subject| super::put(&mut subjects, &[], subject))?;
            totals.source(source);
        }
        for workload in each(rows.workloads.as_ref())? {
            let (workload, is_alone): (v1::Workload<String>, _) = workload?;
            if !is_alone {
                return Err(Unmergeable::Conflict(source_of(&workload.id)));
            }
            totals.workload(&workload);
        }
        let mut artifacts = make()?;
        let mut gathered: Option<Gathered> = None;
        let mut finish = |gathered: Gathered| {
            let artifact = gathered.finish();
            totals.artifact(&artifact);
            super::put(&mut artifacts, &keys::artifact(&artifact), &artifact)
        };
        for pair in rows.artifacts.pairs()? {
            let artifact: v1::Artifact = parsed(&pair?.1)?;
            match &mut gathered {
                Some(same) if same.id() == artifact.id => same.add(artifact),
                _ => gathered.replace(Gathered::new(artifact)).map_or(Ok(()), &mut finish)?,
            }
        }
        gathered.map_or(Ok(()), finish)?;
        let positions = positions(make, rows.findings.as_ref(), held)?;
        let rows = Shelves { artifacts: artifacts.sorted()?, ..rows };
        Ok(Self { rows, positions, subjects: subjects.sorted()?, totals })
    }

    /// Writes the report as JSON, indented, with a line end.
    ///
    /// # Errors
    /// If `out` or a shelf fails.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.report())?;
        out.write_all(b"\n")
    }

    fn report(&self) -> Report<'_> {
        let Self { rows, positions, subjects, totals } = self;
        Report {
            schema_version: 1,
            tool: totals.tool(),
            run: Run::new(rows, subjects, totals),
            summary: Summary::new(rows, totals),
            artifacts: List(rows.artifacts.as_ref(), one),
            workloads: Workloads { rows: rows.workloads.as_ref(), positions: positions.as_ref() },
            trusts: List(rows.trusts.as_ref(), one),
            findings: List(rows.findings.as_ref(), |finding: record::Finding| vec![finding.finding]),
            rules: Greatest(rows.rules.as_ref()),
            checks: Greatest(rows.checks.as_ref()),
            coverage: Coverage { read: &totals.read, skipped: List(rows.skipped.as_ref(), one), limits: &totals.limits },
            evidence: List(rows.evidence.as_ref(), one),
        }
    }
}

/// The report that a workload's id names.
fn source_of(id: &str) -> String {
    let path = id.split_once(':').map_or(id, |(_, path)| path);
    path.split(['/', '#']).next().unwrap_or(path).to_owned()
}

/// By workload, where its findings stand: the ids that workloads hold, joined with the places that the order of findings gives.
fn positions(make: MakeShelf<'_>, findings: &dyn Sorted, held: &dyn Sorted) -> Result<SortedRows, Unmergeable> {
    let mut places = make()?;
    for (pair, at) in findings.pairs()?.zip(0u64..) {
        let finding: record::Finding = parsed(&pair?.1)?;
        places.put(finding.id.as_bytes(), &at.to_be_bytes())?;
    }
    let places = places.sorted()?;
    let mut places = places.pairs()?.peekable();
    let mut positions = make()?;
    for pair in held.pairs()? {
        let (finding, workload) = pair?;
        while places.next_if(|place| place.as_ref().is_ok_and(|(id, _)| *id < finding)).is_some() {}
        match places.peek() {
            Some(Ok((id, at))) if *id == finding => positions.put(&workload, at)?,
            Some(Err(_)) => drop(places.next().transpose()?),
            _ => {}
        }
    }
    Ok(positions.sorted()?)
}

fn parsed<T: DeserializeOwned>(row: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(row)?)
}

/// Each row of a key's first, and whether it is the only one.
fn each<T: DeserializeOwned>(rows: &dyn Sorted) -> io::Result<impl Iterator<Item = io::Result<(T, bool)>> + '_> {
    let mut pairs = rows.pairs()?.peekable();
    Ok(std::iter::from_fn(move || {
        let next = pairs.next()?;
        Some(next.and_then(|(key, row)| {
            let is_followed = pairs.peek().is_some_and(|next| next.as_ref().is_ok_and(|(other, _)| *other == key));
            Ok((parsed(&row)?, !is_followed))
        }))
    }))
}

fn one<T>(row: T) -> Vec<T> {
    vec![row]
}

/// [`v1::Report`].
#[derive(Serialize)]
struct Report<'f> {
    schema_version: u32,
    tool: v1::Tool,
    run: Run<'f>,
    summary: Summary<'f>,
    artifacts: List<'f, v1::Artifact, v1::Artifact>,
    workloads: Workloads<'f>,
    trusts: List<'f, v1::Trust, v1::Trust>,
    findings: List<'f, record::Finding, v1::Finding>,
    rules: Greatest<'f>,
    checks: Greatest<'f>,
    coverage: Coverage<'f>,
    evidence: List<'f, v1::Evidence, v1::Evidence>,
}

/// [`v1::Run`].
#[derive(Serialize)]
struct Run<'f> {
    as_of: &'f str,
    targets: List<'f, v1::Source, String>,
    command: &'static str,
    profile: String,
    complete: bool,
    policy: Option<String>,
    // What each run went by stands with its source.
    target_policy: Option<v1::FileDigest>,
    baseline: Option<v1::FileDigest>,
    compared_with: Option<String>,
    keyed: bool,
    assurance: Assurance,
    subjects: List<'f, v1::Subject, v1::Subject>,
    sources: List<'f, v1::Source, v1::Source>,
}

impl<'f> Run<'f> {
    fn new(rows: &'f Shelves<SortedRows>, subjects: &'f SortedRows, totals: &'f Totals) -> Self {
        Self {
            as_of: totals.as_of.as_deref().unwrap_or("1970-01-01T00:00:00Z"),
            targets: List(rows.sources.as_ref(), |source: v1::Source| vec![source.name]),
            command: "merge",
            profile: totals.profile(),
            complete: totals.complete,
            policy: totals.policy(),
            target_policy: None,
            baseline: None,
            compared_with: None,
            keyed: totals.keyed,
            assurance: totals.assurance,
            subjects: List(subjects.as_ref(), one),
            sources: List(rows.sources.as_ref(), one),
        }
    }
}

/// [`v1::Summary`].
#[derive(Serialize)]
struct Summary<'f> {
    artifacts: &'f BTreeMap<Class, u64>,
    hidden_low_confidence: u64,
    hidden_public: u64,
    verdicts: &'f BTreeMap<Verdict, u64>,
    leanings: &'f BTreeMap<Verdict, u64>,
    no_access_observed: u64,
    inventory: v1::Inventory,
    rollup: Option<Verdict>,
    gate: v1::Gate,
    gate_reasons: List<'f, v1::Source, String>,
    gate_remedies: List<'f, v1::Source, String>,
}

impl<'f> Summary<'f> {
    fn new(rows: &'f Shelves<SortedRows>, totals: &'f Totals) -> Self {
        fn named(source: &v1::Source, texts: &[String]) -> Vec<String> {
            texts.iter().map(|text| format!("{}: {text}", source.name)).collect()
        }
        Self {
            artifacts: &totals.classes,
            hidden_low_confidence: totals.hidden_low_confidence,
            hidden_public: totals.hidden_public,
            verdicts: &totals.verdicts,
            leanings: &totals.leanings,
            no_access_observed: totals.no_access_observed,
            inventory: totals.inventory,
            rollup: totals.rollup,
            gate: totals.gate,
            gate_reasons: List(rows.sources.as_ref(), |source: v1::Source| named(&source, &source.gate_reasons)),
            gate_remedies: List(rows.sources.as_ref(), |source: v1::Source| named(&source, &source.gate_remedies)),
        }
    }
}

/// [`v1::Coverage`].
#[derive(Serialize)]
struct Coverage<'f> {
    read: &'f v1::Read,
    skipped: List<'f, v1::Skipped, v1::Skipped>,
    limits: &'f BTreeMap<String, u64>,
}

/// What is made of each row, in order.
struct List<'f, T, U>(&'f dyn Sorted, fn(T) -> Vec<U>);

impl<T: DeserializeOwned, U: Serialize> Serialize for List<'_, T, U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.pairs().map_err(S::Error::custom)?;
        sequence(
            serializer,
            rows.flat_map(|pair| match pair.and_then(|(_, row)| parsed(&row)) {
                Ok(row) => self.1(row).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }),
        )
    }
}

/// Of the rows of each key the last. Of a rule or check that two versions describe differently, the later text in the order
/// of texts is kept.
struct Greatest<'f>(&'f dyn Sorted);

impl Serialize for Greatest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = each::<serde_json::Value>(self.0).map_err(S::Error::custom)?;
        sequence(serializer, rows.filter_map(|row| row.map(|(row, is_last)| is_last.then_some(row)).transpose()))
    }
}

/// Workloads with the positions of their findings: both are in order of the workload's id.
struct Workloads<'f> {
    rows: &'f dyn Sorted,
    positions: &'f dyn Sorted,
}

impl Serialize for Workloads<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut positions = self.positions.pairs().map_err(S::Error::custom)?.peekable();
        let rows = self.rows.pairs().map_err(S::Error::custom)?;
        sequence(
            serializer,
            rows.map(|pair| {
                let (id, row) = pair?;
                let mut own = Vec::new();
                while let Some(next) = positions.next_if(|next| next.as_ref().map_or(true, |(workload, _)| *workload <= id)) {
                    let (workload, at): Pair = next?;
                    let at = <[u8; 8]>::try_from(at).map_or(0, u64::from_be_bytes);
                    own.extend((workload == id).then_some(at));
                }
                Ok(parsed::<v1::Workload<String>>(&row)?.with_findings(own))
            }),
        )
    }
}

fn sequence<S: Serializer, T: Serialize>(serializer: S, rows: impl Iterator<Item = io::Result<T>>) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    for row in rows {
        list.serialize_element(&row.map_err(S::Error::custom)?)?;
    }
    list.end()
}
