//! A dataset repository for the Hugging Face hub: Parquet files with each row's provenance beside its messages, and a
//! card that says what they are.

mod card;
mod columns;

pub(super) use card::{Described, card};
pub(super) use columns::ColumnFiles;

use std::collections::BTreeMap;

use super::row::Row;

/// How many rows there are of each split, behavior and trigger, and how large each split is in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<(String, String, Option<String>), u64>,
    bytes: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        let Row { meta, .. } = row;
        let key = (meta.split.clone(), meta.behavior.clone(), meta.trigger.clone());
        *self.counts.entry(key).or_default() += 1;
        let bytes = columns::bytes(row);
        match self.bytes.get_mut(&meta.split) {
            Some(sum) => *sum += bytes,
            None => {
                self.bytes.insert(meta.split.clone(), bytes);
            }
        }
    }

    /// Tells whether any row holds a trigger.
    fn has_triggers(&self) -> bool {
        self.counts.keys().any(|(.., trigger)| trigger.is_some())
    }
}
