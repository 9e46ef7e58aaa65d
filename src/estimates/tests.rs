//! From scores to verdicts, through [`super::estimate`].

mod claims;
mod experiment;
mod forms;
mod gaps;
mod order;
mod simulation;
mod vectors;
