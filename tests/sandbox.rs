//! Python that a model wrote, in worker processes: hostile programs, programs of the paper's kind, and the pool itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "sandbox/hostile.rs"]
mod hostile;

use std::path::Path;
use std::time::Duration;

use hostile::Hostile;
use introspec::sandbox::{Limits, Outcome, Pool, Program};
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
    let asked: Vec<Program> = programs
        .iter()
        .flat_map(|hostile| [program(&hostile.code, &[json!("hello")]), harmless.clone()])
        .collect();
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
