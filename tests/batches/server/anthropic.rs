//! Anthropic's interface: message batches.

use chrono::DateTime;
use hyper::Method;
use serde_json::{Value, json};

use super::{Asked, Batch, Fate, Reply, Rules, State, shuffled, take_in, word};

pub(super) fn play(asked: &Asked, state: &mut State, rules: &Rules, base_url: &str) -> Reply {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').skip(2).collect();
    match (asked.method.clone(), parts.as_slice()) {
        (Method::POST, []) => {
            let wanted: Value = serde_json::from_slice(&asked.body).unwrap();
            let item = |item: &Value| (item["custom_id"].as_str().unwrap().to_owned(), item["params"].clone());
            let items = wanted["requests"].as_array().unwrap().iter().map(item).collect();
            if let Some(errors) = (rules.refusal)(state.batches.len()) {
                return (400, json!({ "type": "error", "error": errors }).to_string());
            }
            take_in(items, state, rules, "msgbatch_");
            (200, described(state.batches.last().unwrap(), rules, base_url).to_string())
        }
        (Method::GET, []) => {
            let after = asked.of_query("after_id");
            // Time goes by, whoever asks.
            state.batches.iter_mut().for_each(|batch| batch.looks += 1);
            let newest: Vec<Value> =
                state.batches.iter().rev().map(|batch| described(batch, rules, base_url)).collect();
            let start =
                after.map_or(0, |after| newest.iter().position(|batch| batch["id"] == after.as_str()).unwrap() + 1);
            let page: Vec<&Value> = newest.iter().skip(start).take(10).collect();
            let has_more = start + page.len() < newest.len();
            (200, json!({ "data": page, "has_more": has_more }).to_string())
        }
        (Method::GET, [id]) => match state.batches.iter_mut().find(|batch| batch.id == *id) {
            Some(batch) => {
                batch.looks += 1;
                (200, described(batch, rules, base_url).to_string())
            }
            None => {
                (404, json!({ "type": "error", "error": { "type": "not_found_error", "message": "no" } }).to_string())
            }
        },
        (Method::GET, [id, "results"]) => {
            let batch = state.batches.iter_mut().find(|batch| batch.id == *id).unwrap();
            batch.fetched += 1;
            let lines = batch.items.iter().zip(&batch.fates).filter_map(|((id, body), fate)| line(id, body, fate));
            shuffled(lines.collect(), rules, batch.fetched)
        }
        other => panic!("nobody asks for {other:?}"),
    }
}

fn described(batch: &Batch, rules: &Rules, base_url: &str) -> Value {
    let has_ended = batch.looks >= rules.words.len();
    let word = rules.words.get(batch.looks).copied().unwrap_or("ended");
    let count = |is: fn(&Fate) -> bool| batch.fates.iter().filter(|fate| has_ended && is(fate)).count();
    let (answered, refused, expired) = (
        count(|fate| matches!(fate, Fate::Answered | Fate::Says(_))),
        count(|fate| matches!(fate, Fate::Refused(..))),
        count(|fate| matches!(fate, Fate::Expired | Fate::Missing)),
    );
    let counts = json!({
        "processing": batch.items.len() - answered - refused - expired,
        "succeeded": answered, "errored": refused, "canceled": 0, "expired": expired,
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = DateTime::from_timestamp(now.as_secs().cast_signed(), 0).unwrap().to_rfc3339();
    let url = format!("{base_url}/messages/batches/{}/results", batch.id);
    json!({
        "type": "message_batch", "id": batch.id, "processing_status": word, "request_counts": counts,
        "created_at": now, "results_url": if has_ended { json!(url) } else { Value::Null },
    })
}

fn line(id: &str, body: &Value, fate: &Fate) -> Option<String> {
    let result = match fate {
        Fate::Missing => return None,
        Fate::Answered => json!({ "type": "succeeded", "message": message(body) }),
        Fate::Says(said) => json!({ "type": "succeeded", "message": said }),
        Fate::Refused(_, error) => json!({ "type": "errored", "error": { "type": "error", "error": error } }),
        Fate::Expired => json!({ "type": "expired" }),
    };
    Some(json!({ "custom_id": id, "result": result }).to_string())
}

fn message(body: &Value) -> Value {
    let prompt = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    json!({
        "type": "message", "model": "m", "stop_reason": "end_turn",
        "content": [{ "type": "text", "text": word(prompt, 0) }],
        "usage": { "input_tokens": 10, "output_tokens": 1 },
    })
}
