//! The formulas against values of scipy and statsmodels, and against simulated experiments with a known truth.

mod coverage;
mod planning;
mod vectors;
