//! The ways in which one ask can be read from a model, best first.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backend::{Call, Probability, Want};
use super::key::Digest;
use super::{Ask, Identity};
use crate::requests::{Message, Read};
use crate::scores::Method;

/// An ask under one way of reading it. Its digest is the key under which the store keeps its answers.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) digest: Digest,
    pub(crate) identity: Arc<Identity>,
    pub(crate) method: Method,
    /// The canonical body, as JSON: what is sent, without how many samples and which.
    pub(crate) body: String,
    /// The continuations whose probabilities are read, as JSON; empty otherwise.
    pub(crate) detail: String,
    /// How many answers make it complete.
    pub(crate) wanted: u32,
    call: Call,
}

/// What stands in a key for a request, in this order.
#[derive(Serialize)]
struct Canonical<'a> {
    messages: &'a [Message],
    temperature: f64,
    max_tokens: u32,
    seed: u32,
}

/// The same, as it is read back.
#[derive(Deserialize)]
struct Sent {
    messages: Vec<Message>,
    temperature: f64,
    max_tokens: u32,
    seed: u32,
}

/// What the store keeps of a reading.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) digest: Digest,
    pub(crate) method: String,
    pub(crate) detail: String,
    pub(crate) body: String,
}

impl Reading {
    /// Returns an ask as sampled texts, which every model can give.
    pub(crate) fn samples(ask: &Ask, identity: &Arc<Identity>) -> Arc<Self> {
        let count = ask.sampling.samples;
        Self::new(ask, identity, Method::Samples, Want::Samples { first: 0, count })
    }

    /// Returns an ask as probabilities, where it wants them and the model may give them.
    pub(crate) fn probabilities(ask: &Ask, identity: &Arc<Identity>, given: Probability) -> Option<Arc<Self>> {
        let Read::Probability { continuations, whole } = &ask.read else { return None };
        match given {
            Probability::Exact => {
                let want = Want::Exact { continuations: continuations.clone(), whole: *whole };
                Some(Self::new(ask, identity, Method::Exact, want))
            }
            Probability::Top(k) => Some(Self::new(ask, identity, Method::Top, Want::Top { k })),
            Probability::Absent => None,
        }
    }

    fn new(ask: &Ask, identity: &Arc<Identity>, method: Method, want: Want) -> Arc<Self> {
        let sampled = method == Method::Samples;
        let detail = match &want {
            Want::Exact { continuations, whole } => {
                let continuations = serde_json::to_string(continuations).unwrap_or_default();
                if *whole { format!("whole {continuations}") } else { continuations }
            }
            // How many tokens a service shows is its limit, not part of the question.
            Want::Top { .. } | Want::Samples { .. } => String::new(),
        };
        let call = Call {
            messages: ask.messages.clone(),
            want,
            // Probabilities do not depend on how texts would be sampled, and neither does their key.
            temperature: if sampled { ask.sampling.temperature } else { 1.0 },
            max_tokens: if sampled { ask.sampling.max_tokens } else { 1 },
            seed: if sampled { ask.sampling.seed } else { 0 },
        };
        // Texts and numbers always serialise.
        let body = serde_json::to_string(&Canonical {
            messages: &call.messages,
            temperature: call.temperature,
            max_tokens: call.max_tokens,
            seed: call.seed,
        })
        .unwrap_or_default();
        let parameters = if sampled { identity.parameters.as_str() } else { "" };
        let digest = Digest::of(&[
            &identity.provider,
            &identity.address,
            &identity.model,
            parameters,
            method_word(method),
            &detail,
            &body,
        ]);
        let wanted = if sampled { ask.sampling.samples } else { 1 };
        Arc::new(Self { digest, identity: Arc::clone(identity), method, body, detail, wanted, call })
    }

    /// Returns a reading of which the store has kept these columns; none where it did not write them. `shown` is how
    /// many of the most probable tokens the model shows.
    pub(crate) fn kept(kept: Kept, identity: &Arc<Identity>, shown: u8) -> Option<Arc<Self>> {
        let Kept { digest, method, detail, body } = kept;
        let Sent { messages, temperature, max_tokens, seed } = serde_json::from_str(&body).ok()?;
        let (method, want) = match method.as_str() {
            "samples" => (Method::Samples, Want::Samples { first: 0, count: 0 }),
            "top" => (Method::Top, Want::Top { k: shown }),
            // No service is asked for these.
            _ => return None,
        };
        let call = Call { messages, want, temperature, max_tokens, seed };
        Some(Arc::new(Self { digest, identity: Arc::clone(identity), method, body, detail, wanted: 0, call }))
    }

    /// Returns the call for `count` samples from `first` on; a reading of probabilities has one call only.
    pub(crate) fn call(&self, first: u32, count: u32) -> Call {
        let mut call = self.call.clone();
        if self.method == Method::Samples {
            call.want = Want::Samples { first, count };
        }
        call
    }
}

/// The word that the store has for a method.
pub(crate) fn method_word(method: Method) -> &'static str {
    match method {
        Method::Exact => "exact",
        Method::Top => "top",
        Method::Samples => "samples",
    }
}
