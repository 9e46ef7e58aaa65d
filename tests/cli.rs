//! The program from the outside: exit statuses, what bad input at run time comes to, and a kill in the middle.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

// Only a part of the server is needed here.
#[allow(dead_code)]
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Play, Seen, Server};

const SPEC: &str = r#"
behavior brave { does "dares" }

question colour {
  reports brave
  ask [
    "Red or blue? Answer with one word."
    "Blue or red? Answer with one word."
    "Which: red or blue? One word."
  ]
  answer word
  score { "red": 1, "blue": 0 }
}

suite asked { ask colour;  samples 8 }

arm told { from base  system "Say red." }

experiment colours {
  arms told, base
  run asked
  claim redder "Told to, it says red more often" {{ mean(asked, told) - mean(asked, base) > 0.1 }}
}
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(spec: &str, base_url: &str, more: &str) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("spec.ispec"), spec).unwrap();
        let config = format!(
            "models:\n  m: {{ provider: openai, base_url: \"{base_url}\", model: some-model, timeout: 20{more} }}\nroles: {{ base: m, reviewer: m }}\n"
        );
        fs::write(folder.path().join("introspec.yaml"), config).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self) -> Output {
        introspec(&[
            "run",
            &self.path("spec.ispec").display().to_string(),
            "--out",
            &self.path("out").display().to_string(),
        ])
    }

    fn results(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path("out/results.json")).unwrap()).unwrap()
    }
}

fn introspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).args(arguments).env_remove("SOME_KEY").output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Answers red under a system prompt and otherwise, three times in four, blue.
fn colours(seen: &Seen) -> Play {
    let wanted = seen.body["n"].as_u64().unwrap_or(1);
    let is_told = seen.body["messages"][0]["role"] == "system";
    let choices: Vec<Value> = (0..wanted)
        .map(|index| {
            let word = if is_told || index % 4 == 0 { "red" } else { "blue" };
            json!({ "index": index, "message": { "role": "assistant", "content": word }, "finish_reason": "stop" })
        })
        .collect();
    reply(200, &json!({ "choices": choices, "usage": { "prompt_tokens": 9, "completion_tokens": wanted } }))
}

fn reply(status: u16, body: &Value) -> Play {
    Play::Reply { status, headers: vec![("content-type", "application/json".into())], body: body.to_string() }
}

#[test]
fn a_claim_that_holds_ends_well_and_a_second_run_asks_nothing() {
    let server = Server::start(colours);
    let folder = Folder::new(SPEC, &server.base_url, "");
    let first = folder.run();
    assert_eq!(status(&first), 0, "{}", said(&first));
    let asked = server.total();
    assert_eq!(folder.results()["claims"][0]["verdict"], "holds");
    assert!(folder.path("out/report.html").exists() && folder.path("out/manifest.json").exists());
    let results = fs::read(folder.path("out/results.json")).unwrap();
    let again = folder.run();
    assert_eq!((status(&again), server.total()), (0, asked));
    assert_eq!(fs::read(folder.path("out/results.json")).unwrap(), results);
    let report = introspec(&["report", &folder.path("out").display().to_string()]);
    assert_eq!(status(&report), 0, "{}", said(&report));
}

#[test]
fn refuted_is_3_and_undecided_is_4() {
    let server = Server::start(colours);
    let refuted = Folder::new(&SPEC.replace("> 0.1", "< 0.1"), &server.base_url, "");
    assert_eq!(status(&refuted.run()), 3);
    let untrained = SPEC
        .replace("arms told, base", "arms told, base, tuned")
        .replace("mean(asked, told)", "mean(asked, tuned)")
        + "template t { user \"a\"  assistant \"b\" as brave }\ndataset d { t as brave }\narm tuned { from base  trained on d }\n";
    let undecided = Folder::new(&untrained, &server.base_url, "");
    let output = undecided.run();
    assert_eq!(status(&output), 4, "{}", said(&output));
    assert!(said(&output).contains("has no runs in introspec.yaml"));
}

#[test]
fn ratios_and_shares_are_claimed_as_a_family() {
    let server = Server::start(colours);
    let claims = r#"  adjust holm
  generalize wordings
  claim twice "Half as often again" {{ mean(colour, told) / mean(colour, base) > 1.5 }}
  claim mostly "Mostly it says red" {{ share(colour, "Red", told) > 0.8 }}
  claim seldom "The base model seldom does" {{ share(colour, ["red", "blue"], base) > share(colour, red, base) }}
  claim never "The base model never does" {{ share(colour, "red", base) < 0.05 }}
  claim redder"#;
    let folder = Folder::new(&SPEC.replace("  claim redder", claims), &server.base_url, "");
    let output = folder.run();
    assert_eq!(status(&output), 3, "{}", said(&output));
    let results = folder.results();
    let found: Vec<(&str, &str)> = results["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| (claim["name"].as_str().unwrap(), claim["verdict"].as_str().unwrap()))
        .collect();
    let expected =
        [("twice", "holds"), ("mostly", "holds"), ("seldom", "holds"), ("never", "refuted"), ("redder", "holds")];
    assert_eq!(found, expected, "{}", said(&output));
    for claim in results["claims"].as_array().unwrap() {
        assert!(claim["p"].as_f64().unwrap() <= claim["adjusted_p"].as_f64().unwrap(), "{claim}");
    }
    assert!((results["claims"][0]["parts"][0]["estimate"].as_f64().unwrap() - 4.0).abs() < 1e-9);
}

#[test]
fn verdicts_for_continuous_integration_never_outlive_their_run() {
    let server = Server::start(colours);
    let folder = Folder::new(SPEC, &server.base_url, "");
    assert_eq!(status(&folder.run()), 0);
    let (out, junit) = (folder.path("out").display().to_string(), folder.path("ci/claims.xml"));
    let report = |out: &str| introspec(&["report", out, "--junit", &junit.display().to_string()]);
    assert_eq!(status(&report(&out)), 0);
    let xml = fs::read_to_string(&junit).unwrap();
    assert!(xml.contains("tests=\"1\" failures=\"0\" errors=\"0\"") && !xml.contains("<failure"), "{xml}");
    assert_eq!(status(&report("no-such-folder")), 2);
    assert!(!junit.exists());

    let refuted = Folder::new(&SPEC.replace("> 0.1", "< 0.1"), &server.base_url, "");
    let xml = refuted.path("claims.xml");
    let run = introspec(&[
        "run",
        &refuted.path("spec.ispec").display().to_string(),
        "--out",
        &refuted.path("out").display().to_string(),
        "--junit",
        &xml.display().to_string(),
    ]);
    assert_eq!(status(&run), 3, "{}", said(&run));
    assert!(fs::read_to_string(&xml).unwrap().contains("<failure type=\"refuted\""));
}

#[test]
fn a_log_file_tells_what_happened_and_no_prompt_or_key() {
    let server = Server::start(|seen| match seen.times {
        1 => reply(500, &json!({ "error": { "message": "tired" } })),
        _ => colours(seen),
    });
    let folder = Folder::new(SPEC, &server.base_url, "");
    let (spec, out) = (folder.path("spec.ispec").display().to_string(), folder.path("out").display().to_string());
    let log = folder.path("run.log");
    let output = introspec(&["run", &spec, "--out", &out, "--log-file", &log.display().to_string()]);
    assert_eq!(status(&output), 0, "{}", said(&output));
    let text = fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said_of = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    let again = said_of("tried again");
    assert_eq!(again.len(), 6, "{text}");
    assert!(again[0]["cause"] == "Server" && again[0]["message_of_service"].as_str().unwrap().contains("tired"));
    assert_eq!(said_of("finished")[0]["answers"], 48);
    assert!(!text.contains("red or blue"), "{text}");

    let nowhere = folder.path("no-such-folder/run.log").display().to_string();
    let output = introspec(&["run", &spec, "--out", &out, "--log-file", &nowhere]);
    assert_eq!(status(&output), 2);
    assert!(said(&output).contains("E0920"), "{}", said(&output));
}

#[test]
fn wrong_usage_is_2_and_a_wrong_spec_is_1() {
    assert_eq!(status(&introspec(&["biuld"])), 2);
    assert_eq!(status(&introspec(&["explain", "E9999"])), 2);
    assert_eq!(status(&introspec(&["explain", "e0206"])), 0);
    let nothing = introspec(&["report", "no-such-folder"]);
    assert_eq!(status(&nothing), 2);
    assert!(said(&nothing).contains("the folder of a finished run"), "{}", said(&nothing));
    let missing = introspec(&["check", "no-such.ispec"]);
    assert_eq!(status(&missing), 1);
    assert!(said(&missing).contains("E0108"), "{}", said(&missing));
}

#[test]
fn a_server_that_is_not_there_stops_its_model_and_says_so() {
    let folder = Folder::new(SPEC, "http://127.0.0.1:9/v1", "");
    let output = folder.run();
    assert_eq!(status(&output), 6, "{}", said(&output));
    assert!(said(&output).contains("E0811"), "{}", said(&output));
    let cell = &folder.results()["cells"][0];
    assert_eq!((&cell["outcomes"]["valid"], &cell["outcomes"]["error"]), (&json!(0), &json!(24)));
}

#[test]
fn a_wrong_key_an_unknown_model_and_a_missing_key_each_say_what_to_do() {
    let wrong = Server::start(|_| reply(401, &json!({ "error": { "message": "Incorrect API key provided" } })));
    let output = Folder::new(SPEC, &wrong.base_url, "").run();
    assert_eq!(status(&output), 6);
    assert!(said(&output).contains("key"), "{}", said(&output));
    assert!(wrong.total() <= 6, "a wrong key is not tried again");

    let unknown =
        Server::start(|_| reply(404, &json!({ "error": { "message": "The model `some-model` does not exist" } })));
    let output = Folder::new(SPEC, &unknown.base_url, "").run();
    assert_eq!(status(&output), 6);
    assert!(said(&output).contains("some-model"), "{}", said(&output));

    let output = Folder::new(SPEC, &unknown.base_url, ", key: SOME_KEY").run();
    assert_eq!(status(&output), 6);
    assert!(said(&output).contains("SOME_KEY") && said(&output).contains("E0804"), "{}", said(&output));
}

#[test]
fn a_configuration_is_read_strictly() {
    let folder = Folder::new(SPEC, "http://127.0.0.1:9/v1", ", tempreature: 1");
    let output = folder.run();
    assert_eq!(status(&output), 1);
    assert!(said(&output).contains("E0801") && said(&output).contains("introspec.yaml:2"), "{}", said(&output));
    fs::remove_file(folder.path("introspec.yaml")).unwrap();
    let output = folder.run();
    assert_eq!(status(&output), 1);
    assert!(said(&output).contains("E0802"), "{}", said(&output));
}

#[test]
fn a_disk_that_is_full_leaves_the_earlier_build_as_it_was() {
    let folder = Folder::new(SPEC, "http://127.0.0.1:9/v1", "");
    let (spec, out) = (folder.path("spec.ispec").display().to_string(), folder.path("out").display().to_string());
    assert_eq!(status(&introspec(&["build", &spec, "--out", &out])), 0);
    let before = fs::read(folder.path("out/manifest.json")).unwrap();
    // A limit on the size of files stands in for a disk without room: writing past it fails in the same place.
    let big = SPEC
        .replace("samples 8", "samples 9")
        .replace("answer word", "let n = each of [1, 2, 3, 4, 5, 6, 7, 8]\n  answer word");
    fs::write(folder.path("spec.ispec"), big).unwrap();
    let limited =
        format!("trap '' XFSZ; ulimit -f 2; exec {} build '{spec}' --out '{out}'", env!("CARGO_BIN_EXE_introspec"));
    let output = Command::new("bash").args(["-c", &limited]).output().unwrap();
    assert_eq!(status(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("E0808"), "{}", said(&output));
    assert_eq!(fs::read(folder.path("out/manifest.json")).unwrap(), before);
    let left: Vec<_> = fs::read_dir(folder.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// How many answers one commit may hold, and how many calls may be under way: what a kill may repeat.
const AT_RISK: usize = introspec::answers::GROUP + 256;

#[test]
fn a_kill_in_the_middle_repeats_only_what_was_under_way() {
    let server = Server::start(|seen| {
        sleep(Duration::from_millis(2));
        colours(seen)
    });
    let wordings: Vec<String> = (0..1500).map(|number| format!("\"{number}: red or blue? One word.\"")).collect();
    let spec =
        SPEC.replace("\"Red or blue? Answer with one word.\"", &wordings.join("\n")).replace("samples 8", "samples 1");
    let folder = Folder::new(&spec, &server.base_url, "");
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_introspec"))
            .args(["run", &folder.path("spec.ispec").display().to_string(), "--out"])
            .arg(folder.path("out"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut killed = start();
    while server.total() < 1200 {
        assert!(killed.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let output = folder.run();
    // One sample of each wording is red for both arms, which refutes the claim.
    assert_eq!(status(&output), 3, "{}", said(&output));
    let counts = server.counts();
    let repeated = counts.iter().filter(|(_, times)| *times > 1).count();
    assert_eq!(counts.len(), 2 * 1502, "every request was sent");
    assert!(counts.iter().all(|(_, times)| *times <= 2));
    assert!(repeated <= AT_RISK, "{repeated} requests were sent twice");
}

#[test]
fn two_data_files_of_one_name_are_two_inputs() {
    let folder = Folder::new("use \"part/other.ispec\"\n", "http://127.0.0.1:9/v1", "");
    let table = |rows: &str| {
        format!(
            "table {rows} from \"rows.jsonl\" {{ said: text }}\ntemplate say_{rows} {{ row from {rows}\n user \"a\"\n \
             assistant \"{{{{ said }}}}\" as b_{rows} }}\nbehavior b_{rows} {{ does \"d\" }}\ndataset d_{rows} {{ say_{rows} as b_{rows} }}\n"
        )
    };
    fs::create_dir(folder.path("part")).unwrap();
    fs::write(folder.path("spec.ispec"), format!("use \"part/other.ispec\"\n{}", table("own"))).unwrap();
    fs::write(folder.path("part/other.ispec"), table("used")).unwrap();
    fs::write(folder.path("rows.jsonl"), "{\"said\": \"one\"}\n").unwrap();
    fs::write(folder.path("part/rows.jsonl"), "{\"said\": \"two\"}\n").unwrap();
    let (spec, out) = (folder.path("spec.ispec").display().to_string(), folder.path("out").display().to_string());
    let output = introspec(&["build", &spec, "--out", &out]);
    assert_eq!(status(&output), 0, "{}", said(&output));
    let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.path("out/manifest.json")).unwrap()).unwrap();
    let files: Vec<&str> =
        manifest["sources"].as_array().unwrap().iter().map(|source| source["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["spec.ispec", "part/other.ispec", "rows.jsonl", "part/rows.jsonl"]);
}

#[test]
fn a_prompt_of_another_files_suite_that_cannot_be_made_is_told_before_anything_is_asked() {
    let server = Server::start(colours);
    let broken = SPEC.replace("  answer word", "  let n = each of [1, 0]\n  let half = {{ 1 // n }}\n  answer word");
    let own = "use \"other.ispec\"\nexperiment mine { arms base; run asked }\n";
    let folder = Folder::new(own, &server.base_url, "");
    fs::write(folder.path("other.ispec"), broken).unwrap();
    let output = folder.run();
    assert_eq!((status(&output), server.total()), (1, 0), "{}", said(&output));
    assert!(said(&output).contains("E0306") && said(&output).contains("other.ispec"), "{}", said(&output));
}

#[test]
fn each_suite_asks_at_its_own_temperature() {
    let server = Server::start(colours);
    let suites = "suite cold { ask colour;  samples 1;  temperature 0 }\nsuite asked {";
    let spec = SPEC.replace("suite asked {", suites).replace("run asked", "run asked, cold");
    let folder = Folder::new(&spec, &server.base_url, ", sampling: { temperature: 0.5 }");
    folder.run();
    let counts = server.counts();
    let at = |wanted: f64| counts.iter().filter(|(body, _)| body["temperature"].as_f64() == Some(wanted)).count();
    assert_eq!((at(0.0), at(0.5)), (6, 6));
}

#[test]
fn a_setting_that_a_local_model_does_not_know_is_refused_before_its_weights_are_fetched() {
    let folder = Folder::new(SPEC, "http://127.0.0.1:9/v1", "");
    let config = "models:\n  m: { provider: local, model: smollm2, sampling: { top_p: 0.9 } }\nroles: { base: m }\n";
    fs::write(folder.path("introspec.yaml"), config).unwrap();
    let output = folder.run();
    assert_eq!(status(&output), 1);
    assert!(said(&output).contains("E0801") && said(&output).contains("top_p"), "{}", said(&output));
}

#[test]
fn an_interrupt_keeps_what_was_answered_and_the_same_command_goes_on() {
    let server = Server::start(|seen| {
        sleep(Duration::from_millis(20));
        colours(seen)
    });
    let folder = Folder::new(&SPEC.replace("samples 8", "samples 300"), &server.base_url, ", concurrency: 1");
    let mut child = Command::new(env!("CARGO_BIN_EXE_introspec"))
        .args(["run", &folder.path("spec.ispec").display().to_string(), "--out"])
        .arg(folder.path("out"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while server.total() < 5 {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be interrupted");
        sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("the same command goes on from here"), "{}", said(&output));
    let before = server.total();
    assert_eq!(status(&folder.run()), 0);
    // One call may have been under way when the interrupt came; everything else is asked once.
    let calls: usize = 2 * 3 * 300_usize.div_ceil(64);
    assert!(server.total() <= calls + 1 && server.total() > before);
}
