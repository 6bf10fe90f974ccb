//! Every output of one hand-written report, compared with files that one can read.

mod json;
mod sample;
mod sarif;
mod snapshots;
