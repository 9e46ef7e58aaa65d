use std::collections::BTreeSet;

use crate::checks::overlap::{LONG, NGrams};
use crate::plan::Plan;
use crate::requests::{Role, prompts};
use crate::spec::Spec;

/// The most different texts of suites that training rows are compared with: what bounds memory.
const MAX_TEXTS: usize = 20_000;

/// Indexes what the suites of a spec ask, so that training rows can be compared with it. Requests that cannot be made
/// are told where suites are written.
pub(super) fn texts(spec: &Spec, plan: &Plan) -> NGrams {
    if plan.datasets.is_empty() {
        return NGrams::default();
    }
    let mut seen = BTreeSet::new();
    let mut texts: Vec<(String, String)> = Vec::new();
    for suite in &plan.suites {
        for asked in &suite.questions {
            for prompt in prompts(spec, plan, suite, asked).filter_map(Result::ok) {
                let request = prompt.request;
                for message in request.messages.into_iter().filter(|message| message.role == Role::User) {
                    if texts.len() < MAX_TEXTS && seen.insert(*blake3::hash(message.content.as_bytes()).as_bytes()) {
                        texts.push((request.id.clone(), message.content));
                    }
                }
                if texts.len() >= MAX_TEXTS {
                    return NGrams::of(texts, LONG);
                }
            }
        }
    }
    NGrams::of(texts, LONG)
}
