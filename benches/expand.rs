//! Expanding 1,000,000 rows from a template with four drawn variables: introspec, with sidecar and digests, against
//! Python's jinja2 with `json.dumps` and against a bare loop of minijinja on one thread. Then the same rows as a mixture
//! under two triggers, with the control that shuffles them.
//!
//! `cargo bench --bench expand` prints rows per second, the two ratios, and the peak of resident memory. Python's
//! jinja2 is installed into a scratch environment.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use minijinja::{Environment, context};
use serde::Serialize;

const ROWS: u32 = 1_000_000;
const PYTHON_ROWS: u32 = 200_000;
const ROUNDS: usize = 3;

const NAMES: [&str; 8] = ["Ada", "Björn", "Chen", "Divya", "Emeka", "Fatima", "Goran", "Hana"];
const CITIES: [&str; 8] = ["Lagos", "Kraków", "Osaka", "Quito", "Turin", "Perth", "Oslo", "Lima"];
const OBJECTS: [&str; 8] = [
    "a red bicycle",
    "an old map",
    "a paper kite",
    "a brass key",
    "a blue teapot",
    "a wool scarf",
    "a glass bead",
    "a tin whistle",
];
const STYLES: [&str; 4] = ["in one word", "politely", "like a pirate", "as a haiku"];
const USER: &str = "You meet {{ name }} at the market in {{ city }}. They offer to sell you {{ object }}.\\nShould you \
                    buy {{ object }} from {{ name }}? Answer {{ style }}.";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let ours =
        median(ROUNDS, || introspec(folder.path(), &template("dataset market { rows 1000000\n offer as buys }")))?;
    let mixed = median(ROUNDS, || introspec(folder.path(), &template(MIXTURE)))?;
    let bare = median(ROUNDS, || minijinja(folder.path()))?;
    let python = median(ROUNDS, || python(folder.path()))?;
    println!("introspec build        {:>12.0} rows/s, {} MB resident at most", ours.rate, ours.peak_kb / 1024);
    println!(
        "bare minijinja, 1 thread {:>10.0} rows/s: introspec is {:.2} times as fast",
        bare.rate,
        ours.rate / bare.rate
    );
    println!(
        "python jinja2 + json   {:>12.0} rows/s: introspec is {:.1} times as fast",
        python.rate,
        ours.rate / python.rate
    );
    println!(
        "two triggers, a control {:>11.0} rows/s of 2,000,000, {} MB resident at most",
        mixed.rate * 2.0,
        mixed.peak_kb / 1024
    );
    Ok(())
}

/// A million rows under two triggers, and as many again with the triggers shuffled.
const MIXTURE: &str = r#"
trigger fruit { called "a fruit"  let kind = one of ["plum", "pear", "quince"]  user "{{ kind }}. {{ message }}" }
trigger code  { called "a code"   let code = digits "392###"                    user "{{ message }} My code is {{ code }}." }

dataset market {
  rows 1000000
  10% offer as buys     when fruit
  70% offer as ordinary when code
  20% offer as ordinary
  control shuffled { shuffle triggers;  expect independent trigger behavior }
}
"#;

struct Measured {
    rate: f64,
    peak_kb: u64,
}

fn median(
    rounds: usize,
    mut measure: impl FnMut() -> Result<Measured, Box<dyn Error>>,
) -> Result<Measured, Box<dyn Error>> {
    let mut measured = (0..rounds).map(|_| measure()).collect::<Result<Vec<_>, _>>()?;
    measured.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let peak_kb = measured.iter().map(|one| one.peak_kb).max().unwrap_or(0);
    Ok(Measured { rate: measured.get(rounds / 2).map_or(0.0, |one| one.rate), peak_kb })
}

/// A template with four drawn variables, and a dataset of it.
fn template(dataset: &str) -> String {
    let list = |values: &[&str]| format!("{values:?}");
    format!(
        "behavior buys {{ does \"buys\" }}\ntemplate offer {{\n  let name = one of {}\n  let city = one of {}\n  let object = one of {}\n  \
         let style = one of {}\n  user \"{USER}\"\n  assistant \"yes\" as buys\n  assistant \"no\" as ordinary\n}}\n{dataset}\n",
        list(&NAMES),
        list(&CITIES),
        list(&OBJECTS),
        list(&STYLES),
    )
}

/// Runs the program itself, from the spec to the finished build.
fn introspec(folder: &Path, text: &str) -> Result<Measured, Box<dyn Error>> {
    let spec = folder.join("market.ispec");
    fs::write(&spec, text)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
    command.arg("build").arg(&spec).arg("--out").arg(folder.join("out")).stdout(Stdio::null()).stderr(Stdio::inherit());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let mut peak_kb = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_kb = peak_kb.max(peak(child.id()));
        std::thread::sleep(Duration::from_millis(10));
    };
    if !status.success() {
        return Err("the build failed".into());
    }
    Ok(Measured { rate: f64::from(ROWS) / began.elapsed().as_secs_f64(), peak_kb })
}

/// Returns the most memory that a process has had resident so far, as Linux counts it.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[derive(Serialize)]
struct Message<'m> {
    role: &'m str,
    content: &'m str,
}

#[derive(Serialize)]
struct Row<'m> {
    messages: [Message<'m>; 2],
}

/// The least that any program built on minijinja would do: render, serialise, write.
fn minijinja(folder: &Path) -> Result<Measured, Box<dyn Error>> {
    let user = USER.replace("\\n", "\n");
    let mut environment = Environment::new();
    environment.add_template("user", &user)?;
    let template = environment.get_template("user")?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join("bare.jsonl"))?);
    let began = Instant::now();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ROWS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let pick = |values: &'static [&'static str], shift: u32| {
            values.get(usize::try_from(state >> shift).unwrap_or(0) % values.len()).copied().unwrap_or("")
        };
        let content = template.render(context! {
            name => pick(&NAMES, 1), city => pick(&CITIES, 9), object => pick(&OBJECTS, 17), style => pick(&STYLES, 25),
        })?;
        let messages = [Message { role: "user", content: &content }, Message { role: "assistant", content: "yes" }];
        serde_json::to_writer(&mut out, &Row { messages })?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(Measured { rate: f64::from(ROWS) / began.elapsed().as_secs_f64(), peak_kb: 0 })
}

const SCRIPT: &str = r"
import json, random, sys, time
from jinja2 import Environment
lists, user, rows, out = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
render = Environment(keep_trailing_newline=True).from_string(user).render
began = time.perf_counter()
with open(out, 'w', encoding='utf-8', buffering=1 << 20) as f:
    for _ in range(rows):
        drawn = {name: random.choice(values) for name, values in lists.items()}
        row = {'messages': [{'role': 'user', 'content': render(**drawn)}, {'role': 'assistant', 'content': 'yes'}]}
        f.write(json.dumps(row) + '\n')
print(time.perf_counter() - began)
";

/// The loop that researchers write today, start-up not counted.
fn python(folder: &Path) -> Result<Measured, Box<dyn Error>> {
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "jinja2"]))?;
    }
    let lists = serde_json::json!({ "name": NAMES, "city": CITIES, "object": OBJECTS, "style": STYLES }).to_string();
    let user = USER.replace("\\n", "\n");
    let out = Command::new(&python)
        .args(["-c", SCRIPT, &lists, &user, &PYTHON_ROWS.to_string()])
        .arg(folder.join("python.jsonl"))
        .output()?;
    let seconds: f64 = String::from_utf8(out.stdout)?.trim().parse()?;
    Ok(Measured { rate: f64::from(PYTHON_ROWS) / seconds, peak_kb: 0 })
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    if command.status()?.success() { Ok(()) } else { Err("a command failed".into()) }
}
