//! The runner: asks models what the store does not have yet, and puts every answer there as it arrives.
//!
//! Each model has a source, a thread that draws asks and drops what is answered already, and a lane, the one
//! owner of that model's calls: how many are under way, when the next is made, what is made again, and when the
//! model stops. A call that waits for another try takes up no room among those under way. A model that is asked in
//! batches has another kind of lane, which owns its batches.
//!
//! ```text
//!    asks ──▶ source ──Message──▶ lane ──▶ calls (as `pace` allows) ──Entry──▶ store
//!               ▲  what is there already                                             │
//!               └────────────────────────────────────────────────────────────────────┘
//! ```

mod account;
mod allowance;
mod batches;
mod call;
mod event;
mod lane;
mod log;
mod pace;
mod source;
mod summary;
mod task;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use thiserror::Error;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use allowance::Limits;
pub use event::{Event, Listener, Silent, Tally};
pub use summary::{ModelSummary, RunSummary};

use super::store::{Claims, Inbox};
use super::{Ask, Identity, Respondent, RetryPolicy, Store, StoreError};
use batches::BatchLane;
use lane::Lane;
use source::Source;

/// A model and what it is asked. Asks are drawn as they are needed, so that memory does not grow with them.
pub struct Job<'a> {
    pub respondent: Respondent,
    pub asks: Box<dyn Iterator<Item = Ask> + Send + 'a>,
    /// How many asks there are, where it is known, for the time left.
    pub total: Option<u64>,
}

/// How a run asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The most samples that one call asks for, where the backend takes several.
    pub samples_per_call: u32,
    pub retry: RetryPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self { samples_per_call: 64, retry: RetryPolicy::default() }
    }
}

/// Why a run could not go on. What a model does wrong is not among it: that stands in the summary.
#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the run cannot start: {0}")]
    Start(#[from] std::io::Error),
}

/// Asks every model its asks, at once, and returns when all are answered, failed, or `cancel` was called.
///
/// What the store has is not asked again, and two asks that are the same are sent once. Cancelling drops the
/// calls under way; every answer that came is committed before this returns.
///
/// # Errors
///
/// The store cannot be written to or read, or the process cannot start threads. Answers that were committed
/// are kept.
pub fn ask(
    jobs: Vec<Job<'_>>,
    store: &Store,
    options: &Options,
    listener: &Arc<dyn Listener>,
    cancel: &CancellationToken,
) -> Result<RunSummary, RunError> {
    let runtime = runtime()?;
    let halt = cancel.child_token();
    let listener: Arc<dyn Listener> = Arc::new(log::Recorded(Arc::clone(listener)));
    let mut lanes = Vec::with_capacity(jobs.len());
    let mut sources = Vec::with_capacity(jobs.len());
    let mut batched: Vec<Arc<Identity>> = Vec::new();
    for job in jobs {
        let model = Arc::new(ModelState {
            proven: AtomicBool::new(store.reader()?.gives_probabilities(&job.respondent.identity)?),
            samples_only: AtomicBool::new(false),
            respondent: job.respondent,
            options: *options,
            inbox: store.inbox(),
            claims: store.claims(),
            listener: Arc::clone(&listener),
            cancel: halt.clone(),
            stop: halt.child_token(),
        });
        let (name, price) = (model.respondent.name.as_str(), model.respondent.price);
        listener.notice(&Event::Started { model: name, total: job.total, price });
        let (sender, receiver) = mpsc::channel(source::AHEAD);
        sources.push(Source::new(Arc::clone(&model), store.reader()?, sender, job.asks));
        if !model.is_batched() {
            lanes.push(AnyLane::Single(Lane::new(model, receiver)));
            continue;
        }
        // Batches that are open have one owner, and are there before any source looks for what to ask.
        let identity = Arc::clone(&model.respondent.identity);
        let mut lane = BatchLane::new(model, store.reader()?, receiver);
        if !batched.contains(&identity) {
            lane.adopt(store.run())?;
            batched.push(identity);
        }
        lanes.push(AnyLane::Batched(lane));
    }

    let landed = thread::scope(|scope| {
        for source in sources {
            thread::Builder::new().name("asks".to_owned()).spawn_scoped(scope, move || source.run())?;
        }
        Ok::<_, std::io::Error>(runtime.block_on(async {
            let lanes: Vec<_> = lanes.into_iter().map(AnyLane::spawn).collect();
            join_all(lanes).await
        }))
    })?;
    store.flush()?;

    let mut summary = RunSummary { cancelled: cancel.is_cancelled(), ..RunSummary::default() };
    for model in landed {
        let model = model.map_err(std::io::Error::other)??;
        listener.notice(&Event::Finished { summary: &model });
        summary.models.push(model);
    }
    Ok(summary)
}

enum AnyLane {
    Single(Lane),
    Batched(BatchLane),
}

impl AnyLane {
    fn spawn(self) -> JoinHandle<Result<ModelSummary, StoreError>> {
        match self {
            Self::Single(lane) => tokio::spawn(lane.run()),
            Self::Batched(lane) => tokio::spawn(lane.run()),
        }
    }
}

/// The runtime of every run in this process. Connections live in it: a dialogue's next turn, which is asked by a run of
/// its own, finds those of the turn before.
fn runtime() -> std::io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(RUNTIME.get_or_init(|| made))
}

/// What source, lane and calls of one model share.
struct ModelState {
    respondent: Respondent,
    options: Options,
    inbox: Arc<Inbox>,
    claims: Arc<Claims>,
    listener: Arc<dyn Listener>,
    /// The whole run ends: calls under way are dropped.
    cancel: CancellationToken,
    /// This model ends: nothing new is sent, and no failed call is tried again.
    stop: CancellationToken,
    /// It has given probabilities.
    proven: AtomicBool,
    /// It has refused them, so texts are sampled instead.
    samples_only: AtomicBool,
}

impl ModelState {
    /// Whether it is asked in batches.
    fn is_batched(&self) -> bool {
        self.respondent.batch.is_some() && self.respondent.backend.batches().is_some()
    }

    /// How many samples one call asks for.
    fn most_at_once(&self) -> u32 {
        if self.respondent.backend.capabilities().several { self.options.samples_per_call } else { 1 }
    }
}

/// Returns milliseconds since 1970; 0 where the clock stands before that.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("respondent", &self.respondent).field("total", &self.total).finish_non_exhaustive()
    }
}
