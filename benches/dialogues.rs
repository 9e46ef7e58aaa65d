//! How near dialogues come to the time that their replies take: 1,000 of them, ten messages each, 500 calls at once.
//!
//! `BASE=http://127.0.0.1:8098/v1 LATENCY_MS=200 cargo bench --bench dialogues`, in front of a server that answers after so
//! many milliseconds. `DIALOGUES` (1,000), `TURNS` (5 each) and `CONCURRENCY` (500) change the sizes. The time is that of
//! the whole program, with its lock written.

use std::env;
use std::error::Error;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(base) = env::var("BASE") else {
        println!("skipped: BASE names no server");
        return Ok(());
    };
    let (dialogues, turns) = (number("DIALOGUES", 1000), number("TURNS", 5));
    let (concurrency, latency) = (number("CONCURRENCY", 500), number("LATENCY_MS", 200));
    let folder = tempfile::tempdir()?;
    let spec = format!(
        "dialogue talk {{\n  let n = integer 1..1000000\n  speaker one as assistant {{ model writer  system \"Speak of {{{{ n }}}}.\" }}\n  \
         speaker two as user {{ model writer  system \"Ask of {{{{ n }}}}.\" }}\n  opens two\n  turns {turns} each\n  outcome over else\n}}\n\
         table talks from dialogue talk {{ rows {dialogues}  keep where {{{{ outcome == \"over\" }}}} }}\n"
    );
    fs::write(folder.path().join("talks.ispec"), spec)?;
    let config = format!(
        "models:\n  m: {{ provider: openai, base_url: \"{base}\", model: mock-model, concurrency: {concurrency} }}\nroles: {{ writer: m }}\n"
    );
    fs::write(folder.path().join("introspec.yaml"), config)?;

    let clock = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_introspec"))
        .args(["write", "talks.ispec"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let seconds = clock.elapsed().as_secs_f64();
    let messages = dialogues * turns * 2;
    let ideal = (dialogues.div_ceil(concurrency) * turns * 2 * latency) as f64 / 1000.0;
    println!(
        "{dialogues} dialogues, {messages} messages, {concurrency} at once: {seconds:.2} s, {:.2} times the ideal {ideal:.1} s ({status})",
        seconds / ideal
    );
    Ok(())
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
