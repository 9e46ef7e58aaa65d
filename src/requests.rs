//! Requests: what a suite asks, one prompt at a time, before any model is chosen.

mod request;

pub use request::{Message, Read, Request, Role, Sampling, ShownOption};
