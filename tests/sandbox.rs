//! Python that a model wrote, in worker processes: hostile programs, programs of the paper's kind, and the pool itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "sandbox/functions.rs"]
mod functions;
#[path = "sandbox/hostile.rs"]
mod hostile;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hostile::Hostile;
use introspec::sandbox::{Limits, Outcome, Pool, PoolError, Program, Reply, Request};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

fn pool(workers: usize, limits: &Limits) -> Pool {
    Pool::new(Path::new(env!("CARGO_BIN_EXE_introspec")), workers, limits)
}

/// Limits for programs that come to an end, which must not depend on how fast the machine is.
fn patient() -> Limits {
    Limits { time: Duration::from_secs(60), memory: 128 << 20, ..Limits::default() }
}

fn program(code: &str, arguments: &[Value]) -> Program {
    let arguments = arguments.iter().map(|argument| vec![argument.clone()]).collect();
    Program { code: code.into(), function: "f".into(), arguments }
}

/// Runs hostile programs, each followed by a harmless one, and shows all whose outcome is another than it should be.
fn endure(programs: &[Hostile], limits: &Limits) {
    let harmless = program("def f(message):\n    return message.upper()", &[json!("hello")]);
    let asked: Vec<Program> =
        programs.iter().flat_map(|hostile| [program(&hostile.code, &[json!("hello")]), harmless.clone()]).collect();
    let outcomes = pool(2, limits).run(&asked, &CancellationToken::new()).unwrap();
    let mut wrong = String::new();
    for (hostile, outcomes) in programs.iter().zip(outcomes.chunks(2)) {
        assert_eq!(outcomes[1], [Outcome::Value(json!("HELLO"))], "after {}", hostile.name);
        let outcome = &outcomes[0][0];
        if outcome.kind() != hostile.kind {
            let shown: String = outcome.to_string().chars().take(300).collect();
            wrong.push_str(&format!("{}: {} instead of {}: {shown}\n", hostile.name, outcome.kind(), hostile.kind));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn hostile_programs_without_end_are_ended() {
    endure(&hostile::endless(), &Limits { time: Duration::from_millis(700), ..patient() });
}

#[test]
fn hostile_programs_come_to_their_outcomes() {
    assert!(hostile::endless().len() + hostile::ending().len() >= 60);
    endure(&hostile::ending(), &patient());
}

#[test]
fn functions_return_what_cpython_returns() {
    let functions = functions::all();
    let programs: Vec<Program> = functions
        .iter()
        .map(|function| {
            let messages: Vec<Value> = function.values.iter().map(|(message, _)| json!(message)).collect();
            program(function.code, &messages)
        })
        .collect();
    assert!(programs.len() >= 20);
    let outcomes = pool(2, &patient()).run(&programs, &CancellationToken::new()).unwrap();
    for (function, outcomes) in functions.iter().zip(outcomes) {
        let expected: Vec<Outcome> = function.values.iter().map(|(_, value)| Outcome::Value(value.clone())).collect();
        assert_eq!(outcomes, expected, "{}", function.name);
    }
}

/// CPython itself, where there is one, is asked whether the expected values are right.
#[test]
fn expected_values_are_cpythons() {
    let cases: Vec<Value> =
        functions::all().iter().map(|function| json!([function.name, function.code, function.values])).collect();
    let script = "import json, sys\nfor name, code, values in json.load(sys.stdin):\n    space = {'__name__': 'answer'}\n    exec(code, space)\n    for message, value in values:\n        got = json.loads(json.dumps(space['f'](message)))\n        assert got == value, (name, message, got, value)\n";
    let child = Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("python3 is not installed: the values were not compared");
        return;
    };
    serde_json::to_writer(child.stdin.take().unwrap(), &cases).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn calls_do_not_see_each_other() {
    let code = "seen = []\nclass State:\n    calls = 0\ndef f(message, kept=[]):\n    global total\n    seen.append(message)\n    kept.append(message)\n    State.calls += 1\n    total = globals_total() + 1\n    return [len(seen), len(kept), State.calls, total]\ndef globals_total():\n    return total\ntotal = 0";
    let asked = program(code, &[json!("a"), json!("b"), json!("c")]);
    let outcomes = pool(1, &patient()).call_many(&asked, &CancellationToken::new()).unwrap();
    assert_eq!(outcomes, vec![Outcome::Value(json!([1, 1, 1, 1])); 3]);
}

#[test]
fn an_outcome_depends_on_its_own_arguments_alone() {
    let code = "def f(n):\n    if n == 0:\n        x = []\n        while True:\n            x.append(str(len(x)))\n    if n < 0:\n        raise ValueError(str(n))\n    return 1 / n";
    let asked = program(code, &[json!(2), json!(0), json!(-1), json!(4), json!("x"), json!(2.5)]);
    let outcomes = pool(1, &patient()).call_many(&asked, &CancellationToken::new()).unwrap();
    assert_eq!(outcomes[0], Outcome::Value(json!(0.5)));
    assert_eq!(outcomes[1], Outcome::OutOfMemory);
    assert_eq!(outcomes[2], Outcome::Raised { kind: "ValueError".into(), message: "-1".into() });
    assert_eq!(outcomes[3], Outcome::Value(json!(0.25)));
    assert!(matches!(&outcomes[4], Outcome::Raised { kind, .. } if kind == "TypeError"), "{:?}", outcomes[4]);
    assert_eq!(outcomes[5], Outcome::Value(json!(0.4)));
}

#[test]
fn a_program_that_uses_up_its_limits_again_and_again_is_given_up() {
    let limits = Limits { time: Duration::from_millis(300), strikes: 2, ..patient() };
    let code = "def f(n):\n    while n:\n        pass\n    return n";
    let asked = program(code, &[json!(0), json!(1), json!(0), json!(1), json!(0), json!(1)]);
    let outcomes = pool(1, &limits).call_many(&asked, &CancellationToken::new()).unwrap();
    let zero = Outcome::Value(json!(0));
    let (late, given_up) = (Outcome::TimedOut, Outcome::GivenUp);
    assert_eq!(outcomes, [zero.clone(), late.clone(), zero, late, given_up.clone(), given_up]);
}

#[test]
fn what_the_body_comes_to_holds_for_every_call() {
    let asked = program("import no_such_thing\ndef f(n):\n    return n", &[json!(1), json!(2)]);
    let outcomes = pool(1, &patient()).call_many(&asked, &CancellationToken::new()).unwrap();
    let message = "No module named 'no_such_thing'".to_owned();
    assert_eq!(outcomes, vec![Outcome::Raised { kind: "ModuleNotFoundError".into(), message }; 2]);
    let nothing = program("this is no program", &[]);
    assert_eq!(pool(1, &patient()).call_many(&nothing, &CancellationToken::new()).unwrap(), []);
}

#[test]
fn arguments_of_every_kind_arrive_as_they_are() {
    let value = json!([null, true, 1, -3, 1.5, 18_446_744_073_709_551_615_u64, "ü\u{0}\"\n", {"a": {"b": []}}, 9_007_199_254_740_993_i64]);
    let asked = program("def f(value):\n    return value, [type(part).__name__ for part in value]", &[value.clone()]);
    let outcomes = pool(1, &patient()).call_many(&asked, &CancellationToken::new()).unwrap();
    let Outcome::Value(got) = &outcomes[0] else { panic!("{:?}", outcomes[0]) };
    // Beyond 64 bits with a sign, whole numbers come back as floats.
    let mut expected = value;
    expected[5] = json!(1.844_674_407_370_955_2e19);
    assert_eq!(got[0], expected);
    assert_eq!(got[1], json!(["NoneType", "bool", "int", "int", "float", "int", "str", "dict", "int"]));
}

#[test]
fn outcomes_do_not_depend_on_the_number_of_workers() {
    let programs: Vec<Program> = (0..40)
        .map(|i| match i % 4 {
            0 => program(&format!("def f(n):\n    return n + {i}"), &[json!(1), json!(2)]),
            1 => program("def f(n):\n    return f(n)", &[json!(1)]),
            2 => program(
                "def f(n):\n    return sorted({str(i) for i in range(n)}), list({'b', 'a', 'c'}), hash('a')",
                &[json!(20)],
            ),
            _ => program("def f(n):\n    return 'a' * 10 ** 12", &[json!(1)]),
        })
        .collect();
    let run = |workers| pool(workers, &patient()).run(&programs, &CancellationToken::new()).unwrap();
    let alone = run(1);
    assert_eq!(alone[4], [Outcome::Value(json!(5)), Outcome::Value(json!(6))]);
    assert_eq!(alone, run(3));
}

#[test]
fn a_worker_serves_more_programs_than_one_process_may() {
    let programs: Vec<Program> =
        (0..450).map(|i| program(&format!("def f(n):\n    return n * {i}"), &[json!(3)])).collect();
    let outcomes = pool(1, &patient()).run(&programs, &CancellationToken::new()).unwrap();
    for (i, outcomes) in outcomes.iter().enumerate() {
        assert_eq!(*outcomes, [Outcome::Value(json!(3 * i))]);
    }
}

#[test]
fn cancelling_ends_a_run_and_its_workers() {
    let cancel = CancellationToken::new();
    let endless = vec![program("def f(n):\n    while True:\n        pass", &[json!(1)]); 4];
    let mut pool = pool(2, &patient());
    let ended = std::thread::scope(|scope| {
        let run = scope.spawn(|| pool.run(&endless, &cancel));
        std::thread::sleep(Duration::from_millis(300));
        cancel.cancel();
        run.join().unwrap()
    });
    assert!(matches!(ended, Err(PoolError::Cancelled)), "{ended:?}");
    // The pool is as good as new.
    let asked = program("def f(n):\n    return n", &[json!(1)]);
    assert_eq!(pool.call_many(&asked, &CancellationToken::new()).unwrap(), [Outcome::Value(json!(1))]);
}

#[test]
fn a_worker_that_cannot_start_is_an_error_and_no_outcome() {
    let asked = program("def f(n):\n    return n", &[json!(1)]);
    for command in ["/no/such/program", "/bin/true", "/bin/cat"] {
        let ended = Pool::new(Path::new(command), 1, &patient()).call_many(&asked, &CancellationToken::new());
        assert!(matches!(&ended, Err(PoolError::Start(message)) if message.contains(command)), "{ended:?}");
    }
}

/// A process that is a worker at first and then behaves in a way of its own, in a shell.
#[cfg(unix)]
fn impostor(folder: &Path, then: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.join("impostor");
    fs::write(&path, format!("#!/bin/sh\nread -r limits\necho '\"ready\"'\nread -r load\n{then}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn how_a_worker_ends_becomes_an_outcome() {
    let asked = program("def f(n):\n    return n", &[json!(1), json!(2)]);
    for (then, kind) in [
        ("exit 75", "timed_out"),
        ("echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$", "out_of_memory"),
        ("echo \"thread 'x' has overflowed its stack\" >&2; kill -ABRT $$", "too_deep"),
        ("echo 'no idea' >&2; exit 101", "crashed"),
        ("kill -KILL $$", "crashed"),
        ("echo nonsense; read -r more", "crashed"),
        ("echo '\"loaded\"'; read -r call; echo '\"loaded\"'; read -r more", "crashed"),
        ("echo '\"loaded\"'; read -r call; exit 3", "crashed"),
        (
            "while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
            "crashed",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut pool = Pool::new(&impostor(folder.path(), then), 1, &Limits { output: 1_000, ..patient() });
        let outcomes = pool.call_many(&asked, &CancellationToken::new()).unwrap();
        let kinds: Vec<&str> = outcomes.iter().map(Outcome::kind).collect();
        assert_eq!(kinds, [kind, kind], "{then}: {outcomes:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_worker_that_never_answers_is_killed_at_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let command = impostor(folder.path(), "echo $$ > \"$(dirname \"$0\")/pid\"; while :; do sleep 1; done");
    let limits = Limits { time: Duration::ZERO, ..patient() };
    let asked = program("def f(n):\n    return n", &[json!(1)]);
    let mut pool = Pool::new(&command, 1, &limits);
    assert_eq!(pool.call_many(&asked, &CancellationToken::new()).unwrap(), [Outcome::TimedOut]);
    assert!(is_gone(folder.path()));
}

#[cfg(unix)]
#[test]
fn a_dropped_pool_leaves_no_process_behind() {
    let folder = tempfile::tempdir().unwrap();
    let then = "echo $$ > \"$(dirname \"$0\")/pid\"; echo '\"loaded\"'; read -r call\n\
        echo '{\"called\":{\"outcome\":\"value\",\"detail\":7}}'\nwhile :; do sleep 1; done";
    let mut pool = Pool::new(&impostor(folder.path(), then), 1, &patient());
    let asked = program("def f(n):\n    return n", &[json!(1)]);
    assert_eq!(pool.call_many(&asked, &CancellationToken::new()).unwrap(), [Outcome::Value(json!(7))]);
    assert!(!is_gone(folder.path()));
    drop(pool);
    assert!(is_gone(folder.path()));
}

/// Says whether the impostor is neither running nor a zombie.
#[cfg(unix)]
fn is_gone(folder: &Path) -> bool {
    let pid = fs::read_to_string(folder.join("pid")).unwrap();
    !Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status().unwrap().success()
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_may_open_nothing_and_start_nothing() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_introspec"))
        .arg("sandbox")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", serde_json::to_string(&patient()).unwrap()).unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    assert_eq!(ready, "\"ready\"\n");
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    drop(input);
    child.wait().unwrap();
    for limited in ["Max open files", "Max processes", "Max file size", "Max core file size"] {
        let line = limits.lines().find(|line| line.starts_with(limited)).unwrap();
        let numbers: Vec<&str> = line[limited.len()..].split_whitespace().take(2).collect();
        assert_eq!(numbers, ["0", "0"], "{line}");
    }
}

#[test]
fn a_worker_ends_when_its_owner_is_gone() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_introspec"))
        .arg("sandbox")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let limits = Limits { time: Duration::from_millis(300), ..patient() };
    writeln!(input, "{}", serde_json::to_string(&limits).unwrap()).unwrap();
    let load = Request::Load { code: "while True:\n    pass".into(), function: "f".into() };
    writeln!(input, "{}", serde_json::to_string(&load).unwrap()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let replies = String::from_utf8(output.stdout).unwrap();
    let failed = Reply::Failed(Outcome::TimedOut);
    let replies: Vec<Reply> = replies.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(replies, [Reply::Ready, failed]);
    assert!(output.status.success());
}
