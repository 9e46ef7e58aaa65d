//! Requests per second of the runner against a server that answers at once, every answer durable.
//!
//! `BASE=http://127.0.0.1:8099/v1 cargo bench --bench runner`, with `ASKS` (100,000), `CONCURRENCY` (100) and
//! `SAMPLES` (1). Each run has a store of its own in a folder that is removed at its end; `STORE=FILE` keeps it.

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
    let concurrency = number("CONCURRENCY", 100);
    let samples = number("SAMPLES", 1);

    let text = format!(
        "models: {{ m: {{ provider: openai, base_url: \"{base}\", model: mock-model, concurrency: {concurrency} }} }}"
    );
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
    Ok(())
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
