use super::{Asked, RowMaker, RowProblem};
use crate::diagnostic::Diagnostic;
use crate::plan::{DatasetPlan, Plan};
use crate::spec::Spec;

/// What models were asked for one row of a dataset.
#[derive(Clone, Debug)]
pub struct AskedRow {
    /// From 1, as in the file.
    pub row: u64,
    pub asked: Asked,
}

/// Returns what models are asked for the rows of a dataset, as far as the replies of the plan go.
///
/// # Errors
/// Returns the row that cannot be made.
pub fn asked_rows(spec: &Spec, plan: &Plan, dataset: &DatasetPlan) -> Result<Vec<AskedRow>, Diagnostic> {
    let maker = RowMaker::new(spec, plan, dataset);
    let mut asked = Vec::new();
    for row in 0..dataset.rows {
        let of_row = match maker.row(row) {
            None => continue,
            Some(Ok(made)) => Asked { used: made.asked, ..Asked::default() },
            Some(Err(RowProblem::Unasked { asked, .. })) => asked,
            Some(Err(problem)) => return Err(problem.diagnostic()),
        };
        asked.push(AskedRow { row: row + 1, asked: of_row });
    }
    Ok(asked)
}
