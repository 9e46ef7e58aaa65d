//! The same work on many things, on every processor. What comes out is in the order of what went in, whoever did it.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// Does something with each item. Fewer items than `enough` are not worth another thread.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], enough: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = if items.len() < enough { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    if processors < 2 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(processors).max(1));
        let workers: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>())).collect();
        let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().collect()
    })
}
