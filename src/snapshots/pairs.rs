use std::collections::{HashMap, VecDeque};

use super::print::Print;

/// Says which things are the same one at a stage: those with equal keys. Nothing takes no part in the stage.
pub(super) type Stage<'s, T> = &'s dyn Fn(usize, &T) -> Option<Print>;

/// Which of the old things is which of the new.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pairing {
    /// Old and new indices, by the new.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) removed: Vec<usize>,
    pub(super) added: Vec<usize>,
}

/// Pairs what is old with what is new. The stages are tried one after another, on what is left of those before; of
/// several things with one key, the first goes with the first. So the strictest stage comes first, and an insertion
/// leaves the rest where it was.
pub(super) fn pair<T>(old: &[T], new: &[T], stages: &[Stage<'_, T>]) -> Pairing {
    let mut removed: Vec<usize> = (0..old.len()).collect();
    let mut added: Vec<usize> = (0..new.len()).collect();
    let mut pairs = Vec::new();
    for stage in stages {
        if removed.is_empty() || added.is_empty() {
            break;
        }
        let mut waiting: HashMap<Print, VecDeque<usize>> = HashMap::new();
        for at in &removed {
            if let Some(key) = old.get(*at).and_then(|thing| stage(*at, thing)) {
                waiting.entry(key).or_default().push_back(*at);
            }
        }
        let mut is_paired = vec![false; old.len()];
        added.retain(|at| {
            let key = new.get(*at).and_then(|thing| stage(*at, thing));
            let Some(other) = key.and_then(|key| waiting.get_mut(&key)?.pop_front()) else { return true };
            if let Some(mark) = is_paired.get_mut(other) {
                *mark = true;
            }
            pairs.push((other, *at));
            false
        });
        removed.retain(|at| !is_paired.get(*at).copied().unwrap_or(false));
    }
    pairs.sort_unstable_by_key(|(_, new)| *new);
    Pairing { pairs, removed, added }
}

impl Pairing {
    /// Counts the pairs that stand in another order: the fewest that have to be moved for the rest to be in order. That
    /// is all but the longest increasing subsequence (Fredman 1975).
    pub(super) fn moved(&self) -> usize {
        let mut tails: Vec<usize> = Vec::new();
        for (old, _) in &self.pairs {
            let at = tails.partition_point(|tail| tail < old);
            match tails.get_mut(at) {
                Some(tail) => *tail = *old,
                None => tails.push(*old),
            }
        }
        self.pairs.len() - tails.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(old: &str, new: &str) -> Pairing {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        let same = |_: usize, letter: &char| Some(Print(u64::from(u32::from(*letter))));
        let case = |_: usize, letter: &char| Some(Print(u64::from(u32::from(letter.to_ascii_lowercase()))));
        pair(&letters(old), &letters(new), &[&same, &case])
    }

    #[test]
    fn an_insertion_is_one_addition_and_moves_nothing() {
        let pairing = paired("abcd", "axbcd");
        assert_eq!((pairing.added.as_slice(), pairing.removed.len(), pairing.moved()), ([1].as_slice(), 0, 0));
    }

    #[test]
    fn a_stricter_stage_comes_first() {
        assert_eq!(paired("aA", "Aab").pairs, [(1, 0), (0, 1)]);
        assert_eq!(paired("a", "A").pairs, [(0, 0)]);
    }

    #[test]
    fn the_fewest_that_moved_are_counted() {
        assert_eq!(paired("abcd", "bcda").moved(), 1);
        assert_eq!(paired("abcd", "dcba").moved(), 3);
        assert_eq!(paired("aaaa", "aaaa").moved(), 0);
    }
}
