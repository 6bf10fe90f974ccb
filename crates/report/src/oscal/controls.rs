//! The controls of NIST SP 800-53 rev. 5 that the layers of evidence speak to.

use unkeyed_model::LayerState;

use crate::json::v1;

/// A control with the layers that decide it.
pub(super) struct Control {
    /// Its id in OSCAL's catalog of SP 800-53.
    pub(super) id: &'static str,
    /// What is asked of the workloads.
    pub(super) asks: &'static str,
    pub(super) layers: fn(&v1::Layers) -> [LayerState; 2],
}

/// How a control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Satisfied,
    /// A number of workloads is against it.
    Failed(usize),
    /// Nothing is against it, but for a number of workloads the evidence is missing.
    Open(usize),
}

/// The controls, in the catalog's order.
pub(super) const CONTROLS: [Control; 4] = [
    Control {
        id: "ac-6",
        asks: "Least privilege: the roles of workload identities are narrow.",
        layers: |layers| [layers.l3b, LayerState::Na],
    },
    Control {
        id: "ia-5",
        asks: "Authenticator management: tokens are issued just in time and end soon.",
        layers: |layers| [layers.l2, LayerState::Na],
    },
    Control {
        id: "ia-5.7",
        asks: "No embedded unencrypted static authenticators: no credential remains that could be extracted and used again.",
        layers: |layers| [layers.l0, LayerState::Na],
    },
    Control {
        id: "ia-9",
        asks: "Service identification and authentication: an identity with an exact trust binding is the way in.",
        layers: |layers| [layers.l1, layers.l3a],
    },
];

impl Control {
    /// How the control stands for the workloads of a report that authenticate to something.
    pub(super) fn standing(&self, report: &v1::Report) -> Standing {
        let judged = report.workloads.iter().filter(|workload| !workload.no_access_observed);
        let states: Vec<[LayerState; 2]> = judged.map(|workload| (self.layers)(&workload.layers)).collect();
        let having = |state: LayerState| states.iter().filter(|states| states.contains(&state)).count();
        match (having(LayerState::Fail), having(LayerState::Unknown)) {
            (0, 0) if report.run.complete && having(LayerState::Pass) > 0 => Standing::Satisfied,
            (0, unknown) => Standing::Open(unknown),
            (failed, _) => Standing::Failed(failed),
        }
    }
}
