//! What the tests of answering share: models in front of a server, asks, and a run in a folder of its own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use introspec::answers::backends::{self, openai::OpenAi};
use introspec::answers::runner::{Event, Job, Listener, Options, RunError, RunSummary};
use introspec::answers::{Answer, Answered, Ask, Cause, Failure, Respondent, RetryPolicy, Store, ask};
use introspec::configuration::{Configuration, Model, Secret};
use introspec::requests::{Message, Read, Role, Sampling};
use tokio_util::sync::CancellationToken;

pub(crate) const KEY: &str = "sk-planted-7f3a91";

/// Reads a model's settings as a configuration has them.
pub(crate) fn model(base_url: &str, settings: &str) -> Model {
    let text = format!("models: {{ m: {{ provider: openai, base_url: \"{base_url}\", model: m, {settings} }} }}");
    let mut configuration = Configuration::read(&text, "introspec.yaml").expect("a configuration");
    configuration.models.remove("m").expect("the model")
}

pub(crate) fn respondent(base_url: &str, settings: &str) -> Respondent {
    let model = model(base_url, settings);
    let keys = |name: &str| (name == "TEST_KEY").then(|| KEY.to_owned());
    Respondent::new(&model, Arc::new(OpenAi::connect(&model, &keys).expect("a connection")))
}

/// A model of any provider, behind the backend that its configuration names.
pub(crate) fn any(provider: &str, base_url: &str, settings: &str) -> Respondent {
    let text = format!("models: {{ m: {{ provider: {provider}, base_url: \"{base_url}\", model: m, {settings} }} }}");
    let mut configuration = Configuration::read(&text, "introspec.yaml").expect("a configuration");
    let model = configuration.models.remove("m").expect("the model");
    Respondent::new(&model, backends::connect(&model, Some(Secret::new(KEY))).expect("a connection"))
}

pub(crate) fn texts_of(prompt: &str, samples: u32) -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, content: prompt.to_owned() }],
        read: Read::Samples,
        sampling: Sampling { samples, temperature: 1.0, max_tokens: 8, seed: 100 },
        place: format!("question {prompt}"),
    }
}

pub(crate) fn probabilities_of(prompt: &str, samples: u32) -> Ask {
    let continuations = vec!["A".to_owned(), "B".to_owned()];
    Ask { read: Read::Probability { continuations, whole: false }, ..texts_of(prompt, samples) }
}

/// Why a sample has no answer.
#[allow(clippy::ref_option)]
pub(crate) fn cause(sample: &Option<Result<Answer, Failure>>) -> Option<Cause> {
    sample.as_ref()?.as_ref().err().map(|failure| failure.cause)
}

/// A folder with a store in it, and how it is asked into.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) options: Options,
    pub(crate) cancel: CancellationToken,
    pub(crate) log: Arc<Log>,
}

/// A listener that keeps a line for each event.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Listener for Log {
    fn notice(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

impl Log {
    pub(crate) fn lines(&self, of: &str) -> Vec<String> {
        self.0.lock().unwrap().iter().filter(|line| line.starts_with(of)).cloned().collect()
    }
}

impl Desk {
    /// Waits are short, so that tests are; what is tested is their order and number.
    pub(crate) fn new() -> Self {
        let retry = RetryPolicy { first_wait: Duration::from_millis(2), ..RetryPolicy::default() };
        Self {
            folder: tempfile::tempdir().unwrap(),
            options: Options { retry, ..Options::default() },
            cancel: CancellationToken::new(),
            log: Arc::default(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("answers.sqlite")
    }

    /// Asks as a process of its own would: the store is opened, filled and closed.
    pub(crate) fn run(&self, jobs: Vec<(&Respondent, Vec<Ask>)>) -> Result<RunSummary, RunError> {
        self.fill(&Store::open(&self.path())?, jobs)
    }

    /// Asks into a store that is open.
    pub(crate) fn fill(&self, store: &Store, jobs: Vec<(&Respondent, Vec<Ask>)>) -> Result<RunSummary, RunError> {
        let jobs = jobs
            .into_iter()
            .map(|(respondent, asks)| Job {
                respondent: respondent.clone(),
                total: Some(asks.len() as u64),
                asks: Box::new(asks.into_iter()),
            })
            .collect();
        let listener: Arc<dyn Listener> = Arc::clone(&self.log) as _;
        ask(jobs, store, &self.options, &listener, &self.cancel)
    }

    pub(crate) fn ask(&self, respondent: &Respondent, asks: Vec<Ask>) -> RunSummary {
        self.run(vec![(respondent, asks)]).expect("the run ends")
    }

    pub(crate) fn answers(&self, respondent: &Respondent, ask: &Ask) -> Answered {
        let store = Store::open(&self.path()).unwrap();
        store.reader().unwrap().answers(ask, &respondent.identity).unwrap()
    }

    /// The texts that an ask has, which all have to be finished ones.
    pub(crate) fn texts(&self, respondent: &Respondent, ask: &Ask) -> Vec<String> {
        let samples = self.answers(respondent, ask).samples;
        let text = |sample| match sample {
            Some(Ok(Answer::Text { text })) => text,
            other => panic!("not a text: {other:?}"),
        };
        samples.into_iter().map(text).collect()
    }
}
