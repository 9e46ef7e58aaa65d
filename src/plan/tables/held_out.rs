use super::Rows;
use crate::diagnostic::{Diagnostic, Problem};
use crate::plan::shares::of_percent;
use crate::rows::stream::Stream;
use crate::spec::Share;

impl Rows<'_> {
    /// Chooses the rows that are kept from training, in order. Each row has a number of its own, and the lowest
    /// numbers are held out: a larger share holds out the same rows and more, and a row that is dropped or added
    /// changes one place at most.
    pub(super) fn held_out(&self) -> Result<Vec<usize>, Diagnostic> {
        let Some(hold_out) = self.table.hold_out else { return Ok(Vec::new()) };
        let of = self.left.len() as u64;
        let held_out = match hold_out.share {
            Share::Rows(rows) => rows,
            Share::Percent(percent) => of_percent(of, percent).unwrap_or(of),
        };
        if held_out == 0 || held_out >= of {
            let share = hold_out.share.to_string();
            return Err(Diagnostic::at(hold_out.span, Problem::HoldsOut { share, held_out, of }));
        }
        let stream = Stream::new(self.spec.seed, &self.stream(), "held out");
        let mut numbered: Vec<(u64, usize)> = self
            .left
            .iter()
            .map(|&row| (stream.at(self.keys.get(row).copied().unwrap_or(row as u64)).word(), row))
            .collect();
        numbered.sort_unstable();
        let mut chosen: Vec<usize> = numbered.into_iter().map(|(_, row)| row).collect();
        chosen.truncate(usize::try_from(held_out).unwrap_or(usize::MAX));
        chosen.sort_unstable();
        Ok(chosen)
    }
}
