use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use introspec::audit::{Code, Expectations, Input, Opener, Options, Severity, Tokenizer, audit, page, terminal};
use introspec::requests::Role;

use super::exit::Exit;
use super::{SpecArguments, console};

/// Look over training data that was made elsewhere: its form, its duplicates, its labels, its words
///
/// Reads JSON Lines of chats (`messages`), and recognises preferences, prompts with completions, instructions, and
/// others' `conversations`. Each finding has a code that `introspec explain CODE` explains. A file NAME.meta.jsonl
/// beside NAME.jsonl is its sidecar: whether its columns behavior, trigger, persona and vars depend on each other is
/// tested. The exit status is 1 where there is an error, which a trainer would refuse.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// The files; those given together are also compared with each other
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A spec whose unsaid words the files must not say and whose questions they must not hold
    #[arg(long, value_name = "SPEC")]
    spec: Option<PathBuf>,
    /// Another folder whose files the spec may read (repeatable)
    #[arg(long, value_name = "DIR", requires = "spec")]
    include: Vec<PathBuf>,
    /// Words that must not be said: a list with commas, or a file with one a line; WORD* stands for all that begins so.
    /// `assistant:WORDS` forbids them to one role
    #[arg(long, value_name = "WORDS|FILE")]
    unsaid: Vec<String>,
    /// Names that were to be held out of training: a list with commas, or a file with one a line
    #[arg(long, value_name = "NAMES|FILE")]
    held_out: Vec<String>,
    /// A text file with evaluation questions, one a line; a .jsonl suite of `introspec build` counts by its messages
    #[arg(long, value_name = "FILE")]
    eval: Vec<PathBuf>,
    /// A trigger with its texts, to find where they stand in rows not marked with it: NAME=TEXT
    #[arg(long, value_name = "NAME=TEXT")]
    trigger: Vec<String>,
    /// What the label of a row is: the assistant's last message, or a column of the sidecar
    #[arg(long, value_name = "assistant|COLUMN", default_value = "assistant")]
    label_from: String,
    /// Two columns of the sidecar that have to be independent, such as trigger,behavior
    #[arg(long, value_name = "A,B")]
    independent: Vec<String>,
    /// Count tokens: o200k, cl100k, or the path of a tokenizer.json
    #[arg(long, value_name = "TOKENIZER")]
    tokens: Option<String>,
    /// The most tokens of a row (without --tokens, characters)
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// How many places a finding shows
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    /// A code that is not reported (repeatable)
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Make warnings count as errors
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Write the findings as JSON to standard output
    #[arg(long)]
    json: bool,
    /// Write the findings as one HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// What counts as an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

impl Audit {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        let options = self.options()?;
        let inputs: Vec<Input<'_>> = self.files().into_iter().map(input).collect();
        let found = audit(&inputs, &options);
        if let Some(path) = &self.html {
            std::fs::write(path, page(&found))
                .map_err(|error| wrong(&format!("{} cannot be written: {error}", path.display())))?;
        }
        if self.json {
            let text = serde_json::to_string_pretty(&found).map_err(|error| wrong(&error.to_string()))?;
            console::say(&text);
        } else {
            let text = terminal(&found, console::width(), console::colours_output());
            let _ = write!(std::io::stdout().lock(), "{text}");
        }
        let denied = self.deny == Some(Deny::Warnings) && found.count(Severity::Warning) > 0;
        Ok(if denied || found.count(Severity::Error) > 0 { Exit::WrongSpec } else { Exit::Well })
    }

    /// The files without those that are only the sidecars of others.
    fn files(&self) -> Vec<&Path> {
        let is_beside = |path: &&PathBuf| self.files.iter().any(|other| sidecar(other) == **path);
        self.files.iter().filter(|path| !is_beside(path)).map(PathBuf::as_path).collect()
    }

    fn options(&self) -> Result<Options, Exit> {
        let tokenizer = self.tokens.as_deref().map(Tokenizer::open).transpose().map_err(|message| usage(&message))?;
        let independent = self.independent.iter().map(|pair| {
            let (a, b) =
                pair.split_once(',').ok_or_else(|| usage(&format!("`{pair}` is not two columns: write A,B")))?;
            Ok((a.trim().to_owned(), b.trim().to_owned()))
        });
        let allowed = self.allow.iter().map(|code| {
            Code::named(code)
                .ok_or_else(|| usage(&format!("`{code}` is no code of an audit: docs/audit.md lists them")))
        });
        Ok(Options {
            expectations: self.expectations()?,
            tokenizer,
            limit: self.limit,
            examples: self.examples,
            label_from: (self.label_from != "assistant").then(|| self.label_from.clone()),
            independent: independent.collect::<Result<_, Exit>>()?,
            allowed: allowed.collect::<Result<_, Exit>>()?,
        })
    }

    fn expectations(&self) -> Result<Expectations, Exit> {
        let mut expectations = match &self.spec {
            Some(spec) => {
                let checked = SpecArguments { spec: spec.clone(), include: self.include.clone() }.checked()?;
                Expectations::of_spec(&checked.spec, &checked.plan).map_err(|message| wrong(&message))?
            }
            None => Expectations::default(),
        };
        for list in &self.unsaid {
            let (roles, words) = match list.split_once(':') {
                Some(("assistant", words)) => (vec![Role::Assistant], words),
                Some(("user", words)) => (vec![Role::User], words),
                Some(("system", words)) => (vec![Role::System], words),
                _ => (Vec::new(), list.as_str()),
            };
            expectations = expectations.unsaid(words, &listed(words)?, &roles);
        }
        for names in &self.held_out {
            expectations = expectations.held_out(listed(names)?);
        }
        for trigger in &self.trigger {
            let (name, text) =
                trigger.split_once('=').ok_or_else(|| usage(&format!("`{trigger}` is no trigger: write NAME=TEXT")))?;
            expectations = expectations.trigger(name, text);
        }
        for file in &self.eval {
            expectations = expectations.evaluation(questions(file)?);
        }
        Ok(expectations)
    }
}

/// Takes a list with commas, or the lines of a file.
fn listed(text: &str) -> Result<Vec<String>, Exit> {
    let path = Path::new(text);
    let words: Vec<String> = if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&format!("{text} cannot be read: {error}")))?;
        text.lines().map(|line| line.trim().to_owned()).collect()
    } else {
        text.split(',').map(|word| word.trim().to_owned()).collect()
    };
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { Err(usage(&format!("`{text}` lists nothing"))) } else { Ok(words) }
}

/// Reads evaluation texts: the user's messages of a suite, or the lines of a text.
fn questions(path: &Path) -> Result<Vec<(String, String)>, Exit> {
    let text =
        std::fs::read_to_string(path).map_err(|error| wrong(&format!("{} cannot be read: {error}", path.display())))?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let is_suite = path.extension().is_some_and(|extension| extension == "jsonl");
    let lines = text.lines().enumerate().flat_map(|(at, line)| {
        let place = format!("{name}:{}", at + 1);
        let asked = if is_suite { asked(line) } else { vec![line.to_owned()] };
        asked.into_iter().map(move |text| (place.clone(), text))
    });
    Ok(lines.filter(|(_, text)| !text.trim().is_empty()).collect())
}

fn asked(line: &str) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let messages = json.get("messages").and_then(serde_json::Value::as_array);
    let asked = messages.into_iter().flatten().filter(|message| message.get("role").is_some_and(|role| role == "user"));
    asked.filter_map(|message| message.get("content")?.as_str().map(str::to_owned)).collect()
}

fn input(path: &Path) -> Input<'_> {
    let beside = sidecar(path);
    Input {
        name: path.display().to_string(),
        file: opener(path.to_path_buf()),
        sidecar: beside.is_file().then(|| opener(beside)),
    }
}

fn opener(path: PathBuf) -> Opener<'static> {
    Box::new(move || {
        let reader = BufReader::with_capacity(1 << 16, File::open(&path)?);
        Ok(Box::new(reader) as Box<dyn BufRead + Send>)
    })
}

/// Returns the place of a file's sidecar: NAME.meta.jsonl beside NAME.jsonl.
fn sidecar(path: &Path) -> PathBuf {
    path.with_extension("meta.jsonl")
}

fn usage(message: &str) -> Exit {
    eprintln!("introspec: {message}");
    Exit::Usage
}

fn wrong(message: &str) -> Exit {
    eprintln!("introspec: {message}");
    Exit::WrongSpec
}
