//! # introspec
//!
//! A language for experiments on what finetuned models know about themselves. A spec says once what a
//! behavior is; everything else is made from it by the stages below. Each arrow is one public function from
//! one stage's type to the next's, and each stage is a folder.
//!
//! ```text
//!              parse          resolve          plan
//!    text ───────────▶ tree ───────────▶ spec ───────▶ plan
//!                                                       │
//!                 ┌──────── rows ───────────────────────┤
//!                 ▼                                     │ requests
//!         rows (training data)                          ▼
//!                 │                             requests (suites)
//!                 │ build                               │ ask          (backends, store)
//!                 ▼                                     ▼
//!     datasets, suites, manifest                     answers
//!                                                       │ score
//!                                                       ▼
//!                                                    scores
//!                                                       │ estimate
//!                                                       ▼
//!                          report  ◀───────────────  estimates
//!                        (terminal, results.json, report.html)
//! ```
//!
//! Where models write rows, or talk until something comes of it, rows wait for replies: [`writing`] says what is wanted,
//! `introspec write` asks for it through the same backends and store, and a lock beside the spec keeps it, so that
//! builds ask nobody.
//!
//! Everything from `text` to `requests`, and from `answers` to `report`, is pure. The outside world comes in
//! through one door each: files through [`world`], models through [`answers::backend`], randomness through
//! [`rows::draw`], which derives every draw from the spec's seed.

pub mod answers;
pub mod artifacts;
pub mod audit;
mod checks;
pub mod configuration;
pub mod diagnostic;
pub mod estimates;
pub mod exports;
pub mod forecast;
pub mod format;
pub mod imports;
pub mod plan;
pub mod planted;
pub mod report;
pub mod requests;
pub mod rows;
pub mod sandbox;
pub mod scores;
mod side_by_side;
pub mod snapshots;
pub mod spec;
pub mod text;
pub mod tree;
pub mod words;
pub mod world;
pub mod writing;
