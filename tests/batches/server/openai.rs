//! `OpenAI`'s interface: files, and batches of them.

use hyper::Method;
use serde_json::{Value, json};

use super::{Asked, Batch, Fate, Reply, Rules, State, shuffled, take_in, word};

pub(super) fn play(asked: &Asked, content_type: &str, state: &mut State, rules: &Rules) -> Reply {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match (asked.method.clone(), parts.as_slice()) {
        (Method::POST, ["files"]) => {
            let file = file_of(std::str::from_utf8(&asked.body).unwrap(), content_type);
            state.files.push(file);
            (200, json!({ "object": "file", "id": format!("file-{}", state.files.len() - 1) }).to_string())
        }
        (Method::POST, ["batches"]) => {
            let wanted: Value = serde_json::from_slice(&asked.body).unwrap();
            assert_eq!(wanted["endpoint"], "/v1/chat/completions");
            assert_eq!(wanted["completion_window"], "24h");
            let number: usize = wanted["input_file_id"].as_str().unwrap()["file-".len()..].parse().unwrap();
            let items = state.files[number].lines().map(item).collect();
            let id = take_in(items, state, rules, "batch_");
            let batch = state.batches.last().unwrap();
            assert_eq!(wanted["metadata"]["introspec"], batch.mark.as_str(), "it carries its mark");
            assert_eq!(batch.id, id);
            (200, described(batch, rules).to_string())
        }
        (Method::GET, ["batches"]) => {
            // The newest first, ten a page, so that more than one is needed.
            let after = asked.of_query("after");
            let newest = state.batches.iter().rev().map(|batch| described(batch, rules)).collect::<Vec<_>>();
            let start =
                after.map_or(0, |after| newest.iter().position(|batch| batch["id"] == after.as_str()).unwrap() + 1);
            let page: Vec<&Value> = newest.iter().skip(start).take(10).collect();
            let has_more = start + page.len() < newest.len();
            (200, json!({ "object": "list", "data": page, "has_more": has_more }).to_string())
        }
        (Method::GET, ["batches", id]) => match state.batches.iter_mut().find(|batch| batch.id == *id) {
            Some(batch) => {
                batch.looks += 1;
                (200, described(batch, rules).to_string())
            }
            None => (404, json!({ "error": { "message": format!("No batch found with id '{id}'.") } }).to_string()),
        },
        (Method::GET, ["files", file, "content"]) => {
            let (kind, id) = file.split_once('-').unwrap();
            let batch = state.batches.iter_mut().find(|batch| batch.id == id).unwrap();
            batch.fetched += 1;
            let lines =
                batch.items.iter().zip(&batch.fates).filter_map(move |((id, body), fate)| line(id, body, fate, kind));
            shuffled(lines.collect(), rules, batch.fetched)
        }
        other => panic!("nobody asks for {other:?}"),
    }
}

/// Returns the file in a form, which has to be one.
fn file_of(body: &str, content_type: &str) -> String {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"));
    let content = |part: &str| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), content.strip_suffix("\r\n").unwrap().to_owned())
    };
    let (head, purpose) = content(parts[1]);
    assert!(head.contains("name=\"purpose\"") && purpose == "batch");
    let (head, file) = content(parts[2]);
    assert!(head.contains("name=\"file\"; filename="));
    file
}

fn item(line: &str) -> (String, Value) {
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["method"], &line["url"]), (&json!("POST"), &json!("/v1/chat/completions")));
    (line["custom_id"].as_str().unwrap().to_owned(), line["body"].clone())
}

fn described(batch: &Batch, rules: &Rules) -> Value {
    let end = if rules.end.is_empty() { "completed" } else { rules.end };
    let word = rules.words.get(batch.looks).copied().unwrap_or(end);
    let mut described = json!({
        "object": "batch", "id": batch.id, "status": word, "metadata": { "introspec": batch.mark },
        "created_at": std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(),
    });
    if let Some(errors) = &batch.refusal {
        described["status"] = json!("failed");
        described["errors"] = json!({ "object": "list", "data": errors });
    } else if word == end {
        let came = |kind| {
            batch.items.iter().zip(&batch.fates).filter_map(move |((id, body), fate)| line(id, body, fate, kind))
        };
        let (well, ill) = (came("output").count(), came("error").count());
        described["output_file_id"] = if well > 0 { json!(format!("output-{}", batch.id)) } else { Value::Null };
        described["error_file_id"] = if ill > 0 { json!(format!("error-{}", batch.id)) } else { Value::Null };
        described["request_counts"] = json!({ "total": batch.items.len(), "completed": well, "failed": ill });
    }
    described
}

/// Returns the line of a request in one of the two files, where it stands there.
fn line(id: &str, body: &Value, fate: &Fate, kind: &str) -> Option<String> {
    let replied = |status: u16, body: Value| json!({ "status_code": status, "request_id": "r", "body": body });
    let (of, response, error) = match fate {
        Fate::Missing => return None,
        Fate::Answered => ("output", replied(200, completion(body)), Value::Null),
        Fate::Says(said) => ("output", replied(200, said.clone()), Value::Null),
        Fate::Refused(status, error) => ("error", replied(*status, error.clone()), Value::Null),
        Fate::Expired => {
            let message = "This request could not be executed before the completion window expired.";
            ("error", Value::Null, json!({ "code": "batch_expired", "message": message }))
        }
    };
    let line = json!({ "id": "batch_req", "custom_id": id, "response": response, "error": error });
    (of == kind).then(|| line.to_string())
}

fn completion(body: &Value) -> Value {
    let prompt = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    if body["logprobs"] == true {
        let top = json!([{ "token": "A", "logprob": -0.75 }, { "token": "B", "logprob": -0.75 }]);
        let logprobs = json!({ "content": [{ "token": "A", "logprob": -0.75, "top_logprobs": top }] });
        let choice =
            json!({ "index": 0, "message": { "content": "A" }, "logprobs": logprobs, "finish_reason": "length" });
        return json!({ "object": "chat.completion", "choices": [choice] });
    }
    let (count, seed) = (body["n"].as_u64().unwrap_or(1), body["seed"].as_u64().unwrap());
    let choice = |index: u64| {
        let content = word(prompt, seed + index);
        json!({ "index": index, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" })
    };
    let choices: Vec<Value> = (0..count).map(choice).collect();
    let usage = json!({ "prompt_tokens": 10, "completion_tokens": count });
    json!({ "object": "chat.completion", "model": "m", "choices": choices, "usage": usage })
}
