use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};

/// The most threads that read at once.
const THREADS: usize = 4;

/// Does work on blocks by several threads and takes the results in the blocks' order. At most a few blocks for each
/// thread are held at any time.
pub(super) fn in_order<B: Send, R: Send>(
    blocks: impl Iterator<Item = B> + Send,
    work: impl Fn(B) -> R + Sync,
    mut take: impl FnMut(R),
) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    let source = Mutex::new(blocks.enumerate());
    // A thread needs a permit to read a block, and gets it back when the block's result was taken.
    let (allow, permits) = mpsc::sync_channel(threads * 3);
    for _ in 0..threads * 3 {
        let _ = allow.send(());
    }
    let permits = Mutex::new(permits);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<(usize, R)>();
        for _ in 0..threads {
            let (sender, source, permits, work) = (sender.clone(), &source, &permits, &work);
            scope.spawn(move || {
                loop {
                    if permits.lock().unwrap_or_else(PoisonError::into_inner).recv().is_err() {
                        return;
                    }
                    let Some((at, block)) = source.lock().unwrap_or_else(PoisonError::into_inner).next() else {
                        return;
                    };
                    if sender.send((at, work(block))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut waiting, mut wanted) = (BTreeMap::new(), 0);
        for (at, result) in &receiver {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&wanted) {
                take(result);
                wanted += 1;
                let _ = allow.try_send(());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_blocks() {
        let mut taken = Vec::new();
        in_order(0..1000_u64, |n| if n % 7 == 0 { (0..20_000).fold(n, |a, b| a ^ b) } else { n }, |n| taken.push(n));
        assert_eq!(taken, (0..1000).collect::<Vec<_>>());
    }
}
