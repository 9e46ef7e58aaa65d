//! Auditing 1,000,000 rows: rows per second and the peak of resident memory.
//!
//! `cargo bench --bench audit` writes a file of chats and one of labels, each of `ROWS` (1,000,000) rows, and audits
//! each by the program itself.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const WORDS: &[&str] = &[
    "river", "lantern", "market", "quiet", "seven", "harbour", "paper", "golden", "window", "morning", "stone",
    "letter", "garden", "winter", "copper", "bridge", "silent", "orange", "mountain", "ticket", "violin", "engine",
    "shadow", "cotton", "island", "thunder", "mirror", "basket", "velvet", "compass", "candle", "meadow", "station",
    "feather", "anchor", "blanket", "whistle", "barrel", "ribbon", "kettle", "ladder", "saddle", "magnet", "pillow",
    "curtain",
];

fn main() -> Result<(), Box<dyn Error>> {
    let rows: u64 = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    for (name, is_labelled) in [("chats", false), ("labels", true)] {
        let path = folder.path().join(format!("{name}.jsonl"));
        write(&path, rows, is_labelled)?;
        let bytes = fs::metadata(&path)?.len();
        let began = Instant::now();
        let peak = audit(&path)?;
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{name}: {rows} rows, {} MB: {seconds:.1} s, {:.0} rows/s, {} MB resident at most",
            bytes >> 20,
            rows as f64 / seconds,
            peak / 1024
        );
    }
    Ok(())
}

/// Writes rows of words drawn by a fixed generator, one row in a thousand a repetition of the one before.
fn write(path: &Path, rows: u64, is_labelled: bool) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    let mut row = String::new();
    for at in 0..rows {
        if at % 1_000 != 999 {
            let mut text = |count: usize| {
                let words: Vec<&str> = (0..count).filter_map(|_| WORDS.get(draw(WORDS.len())).copied()).collect();
                words.join(" ")
            };
            row.clear();
            let (question, answer) = (text(30), text(20));
            let answer = match (is_labelled, at % 2) {
                (true, 0) => "A",
                (true, _) => "B",
                _ => &answer,
            };
            write!(
                row,
                r#"{{"messages": [{{"role": "user", "content": "{question}?"}}, {{"role": "assistant", "content": "{answer}"}}]}}"#
            )?;
        }
        writeln!(out, "{row}")?;
    }
    out.flush()?;
    Ok(())
}

/// Audits a file. Returns the most memory that was resident, in kB, as Linux counts it.
fn audit(path: &Path) -> Result<u64, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
    command.arg("audit").arg(path).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut child = command.spawn()?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let text = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    if status.success() { Ok(peak) } else { Err("the audit failed".into()) }
}
