//! Checks that look at texts alone, wherever they come from.

pub(crate) mod near;
