use std::fmt;
use std::str::FromStr;

use super::key::Digest;

/// A stable part of a suite's requests: the `index`-th of `of`, from 1. Which part a request is in depends on its id
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    of: u64,
}

impl Shard {
    /// Tells whether a request is in this part.
    pub fn holds(self, id: &str) -> bool {
        Digest::of(&[id]).word() % self.of == self.index - 1
    }

    /// Tells whether this is the part that also has what belongs to no request.
    pub fn is_first(self) -> bool {
        self.index == 1
    }

    pub fn index(self) -> u64 {
        self.index
    }

    pub fn of(self) -> u64 {
        self.of
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index >= 1 && index <= of => Ok(Self { index, of }),
            _ => Err("write which part of how many, such as `3/16`".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_in_one_part_and_the_parts_are_of_one_size() {
        let shards: Vec<Shard> = (1..=4).map(|index| Shard { index, of: 4 }).collect();
        let mut sizes = [0; 4];
        for number in 0..4000 {
            let id = format!("question.{number}");
            let holding: Vec<usize> = (0..4).filter(|at| shards[*at].holds(&id)).collect();
            assert_eq!(holding.len(), 1);
            sizes[holding[0]] += 1;
        }
        // Five standard deviations of a share of a quarter among 4,000 are 137.
        assert!(sizes.iter().all(|size| (863..=1137).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_part_is_written_as_which_of_how_many() {
        assert_eq!("3/16".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/16".to_owned()));
        for wrong in ["0/4", "5/4", "3", "a/b", "1/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
