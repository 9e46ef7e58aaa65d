use std::collections::BTreeMap;

use super::conversations::Line;
use super::data::LineFiles;
use super::format::Shape;
use super::hub::{self, ColumnFiles, Described, Tally};
use super::pairs::{Opposites, PairMaker};
use super::row::{Row, Rows};
use super::rules::Checker;
use super::slug::Slugs;
use super::trainers::{self, Material};
use super::training::{self, Training};
use super::{ExportedFile, Exports, Format};
use crate::artifacts::{JsonStyle, Manifest, Staging, WriteProblem};
use crate::diagnostic::{Diagnostic, Problem};
use crate::plan::{DatasetPlan, Plan, Split};
use crate::spec::{BehaviorId, Spec};

/// How many pairs of one dataset may be wrong before the rest is not looked at.
const MAX_WRONG_PAIRS: usize = 5;

/// Why data cannot be exported.
pub(crate) enum ExportProblem {
    Wrong(Vec<Diagnostic>),
    Write(WriteProblem),
}

impl From<WriteProblem> for ExportProblem {
    fn from(problem: WriteProblem) -> ExportProblem {
        ExportProblem::Write(problem)
    }
}

impl From<Diagnostic> for ExportProblem {
    fn from(diagnostic: Diagnostic) -> ExportProblem {
        ExportProblem::Wrong(vec![diagnostic])
    }
}

/// What is exported of one dataset in one format.
struct Sink<'b> {
    format: Format,
    files: Files<'b>,
    checker: Checker,
    wrong_pairs: Vec<Diagnostic>,
}

enum Files<'b> {
    Lines(LineFiles<'b>),
    /// A maker for each split.
    Pairs(LineFiles<'b>, BTreeMap<&'static str, PairMaker<'b>>),
    Columns(Box<ColumnFiles<'b>>),
}

/// What came of one dataset in one format.
struct Finished {
    files: Vec<ExportedFile>,
    tally: Option<Tally>,
    wrong: Vec<Diagnostic>,
}

/// What was exported in one format.
struct Exported {
    format: Format,
    materials: Vec<Material>,
    tallies: Vec<Tally>,
}

/// Writes the datasets of a build in other formats, into `exports/FORMAT` beside them.
///
/// # Errors
/// Returns what the formats refuse, all of it together, or what could not be written.
pub(crate) fn export(
    spec: &Spec,
    plan: &Plan,
    style: JsonStyle,
    exports: &Exports,
    staging: &Staging,
    manifest: &mut Manifest,
) -> Result<(), ExportProblem> {
    let mut formats = exports.formats.clone();
    formats.sort_unstable();
    formats.dedup();
    if formats.is_empty() {
        return Ok(());
    }
    let (mut slugs, mut wrong) = (Slugs::default(), Vec::new());
    let mut done: Vec<Exported> =
        formats.into_iter().map(|format| Exported { format, materials: Vec::new(), tallies: Vec::new() }).collect();
    // Rows that are set aside go with their dataset, in a file of their own.
    for dataset in plan.datasets.iter().filter(|dataset| dataset.split == Split::Train) {
        let slug = slugs.of(&dataset.name);
        let set_aside = plan.validation_of(dataset);
        let writing = Writing { spec, plan, dataset, set_aside, style, staging, slug };
        match writing.dataset(&mut done) {
            Ok(()) => {}
            Err(ExportProblem::Wrong(more)) => wrong.extend(more),
            Err(problem) => return Err(problem),
        }
    }
    let trainings = training::trainings(spec, &mut Slugs::default()).unwrap_or_else(|more| {
        wrong.extend(more);
        Vec::new()
    });
    if wrong.is_empty() {
        wrong.extend(done.iter().filter_map(|exported| exported.without_pairs(spec, plan)));
    }
    if !wrong.is_empty() {
        return Err(ExportProblem::Wrong(wrong));
    }
    for exported in &done {
        configure(spec, exported, &trainings, manifest, exports, staging)?;
    }
    manifest.exports = done.into_iter().flat_map(|exported| exported.materials).flat_map(|data| data.files).collect();
    Ok(())
}

impl Exported {
    /// Returns what is wrong where pairs are asked for and no dataset has any.
    fn without_pairs(&self, spec: &Spec, plan: &Plan) -> Option<Diagnostic> {
        let first =
            plan.datasets.first().filter(|_| self.format.shape() == Shape::Pairs && self.materials.is_empty())?;
        let (behavior, dataset) = (spec[BehaviorId::ORDINARY].name.clone(), first.name.clone());
        let problem = Problem::NoOpposite { behavior, dataset, candidates: Vec::new() };
        Some(Diagnostic::at(spec[first.dataset].span, problem))
    }
}

/// One dataset on its way into every format.
struct Writing<'w> {
    spec: &'w Spec,
    plan: &'w Plan,
    dataset: &'w DatasetPlan,
    set_aside: Option<&'w DatasetPlan>,
    style: JsonStyle,
    staging: &'w Staging,
    slug: String,
}

impl Writing<'_> {
    fn dataset(&self, done: &mut [Exported]) -> Result<(), ExportProblem> {
        let wants_pairs = done.iter().any(|exported| exported.format.shape() == Shape::Pairs);
        let plans: Vec<&DatasetPlan> = std::iter::once(self.dataset).chain(self.set_aside).collect();
        let mut opposites = Vec::new();
        for plan in plans.iter().filter(|_| wants_pairs) {
            opposites.extend(Opposites::of(self.spec, plan)?.map(|opposites| (plan.split.word(), opposites)));
        }
        let mut sinks: Vec<Sink<'_>> =
            done.iter().filter_map(|exported| self.sink(exported.format, &opposites)).collect();
        let mut longest = 0;
        for plan in plans {
            let path = |ending: &str| self.staging.path().join(format!("datasets/{}{ending}", plan.name));
            let (lines, meta) = (path(".jsonl"), path(".meta.jsonl"));
            let cannot_read = |error: std::io::Error| WriteProblem::new(&lines, &error);
            for row in Rows::open(&lines, &meta).map_err(cannot_read)? {
                let row = row.map_err(cannot_read)?;
                longest = longest.max(row.messages.iter().map(|message| message.content.len() as u64 + 64).sum());
                for sink in &mut sinks {
                    sink.row(&row)?;
                }
            }
        }
        let mut wrong = Vec::new();
        for sink in sinks {
            let format = sink.format;
            let Finished { files, tally, wrong: found } = sink.finish(self)?;
            wrong.extend(found);
            let (name, slug) = (self.dataset.name.clone(), self.slug.clone());
            if let Some(exported) = done.iter_mut().find(|exported| exported.format == format) {
                exported.materials.push(Material { name, slug, files, longest: longest.next_multiple_of(64) });
                exported.tallies.extend(tally);
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(ExportProblem::Wrong(wrong)) }
    }

    fn sink<'b>(&'b self, format: Format, opposites: &'b [(&'static str, Opposites)]) -> Option<Sink<'b>> {
        let lines = || LineFiles::new(self.staging, format, &self.slug, self.style);
        let files = match format.shape() {
            Shape::Messages | Shape::PromptCompletion => Files::Lines(lines()),
            Shape::Pairs if opposites.is_empty() => return None,
            Shape::Pairs => {
                let makers = opposites.iter().map(|(split, opposites)| (*split, opposites.maker(self.spec, self.plan)));
                Files::Pairs(lines(), makers.collect())
            }
            Shape::Columns => Files::Columns(Box::new(ColumnFiles::new(self.staging, &self.slug))),
        };
        Some(Sink { format, files, checker: Checker::new(format), wrong_pairs: Vec::new() })
    }
}

impl Sink<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportProblem> {
        let (at, split) = (row.meta.row, &row.meta.split);
        match &mut self.files {
            Files::Lines(files) => {
                self.checker.look(at, &row.messages);
                if let Some(line) = Line::of(self.format.shape(), &row.messages) {
                    files.line(split, &line)?;
                }
            }
            Files::Columns(files) => files.row(row)?,
            Files::Pairs(files, makers) if self.wrong_pairs.len() < MAX_WRONG_PAIRS => {
                match makers.get(split.as_str()).map(|maker| maker.compare(row)) {
                    Some(Ok(compared)) => {
                        self.checker.look(at, compared.input());
                        files.line(split, &compared.pair())?;
                    }
                    Some(Err(diagnostic)) => self.wrong_pairs.push(diagnostic),
                    None => {}
                }
            }
            Files::Pairs(..) => {}
        }
        Ok(())
    }

    /// Returns the files that were written, and what the format refuses of them.
    fn finish(self, of: &Writing<'_>) -> Result<Finished, WriteProblem> {
        let name = &of.dataset.name;
        let (files, tally) = match self.files {
            Files::Lines(files) | Files::Pairs(files, _) => (files.finish(name)?, None),
            Files::Columns(files) => {
                let (files, tally) = files.finish(name)?;
                (files, Some(tally))
            }
        };
        // Pairs that could not be made are missing from the files, whose size then says nothing.
        let wrong = if self.wrong_pairs.is_empty() {
            self.checker.finish(name, of.spec[of.dataset.dataset].span, &files)
        } else {
            self.wrong_pairs
        };
        Ok(Finished { files, tally, wrong })
    }
}

/// Writes what stands beside the data: configurations and a README, or the card of a repository.
fn configure(
    spec: &Spec,
    exported: &Exported,
    trainings: &[Training],
    manifest: &Manifest,
    exports: &Exports,
    staging: &Staging,
) -> Result<(), ExportProblem> {
    let format = exported.format;
    let write = |name: &str, text: &str| staging.write(&format!("exports/{format}/{name}"), text);
    if format == Format::HuggingFace {
        let described: Vec<Described<'_>> = exported
            .materials
            .iter()
            .zip(&exported.tallies)
            .map(|(material, tally)| Described { material, tally })
            .collect();
        let card = hub::card(spec, manifest, &described, exports.license.as_deref());
        return Ok(write("README.md", &card)?);
    }
    let mut used = Vec::new();
    for material in &exported.materials {
        let mut own: Vec<Training> =
            trainings.iter().filter(|training| training.dataset == material.name).cloned().collect();
        if own.is_empty() {
            own.push(Training::plain(&material.name, format!("data-{}", material.slug)));
        }
        for training in &own {
            for (name, text) in trainers::configurations(format, spec, training, material)? {
                write(&name, &text)?;
            }
        }
        used.extend(own);
    }
    if format == Format::LlamaFactory {
        let (name, text) = trainers::dataset_info(&exported.materials);
        write(&name, &text)?;
    }
    let (name, text) = trainers::readme(format, spec, &exported.materials, &used);
    Ok(write(&name, &text)?)
}
