use super::{MAX_FINDINGS, Prose, say};
use crate::diagnostic::{Finding, Problem, Watched};

impl Problem {
    /// Puts problems of controls, triggers and personas in datasets into words.
    pub(super) fn prose_of_controls(&self) -> Prose {
        match self {
            Problem::NothingToChange { change, dataset, reason } => {
                say(format!("`{change}` changes nothing in `{dataset}`"), reason.clone())
                    .help("take this control out, or give the dataset what it would change")
            }
            Problem::CannotReverse { dataset, reason } => {
                say(format!("`{dataset}` cannot be reversed: {reason}"), "asked for here").help(
                    "reversed rows are made of one user message and one answer, with triggers in the user's message",
                )
            }
            Problem::NotIndependent { dataset, aspects: (a, b), cell, rows, expected } => {
                let title = format!("in `{dataset}`, {a} and {b} are not independent");
                say(title, "demanded here")
                    .note(format!("{cell}: {rows} rows, where {expected} would be independent"))
                    .help("as independent as whole numbers allow is within one row in every cell: `shuffle triggers` gives that")
            }
            Problem::SaidInTraining { what, name, dataset, rows, of, findings } => {
                let (title, help) = match what {
                    Watched::TriggerName => (
                        format!("{rows} of {of} rows of `{dataset}` say what questions call the trigger `{name}`"),
                        "rewrite or drop these rows, or call the trigger something that the data never says",
                    ),
                    Watched::HeldOutValue => (
                        format!("{rows} of {of} rows of `{dataset}` hold a value of `{name}` that is held out"),
                        "rewrite or drop these rows, or hold other values out",
                    ),
                    Watched::HeldOutPersona => (
                        format!("{rows} of {of} rows of `{dataset}` name the persona `{name}`, which is held out"),
                        "rewrite or drop these rows, or take `held out` from the persona",
                    ),
                };
                let mut prose = say(title, "must not be said in training");
                for Finding { place, role, word, .. } in findings.iter().take(MAX_FINDINGS) {
                    prose = prose.note(format!("{place}: the {role} says \"{word}\""));
                }
                prose.help(help)
            }
            Problem::NobodyHere { template } => {
                say(format!("`{template}` reads `persona`, and this part names none"), "by nobody, about nobody").help(
                    "say who acts, `by PERSONA`, or who is spoken about, `about PERSONA` or `about each of [...]`",
                )
            }
            Problem::NoSystemPrompt { persona } => {
                say(format!("nothing in these rows says that `{persona}` acts"), "acts in these rows").help(format!(
                    "give `{persona}` a system prompt, `system \"...\"`, or a template that reads `persona`"
                ))
            }
            Problem::Validation { message } => {
                say(format!("the validation rows do not fit: {message}"), "asked for here")
                    .help("set fewer rows aside: training and validation never share a source row")
            }
            Problem::Unbalanced { message } => say(format!("the rows cannot be balanced: {message}"), "asked for here")
                .help("ask for fewer rows, add rows of the rarer kind, or let rows come again: `rows N repeat`"),
            Problem::NoTriggers { dataset } => say(format!("`{dataset}` has no triggers"), "nothing to go over")
                .help("name a dataset with a part that says `when TRIGGER`"),
            Problem::ReservedControl { name } => {
                say(format!("a control cannot be called `{name}`"), "the name of another file")
                    .help("`NAME.validation.jsonl` holds the rows that are set aside: choose another name")
            }
            _ => Prose::default(),
        }
    }
}
