//! Planted subjects: models that are not there, whose answers have known effects. They answer through the same store,
//! scoring and estimation as real ones, so that an author sees what the claims would conclude.
//!
//! The truth of a run is one half of a question's score range, moved by the effects that were planted, by the run's
//! own deviation and by that of the wording, item and order, each a normal draw with the standard deviations of
//! [`Assumptions`](crate::forecast::Assumptions). What it answers is drawn so that its mean is that truth. A model that is no training, and an arm with
//! a single run, has no deviation of its own: a claim on it is about that one.

mod choices;
mod effect;
mod subjects;
mod truth;

pub use effect::{Effect, EffectError};
pub use subjects::{Planted, configuration, plant};

#[cfg(test)]
mod tests;
