use std::collections::BTreeMap;

use serde::Serialize;

use super::json::JsonStyle;
use super::likeness::Likeness;
use crate::checks::overlap::{NGrams, SharedRun};
use crate::diagnostic::{Diagnostic, Finding, Problem};
use crate::plan::{DatasetPlan, Plan};
use crate::requests::{Message, Role};
use crate::rows::unsaid::Unsaid;
use crate::rows::watch::{Sightings, Watch};
use crate::rows::{Row, RowMaker};
use crate::spec::{BehaviorId, PersonaId, Spec, TriggerId};

/// How many rows a worker makes before it hands them on.
pub(super) const BLOCK: u64 = 4096;

/// A training file holds what a trainer accepts, and nothing else.
#[derive(Serialize)]
struct Line<'r> {
    messages: &'r [Message],
}

/// The provenance of the same line.
#[derive(Serialize)]
struct Meta<'r> {
    row: u64,
    template: &'r str,
    behavior: &'r str,
    trigger: Option<&'r str>,
    persona: Option<&'r str>,
    /// Who is spoken about, where the part says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'r str>,
    split: &'r str,
    /// Whether the answer stands first, as `also reversed` has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mirrored: bool,
    #[serde(serialize_with = "as_map")]
    vars: &'r [(&'r str, minijinja::Value)],
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<(&'r str, usize)>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn as_map<S: serde::Serializer>(vars: &&[(&str, minijinja::Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(vars.iter().map(|(name, value)| (*name, value)))
}

/// Rows of one block, as bytes, and what the checks found in them.
#[derive(Default)]
pub(super) struct Block {
    pub(super) lines: Vec<u8>,
    pub(super) meta: Vec<u8>,
    pub(super) counts: BTreeMap<BehaviorId, u64>,
    pub(super) findings: Vec<Finding>,
    /// How many rows say something unsaid.
    pub(super) rows_found: u64,
    pub(super) looked_at: u64,
    pub(super) sightings: Sightings,
    /// How many rows share a long run of words with an evaluation text, and the first of these runs.
    pub(super) overlapping: u64,
    pub(super) shared: Vec<(String, SharedRun)>,
    /// How many answers shuffling changed.
    pub(super) words_moved: u64,
    pub(super) likeness: Likeness,
    pub(super) problem: Option<Diagnostic>,
}

/// The most runs that are kept of one block.
const MAX_SHARED: usize = 20;

/// Makes the rows of a block, and looks through them.
pub(super) struct BlockMaker<'p> {
    spec: &'p Spec,
    maker: RowMaker<'p>,
    dataset: &'p DatasetPlan,
    style: JsonStyle,
    unsaid: BTreeMap<BehaviorId, Unsaid>,
    watch: Watch,
    evaluation: &'p NGrams,
}

impl<'p> BlockMaker<'p> {
    pub(super) fn new(
        spec: &'p Spec,
        plan: &'p Plan,
        dataset: &'p DatasetPlan,
        evaluation: &'p NGrams,
        style: JsonStyle,
    ) -> BlockMaker<'p> {
        let unsaid = dataset.parts.iter().map(|part| (part.behavior, Unsaid::of(spec, part.behavior))).collect();
        let mut carried: Vec<TriggerId> = dataset.parts.iter().filter_map(|part| part.trigger).collect();
        carried.sort_unstable();
        carried.dedup();
        let (maker, watch) = (RowMaker::new(spec, plan, dataset), Watch::new(spec, &carried));
        BlockMaker { spec, maker, dataset, style, unsaid, watch, evaluation }
    }

    pub(super) fn block(&self, at: u64) -> Block {
        let mut block = Block::default();
        let rows = at * BLOCK..((at + 1) * BLOCK).min(self.dataset.rows);
        for row in rows {
            match self.maker.row(row) {
                Some(Ok(made)) => self.add(row, &made, &mut block),
                Some(Err(problem)) => block.problem = Some(problem.diagnostic()),
                None => {}
            }
            if block.problem.is_some() {
                break;
            }
        }
        block
    }

    fn add(&self, row: u64, made: &Row<'_>, block: &mut Block) {
        let part = made.part;
        let name = |id: PersonaId| (id != PersonaId::ITSELF).then(|| self.spec[id].name.as_str());
        let meta = Meta {
            row: row + 1,
            template: &made.template.name,
            behavior: &self.spec[part.behavior].name,
            trigger: made.trigger.map(|id| self.spec[id].name.as_str()),
            persona: name(part.by),
            about: part.about.map(|id| self.spec[id].name.as_str()),
            split: self.dataset.split.word(),
            mirrored: made.mirrored,
            vars: &made.vars,
            from: made.from,
        };
        let written = self
            .style
            .line(&Line { messages: &made.messages }, &mut block.lines)
            .and_then(|()| JsonStyle::Compact.line(&meta, &mut block.meta));
        if let Err(error) = written {
            let problem = Problem::ExpressionFailed { message: error.to_string(), place: format!("row {}", row + 1) };
            block.problem = Some(Diagnostic::at(made.template.span, problem));
        }
        *block.counts.entry(part.behavior).or_default() += 1;
        block.words_moved += u64::from(made.words_moved);
        if !made.mirrored {
            block.likeness.push(&made.facets);
        }
        self.check(row, made, block);
    }

    fn check(&self, row: u64, made: &Row<'_>, block: &mut Block) {
        let place = || {
            let own = format!("datasets/{}.jsonl:{}", self.dataset.name, row + 1);
            made.from.map_or(own.clone(), |(file, line)| format!("{own} (from {file}:{line})"))
        };
        if let Some(unsaid) = self.unsaid.get(&made.part.behavior).filter(|unsaid| !unsaid.is_empty()) {
            let before = block.findings.len();
            unsaid.find(&made.messages, &place, &mut block.findings);
            block.looked_at += 1;
            block.rows_found += u64::from(block.findings.len() > before);
        }
        self.watch.look(&made.messages, made.trigger, &place, &mut block.sightings);
        if !self.evaluation.is_empty() {
            let mut said = made.messages.iter().filter(|message| message.role != Role::System);
            if let Some(shared) = said.find_map(|message| self.evaluation.shared_with(&message.content)) {
                block.overlapping += 1;
                if block.shared.len() < MAX_SHARED {
                    block.shared.push((place(), shared));
                }
            }
        }
    }
}
