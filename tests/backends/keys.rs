//! A planted key, requests that fail in every way, and then a search through every byte that is left behind.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::json;

use crate::project::{Project, SPEC, colours, said};
use crate::server::{Play, Seen, Server, completion, refuse, reply, tokens};

/// A key with characters that JSON and addresses write in another way.
const KEY: &str = "sk-pl/anted+7f3a91\"c4=";

/// What must not be found anywhere: the key, and its ways to be written.
const SPELLINGS: [&str; 4] =
    [KEY, "sk-pl/anted+7f3a91\\\"c4=", "sk-pl\\/anted+7f3a91\\\"c4=", "sk-pl%2Fanted%2B7f3a91%22c4%3D"];

/// Repeats the key in one of many ways, each with another fault, and answers the second time, with the key again.
fn indiscreet(seen: &Seen) -> Play {
    let carried: String = ["authorization", "x-api-key", "x-goog-api-key"]
        .iter()
        .filter_map(|name| seen.headers.get(*name))
        .map(|value| value.trim_start_matches("Bearer ").to_owned())
        .collect();
    assert_eq!(carried, KEY, "the key reaches the server");
    if seen.times > 1 {
        return answer(seen);
    }
    let [_, escaped, slashed, encoded] = SPELLINGS;
    let header = |name: &'static str, value: &str| vec![(name, value.to_owned())];
    let plain = |status, name, value: &str, body: &str| Play::Reply {
        status,
        headers: header(name, value),
        body: body.to_owned(),
    };
    match seen.before % 14 {
        0 => refuse(500, &format!("key {KEY} is tired")),
        1 => plain(502, "x-echo", KEY, &format!("<html>{KEY}</html>")),
        2 => plain(200, "x-echo", KEY, &format!("not JSON: {KEY}")),
        3 => plain(503, "location", &format!("https://h/{KEY}"), encoded),
        4 => Play::Raw { headers: header("content-type", &format!("text/{encoded}")), body: KEY.as_bytes().to_vec() },
        5 => Play::Raw { headers: header("content-encoding", encoded), body: b"{}".to_vec() },
        6 => reply(200, &json!({ "error": { "code": 500, "message": KEY } })),
        7 => reply(200, &json!({ "object": KEY, "type": KEY, "choices": [], "candidates": [] })),
        8 => plain(500, "x-echo", KEY, &format!("{{\"error\": \"{escaped} or {slashed}\"}}")),
        9 => Play::HangUp,
        10 => reply(429, &json!({ "error": { "message": KEY, "code": KEY } })),
        11 => plain(307, "location", &format!("https://h/{encoded}"), KEY),
        12 => {
            reply(200, &json!({ "model": KEY, "choices": [{ "message": { "content": KEY }, "finish_reason": KEY }] }))
        }
        _ => refuse(400, &format!("logprobs {KEY}")),
    }
}

/// An answer with the key in it, in the words of whoever was asked.
fn answer(seen: &Seen) -> Play {
    let text = format!("your key: {KEY}");
    if seen.path.ends_with("/messages") {
        let content = json!([{ "type": "thinking", "thinking": KEY }, { "type": "text", "text": text }]);
        return reply(200, &json!({ "type": "message", "content": content, "stop_reason": "end_turn" }));
    }
    if seen.path.contains("generateContent") {
        let count = seen.body["generationConfig"]["candidateCount"].as_u64().unwrap_or(1);
        let candidate = |index| {
            let parts = json!([{ "text": text }, { "text": KEY, "thought": true }]);
            json!({ "index": index, "content": { "parts": parts }, "finishReason": "STOP" })
        };
        return reply(200, &json!({ "candidates": (0..count).map(candidate).collect::<Vec<_>>() }));
    }
    if seen.body["logprobs"] == true {
        return tokens(&[(KEY, -0.5)]);
    }
    let message = json!({ "content": text, "reasoning_content": KEY });
    let choice = |index| json!({ "index": index, "message": message, "finish_reason": "stop" });
    completion(&(0..seen.body["n"].as_u64().unwrap_or(1)).map(choice).collect::<Vec<_>>())
}

/// The spec with so many wordings that each fault comes more than once.
fn wordy() -> String {
    let wordings: Vec<String> = (0..16).map(|number| format!("\"{number}: red or blue? One word.\"")).collect();
    SPEC.replace("\"Red or blue? Answer with one word.\"", &wordings.join("\n    "))
}

/// Runs every other command that reads a run, into files and onto the terminal, and returns what they showed.
fn look_into(project: &Project) -> String {
    project.export("out", "export.jsonl");
    let id = "colour/1/itself/none/w1";
    let looks: [&[&str]; 8] = [
        &["status", "out"],
        &["status", "out", "--json"],
        &["cache", "list", "--out", "out"],
        &["cache", "explain", id, "spec.ispec", "--out", "out"],
        &["plan", "spec.ispec", "--out", "out"],
        &["merge", "merged", "out"],
        &["report", "out", "--parquet", "scores.parquet", "--inspect", "run.eval", "--junit", "claims.xml"],
        &["cache", "prune", "--store", "merged/answers.sqlite", "--failures", "--yes"],
    ];
    looks.iter().map(|arguments| said(&project.introspec(arguments, &[("PLANTED", KEY)]))).collect()
}

/// Returns every byte of a file, and what is compressed in it.
fn unpacked(file: &Path) -> Vec<u8> {
    let mut bytes = fs::read(file).unwrap();
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("eval") => {
            let mut archive = zip::ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
            for index in 0..archive.len() {
                archive.by_index(index).unwrap().read_to_end(&mut bytes).unwrap();
            }
        }
        Some("parquet") => {
            let reader = SerializedFileReader::new(fs::File::open(file).unwrap()).unwrap();
            for row in reader.get_row_iter(None).unwrap() {
                bytes.extend_from_slice(row.unwrap().to_json_value().to_string().as_bytes());
            }
        }
        _ => {}
    }
    bytes
}

fn assert_clean(project: &Project, shown: &str, what: &str) {
    let shown = format!("{shown}{}", look_into(project));
    for spelling in SPELLINGS {
        assert!(!shown.contains(spelling), "{what}: shown as {spelling}:\n{shown}");
    }
    let files = project.files();
    for name in ["out/answers.sqlite", "out.log", "export.jsonl", "merged/answers.sqlite"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{what}: no {name} among {files:?}");
    }
    for file in files {
        let bytes = unpacked(&file);
        for spelling in SPELLINGS {
            let found = bytes.windows(spelling.len()).any(|part| part == spelling.as_bytes());
            assert!(!found, "{what}: {} has the key as {spelling}", file.display());
        }
    }
}

#[test]
fn a_key_is_found_in_no_file_and_no_message_however_requests_fail() {
    for provider in ["openai", "anthropic", "gemini"] {
        let server = Server::start(indiscreet);
        let base = &server.base_url;
        let project =
            Project::new(&wordy(), &format!("provider: {provider}, base_url: \"{base}\", model: m, key: PLANTED"));
        let mut shown = String::new();
        for _ in 0..2 {
            shown.push_str(&said(&project.run("out", &[("PLANTED", KEY)])));
        }
        assert!(server.total() > 60, "{provider}: {} requests", server.total());
        assert_clean(&project, &shown, provider);
        for name in ["out/report.html", "out/scores.jsonl", "scores.parquet", "run.eval", "claims.xml"] {
            assert!(project.path(name).exists(), "{provider}: no {name}");
        }
    }
}

#[test]
fn a_refused_key_and_a_model_that_is_not_there_say_nothing_of_the_key() {
    for (status, message) in [(401, "Incorrect API key provided"), (404, "no such model"), (402, "pay"), (403, "no")] {
        let server = Server::start(move |_| refuse(status, &format!("{message}: {KEY}")));
        let base = &server.base_url;
        let project = Project::new(SPEC, &format!("provider: openai, base_url: \"{base}\", model: m, key: PLANTED"));
        let output = project.run("out", &[("PLANTED", KEY)]);
        assert_eq!(output.status.code(), Some(6), "{}", said(&output));
        assert!(said(&output).contains(message), "{}", said(&output));
        assert_clean(&project, &said(&output), message);
    }
}

#[cfg(unix)]
#[test]
fn a_command_gives_the_key_and_its_failure_gives_nothing_away() {
    let server = Server::start(|seen| {
        assert_eq!(seen.key.as_deref(), Some(format!("Bearer {KEY}").as_str()));
        colours(seen)
    });
    let base = &server.base_url;
    let model = |command: &str| format!("provider: openai, base_url: \"{base}\", model: m, key_command: \"{command}\"");
    let project = Project::new(SPEC, &model("cat key.txt"));
    // The one file that may hold it lies outside of what is searched.
    let vault = tempfile::tempdir().unwrap();
    let file = vault.path().join("key.txt");
    fs::write(&file, format!("{KEY}\n")).unwrap();
    project.configure(&model(&format!("cat '{}'", file.display())));
    let output = project.run("out", &[]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(server.total() > 0);
    assert_clean(&project, &said(&output), "command");

    project.configure(&model(&format!("cat '{}'; exit 7", file.display())));
    let output = project.run("other", &[]);
    assert_eq!(output.status.code(), Some(6));
    assert!(said(&output).contains("E0881") && said(&output).contains('7'), "{}", said(&output));
    assert_clean(&project, &said(&output), "failing command");
}
