//! How much a run asks of each model, for its record.

use std::collections::BTreeMap;

use introspec::answers::{Identity, Inquiry, Shard};
use introspec::configuration::Model;

use super::record::Asked;

/// Returns the models that are asked, subjects first, with the requests of each. Arms that ask the same of the same
/// model ask it once, and so do experiments that share a suite.
pub(crate) fn of(inquiries: &[Inquiry<'_>], shard: Option<Shard>) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    let mut counted: Vec<(Identity, Option<String>, String)> = Vec::new();
    for inquiry in inquiries {
        let suites = requests(inquiry, shard);
        for subject in &inquiry.subjects {
            let identity = Identity::of(&subject.model);
            let mut more = 0;
            for (suite, requests) in &suites {
                let once = (identity.clone(), subject.system.clone(), suite.clone());
                if !counted.contains(&once) {
                    counted.push(once);
                    more += requests;
                }
            }
            let requests = all.iter().find(|asked| asked.identity == identity).and_then(|asked| asked.requests);
            put(&mut all, &subject.model, Some(requests.unwrap_or_default() + more));
        }
    }
    let judges = inquiries.iter().flat_map(|inquiry| inquiry.judges.iter().map(|(_, model)| model));
    for model in judges.chain(inquiries.iter().flat_map(Inquiry::models_beside)) {
        // A judge is asked about answers, which nobody has counted yet, and who answers beside questions as its
        // subjects have it: a model that does so as well is asked no known number.
        put(&mut all, model, None);
    }
    all
}

/// Sets how many requests a model is asked.
fn put(all: &mut Vec<Asked>, model: &Model, requests: Option<u64>) {
    let identity = Identity::of(model);
    match all.iter_mut().find(|asked| asked.identity == identity) {
        Some(asked) => asked.requests = requests,
        None => all.push(Asked { name: model.name.clone(), identity, requests, price: model.price }),
    }
}

/// Counts the requests of each suite.
fn requests(inquiry: &Inquiry<'_>, shard: Option<Shard>) -> BTreeMap<String, u64> {
    let mut suites = BTreeMap::new();
    match shard {
        None => {
            // How many requests a game takes is known once it is played.
            for (suite, asked) in inquiry.questions().filter(|(_, asked)| inquiry.spec[asked.question].play.is_none()) {
                *suites.entry(inquiry.spec[suite.suite].name.clone()).or_default() += asked.requests;
            }
        }
        Some(shard) => {
            let asked = inquiry.posed().filter(|posed| posed.question.play.is_none());
            for posed in asked.filter(|posed| shard.holds(&posed.prompt.request.id)) {
                *suites.entry(posed.suite.name.clone()).or_default() += 1;
            }
        }
    }
    suites
}
