//! What models have a part in where rows are made: written tables, answers of a teacher, dialogues.
//!
//! Nothing here asks anybody. What is wanted of a model is a [`Wanted`], known by its digest; what came of it is a
//! [`Reply`]. Rows are made from the spec and from [`Replies`] alone, by the same functions while they are written, when
//! replies come in from a store, and when they are built, when replies come from the [`Lock`] beside the spec. A request
//! that has no reply yet is handed out, and the same functions go on once it has one.

mod asking;
mod bounds;
mod game;
mod kept;
mod lock;
mod made;
mod replies;
mod wanted;

pub(crate) use asking::{Asker, Said};
pub(crate) use bounds::of_dialogue;
pub use bounds::{Bound, bounds};
pub(crate) use game::{Game, Loss, Turn, play, show, truth};
pub use kept::rows_text;
pub use lock::{Difference, Lock, LockProblem, LockedRow, lock_text, rows_digest};
pub use made::{Made, made_files, preview};
pub use replies::{Replies, Reply, kept_replies};
pub(crate) use wanted::under;
pub use wanted::{Used, Wanted};
