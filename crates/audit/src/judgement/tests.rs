//! The whole of judgement: every row of the decision table and its negation, attribution, exceptions, gate, report.

mod attribution;
mod before;
mod exceptions;
mod report;
mod verdicts;
