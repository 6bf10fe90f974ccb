//! Totals of a report: worst-of, counts and the gate; never an average (DOMAIN §4.3).

use unkeyed_model::{Artifact, Class, Summary, Verdict, WorkloadReport};

use crate::gate;

/// Counts artifacts by class and workloads by verdict.
pub(crate) fn summarize(artifacts: &[Artifact], workloads: &[WorkloadReport], reasons: gate::Reasons) -> Summary {
    let (gate_reasons, gate_remedies) = reasons.into_texts();
    let counted = || workloads.iter().filter(|workload| !workload.no_access_observed);
    let verdicts: Vec<(Verdict, usize)> = count(Verdict::ALL, |verdict| counted().filter(|workload| workload.verdict == verdict).count());
    // Where nothing authenticates at all, the whole is as open as each part.
    let nothing = (!workloads.is_empty()).then_some(Verdict::Indeterminate);
    Summary {
        artifacts: count(Class::ALL, |class| artifacts.iter().filter(|artifact| artifact.class == class).count()),
        rollup: verdicts.first().map(|(verdict, _)| *verdict).or(nothing),
        verdicts,
        leanings: count(Verdict::ALL, |verdict| counted().filter(|workload| workload.leaning == Some(verdict)).count()),
        no_access_observed: workloads.iter().filter(|workload| workload.no_access_observed).count(),
        gate_passed: gate_reasons.is_empty(),
        gate_reasons,
        gate_remedies,
    }
}

fn count<T: Copy>(all: &[T], number: impl Fn(T) -> usize) -> Vec<(T, usize)> {
    all.iter().map(|&value| (value, number(value))).filter(|(_, number)| *number > 0).collect()
}
