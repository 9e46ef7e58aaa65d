use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::shares::largest_remainder;
use super::{PartPlan, TableValues, Units};
use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::{Permutation, ScopeMaker};
use crate::spec::{Dataset, Formula, Spec, TemplateId, print};

/// How many rows are looked at for each that is wanted, where there is no end of them.
const PATIENCE: u64 = 64;
/// How many rows are drawn at least to learn which values there are.
const LOOKED_AT: u64 = 1000;

/// Picks rows so that an expression takes each of its values equally often.
pub(super) struct Balance<'p> {
    pub(super) spec: &'p Spec,
    pub(super) tables: &'p [TableValues],
    pub(super) dataset: &'p Dataset,
    pub(super) stream: String,
    pub(super) repeat: bool,
}

impl Balance<'_> {
    /// Gives each part's template the units that balance it, where the dataset asks for that. `source` returns what
    /// a template's rows are made from, in which order, and which places of that order may come.
    pub(super) fn balance(
        &self,
        parts: &mut [PartPlan],
        source: &dyn Fn(TemplateId) -> (Units, Permutation, Range<u64>),
    ) -> Result<(), Diagnostic> {
        let mut templates: Vec<TemplateId> = parts.iter().map(|part| part.template).collect();
        templates.sort_unstable();
        templates.dedup();
        for template in templates {
            let (units, order, pool) = source(template);
            let maker = ScopeMaker::new(self.spec, self.tables, &self.spec[template], &self.stream);
            let first = parts.iter().find(|part| part.template == template).map_or(0, |part| part.first_unit);
            let mut candidates = Candidates { units, order, pool, maker, next: 0, first, left: VecDeque::new() };
            let mut keys = Vec::new();
            for part in parts.iter().filter(|part| part.template == template) {
                let declared = self.dataset.parts.get(part.declared);
                let Some(formula) = declared.and_then(|part| part.balance.as_ref()) else { return Ok(()) };
                keys.extend(candidates.take(part, formula, self.repeat)?);
            }
            let mut units = candidates.units;
            units.pick(keys);
            let mut first = 0;
            for part in parts.iter_mut().filter(|part| part.template == template) {
                part.units = units.clone();
                part.first_unit = first;
                first += part.count;
            }
        }
        Ok(())
    }
}

/// The units of a template in the order in which they are looked at.
struct Candidates<'p> {
    units: Units,
    order: Permutation,
    pool: Range<u64>,
    maker: ScopeMaker<'p>,
    next: u64,
    first: u64,
    /// Those that no part has needed yet.
    left: VecDeque<u64>,
}

impl Candidates<'_> {
    /// Takes the keys of a part's rows, in the order of the table.
    fn take(&mut self, part: &PartPlan, formula: &Formula, repeat: bool) -> Result<Vec<u64>, Diagnostic> {
        let unbalanced = |message: String| Diagnostic::at(formula.span, Problem::Unbalanced { message });
        let values = self.values(part, formula)?;
        if let [only] = values.as_slice() {
            return Err(unbalanced(format!("every row has the same value, {only}")));
        }
        let quotas = largest_remainder(part.count, &vec![1; values.len()]);
        let mut missing: BTreeMap<String, u64> = values.into_iter().zip(quotas).collect();
        let mut wanted = part.count;
        let mut taken = Vec::new();
        let waiting = std::mem::take(&mut self.left);
        let limit = self.limit(part.count, repeat);
        let mut waiting = waiting.into_iter();
        while wanted > 0 {
            let key = match waiting.next() {
                Some(key) => key,
                None if self.next < limit => {
                    self.next += 1;
                    self.key(self.next - 1)
                }
                None => break,
            };
            let value = self.value(part, formula, key)?;
            match missing.get_mut(&value).filter(|missing| **missing > 0) {
                Some(missing) => {
                    *missing -= 1;
                    wanted -= 1;
                    taken.push(key);
                }
                None => self.left.push_back(key),
            }
        }
        self.left.extend(waiting);
        if let Some((value, missing)) = missing.iter().find(|(_, missing)| **missing > 0) {
            return Err(unbalanced(format!("{missing} of the {} rows are missing whose value is {value}", part.count)));
        }
        taken.sort_unstable();
        Ok(taken)
    }

    /// Returns the values that the expression takes: over the whole table, or over as many rows as tell.
    fn values(&self, part: &PartPlan, formula: &Formula) -> Result<Vec<String>, Diagnostic> {
        let looked_at = match self.units.table_rows {
            Some(_) => (self.pool.end - self.pool.start).saturating_mul(self.units.combinations.max(1)),
            None => part.count.saturating_mul(2).clamp(LOOKED_AT, LOOKED_AT * 100),
        };
        let mut values = std::collections::BTreeSet::new();
        for at in 0..looked_at {
            values.insert(self.value(part, formula, self.key(at))?);
        }
        Ok(values.into_iter().collect())
    }

    /// Returns how many units may be looked at.
    fn limit(&self, count: u64, repeat: bool) -> u64 {
        let round = (self.pool.end - self.pool.start).saturating_mul(self.units.combinations.max(1));
        match self.units.table_rows {
            Some(_) if repeat => round.saturating_mul(PATIENCE.saturating_mul(count / round.max(1) + 1)),
            Some(_) => round,
            None => count.saturating_mul(PATIENCE).saturating_add(LOOKED_AT),
        }
    }

    /// Returns the key of the unit that is looked at as such a one: table rows in their drawn order, round by round.
    fn key(&self, at: u64) -> u64 {
        let combinations = self.units.combinations.max(1);
        let Some(rows) = self.units.table_rows else { return self.first + at };
        let round_size = (self.pool.end - self.pool.start).saturating_mul(combinations).max(1);
        let (round, within) = (at / round_size, at % round_size);
        let row = self.order.get(self.pool.start + within / combinations);
        round * rows * combinations + row * combinations + within % combinations
    }

    fn value(&self, part: &PartPlan, formula: &Formula, key: u64) -> Result<String, Diagnostic> {
        let unit = self.units.of_key(key);
        let failed = |(span, message)| {
            let place =
                self.maker.from(unit).map_or_else(|| format!("row {key}"), |(file, line)| format!("{file}:{line}"));
            Diagnostic::at(span, Problem::ExpressionFailed { message, place })
        };
        let values = self.maker.values(part, unit).map_err(failed)?;
        let value = formula.evaluate(&values.scope).map_err(|message| failed((formula.span, message)))?;
        let mut printed = String::new();
        print(&value, &mut printed);
        Ok(printed)
    }
}
