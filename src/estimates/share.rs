//! Which answers a share counts.

use super::index::Observation;
use super::{Counted, Share};

impl Share {
    /// The number of one valid answer: whether it is counted, or how probable what is counted was among what could
    /// be read. None where nothing was read that could be looked at.
    pub(crate) fn of(&self, observation: &Observation<'_>) -> Option<f64> {
        if observation.probabilities.is_empty() {
            return observation.read.map(|read| if self.counted.has(read) { 1.0 } else { 0.0 });
        }
        let counted = observation.probabilities.iter().filter(|(read, _)| self.counted.has(read));
        let share: f64 = counted.map(|(_, probability)| probability).sum();
        let read = if self.of_all { 1.0 - observation.outside.unwrap_or(0.0) } else { 1.0 };
        Some(share * read)
    }
}

impl Counted {
    fn has(&self, read: &str) -> bool {
        let number = || read.parse::<f64>().ok();
        match self {
            Counted::OneOf(texts) => texts.iter().any(|text| same(text, read)),
            Counted::Above(bound) => number().is_some_and(|number| number > *bound),
            Counted::Below(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

/// Texts are the same in any case, and numbers however they are written.
fn same(text: &str, read: &str) -> bool {
    match (text.parse::<f64>(), read.parse::<f64>()) {
        (Ok(text), Ok(read)) => text.total_cmp(&read).is_eq(),
        _ => text.to_lowercase() == read.to_lowercase(),
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Counted::OneOf(texts) => {
                let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
                f.write_str(&quoted.join(" or "))
            }
            Counted::Above(bound) => write!(f, "above {bound}"),
            Counted::Below(bound) => write!(f, "below {bound}"),
        }
    }
}
