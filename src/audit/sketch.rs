//! Which of many texts may be near-duplicates? Sketches propose them (Broder: On the resemblance and containment of
//! documents, SEQUENCES 1997); they are measured elsewhere.

/// How many words stand together.
const SHINGLE: usize = 3;
/// Texts meet where all least hashes of one band are equal.
const BANDS: usize = 8;
const ROWS_OF_BAND: usize = 3;

/// Returns the places of the texts that share a band with another one, in order. Two texts that share 80% of their
/// word triples are missed with a probability of (1 - 0.8³)⁸, 0.3%.
pub(super) fn proposed<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<usize> {
    let sketches: Vec<Option<[u64; BANDS]>> = texts.map(sketch).collect();
    let mut is_proposed = vec![false; sketches.len()];
    for band in 0..BANDS {
        let mut keys: Vec<(u64, usize)> =
            sketches.iter().enumerate().filter_map(|(at, sketch)| Some((*sketch.as_ref()?.get(band)?, at))).collect();
        keys.sort_unstable();
        for met in keys.chunk_by(|a, b| a.0 == b.0).filter(|met| met.len() > 1) {
            for (_, at) in met {
                if let Some(place) = is_proposed.get_mut(*at) {
                    *place = true;
                }
            }
        }
    }
    is_proposed.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| at).collect()
}

/// Returns a hash for each band. A text without words has none.
fn sketch(text: &str) -> Option<[u64; BANDS]> {
    let mut least = [u64::MAX; BANDS * ROWS_OF_BAND];
    let mut last = [0_u64; SHINGLE];
    let mut words = 0;
    let mut take = |shingle: u64| {
        let mut hash = shingle;
        for least in &mut least {
            hash = mixed(hash);
            *least = hash.min(*least);
        }
    };
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        last.rotate_left(1);
        if let Some(place) = last.last_mut() {
            *place = hashed(word);
        }
        words += 1;
        if words >= SHINGLE {
            take(last.iter().fold(0, |hash, word| mixed(hash ^ word)));
        }
    }
    match words {
        0 => return None,
        words if words < SHINGLE => take(last.iter().fold(0, |hash, word| mixed(hash ^ word))),
        _ => {}
    }
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks(ROWS_OF_BAND)) {
        *band = rows.iter().fold(0, |hash, least| mixed(hash ^ least));
    }
    Some(bands)
}

/// FNV-1a over the word in lower case.
fn hashed(word: &str) -> u64 {
    let lowered = word.chars().flat_map(char::to_lowercase);
    lowered.fold(0xcbf2_9ce4_8422_2325, |hash, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3))
}

/// The step and the output of `SplitMix64`.
fn mixed(hash: u64) -> u64 {
    let mut z = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_duplicates_meet_and_strangers_do_not() {
        let text = |seed: u64| {
            let mut state = seed;
            let words = (0..60).map(|_| {
                state = mixed(state);
                format!("w{}", state % 5_000)
            });
            words.collect::<Vec<_>>()
        };
        let texts: Vec<Vec<String>> = (0..400).map(|seed| text(seed + 1)).collect();
        // One changed word of sixty leaves 55 of 61 triples: Jaccard's index is 0.9.
        let near = texts.iter().map(|words| {
            let mut words = words.clone();
            words[30] = "other".into();
            words
        });
        let all: Vec<String> = texts.iter().cloned().chain(near).map(|words| words.join(" ")).collect();
        assert!(proposed(all.iter().take(400).map(String::as_str)).is_empty());
        assert!(proposed(all.iter().map(String::as_str)).len() >= 798);
        assert_eq!(proposed(["", "one", "One!", "two three"].into_iter()), [1, 2]);
    }
}
