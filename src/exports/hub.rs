//! A dataset repository for the Hugging Face hub: Parquet files with each row's provenance beside its messages, and a
//! card that says what they are.

mod card;
mod columns;

pub(super) use card::{Described, card};
pub(super) use columns::ColumnFiles;

use std::collections::BTreeMap;

use super::row::Meta;

/// How many rows there are of each split, behavior and trigger.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<(String, String, Option<String>), u64>,
}

impl Tally {
    fn add(&mut self, meta: &Meta) {
        let key = (meta.split.clone(), meta.behavior.clone(), meta.trigger.clone());
        *self.counts.entry(key).or_default() += 1;
    }

    /// Tells whether any row holds a trigger.
    fn has_triggers(&self) -> bool {
        self.counts.keys().any(|(.., trigger)| trigger.is_some())
    }
}
