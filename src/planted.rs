//! Subjects with planted effects.
