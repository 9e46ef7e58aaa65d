use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use serde::Serialize;

use super::json::JsonStyle;
use super::manifest::{BuiltFile, Check};
use super::staging::{Staging, WriteProblem};
use crate::diagnostic::{Diagnostic, Finding, Problem};
use crate::plan::{DatasetPlan, Plan};
use crate::requests::Message;
use crate::rows::unsaid::Unsaid;
use crate::rows::{Row, RowMaker, RowProblem};
use crate::spec::{BehaviorId, Spec};

/// How many rows a worker makes before it hands them on.
const BLOCK: u64 = 4096;
/// How many blocks may wait to be written: what bounds memory.
const WAITING: usize = 4;
/// The most findings that are kept of one dataset.
const MAX_FINDINGS: usize = 10_000;

/// Why a dataset could not be built.
pub(super) enum DatasetProblem {
    Wrong(Diagnostic),
    Write(WriteProblem),
}

impl From<WriteProblem> for DatasetProblem {
    fn from(problem: WriteProblem) -> DatasetProblem {
        DatasetProblem::Write(problem)
    }
}

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
    split: &'r str,
    #[serde(serialize_with = "as_map")]
    vars: &'r [(&'r str, minijinja::Value)],
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<(&'r str, usize)>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn as_map<S: serde::Serializer>(vars: &&[(&str, minijinja::Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(vars.iter().map(|(name, value)| (*name, value)))
}

/// Rows of one block, as bytes.
#[derive(Default)]
struct Block {
    lines: Vec<u8>,
    meta: Vec<u8>,
    counts: BTreeMap<BehaviorId, u64>,
    findings: Vec<Finding>,
    /// How many rows say something unsaid, and the first behavior and place of them.
    rows_found: u64,
    looked_at: u64,
    problem: Option<Diagnostic>,
}

/// Writes one dataset with its sidecar. Workers make blocks of rows, in any order; this thread writes them in theirs.
pub(super) fn write(
    spec: &Spec,
    plan: &Plan,
    dataset: &DatasetPlan,
    style: JsonStyle,
    staging: &Staging,
    progress: &dyn Fn(u64),
) -> Result<(BuiltFile, Vec<Check>), DatasetProblem> {
    let file = format!("datasets/{}.jsonl", dataset.name);
    let (path, mut lines) = staging.create(&file)?;
    let (meta_path, mut meta) = staging.create(&format!("datasets/{}.meta.jsonl", dataset.name))?;
    let unsaid: BTreeMap<BehaviorId, Unsaid> =
        dataset.parts.iter().map(|part| (part.behavior, Unsaid::of(spec, part.behavior))).collect();
    let maker = BlockMaker { spec, maker: RowMaker::new(spec, plan, dataset), dataset, style, unsaid: &unsaid };
    let blocks = dataset.rows.div_ceil(BLOCK);
    let workers =
        std::thread::available_parallelism().map_or(1, usize::from).min(usize::try_from(blocks).unwrap_or(1).max(1));
    let (next, stopped, written) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    let mut total = Totals::default();
    let outcome: Result<(), DatasetProblem> = std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<(u64, Block)>(WAITING);
        for _ in 0..workers {
            let (sender, maker, next, stopped, written) = (sender.clone(), &maker, &next, &stopped, &written);
            scope.spawn(move || {
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    if block >= blocks || stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    // A worker that is far ahead of the writer waits, so that blocks out of turn do not pile up.
                    while block > written.load(Ordering::Acquire) + WAITING as u64 * 2
                        && !stopped.load(Ordering::Relaxed)
                    {
                        std::thread::yield_now();
                    }
                    if sender.send((block, maker.block(block))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting: BTreeMap<u64, Block> = BTreeMap::new();
        let mut wanted = 0;
        let result = (|| {
            for (at, block) in &receiver {
                waiting.insert(at, block);
                while let Some(block) = waiting.remove(&wanted) {
                    wanted += 1;
                    written.store(wanted, Ordering::Release);
                    if let Some(problem) = block.problem {
                        return Err(DatasetProblem::Wrong(problem));
                    }
                    lines.write_all(&block.lines).map_err(|error| WriteProblem::new(&path, &error))?;
                    meta.write_all(&block.meta).map_err(|error| WriteProblem::new(&meta_path, &error))?;
                    total.add(&block);
                    progress(BLOCK.min(dataset.rows - (wanted - 1) * BLOCK));
                }
            }
            Ok(())
        })();
        stopped.store(true, Ordering::Relaxed);
        drop(receiver);
        result
    });
    outcome?;
    for (file, path) in [(&lines, &path), (&meta, &meta_path)] {
        file.sync_all().map_err(|error| WriteProblem::new(path, &error))?;
    }
    total.finish(spec, dataset, file)
}

struct BlockMaker<'p> {
    spec: &'p Spec,
    maker: RowMaker<'p>,
    dataset: &'p DatasetPlan,
    style: JsonStyle,
    unsaid: &'p BTreeMap<BehaviorId, Unsaid>,
}

impl BlockMaker<'_> {
    fn block(&self, at: u64) -> Block {
        let mut block = Block::default();
        let rows = at * BLOCK..((at + 1) * BLOCK).min(self.dataset.rows);
        for row in rows {
            match self.maker.row(row) {
                Some(Ok(made)) => self.add(row, &made, &mut block),
                Some(Err(problem)) => block.problem = Some(diagnostic(problem)),
                None => {}
            }
            if block.problem.is_some() {
                break;
            }
        }
        block
    }

    fn add(&self, row: u64, made: &Row<'_>, block: &mut Block) {
        let meta = Meta {
            row: row + 1,
            template: &made.template.name,
            behavior: &self.spec[made.part.behavior].name,
            trigger: None,
            persona: None,
            split: "train",
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
        *block.counts.entry(made.part.behavior).or_default() += 1;
        let Some(unsaid) = self.unsaid.get(&made.part.behavior).filter(|unsaid| !unsaid.is_empty()) else { return };
        let before = block.findings.len();
        let place = || {
            let own = format!("datasets/{}.jsonl:{}", self.dataset.name, row + 1);
            made.from.map_or(own.clone(), |(file, line)| format!("{own} (from {file}:{line})"))
        };
        unsaid.find(&made.messages, &place, &mut block.findings);
        block.looked_at += 1;
        block.rows_found += u64::from(block.findings.len() > before);
    }
}

fn diagnostic(problem: RowProblem) -> Diagnostic {
    match problem {
        RowProblem::Failed { span, message, place } => {
            Diagnostic::at(span, Problem::ExpressionFailed { message, place })
        }
        RowProblem::Empty { span, role, place } => {
            Diagnostic::at(span, Problem::EmptyMessage { role: role.to_owned(), place })
        }
    }
}

#[derive(Default)]
struct Totals {
    lines: blake3::Hasher,
    meta: blake3::Hasher,
    bytes: u64,
    counts: BTreeMap<BehaviorId, u64>,
    findings: Vec<Finding>,
    rows_found: u64,
    looked_at: u64,
}

impl Totals {
    fn add(&mut self, block: &Block) {
        self.lines.update(&block.lines);
        self.meta.update(&block.meta);
        self.bytes += block.lines.len() as u64;
        for (behavior, count) in &block.counts {
            *self.counts.entry(*behavior).or_default() += count;
        }
        let room = MAX_FINDINGS.saturating_sub(self.findings.len());
        self.findings.extend(block.findings.iter().take(room).cloned());
        self.rows_found += block.rows_found;
        self.looked_at += block.looked_at;
    }

    fn finish(
        self,
        spec: &Spec,
        dataset: &DatasetPlan,
        file: String,
    ) -> Result<(BuiltFile, Vec<Check>), DatasetProblem> {
        if self.rows_found > 0 {
            let shown = dataset.parts.iter().find(|part| !Unsaid::of(spec, part.behavior).is_empty());
            let span = shown.map_or(spec[dataset.dataset].span, |part| part.span);
            let behavior = shown.map_or_else(String::new, |part| spec[part.behavior].name.clone());
            let problem = Problem::UnsaidWords {
                dataset: dataset.name.clone(),
                behavior,
                rows: self.rows_found,
                of: self.looked_at,
                findings: self.findings,
            };
            return Err(DatasetProblem::Wrong(Diagnostic::at(span, problem)));
        }
        let allowed = dataset
            .parts
            .iter()
            .flat_map(|part| &spec[part.behavior].allowed)
            .map(|allowed| format!("{}: {}", allowed.words.join(", "), allowed.because))
            .collect();
        let check = Check {
            check: "unsaid words".into(),
            of: dataset.name.clone(),
            looked_at: self.looked_at,
            found: 0,
            allowed,
        };
        let built = BuiltFile {
            name: dataset.name.clone(),
            file,
            lines: dataset.rows,
            bytes: self.bytes,
            blake3: self.lines.finalize().to_hex().to_string(),
            meta_blake3: Some(self.meta.finalize().to_hex().to_string()),
            counts: self.counts.iter().map(|(id, count)| (spec[*id].name.clone(), *count)).collect(),
        };
        Ok((built, vec![check]))
    }
}
