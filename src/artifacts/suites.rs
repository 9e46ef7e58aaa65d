use std::collections::BTreeMap;
use std::io::Write as _;

use super::datasets::DatasetProblem;
use super::json::JsonStyle;
use super::manifest::BuiltFile;
use super::staging::{Staging, WriteProblem};
use crate::diagnostic::{Diagnostic, Problem};
use crate::plan::{Plan, SuitePlan};
use crate::requests::{RequestProblem, requests};
use crate::spec::Spec;

/// How many bytes are gathered before they are written.
const CHUNK: usize = 1 << 16;

/// Writes one suite: a request a line.
pub(super) fn write(
    spec: &Spec,
    plan: &Plan,
    suite: &SuitePlan,
    staging: &Staging,
    progress: &dyn Fn(u64),
) -> Result<BuiltFile, DatasetProblem> {
    let name = spec[suite.suite].name.clone();
    let file = format!("suites/{name}.jsonl");
    let (path, mut out) = staging.create(&file)?;
    let mut hasher = blake3::Hasher::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut lines, mut bytes) = (0, 0);
    let mut chunk = Vec::with_capacity(CHUNK * 2);
    let mut flush = |chunk: &mut Vec<u8>| {
        hasher.update(chunk);
        bytes += chunk.len() as u64;
        let written = out.write_all(chunk).map_err(|error| WriteProblem::new(&path, &error));
        chunk.clear();
        written
    };
    for request in requests(spec, plan, suite) {
        let request = request.map_err(|problem| DatasetProblem::Wrong(vec![diagnostic(problem)]))?;
        JsonStyle::Compact.line(&request, &mut chunk).map_err(|error| {
            let problem = Problem::ExpressionFailed { message: error.to_string(), place: request.id.clone() };
            DatasetProblem::Wrong(vec![Diagnostic::at(spec[suite.suite].span, problem)])
        })?;
        *counts.entry(request.question).or_default() += 1;
        lines += 1;
        if chunk.len() >= CHUNK {
            flush(&mut chunk)?;
        }
        if lines % 1024 == 0 {
            progress(1024);
        }
    }
    flush(&mut chunk)?;
    progress(lines % 1024);
    Ok(BuiltFile {
        name,
        file,
        lines,
        bytes,
        blake3: hasher.finalize().to_hex().to_string(),
        meta_blake3: None,
        split: None,
        counts,
        joint: Vec::new(),
        dependence: Vec::new(),
        control: None,
    })
}

fn diagnostic(problem: RequestProblem) -> Diagnostic {
    let RequestProblem { span, message, place } = problem;
    Diagnostic::at(span, Problem::ExpressionFailed { message, place })
}
