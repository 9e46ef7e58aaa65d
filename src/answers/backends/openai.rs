//! Servers and services that speak chat completions, each in its own way.

mod batches;
mod body;
mod completion;
mod profile;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use reqwest::header::AUTHORIZATION;

use super::http::{Fault, Http, KeyHeader, Names, Refusal, failure, look_up, service};
use crate::answers::backend::{Backend, Call, Capabilities, Probability, Reply, Want};
use crate::answers::batch::Batches;
use crate::answers::{Cause, Failure, Headroom};
use crate::configuration::{Model, Secret};

use body::Body;
use completion::Reading;
use profile::Profile;

/// A model behind a chat completions interface.
pub struct OpenAi {
    http: Http,
    base_url: String,
    model: String,
    top_p: Option<f64>,
    profile: Profile,
    names: Names,
    /// Whether the server has refused `n`, or given fewer choices than asked: one sample a call from then on.
    singles: AtomicBool,
    /// Whether the server has asked for `max_completion_tokens`.
    completion_tokens: AtomicBool,
}

impl OpenAi {
    /// Prepares to ask a model. Nothing is sent yet. `environment` looks a variable up.
    ///
    /// # Errors
    ///
    /// The key cannot be had or sent, the model is not behind such an interface, or the system's certificates
    /// cannot be read.
    pub fn connect(model: &Model, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let key = match &service(model)?.key {
            Some(source) => Some(look_up(&model.name, source, environment)?),
            None => None,
        };
        Self::with_key(model, key)
    }

    /// Prepares to ask a model with a key that was found.
    ///
    /// # Errors
    ///
    /// The key cannot be sent, the model is not behind such an interface, or the system's certificates cannot be
    /// read.
    pub fn with_key(model: &Model, key: Option<Secret>) -> Result<Self, Failure> {
        let service = service(model)?;
        let header = KeyHeader { name: AUTHORIZATION, before: "Bearer " };
        Ok(Self {
            http: Http::new(model, "/chat/completions", key, header, &[])?,
            base_url: service.base_url.clone(),
            model: model.model.clone(),
            top_p: model.sampling.top_p,
            profile: Profile::of(model, service),
            names: profile::names(model, service),
            singles: AtomicBool::new(false),
            completion_tokens: AtomicBool::new(false),
        })
    }

    async fn sample(&self, call: &Call, first: u32, count: u32) -> Result<Reply, Failure> {
        let mut count = if self.several() { count } else { 1 };
        let mut sent = self.send(|| Body::samples(self, call, first, count)).await;
        if let Err(Fault::Refused(refusal)) = &sent
            && count > 1
            && refusal.is_about_n()
        {
            self.singles.store(true, Ordering::Relaxed);
            count = 1;
            sent = self.send(|| Body::samples(self, call, first, count)).await;
        }
        let bytes = sent.map_err(|fault| fault.into_failure(self.http.endpoint()))?;
        self.read_samples(&bytes, count)
    }

    /// Reads the texts of a reply to a call for `count` of them. From a server that gave fewer, one is asked at a time.
    fn read_samples(&self, bytes: &[u8], count: u32) -> Result<Reply, Failure> {
        let (reply, choices) = self.reading().samples(bytes, count as usize)?;
        if choices < count as usize {
            self.singles.store(true, Ordering::Relaxed);
        }
        Ok(reply)
    }

    /// Notes what a refusal says of the server, and tells whether the same call may be answered when it is put in
    /// another way.
    fn learn(&self, refusal: &Refusal, call: &Call) -> bool {
        let about_n = matches!(call.want, Want::Samples { count, .. } if count > 1) && refusal.is_about_n();
        let about_limit = !self.profile.completion_tokens && refusal.wants_completion_tokens();
        if about_n {
            self.singles.store(true, Ordering::Relaxed);
        }
        if about_limit {
            self.completion_tokens.store(true, Ordering::Relaxed);
        }
        about_n || about_limit
    }

    async fn top(&self, call: &Call, k: u8) -> Result<Reply, Failure> {
        let k = self.shown(k)?;
        match self.send(|| Body::top(self, call, k)).await {
            Ok(bytes) => self.reading().top(&bytes),
            Err(Fault::Refused(refusal)) if refusal.speaks_of("logprob") => Err(refusal.without_probabilities()),
            Err(fault) => Err(fault.into_failure(self.http.endpoint())),
        }
    }

    /// Sends a body, and once more where the server wants its token limit under the other name.
    async fn send<'a>(&'a self, body: impl Fn() -> Body<'a>) -> Result<Vec<u8>, Fault> {
        match self.http.post(&body()).await {
            Err(Fault::Refused(refusal)) if !self.counts_completion_tokens() && refusal.wants_completion_tokens() => {
                self.completion_tokens.store(true, Ordering::Relaxed);
                self.http.post(&body()).await
            }
            sent => sent,
        }
    }

    /// How many tokens are asked for of those that are wanted.
    fn shown(&self, k: u8) -> Result<u8, Failure> {
        match self.profile.can.probability {
            Probability::Top(most) => Ok(k.min(most)),
            _ => Err(failure(Cause::NoProbabilities, "log-probabilities are not asked of this model".to_owned())),
        }
    }

    fn reading(&self) -> Reading<'_> {
        Reading { endpoint: self.http.endpoint(), names: &self.names, thinks: self.profile.thinks() }
    }

    fn several(&self) -> bool {
        self.profile.can.several && !self.singles.load(Ordering::Relaxed)
    }

    fn counts_completion_tokens(&self) -> bool {
        self.profile.completion_tokens || self.completion_tokens.load(Ordering::Relaxed)
    }
}

impl Backend for OpenAi {
    fn capabilities(&self) -> Capabilities {
        Capabilities { several: self.several(), ..self.profile.can }
    }

    fn headroom(&self) -> Option<&Headroom> {
        Some(self.http.headroom())
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            match &call.want {
                Want::Samples { first, count } => self.sample(call, *first, *count).await,
                Want::Top { k } => self.top(call, *k).await,
                Want::Exact { .. } => Err(not_of_given_texts()),
            }
        })
    }
}

fn not_of_given_texts() -> Failure {
    failure(Cause::NoProbabilities, "chat completions give no log-probabilities of given texts".to_owned())
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("endpoint", &self.http.endpoint().as_str())
            .field("model", &self.model)
            .field("several", &self.several())
            .finish_non_exhaustive()
    }
}
