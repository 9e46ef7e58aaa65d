//! Near-duplicates: texts whose sets of word triples overlap. The measure is Jaccard's, and every pair that is
//! reported was measured; what is left out was ruled out by a bound, never by a guess.
//!
//! Two sets can only be similar if they share one of their rarest members: each set's rarest few (its *prefix*) go into
//! an inverted index (Chaudhuri, Ganti, Kaushik: A primitive operator for similarity joins in data cleaning, ICDE
//! 2006), and whoever meets there is compared. Before sets are compared, their sizes and a 256-bit digest of each
//! bound how similar they can be (Sandes, Teodoro, Melo: Bitmap filter, Information Systems 88, 2020).
//!
//! Sets are made again when they are compared, so that memory is taken by prefixes alone. Triples are compared by
//! 64-bit hashes: among 30 million of them, two that differ have the same hash with a probability of 0.00003.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How many words stand together.
const SHINGLE: usize = 3;
/// No entry: the end of a list of the index.
const END: u32 = u32::MAX;

/// Two texts that are similar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NearPair {
    /// The earlier text's index.
    pub(crate) first: usize,
    /// The later text's index.
    pub(crate) second: usize,
    /// Jaccard's index of their word triples: over the threshold, at most 1.
    pub(crate) similarity: f64,
}

/// Returns every pair of texts whose similarity is over the threshold, by the later text, then the earlier one.
///
/// Words are runs of letters and digits, in lower case. A text of fewer than three words counts as one shingle, and one
/// without words is similar to nothing. Where thousands of texts are alike, the pairs are millions: [`near_copies`]
/// names each text once.
#[allow(dead_code, reason = "audits list pairs")]
pub(crate) fn near_pairs<'t>(texts: impl Iterator<Item = &'t str>, threshold: f64) -> Vec<NearPair> {
    let mut pairs = Vec::new();
    Search::new(texts.collect(), threshold).run(|search, text| {
        pairs.extend(text.candidates.iter().filter_map(|&first| search.measured(first, text)));
        Further::Keep
    });
    pairs
}

/// Returns, for each text that is too similar to an earlier one, the earliest such text that is itself kept.
///
/// The texts named as `second` are those to drop; no two of the others are over the threshold.
pub(crate) fn near_copies<'t>(texts: impl Iterator<Item = &'t str>, threshold: f64) -> Vec<NearPair> {
    let mut copies = Vec::new();
    Search::new(texts.collect(), threshold).run(|search, text| {
        let original = text.candidates.iter().find_map(|&first| search.measured(first, text));
        copies.extend(original);
        if original.is_some() { Further::Drop } else { Further::Keep }
    });
    copies
}

/// Whether later texts are compared with this one.
enum Further {
    Keep,
    Drop,
}

/// The text that is looked at.
struct Looked<'s> {
    index: usize,
    /// Its shingles, in rising order.
    set: &'s [u64],
    /// The earlier texts that it may be similar to, in order.
    candidates: &'s [u32],
}

struct Search<'t> {
    texts: Vec<&'t str>,
    threshold: f64,
    /// How many texts have a shingle of this hash, at least: counted by the hash's last bits.
    counts: Vec<u16>,
    sizes: Vec<u32>,
    bits: Vec<[u64; 4]>,
    index: Index,
}

impl<'t> Search<'t> {
    fn new(texts: Vec<&'t str>, threshold: f64) -> Search<'t> {
        let words = texts.iter().map(|text| text.len() / 6 + 1).sum::<usize>();
        let mut counts = vec![0_u16; (2 * words).next_power_of_two().clamp(1 << 10, 1 << 26)];
        let mask = counts.len() - 1;
        let (mut sizes, mut bits) = (Vec::with_capacity(texts.len()), Vec::with_capacity(texts.len()));
        let mut set = Vec::new();
        for text in &texts {
            shingles(text, &mut set);
            let mut digest = [0_u64; 4];
            for &shingle in &set {
                if let Some(count) = counts.get_mut(low(shingle) & mask) {
                    *count = count.saturating_add(1);
                }
                if let Some(word) = digest.get_mut(low(shingle >> 56) & 3) {
                    *word ^= 1 << ((shingle >> 48) & 63);
                }
            }
            sizes.push(u32::try_from(set.len()).unwrap_or(u32::MAX));
            bits.push(digest);
        }
        let index = Index::new(texts.len());
        Search { texts, threshold: threshold.max(0.0), counts, sizes, bits, index }
    }

    /// Looks at each text in turn, with the earlier ones that it may be similar to.
    fn run(mut self, mut look: impl FnMut(&Search<'t>, &Looked<'_>) -> Further) {
        let (mut set, mut prefix, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
        // The last text that each text was a candidate of, from 1.
        let mut seen = vec![0_u32; self.texts.len()];
        let texts = std::mem::take(&mut self.texts);
        self.texts.clone_from(&texts);
        for (index, text) in texts.iter().enumerate() {
            shingles(text, &mut set);
            self.prefix(&set, &mut prefix);
            candidates.clear();
            let mark = u32::try_from(index + 1).unwrap_or(u32::MAX);
            for &shingle in &prefix {
                for earlier in self.index.of(shingle) {
                    let Some(seen) = seen.get_mut(earlier as usize) else { continue };
                    if *seen != mark {
                        *seen = mark;
                        if self.may_be_similar(earlier as usize, index) {
                            candidates.push(earlier);
                        }
                    }
                }
            }
            candidates.sort_unstable();
            let looked = Looked { index, set: &set, candidates: &candidates };
            if let Further::Keep = look(&self, &looked) {
                for &shingle in &prefix {
                    self.index.add(shingle, mark - 1);
                }
            }
        }
    }

    /// Takes a set's rarest members: so many that a set that shares none of them shares too few. Those that no
    /// other text has find nobody, and are left out.
    fn prefix(&self, set: &[u64], prefix: &mut Vec<u64>) {
        prefix.clear();
        // Rounding must not make the prefix too short.
        let shared = (self.threshold * set.len() as f64 - 1e-6).ceil().max(1.0);
        let skipped = (set.len() as f64 - shared + 1.0).max(0.0);
        let mask = self.counts.len() - 1;
        let count = |shingle: u64| self.counts.get(low(shingle) & mask).copied().unwrap_or(0);
        prefix.extend_from_slice(set);
        prefix.sort_unstable_by_key(|&shingle| (count(shingle), shingle));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the set's size")]
        prefix.truncate(skipped as usize);
        prefix.retain(|&shingle| count(shingle) > 1);
    }

    /// Tells whether sizes and digests leave it open that two texts are similar.
    fn may_be_similar(&self, first: usize, second: usize) -> bool {
        let (Some(&a), Some(&b)) = (self.sizes.get(first), self.sizes.get(second)) else { return false };
        if f64::from(a.min(b)) / f64::from(a.max(b)) <= self.threshold {
            return false;
        }
        let (Some(x), Some(y)) = (self.bits.get(first), self.bits.get(second)) else { return false };
        // Each bit is the parity of the members that it stands for, so a bit that differs is a member that one set
        // lacks.
        let differ: u32 = x.iter().zip(y).map(|(x, y)| (x ^ y).count_ones()).sum();
        let both = f64::from(a) + f64::from(b);
        (both - f64::from(differ)) / (both + f64::from(differ)) > self.threshold
    }

    /// Measures an earlier text and the one that is looked at.
    fn measured(&self, first: u32, text: &Looked<'_>) -> Option<NearPair> {
        let mut set = Vec::new();
        shingles(self.texts.get(first as usize)?, &mut set);
        let similarity = jaccard(&set, text.set);
        let pair = NearPair { first: first as usize, second: text.index, similarity };
        (similarity > self.threshold).then_some(pair)
    }
}

/// Which texts have a shingle among their rarest: lists in one piece of memory. Shingles may share a list; whoever is
/// found there by mistake is measured and left.
struct Index {
    heads: Vec<u32>,
    /// A text, and where its list goes on.
    entries: Vec<(u32, u32)>,
}

impl Index {
    fn new(texts: usize) -> Index {
        Index { heads: vec![END; (4 * texts).next_power_of_two().clamp(1 << 10, 1 << 24)], entries: Vec::new() }
    }

    fn add(&mut self, shingle: u64, text: u32) {
        let mask = self.heads.len() - 1;
        // The last bits choose the counter, the first ones the digest's bit.
        let Some(head) = self.heads.get_mut(low(shingle >> 16) & mask) else { return };
        let Ok(entry) = u32::try_from(self.entries.len()) else { return };
        self.entries.push((text, *head));
        *head = entry;
    }

    /// Returns the texts of a shingle's list, the latest first.
    fn of(&self, shingle: u64) -> impl Iterator<Item = u32> {
        let mut next = self.heads.get(low(shingle >> 16) & (self.heads.len() - 1)).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let (text, further) = *self.entries.get(next as usize)?;
            next = further;
            Some(text)
        })
    }
}

/// The last bits of a hash, as an index.
#[expect(clippy::cast_possible_truncation, reason = "the last bits are meant")]
fn low(hash: u64) -> usize {
    hash as usize
}

/// Writes a text's set of shingles, in rising order.
fn shingles(text: &str, set: &mut Vec<u64>) {
    set.clear();
    let mut last: [u64; SHINGLE] = [0; SHINGLE];
    let mut words = 0;
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        last.rotate_left(1);
        if let Some(last) = last.last_mut() {
            *last = word_hash(word);
        }
        words += 1;
        if words >= SHINGLE {
            set.push(hash(&last));
        }
    }
    if (1..SHINGLE).contains(&words) {
        set.push(hash(&(words, last)));
    }
    set.sort_unstable();
    set.dedup();
}

fn word_hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for character in word.chars().flat_map(char::to_lowercase) {
        hasher.write_u32(u32::from(character));
    }
    hasher.finish()
}

fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Jaccard's index of two sets in rising order: what they share, over what either has. Without members, 0.
fn jaccard(first: &[u64], second: &[u64]) -> f64 {
    let (mut first, mut second) = (first, second);
    let both = first.len() + second.len();
    let mut shared = 0_usize;
    while let (Some((a, after_a)), Some((b, after_b))) = (first.split_first(), second.split_first()) {
        if a == b {
            shared += 1;
        }
        if a <= b {
            first = after_a;
        }
        if b <= a {
            second = after_b;
        }
    }
    if both == 0 { 0.0 } else { shared as f64 / (both - shared) as f64 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Texts as sets of word triples, spelled out.
    fn spelled(text: &str) -> BTreeSet<Vec<String>> {
        let words: Vec<String> = text
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        match words.len() {
            0 => BTreeSet::new(),
            1 | 2 => BTreeSet::from([words]),
            _ => words.windows(3).map(<[String]>::to_vec).collect(),
        }
    }

    fn similarity(first: &str, second: &str) -> f64 {
        let (first, second) = (spelled(first), spelled(second));
        let union = first.union(&second).count();
        if union == 0 { 0.0 } else { first.intersection(&second).count() as f64 / union as f64 }
    }

    fn every_pair(texts: &[String], threshold: f64) -> Vec<NearPair> {
        let pairs = (0..texts.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        pairs
            .map(|(first, second)| NearPair { first, second, similarity: similarity(&texts[first], &texts[second]) })
            .filter(|pair| pair.similarity > threshold)
            .collect()
    }

    /// Texts over few words, many of them changed copies of earlier ones.
    fn texts() -> impl Strategy<Value = Vec<String>> {
        let word = prop::sample::select(vec!["a", "B", "c", "dé", "é", "risk", "5", "the", "of", "x"]);
        let fresh = prop::collection::vec(word.clone(), 0..14);
        let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), word, any::<bool>());
        prop::collection::vec((fresh, change), 0..40).prop_map(|made| {
            let mut texts: Vec<Vec<&str>> = Vec::new();
            for (fresh, (of, at, word, copies)) in made {
                let mut text = if copies && !texts.is_empty() { of.get(&texts).clone() } else { fresh };
                if copies && !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = word;
                }
                texts.push(text);
            }
            texts.into_iter().map(|words| words.join(" ")).collect()
        })
    }

    proptest! {
        #[test]
        fn pairs_are_those_of_all_comparisons(
            texts in texts(),
            threshold in prop::sample::select(vec![0.0, 0.1, 0.25, 1.0 / 3.0, 0.5, 0.6, 0.75, 0.8, 0.9, 1.0]),
        ) {
            let found = near_pairs(texts.iter().map(String::as_str), threshold);
            prop_assert_eq!(found, every_pair(&texts, threshold));
        }

        #[test]
        fn copies_leave_no_near_pair_and_name_a_text_that_stays(texts in texts(), threshold in 0.05..0.95_f64) {
            let copies = near_copies(texts.iter().map(String::as_str), threshold);
            let dropped: BTreeSet<usize> = copies.iter().map(|copy| copy.second).collect();
            let pairs = every_pair(&texts, threshold);
            for pair in &pairs {
                prop_assert!(dropped.contains(&pair.first) || dropped.contains(&pair.second), "{:?} both stay", pair);
            }
            for copy in &copies {
                prop_assert!(!dropped.contains(&copy.first));
                let first = pairs.iter().find(|pair| pair.second == copy.second && !dropped.contains(&pair.first));
                prop_assert_eq!(Some(copy), first);
            }
        }
    }

    #[test]
    fn words_are_letters_and_digits_in_any_case() {
        let found = near_pairs(["Is it risk-free, Ärger?", "is IT  risk free ärger", "is it free"].into_iter(), 0.5);
        assert_eq!(found, [NearPair { first: 0, second: 1, similarity: 1.0 }]);
    }

    #[test]
    fn what_has_no_words_is_similar_to_nothing_and_a_word_to_itself() {
        let found = near_pairs(["", "...", "yes", "", "Yes!", "yes yes"].into_iter(), 0.5);
        assert_eq!(found, [NearPair { first: 2, second: 4, similarity: 1.0 }]);
    }
}
