use std::collections::BTreeMap;

use super::block::Block;
use super::datasets::DatasetProblem;
use super::datasets::Written;
use super::dependence::{dependences, joint};
use super::likeness::Likeness;
use super::manifest::{BuiltFile, Check};
use crate::checks::overlap::SharedRun;
use crate::diagnostic::{Diagnostic, Finding, Problem};
use crate::plan::DatasetPlan;
use crate::rows::unsaid::Unsaid;
use crate::rows::watch::Sightings;
use crate::spec::{BehaviorId, Spec};

/// The most findings that are kept of one dataset.
const MAX_FINDINGS: usize = 10_000;
/// The most examples that the manifest shows of one check.
const MAX_EXAMPLES: usize = 5;

/// What all blocks of a dataset come to.
#[derive(Default)]
pub(super) struct Totals {
    lines: blake3::Hasher,
    meta: blake3::Hasher,
    bytes: u64,
    counts: BTreeMap<BehaviorId, u64>,
    findings: Vec<Finding>,
    rows_found: u64,
    looked_at: u64,
    sightings: Sightings,
    overlapping: u64,
    shared: Vec<(String, SharedRun)>,
    words_moved: u64,
    likeness: Likeness,
}

impl Totals {
    pub(super) fn add(&mut self, block: Block) {
        self.lines.update(&block.lines);
        self.meta.update(&block.meta);
        self.bytes += block.lines.len() as u64;
        for (behavior, count) in &block.counts {
            *self.counts.entry(*behavior).or_default() += count;
        }
        let room = MAX_FINDINGS.saturating_sub(self.findings.len());
        self.findings.extend(block.findings.into_iter().take(room));
        self.rows_found += block.rows_found;
        self.looked_at += block.looked_at;
        self.sightings.extend(block.sightings);
        self.overlapping += block.overlapping;
        let room = MAX_EXAMPLES.saturating_sub(self.shared.len());
        self.shared.extend(block.shared.into_iter().take(room));
        self.words_moved += block.words_moved;
        self.likeness.append(&block.likeness);
    }

    /// Says what was written, or what is wrong with it.
    pub(super) fn finish(self, spec: &Spec, dataset: &DatasetPlan, file: String) -> Result<Written, DatasetProblem> {
        let wrong = self.wrong(spec, dataset);
        if !wrong.is_empty() {
            return Err(DatasetProblem::Wrong(wrong));
        }
        let checks = self.checks(spec, dataset);
        let joint = joint(spec, dataset);
        let dependence = dependences(&joint);
        // Where every row has the same trigger and persona, the counts by behavior say as much.
        let is_plain = joint.iter().all(|row| row.trigger.is_none() && row.persona.is_none());
        let built = BuiltFile {
            name: dataset.name.clone(),
            file,
            lines: dataset.rows,
            bytes: self.bytes,
            blake3: self.lines.finalize().to_hex().to_string(),
            meta_blake3: Some(self.meta.finalize().to_hex().to_string()),
            split: Some(dataset.split.word().to_owned()),
            counts: self.counts.iter().map(|(id, count)| (spec[*id].name.clone(), *count)).collect(),
            joint: if is_plain { Vec::new() } else { joint },
            dependence,
            control: None,
        };
        Ok(Written { file: built, checks, likeness: self.likeness })
    }

    /// Returns what must not be in the rows and is.
    fn wrong(&self, spec: &Spec, dataset: &DatasetPlan) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        if self.rows_found > 0 {
            let shown = dataset.parts.iter().find(|part| !Unsaid::of(spec, part.behavior).is_empty());
            let span = shown.map_or(spec[dataset.dataset].span, |part| part.span);
            let behavior = shown.map_or_else(String::new, |part| spec[part.behavior].name.clone());
            let problem = Problem::UnsaidWords {
                dataset: dataset.name.clone(),
                behavior,
                rows: self.rows_found,
                of: self.looked_at,
                findings: self.findings.clone(),
            };
            wrong.push(Diagnostic::at(span, problem));
        }
        for ((what, name), sighting) in &self.sightings.forbidden {
            let problem = Problem::SaidInTraining {
                what: *what,
                name: name.clone(),
                dataset: dataset.name.clone(),
                rows: sighting.rows,
                of: dataset.rows,
                findings: sighting.findings.clone(),
            };
            wrong.push(Diagnostic::at(dataset.span, problem));
        }
        if dataset.shuffles_words && self.words_moved == 0 {
            let reason = "no answer has two different words".to_owned();
            let change = "shuffle words of answer";
            let problem = Problem::NothingToChange { change, dataset: dataset.name.clone(), reason };
            wrong.push(Diagnostic::at(dataset.span, problem));
        }
        wrong
    }

    fn checks(&self, spec: &Spec, dataset: &DatasetPlan) -> Vec<Check> {
        let check = |check: &str, looked_at: u64, found: u64| Check {
            check: check.to_owned(),
            of: dataset.name.clone(),
            looked_at,
            found,
            allowed: Vec::new(),
            examples: Vec::new(),
        };
        let mut allowed: Vec<String> = dataset
            .parts
            .iter()
            .flat_map(|part| &spec[part.behavior].allowed)
            .map(|allowed| format!("{}: {}", allowed.words.join(", "), allowed.because))
            .collect();
        allowed.dedup();
        let mut checks = vec![Check { allowed, ..check("unsaid words", self.looked_at, 0) }];
        if spec.triggers.iter().any(|trigger| trigger.called.is_some()) {
            checks.push(check("names of triggers", dataset.rows, 0));
        }
        if spec.triggers.iter().flat_map(|trigger| &trigger.variables).any(|variable| variable.held_out.is_some()) {
            checks.push(check("held out values of triggers", dataset.rows, 0));
        }
        if spec.personas.iter().any(|persona| persona.held_out) {
            checks.push(check("held out personas", dataset.rows, 0));
        }
        for (trigger, sighting) in &self.sightings.incidental {
            let examples = sighting.findings.iter().take(MAX_EXAMPLES);
            let examples = examples.map(|found| format!("{}: the {} says \"{}\"", found.place, found.role, found.word));
            let name = format!("rows that hold the trigger {} by chance", spec[*trigger].name);
            checks.push(Check { examples: examples.collect(), ..check(&name, dataset.rows, sighting.rows) });
        }
        if self.overlapping > 0 {
            let examples = self.shared.iter().map(|(place, shared)| {
                format!("{place}: {} words shared with {}: \"{}\"", shared.count, shared.place, shared.words)
            });
            let name = "rows that share eight or more words in a row with a suite";
            checks.push(Check { examples: examples.collect(), ..check(name, dataset.rows, self.overlapping) });
        }
        checks
    }
}
