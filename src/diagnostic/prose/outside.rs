use super::{Prose, known, say};
use crate::diagnostic::{Lacking, Problem};

impl Problem {
    /// Puts problems of the configuration, models and files, and of warnings into words.
    pub(super) fn prose_of_outside(&self) -> Prose {
        match self {
            Problem::Configuration { message, help } => {
                let prose = say(message.clone(), "");
                match help {
                    Some(help) => prose.help(help.clone()),
                    None => prose,
                }
            }
            Problem::NoConfiguration { file } => say(format!("there is no `{file}` beside the spec"), "").help(
                "write one that names the models: `models: { small: { provider: local, model: smollm2 } }` and \
                       `roles: { base: small }`",
            ),
            Problem::NoRole { role, known: names, nearest } => {
                say(format!("introspec.yaml gives no model for the role `{role}`"), "needed here")
                    .nearest(nearest.as_ref(), format!("add it under `roles:`; {}", known("there are", names)))
            }
            Problem::NoKey { variable, model } => {
                say(format!("the key of `{model}` is missing: the environment has no `{variable}`"), "")
                    .help(format!("set it for this command: `{variable}=... introspec run ...`"))
            }
            Problem::NoLocalModels => say("this build has no models of its own", "")
                .help("install introspec with its default features, or name a server: `provider: openai`"),
            Problem::Weights { message, help } | Problem::Store { message, help } => {
                say(message.clone(), "").help(help.clone())
            }
            Problem::CannotWrite { path, message, full } => say(format!("`{path}` cannot be written: {message}"), "")
                .help(if *full {
                    "make room on the disk and run the same command again: what was there before is untouched"
                } else {
                    "make it writable, or choose another folder: what was there before is untouched"
                }),
            Problem::LogFile { file, message } => say(format!("the log file `{file}` cannot be opened: {message}"), "")
                .help("name a file in a folder that exists and may be written to"),
            Problem::NothingToRun { file } => say(format!("`{file}` has no experiment of its own"), "")
                .help("add an `experiment` that names `arms` and the suites to `run`"),
            Problem::UnknownCode { code, nearest } => say(format!("there is no diagnostic `{code}`"), "")
                .nearest(nearest.as_ref(), "codes look like E0206 or W0001"),
            Problem::ModelStopped { model, message } => say(format!("the model `{model}` was stopped: {message}"), "")
                .help("mend the cause and run the same command again: what was answered is kept"),
            Problem::Unserved { model, question, lacking } => unserved(model, question, lacking),
            Problem::KeyCommand { message } => say(message.clone(), "")
                .help("write a command that prints the key, and nothing else, on one line: `key_command: \"pass show some-key\"`"),
            Problem::Recording { path, message } => say(format!("`{path}` cannot be replayed: {message}"), "")
                .help("name the `answers.sqlite` of a run, or what `introspec cache export` wrote, under `from`"),
            Problem::NoPrice { model } => say(format!("`--max-cost` needs the price of `{model}`"), "").help(
                "give it in introspec.yaml, such as `price: { input: 2.50, output: 10.00 }` (for 1000000 tokens), or \
                 zeros where it costs nothing",
            ),
            Problem::LimitReached { flag, limit, spent } => say(
                format!("the run stopped at `{flag} {limit}`: the next call might have gone beyond, after {spent}"),
                "",
            )
            .help(format!("the same command with a larger `{flag}` goes on: what was answered is kept")),
            Problem::TwoAnswers { keys } => {
                let what = if *keys == 1 { "1 key has".to_owned() } else { format!("{keys} keys have") };
                say(format!("{what} another answer in a store that came later; the first is kept"), "")
                    .help("all else is merged. Where the first answer is as good as the other, add `--keep-first`")
            }
            Problem::UnknownRequest { id, nearest } => say(format!("no experiment of the spec asks `{id}`"), "")
                .nearest(nearest.as_ref(), "the ids stand in `suites/NAME.jsonl` of a build"),
            Problem::NotAccepted { name, golden, accept } => {
                say(format!("nothing was accepted yet for `{name}`: there is no build in `{golden}`"), "")
                    .help(format!("read what it builds, and accept it: `{accept}`"))
            }
            Problem::NoBuild { path, message } => say(format!("`{path}` cannot be compared: {message}"), "")
                .help("give a folder with a `manifest.json`, as `introspec build SPEC --out DIR` writes it, or a spec"),
            Problem::NoSpecs { path } => say(format!("there is no spec in `{path}`"), "")
                .help("give a file that ends in .ispec, or a folder with `NAME/NAME.ispec` in it"),
            Problem::OneNameForTwo { name, specs: [one, other] } => {
                say(format!("`{one}` and `{other}` would both be kept as `{name}`"), "")
                    .help("rename one of them, or compare them one at a time with a `--golden` of their own")
            }
            Problem::CannotFormat { file, why } => {
                say(format!("`{file}` cannot be formatted: {why}"), *why).help("the file is as it was")
            }
            Problem::BadSpecName { name, nearest } => say(format!("`{name}` is no name for a spec"), "")
                .note("a name has letters, digits and `_`, no digit first")
                .help(format!("take `{nearest}`")),
            Problem::AlreadyThere { path } => say(format!("`{path}` is there already"), "")
                .help("choose another name, or another folder with `--in`: nothing was written"),
            Problem::UnknownEffect { effect, why } => say(format!("`--effect {effect}` applies nowhere"), "")
                .note(why.clone())
                .help("name an arm of the experiment and conditions that its questions are asked under"),
            Problem::BadQuestionFile { message, help } => say(message.clone(), "here").help(help.clone()),
            Problem::NothingImported => say("no question could be carried over, and nothing was written", "")
                .help("what stands in the way is told above, question by question"),
            Problem::ImportedAlready { path } => say(format!("`{path}` is there already"), "")
                .help("choose another file, or overwrite it with `--force`: nothing was written"),
            Problem::Unused { kind, name } => {
                say(format!("the {} `{name}` is never used", kind.word()), "unused").help("use it, or remove it")
            }
            Problem::UnusedVariable { name } => {
                say(format!("the variable `{name}` is never used"), "drawn for nothing").help("use it, or remove it")
            }
            Problem::ArmWithoutRuns { arm } => {
                say(format!("the arm `{arm}` has no trained runs"), "its claims stay undecided")
                    .help(format!("train it, and name the runs in introspec.yaml under `runs: {arm}:`"))
            }
            _ => Prose::default(),
        }
    }
}

fn unserved(model: &str, question: &str, lacking: &Lacking) -> Prose {
    match lacking {
        Lacking::Prefill => say(format!("the model `{model}` cannot go on with an answer that is begun"), "asked here")
            .note(format!("the conversation of `{question}` ends in the assistant's words"))
            .help("name a model whose server can, or, if this one does, say so in introspec.yaml: `can: { prefill: true }`"),
        Lacking::System => say(format!("the model `{model}` takes no system prompt"), "asked here")
            .note(format!("`{question}` is asked under one, which the arm or the context gives"))
            .help("put the prompt into the user's message with a context, or name another model"),
        Lacking::Temperature { wanted, most: Some(most) } => {
            say(format!("the model `{model}` takes no temperature above {most}"), "asked here")
                .note(format!("the suite that asks `{question}` has `temperature {wanted}`"))
                .help(format!("lower it to {most} or less, or name another model"))
        }
        Lacking::Temperature { wanted, most: None } => {
            say(format!("the model `{model}` has a temperature of its own"), "asked here")
                .note(format!("the suite that asks `{question}` has `temperature {wanted}`"))
                .help("leave `temperature` out of the suite, or name a model that does not think")
        }
    }
}
