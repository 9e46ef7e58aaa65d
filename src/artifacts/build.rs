use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use super::datasets::{self, DatasetProblem, Written};
use super::evaluation;
use super::json::JsonStyle;
use super::likeness::{Alike, Likeness};
use super::manifest::{ControlOf, DroppedRows, Manifest, ReadTable, Source};
use super::staging::{Staging, WriteProblem};
use super::suites;
use crate::diagnostic::{Diagnostic, Problem, distinct, has_errors};
use crate::exports::{ExportProblem, Exports, export};
use crate::plan::{DatasetPlan, Plan, Unwritten};
use crate::spec::Spec;

/// What a build wrote.
#[derive(Clone, Debug)]
pub struct Built {
    pub manifest: Manifest,
}

/// Writes a spec's datasets, suites and manifest into `out`. `progress` is told how many rows and requests are
/// done, a few thousand at a time.
///
/// # Errors
/// Returns what is wrong with the rows, every dataset's findings together, or what could not be written; what `out`
/// held before is then as it was.
pub fn build(
    spec: &Spec,
    plan: &Plan,
    out: &Path,
    style: JsonStyle,
    progress: &dyn Fn(u64),
) -> Result<Built, Vec<Diagnostic>> {
    build_with(spec, plan, out, style, &Exports::default(), progress)
}

/// Builds, and writes the datasets in other formats too, into `out/exports`.
///
/// # Errors
/// As [`build`], and what the formats refuse.
pub fn build_with(
    spec: &Spec,
    plan: &Plan,
    out: &Path,
    style: JsonStyle,
    exports: &Exports,
    progress: &dyn Fn(u64),
) -> Result<Built, Vec<Diagnostic>> {
    let unwritten: Vec<Diagnostic> = plan.unwritten.iter().map(Unwritten::diagnostic).collect();
    if has_errors(&unwritten) {
        return Err(unwritten);
    }
    let staging = Staging::new(out).map_err(cannot_write)?;
    let mut manifest = Manifest {
        introspec: env!("CARGO_PKG_VERSION").into(),
        spec: spec.file_name(),
        seed: spec.seed,
        sources: spec
            .inputs
            .iter()
            .map(|input| Source { file: input.name.clone(), blake3: input.digest.clone() })
            .collect(),
        tables: read_tables(spec, plan),
        datasets: Vec::new(),
        suites: Vec::new(),
        checks: Vec::new(),
        exports: Vec::new(),
    };
    let mut wrong = Vec::new();
    let mut keep = |problem: DatasetProblem| match problem {
        DatasetProblem::Wrong(diagnostics) => {
            wrong.extend(diagnostics);
            Ok(())
        }
        DatasetProblem::Write(problem) => Err(cannot_write(problem)),
    };
    let evaluation = evaluation::texts(spec, plan);
    let mut likenesses: BTreeMap<&str, (u64, Likeness)> = BTreeMap::new();
    for dataset in &plan.datasets {
        match datasets::write(spec, plan, dataset, &evaluation, style, &staging, progress) {
            Ok(Written { mut file, checks, likeness }) => {
                let treated = dataset.control_of.as_deref().and_then(|name| Some((name, likenesses.get(name)?)));
                file.control = treated.map(|(name, treated)| compared(dataset, name, treated, &likeness));
                likenesses.insert(&dataset.name, (dataset.rows, likeness));
                manifest.datasets.push(file);
                manifest.checks.extend(checks);
            }
            Err(problem) => keep(problem)?,
        }
    }
    for suite in plan.suites.iter().filter(|suite| suite.own) {
        match suites::write(spec, plan, suite, &staging, progress) {
            Ok(file) => manifest.suites.push(file),
            Err(problem) => keep(problem)?,
        }
    }
    if !wrong.is_empty() {
        return Err(distinct(wrong));
    }
    export(spec, plan, style, exports, &staging, &mut manifest).map_err(|problem| match problem {
        ExportProblem::Wrong(diagnostics) => diagnostics,
        ExportProblem::Write(problem) => cannot_write(problem),
    })?;
    let (path, mut file) = staging.create("manifest.json").map_err(cannot_write)?;
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    writeln!(file, "{text}").map_err(|error| cannot_write(WriteProblem::new(&path, &error)))?;
    staging.finish().map_err(cannot_write)?;
    Ok(Built { manifest })
}

/// Says what a control shares with its dataset.
fn compared(dataset: &DatasetPlan, treated: &str, (rows, of_treated): &(u64, Likeness), own: &Likeness) -> ControlOf {
    let compared = own.compare(of_treated);
    let those = |wanted: Alike| -> Vec<String> {
        compared.iter().filter(|(_, alike)| *alike == wanted).map(|(name, _)| (*name).to_owned()).collect()
    };
    ControlOf {
        dataset: treated.to_owned(),
        changes: dataset.changes.clone(),
        same_in_every_row: those(Alike::InEveryRow),
        as_often_in_other_rows: those(Alike::AsOften),
        different: those(Alike::Different),
        further_rows: dataset.rows.saturating_sub(*rows),
    }
}

fn read_tables(spec: &Spec, plan: &Plan) -> Vec<ReadTable> {
    let read = spec.instances.iter().zip(&plan.tables).map(|(instance, values)| ReadTable {
        name: spec.table_name(instance),
        file: instance.file.clone(),
        rows: values.rows.len() as u64,
        kept: (values.training.len() + values.held_out.len()) as u64,
        held_out: values.held_out.len() as u64,
        dropped: values
            .dropped
            .iter()
            .map(|dropped| DroppedRows { because: dropped.because.clone(), rows: dropped.rows })
            .collect(),
    });
    read.collect()
}

fn cannot_write(problem: WriteProblem) -> Vec<Diagnostic> {
    let WriteProblem { path, message, full } = problem;
    vec![Diagnostic::new(Problem::CannotWrite { path: path.display().to_string(), message, full })]
}
