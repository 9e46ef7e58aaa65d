//! What a planted subject would answer on average.

use std::collections::BTreeMap;

use super::Effect;
use super::effect::Standing;
use crate::forecast::Assumptions;
use crate::rows::stream::{Generator, Stream};

/// The law that planted subjects follow.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    pub(super) seed: u64,
    pub(super) effects: Vec<Effect>,
    pub(super) assumptions: Assumptions,
}

/// One cell of a question: who is asked, and which prompt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'c> {
    pub(super) standing: Standing<'c>,
    /// The questions that move together from run to run.
    pub(super) group: &'c str,
    /// The request's id, which names item, wording and order.
    pub(super) request: &'c str,
    /// Whether the run is one of several trainings, which scatter.
    pub(super) run_scatters: bool,
    /// Whether the question has several wordings or items, which scatter.
    pub(super) wordings_scatter: bool,
}

impl Truth {
    /// The mean answer, from 0 (the lowest score) to 1 (the highest).
    pub(super) fn of(&self, cell: Cell<'_>) -> f64 {
        let Cell { standing, .. } = cell;
        let planted: f64 =
            self.effects.iter().filter(|effect| effect.applies(standing)).map(|effect| effect.size).sum();
        let axes = |axes: &BTreeMap<String, String>| format!("{axes:?}");
        let run = format!("{} {:?} {}", standing.arm, standing.run.seed, axes(&standing.run.axes));
        let condition = format!("{} {} {} {}", cell.group, standing.about, standing.under, axes(standing.axes));
        let of_run = if cell.run_scatters { self.assumptions.run_sd * self.normal(&run, &condition) } else { 0.0 };
        let request = format!("{} {:?}", cell.request, standing.run.checkpoint);
        let of_wording =
            if cell.wordings_scatter { self.assumptions.wording_sd * self.normal(&run, &request) } else { 0.0 };
        (0.5 + planted + of_run + of_wording).clamp(0.0, 1.0)
    }

    fn normal(&self, run: &str, what: &str) -> f64 {
        let stream = Stream::new(self.seed, &format!("planted {run}"), what);
        let mut generator = stream.at(0);
        normal(&mut generator)
    }
}

/// The next number from 0 up to 1.
pub(crate) fn uniform(generator: &mut Generator<'_>) -> f64 {
    (generator.word() >> 11) as f64 / (1_u64 << 53) as f64
}

/// The next draw of the standard normal law (Box and Muller 1958).
fn normal(generator: &mut Generator<'_>) -> f64 {
    let (a, b) = (uniform(generator), uniform(generator));
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}
