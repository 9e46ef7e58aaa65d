//! Requests per second of the runner against a server that answers at once, every answer durable.
//!
//! `BASE=http://127.0.0.1:8099/v1 cargo bench --bench runner`, with `ASKS` (100,000), `CONCURRENCY` (100, or `adaptive`)
//! and `SAMPLES` (1). `benches/bars.py` runs it beside other tools. Each run has a store of its own in a folder that is removed at its end; `STORE=FILE` keeps it.
//! On Linux it says what processor time and memory the process took.

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use introspec::answers::backends::openai::OpenAi;
use introspec::answers::runner::{Job, Listener, Options, Silent};
use introspec::answers::{Ask, Respondent, Store, ask};
use introspec::configuration::Configuration;
use introspec::requests::{Message, Read, Role, Sampling};
use tokio_util::sync::CancellationToken;

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(base) = env::var("BASE") else {
        println!("skipped: BASE names no server");
        return Ok(());
    };
    let asks = number("ASKS", 100_000);
    let concurrency = env::var("CONCURRENCY").unwrap_or_else(|_| "100".to_owned());
    let fixed = if concurrency == "adaptive" { String::new() } else { format!(", concurrency: {concurrency}") };
    let samples = number("SAMPLES", 1);

    let text = format!("models: {{ m: {{ provider: openai, base_url: \"{base}\", model: mock-model{fixed} }} }}");
    let configuration = Configuration::read(&text, "bench").map_err(|errors| format!("{errors:?}"))?;
    let model = configuration.models.get("m").ok_or("no model")?;
    let backend = OpenAi::connect(model, &|_| None).map_err(|failure| failure.message)?;
    let respondent = Respondent::new(model, Arc::new(backend));

    let folder = tempfile::tempdir()?;
    let path = env::var_os("STORE").map_or_else(|| folder.path().join("answers.sqlite"), PathBuf::from);
    let store = Store::open(&path)?;
    let listener: Arc<dyn Listener> = Arc::new(Silent);
    let samples = u32::try_from(samples)?;
    let jobs = vec![Job { respondent, asks: Box::new((0..asks).map(move |i| prompt(i, samples))), total: Some(asks) }];

    let clock = Instant::now();
    let summary = ask(jobs, &store, &Options::default(), &listener, &CancellationToken::new())?;
    let seconds = clock.elapsed().as_secs_f64();
    for model in summary.models {
        println!(
            "{asks} asks, concurrency {concurrency}: {seconds:.3} s, {:.0}/s ({} answers, {} known, {} failed, {} retried)",
            asks as f64 / seconds,
            model.answers,
            model.known,
            model.failed,
            model.retried
        );
    }
    if let (Some(ticks), Some(peak)) = (processor_ticks(), peak_memory()) {
        // Linux counts processor time in hundredths of a second.
        let each = ticks as f64 * 10.0 / asks as f64;
        println!("{each:.4} ms of processor time each, {peak} resident at most");
    }
    Ok(())
}

/// The processor time of this process, in user and kernel, as `/proc` has it.
fn processor_ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    Some(status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().to_owned())
}

fn prompt(number: u64, samples: u32) -> Ask {
    Ask {
        messages: vec![Message {
            role: Role::User,
            content: format!("Question {number}: which of these would you rather do? A: wait. B: go. Answer A or B."),
        }],
        read: Read::Samples,
        sampling: Sampling { samples, temperature: 1.0, max_tokens: 8, seed: 0 },
        place: "question bench".to_owned(),
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
