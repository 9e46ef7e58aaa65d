//! From the start of the program to its first request, with 100,000 requests ahead of it.
//!
//! `cargo bench --bench start`, with `REQUESTS` (100,000) and `RUNS` (5). `introspec run` is started on a folder where
//! the build stands already, and killed when the first bytes of a request have reached a server in this process. The
//! prompts are drawn, or rows of a data file.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const INTROSPEC: &str = env!("CARGO_BIN_EXE_introspec");

fn main() -> Result<(), Box<dyn Error>> {
    let requests = number("REQUESTS", 100_000);
    let runs = number("RUNS", 5);
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    fs::write(
        folder.path().join("introspec.yaml"),
        format!(
            "models:\n  m: {{ provider: openai, base_url: \"http://{}/v1\", model: m, concurrency: 100 }}\n\
             roles: {{ base: m }}\n",
            listener.local_addr()?
        ),
    )?;
    let mut rows = String::new();
    for number in 0..requests {
        writeln!(rows, "{{\"prompt\": \"Question {number}: would you rather wait or go?\"}}")?;
    }
    fs::write(folder.path().join("prompts.jsonl"), rows)?;

    let drawn = format!(
        "rows {requests}\n  let n = integer 0..1000000000\n  ask \"Question {{{{ n }}}}: would you rather wait or go?\""
    );
    let table = "table prompts from \"prompts.jsonl\" { prompt: text }\n";
    let from_data = "row from prompts\n  ask \"{{ prompt }}\"";
    for (name, head, items) in [("drawn", "", drawn.as_str()), ("from a file", table, from_data)] {
        let out = name.replace(' ', "-");
        fs::write(folder.path().join("spec.ispec"), spec(head, items))?;
        let mut seconds = Vec::new();
        // The first one builds.
        for _ in 0..=runs {
            seconds.push(first_request(folder.path(), &out, &listener)?);
        }
        let building = seconds.remove(0);
        seconds.sort_by(Duration::cmp);
        let (least, most) = (seconds.first().ok_or("no runs")?, seconds.last().ok_or("no runs")?);
        let median = seconds.get(seconds.len() / 2).ok_or("no runs")?;
        println!(
            "{requests} requests, {name}: {median:.1?} to the first one, the median of {runs} ({least:.1?} to {most:.1?}); \
             {building:.1?} with the build"
        );
    }
    Ok(())
}

fn spec(head: &str, items: &str) -> String {
    format!(
        "{head}question choice {{\n  {items}\n  answer \"wait\" | \"go\"\n  score {{ \"wait\": 0, \"go\": 1 }}\n}}\n\
         suite asked {{ ask choice;  samples 1 }}\n\
         experiment all {{\n  arms base\n  run asked\n  claim some \"It goes\" {{{{ mean(asked, base) > 0.1 }}}}\n}}\n"
    )
}

/// Starts the program, and returns how long it takes until the first bytes of a request are here.
fn first_request(folder: &Path, out: &str, listener: &TcpListener) -> Result<Duration, Box<dyn Error>> {
    let clock = Instant::now();
    let mut program = Running(
        Command::new(INTROSPEC)
            .args(["run", "spec.ispec", "--out", out])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?,
    );
    listener.set_nonblocking(true)?;
    let mut stream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if program.0.try_wait()?.is_some() {
            let mut said = String::new();
            program.0.stderr.take().ok_or("no standard error")?.read_to_string(&mut said)?;
            return Err(format!("the program ended before it asked anything:\n{said}").into());
        }
        std::thread::sleep(Duration::from_micros(100));
    };
    stream.set_nonblocking(false)?;
    let mut first = [0; 64];
    if stream.read(&mut first)? == 0 {
        return Err("a connection without a request".into());
    }
    let took = clock.elapsed();
    drop(program);
    // The others that had connected are no first requests of the next start.
    while listener.accept().is_ok() {}
    Ok(took)
}

/// A program that is killed when it is no longer looked at.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
