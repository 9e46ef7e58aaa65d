use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::answers::key::Digest;

/// The samples that are being asked for, from the moment they are chosen until they are committed. Two asks
/// that are the same share them, so that none is sent twice.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<HashSet<(Digest, u32)>>);

impl Claims {
    /// Claims those of a request's samples that nobody has, as ranges.
    pub(crate) fn claim(self: &Arc<Self>, digest: Digest, samples: impl Iterator<Item = u32>) -> Vec<Claimed> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut claimed: Vec<Claimed> = Vec::new();
        for sample in samples {
            if !taken.insert((digest, sample)) {
                continue;
            }
            match claimed.last_mut() {
                Some(last) if last.range.end == sample => last.range.end += 1,
                _ => claimed.push(Claimed { claims: Arc::clone(self), digest, range: sample..sample + 1 }),
            }
        }
        claimed
    }
}

/// Claimed samples of one request. Dropping it gives them up.
#[derive(Debug)]
pub(crate) struct Claimed {
    claims: Arc<Claims>,
    digest: Digest,
    range: Range<u32>,
}

impl Claimed {
    pub(crate) fn first(&self) -> u32 {
        self.range.start
    }

    pub(crate) fn count(&self) -> u32 {
        self.range.end - self.range.start
    }

    pub(crate) fn samples(&self) -> Range<u32> {
        self.range.clone()
    }

    /// Keeps the first `count` samples and returns the rest, where there is one.
    pub(crate) fn split_off(&mut self, count: u32) -> Option<Self> {
        let middle = self.range.start.saturating_add(count);
        if middle >= self.range.end {
            return None;
        }
        let rest = middle..self.range.end;
        self.range.end = middle;
        Some(Self { claims: Arc::clone(&self.claims), digest: self.digest, range: rest })
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let mut taken = self.claims.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sample in self.range.clone() {
            taken.remove(&(self.digest, sample));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_is_claimed_once_until_it_is_given_up() {
        let claims = Arc::new(Claims::default());
        let digest = Digest::of(&["a"]);
        let mut first = claims.claim(digest, 2..4);
        let rest = claims.claim(digest, 0..6);
        let ranges: Vec<_> = rest.iter().map(Claimed::samples).collect();
        assert_eq!(ranges, [0..2, 4..6]);

        let second_half = first[0].split_off(1).expect("a rest");
        assert_eq!((first[0].samples(), second_half.samples()), (2..3, 3..4));
        drop(second_half);
        assert_eq!(claims.claim(digest, 0..6).len(), 1);
        drop((first, rest));
        assert_eq!(claims.claim(digest, 0..6)[0].samples(), 0..6);
    }
}
