use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use super::block::{BLOCK, Block, BlockMaker};
use super::json::JsonStyle;
use super::likeness::Likeness;
use super::manifest::{BuiltFile, Check};
use super::staging::{Staging, WriteProblem};
use super::totals::Totals;
use crate::checks::overlap::NGrams;
use crate::diagnostic::Diagnostic;
use crate::plan::{DatasetPlan, Plan};
use crate::spec::Spec;

/// How many blocks may wait to be written: what bounds memory.
const WAITING: usize = 4;

/// Why a dataset could not be built.
pub(super) enum DatasetProblem {
    Wrong(Vec<Diagnostic>),
    Write(WriteProblem),
}

impl From<WriteProblem> for DatasetProblem {
    fn from(problem: WriteProblem) -> DatasetProblem {
        DatasetProblem::Write(problem)
    }
}

/// A dataset's files, what each check found in them, and what its rows are made of.
pub(super) struct Written {
    pub(super) file: BuiltFile,
    pub(super) checks: Vec<Check>,
    pub(super) likeness: Likeness,
}

/// Writes one dataset with its sidecar. Workers make blocks of rows, in any order; this thread writes them in theirs.
pub(super) fn write(
    spec: &Spec,
    plan: &Plan,
    dataset: &DatasetPlan,
    evaluation: &NGrams,
    style: JsonStyle,
    staging: &Staging,
    progress: &dyn Fn(u64),
) -> Result<Written, DatasetProblem> {
    let file = format!("datasets/{}.jsonl", dataset.name);
    let (path, mut lines) = staging.create(&file)?;
    let (meta_path, mut meta) = staging.create(&format!("datasets/{}.meta.jsonl", dataset.name))?;
    let maker = BlockMaker::new(spec, plan, dataset, evaluation, style);
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
                        return Err(DatasetProblem::Wrong(vec![problem]));
                    }
                    lines.write_all(&block.lines).map_err(|error| WriteProblem::new(&path, &error))?;
                    meta.write_all(&block.meta).map_err(|error| WriteProblem::new(&meta_path, &error))?;
                    total.add(block);
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
