use std::ops::Range;
use std::sync::Arc;

use crate::rows::Permutation;

/// What rows of a template can be made from: its table's rows, each under every value of its axes.
#[derive(Clone, Debug)]
pub struct Units {
    /// How many rows the table has; none where the template draws everything.
    pub table_rows: Option<u64>,
    /// How many combinations the axes have.
    pub combinations: u64,
    /// Which table rows come, where not all of them do.
    chosen: Option<Chosen>,
    /// The keys of the units, where each was picked by what it shows.
    picked: Option<Arc<Vec<u64>>>,
}

/// Table rows chosen for a dataset that does not hold all of them.
#[derive(Clone, Debug)]
struct Chosen {
    /// In the table's order.
    rows: Arc<Vec<u64>>,
    /// The place in `rows` of the row that was chosen last: only it may come under fewer combinations than there are,
    /// so that the units of a smaller dataset are among those of a larger one.
    last: u64,
    /// Under how many combinations that row comes.
    combinations_of_last: u64,
}

/// One unit: a table row, a combination of the axes, and how often the units have come round before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub table_row: Option<u64>,
    pub combination: u64,
    pub round: u64,
    /// What the row's draws are keyed by.
    pub key: u64,
}

impl Units {
    pub fn new(table_rows: Option<u64>, combinations: u64) -> Units {
        Units { table_rows, combinations, chosen: None, picked: None }
    }

    /// Returns how many different rows there are, where a table limits them.
    pub fn available(&self) -> Option<u64> {
        self.table_rows.map(|rows| rows.saturating_mul(self.combinations))
    }

    /// Returns the unit at a place. Table rows come in order, each under every combination before the next.
    pub fn get(&self, at: u64) -> Unit {
        if let Some(picked) = &self.picked {
            let key = usize::try_from(at).ok().and_then(|at| picked.get(at)).copied().unwrap_or(at);
            return self.of_key(key);
        }
        let combinations = self.combinations.max(1);
        let Some(table_rows) = self.table_rows else {
            return Unit { table_row: None, combination: at % combinations, round: 0, key: at };
        };
        let rows = self.chosen.as_ref().map_or(table_rows, |chosen| chosen.rows.len() as u64);
        let here = rows.saturating_mul(combinations).max(1);
        let (round, mut within) = (at / here, at % here);
        if let Some(chosen) = &self.chosen
            && within >= chosen.last * combinations + chosen.combinations_of_last
        {
            within += combinations - chosen.combinations_of_last;
        }
        let place = within / combinations;
        let row = match &self.chosen {
            Some(chosen) => usize::try_from(place).ok().and_then(|at| chosen.rows.get(at)).copied().unwrap_or(place),
            None => place,
        };
        let available = table_rows.saturating_mul(combinations);
        let key = round.wrapping_mul(available).wrapping_add(row * combinations + within % combinations);
        Unit { table_row: Some(row), combination: within % combinations, round, key }
    }

    /// Returns the unit whose draws have a key.
    pub(super) fn of_key(&self, key: u64) -> Unit {
        let combinations = self.combinations.max(1);
        let Some(table_rows) = self.table_rows else {
            return Unit { table_row: None, combination: key % combinations, round: 0, key };
        };
        let available = table_rows.saturating_mul(combinations).max(1);
        let (round, within) = (key / available, key % available);
        Unit { table_row: Some(within / combinations), combination: within % combinations, round, key }
    }

    /// Keeps `count` units, of table rows chosen by a shuffled order, of which only the places in `pool` may come:
    /// fewer units are among more of them.
    pub(super) fn choose(&mut self, count: u64, order: &Permutation, pool: &Range<u64>) {
        let Some(table_rows) = self.table_rows else { return };
        let combinations = self.combinations.max(1);
        let in_pool = pool.end.saturating_sub(pool.start);
        let is_partial = count < in_pool.saturating_mul(combinations);
        if !is_partial && in_pool == table_rows {
            return;
        }
        let wanted = if is_partial { count.div_ceil(combinations) } else { in_pool };
        let mut rows: Vec<u64> = (pool.start..pool.start + wanted).map(|at| order.get(at)).collect();
        let last = rows.last().copied();
        rows.sort_unstable();
        let last = last.and_then(|last| rows.binary_search(&last).ok()).unwrap_or(0) as u64;
        let combinations_of_last =
            if is_partial { count - wanted.saturating_sub(1) * combinations } else { combinations };
        self.chosen = Some(Chosen { rows: Arc::new(rows), last, combinations_of_last });
    }

    /// Keeps the units with these keys, in this order.
    pub(super) fn pick(&mut self, keys: Vec<u64>) {
        self.picked = Some(Arc::new(keys));
    }
}
