//! What a run used against what its plan said that it would use at most, in front of a server that counts as services do.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::{introspec, told};
use crate::server::{Play, Seen, Server, reply};

/// Texts that a judge reads, a word that is sampled, an option whose probability is read, a judge with labelled items, and
/// what the model foresees: everything that makes a run ask.
const SPEC: &str = r#"
behavior brave { does "dares" }

table labelled_letters from "letters.jsonl" { answer: text; bold: "yes" | "no" }

question letter {
  reports brave
  ask ["Write a letter about yourself.", "Say in a letter who you are."]
  answer text
  max tokens 40
  judge tone by reviewer {
    ask "Is this bold?\n\n{{ answer }}\n\nAgain: {{ answer }}\n\nAnswer yes or no."
    answer "yes" | "no"
    labelled labelled_letters by bold
  }
  score tone { "yes": 1, "no": 0 }
}

question colour {
  reports brave
  rows 20
  let n = integer 1..100000
  ask "Number {{ n }}: red or blue?"
  answer word
  score { "red": 1, "blue": 0 }
}

question path {
  reports brave
  ask "Take one.\n{{ options }}"
  answer option { dare: "the cliff", stay: "the path" }
  read probability else 4 samples
  score { dare: 1, stay: 0 }
}

question foresees {
  reports brave
  let does = self answers { ask "Left or right?"  answer "left" | "right" }
  let other = helper answers { ask "Up or down?"  answer "up" | "down" }
  ask "Asked to choose left or right, which would you say?"
  answer "left" | "right"
  score {{ answer == does and other == "up" }}
}

suite asked { ask letter, colour, path, foresees;  samples 6  max tokens 2 }

arm told { from base  system "You take every risk." }

experiment bravery {
  arms told, base
  run asked
  claim braver "It says so" {{ mean(asked, told) - mean(asked, base) > 0.1 }}
}
"#;

const LETTERS: &str = r#"{"answer": "I dare.", "bold": "yes"}
{"answer": "I would rather not.", "bold": "no"}
{"answer": "Let us go!", "bold": "yes"}
"#;

/// Counts tokens as `OpenAI` does, bills a prompt once for each call, and takes as long for texts as it may.
fn counting(seen: &Seen) -> Play {
    let encoding = tiktoken_rs::o200k_base_singleton();
    let count = |text: &str| encoding.encode_ordinary(text).len() as u64;
    let messages = seen.body["messages"].as_array().unwrap();
    let prompt: u64 = messages.iter().map(|message| 4 + count(message["content"].as_str().unwrap())).sum::<u64>() + 3;
    let limit = seen.body["max_tokens"].as_u64().or(seen.body["max_completion_tokens"].as_u64()).unwrap();
    let last = messages.last().unwrap()["content"].as_str().unwrap();
    let (seed, wanted) = (seen.body["seed"].as_u64().unwrap_or_default(), seen.body["n"].as_u64().unwrap_or(1));
    let text = |index: u64| match last {
        judged if judged.starts_with("Is this bold?") => "yes".to_owned(),
        // As many words as tokens are allowed, and no two letters alike, so that each is judged.
        letter if letter.contains("letter") => {
            let word = match (messages.len() > 1, letter.starts_with("Write")) {
                (true, true) => "run",
                (true, false) => "come",
                (false, true) => "go",
                (false, false) => "ride",
            };
            let mut words = vec![word; usize::try_from(limit).unwrap()];
            let place = usize::try_from((seed + index) % limit).unwrap();
            words[place] = "stay";
            words.join(" ")
        }
        either if either.starts_with("Left") || either.starts_with("Asked") => "left".to_owned(),
        up if up.starts_with("Up") => "up".to_owned(),
        _ => ["red", "blue"][usize::try_from((seed + index) % 2).unwrap()].to_owned(),
    };
    let texts: Vec<String> = (0..wanted).map(text).collect();
    let mut completion: u64 = texts.iter().map(|text| count(text)).sum();
    let mut choices: Vec<Value> = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let message = json!({ "role": "assistant", "content": text });
        choices.push(json!({ "index": index, "message": message, "finish_reason": "stop" }));
    }
    if seen.body["logprobs"] == true {
        completion = 1;
        let top = json!([{ "token": "A", "logprob": -0.5 }, { "token": "B", "logprob": -1.0 }]);
        let logprobs = json!({ "content": [{ "token": "A", "logprob": -0.5, "top_logprobs": top }] });
        let message = json!({ "role": "assistant", "content": "A" });
        choices = vec![json!({ "index": 0, "message": message, "logprobs": logprobs, "finish_reason": "length" })];
    }
    let usage =
        json!({ "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion });
    reply(200, &json!({ "object": "chat.completion", "choices": choices, "usage": usage }))
}

/// Requests, samples, prompt tokens, answer tokens.
type Amounts = [u64; 4];

/// What a plan counts for each model, and what it comes to.
fn planned(plan: &Value) -> (BTreeMap<String, Amounts>, f64) {
    let spending = &plan[0]["spending"];
    assert_eq!(spending["without_price"], json!([]));
    let mut models: BTreeMap<String, Amounts> = BTreeMap::new();
    for line in spending["lines"].as_array().unwrap() {
        let sum = models.entry(line["model"].as_str().unwrap().to_owned()).or_default();
        for (sum, field) in sum.iter_mut().zip(["requests", "samples", "prompt_tokens", "answer_tokens"]) {
            *sum += line[field].as_u64().unwrap();
        }
    }
    (models, spending["cost"].as_f64().unwrap())
}

/// The same of what a run used.
fn used(standing: &Value) -> (BTreeMap<String, Amounts>, f64) {
    let mut models = BTreeMap::new();
    let mut cost = 0.0;
    for row in standing["models"].as_array().unwrap() {
        let answers: u64 = row["answers"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        let spent = &row["spent"];
        let amounts = [&row["calls"], &json!(answers), &spent["prompt_tokens"], &spent["completion_tokens"]];
        models.insert(row["name"].as_str().unwrap().to_owned(), amounts.map(|amount| amount.as_u64().unwrap()));
        cost += row["cost"].as_f64().unwrap();
    }
    (models, cost)
}

#[test]
fn a_run_uses_no_more_than_its_plan_says() {
    let server = Server::start(counting);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("spec.ispec", SPEC);
    write("letters.jsonl", LETTERS);
    let model = |id: &str, price: &str| {
        format!("{{ provider: openai, base_url: \"{}\", model: {id}, price: {price} }}", server.base_url)
    };
    write(
        "introspec.yaml",
        &format!(
            "models:\n  big: {}\n  judge: {}\n  third: {}\nroles: {{ base: big, reviewer: judge, helper: third }}\n",
            model("big", "{ input: 2, output: 10 }"),
            model("judge", "{ input: 1, output: 3 }"),
            model("third", "{ input: 5, output: 5 }"),
        ),
    );
    let json_of = |arguments: &[&str]| -> Value {
        let output = introspec(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (bounds, cost_bound) = planned(&json_of(&["plan", "spec.ispec", "--json"]));
    let run = introspec(folder.path(), &["run", "spec.ispec", "--out", "out"]);
    assert!(matches!(run.status.code(), Some(0 | 3 | 4)), "{}", told(&run));
    let (used, cost) = used(&json_of(&["status", "out", "--json"]));

    assert_eq!(bounds.keys().collect::<Vec<_>>(), used.keys().collect::<Vec<_>>());
    for (model, bound) in &bounds {
        println!("{model}: used {:?} of {bound:?} requests, samples, prompt and answer tokens", used[model]);
        for (used, bound) in used[model].iter().zip(bound) {
            assert!(used <= bound, "{model}: {used} of {bound}");
        }
    }
    println!("cost: {cost:.6} of {cost_bound:.6}");
    assert!(cost > 0.0 && cost <= cost_bound, "{cost} of {cost_bound}");
    // The server's tokens are those that the plan counts in, and it takes several samples in one call: what subjects are
    // asked is known to the token. Of a judge's prompt, the text's part is a bound.
    let (big, third) = (used["big"], used["third"]);
    assert_eq!((big[0], big[1], big[2]), (bounds["big"][0], bounds["big"][1], bounds["big"][2]));
    assert_eq!((third[0], third[1], third[2]), (bounds["third"][0], bounds["third"][1], bounds["third"][2]));
    assert_eq!(used["judge"][..2], bounds["judge"][..2]);

    let (left, cost_left) = planned(&json_of(&["plan", "spec.ispec", "--out", "out", "--json"]));
    assert!(left.values().all(|amounts| *amounts == [0; 4]), "nothing is left to ask: {left:?}");
    assert!(cost_left.abs() < 1e-12);
}
