use std::collections::BTreeMap;

use crate::snapshots::change::{Edit, Edits, Place};
use crate::snapshots::words::Difference;

/// How many examples are shown of one fact.
pub(super) const SHOWN: usize = 3;
/// How many texts are held against one another for one fact; how many changed is counted by their digests.
const LOOKED_AT: usize = 2000;

/// Gathers pairs of texts by what changed in them, the commonest change first. Pairs whose texts were not kept are
/// left out.
pub(super) fn edits(texts: impl Iterator<Item = (Place, String, String)>) -> Edits {
    let mut kinds: BTreeMap<Vec<(String, String)>, (usize, Edit)> = BTreeMap::new();
    let mut looked_at = 0;
    for (at, (place, before, after)) in texts.take(LOOKED_AT).enumerate() {
        let text = Difference::of(&before, &after);
        looked_at += 1;
        let (_, edit) = kinds.entry(text.edits()).or_insert_with(|| (at, Edit { times: 0, place, text }));
        edit.times += 1;
    }
    let mut found: Vec<(usize, Edit)> = kinds.into_values().collect();
    found.sort_by_key(|(first, edit)| (std::cmp::Reverse(edit.times), *first));
    let kinds = found.len() as u64;
    Edits { looked_at, kinds, shown: found.into_iter().take(SHOWN).map(|(_, edit)| edit).collect() }
}

/// Writes a variable's value as it is shown: a text as it stands, all else as JSON.
pub(super) fn shown_value(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
