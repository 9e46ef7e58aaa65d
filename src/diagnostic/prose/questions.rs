use super::{Prose, either, known, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of questions and suites into words.
    pub(super) fn prose_of_questions(&self) -> Prose {
        match self {
            Problem::NoScore { question } => say(format!("`{question}` scores nothing"), "has no `score`").help(
                "add a `score`: a map such as `score { \"yes\": 1, \"no\": 0 }`, or an expression such as \
                 `score {{ answer / 100 }}`",
            ),
            Problem::NoWording { question, persona } => {
                say(format!("`{question}` has no wording about `{persona}`"), "asked about here").help(
                    "give the question an `ask about other \"... {{ persona.called }} ...\"`, or an `ask` for the model itself",
                )
            }
            Problem::UnknownKey { key, known: names, nearest } => {
                say(format!("no answer reads as `{key}`"), "never scored")
                    .nearest(nearest.as_ref(), known("the answers are", names))
            }
            Problem::UncoveredKeys { missing } => {
                say(format!("no score for {}", either(missing)), "not covered").help("score it, or add `else: ...`")
            }
            Problem::OptionsNotShown => say("the options are never shown", "has no `{{ options }}`")
                .help("put `{{ options }}` where the options are to stand in each wording"),
            Problem::NoOptions => say("there are no options to order", "the answer has no options")
                .help("remove the `order`, or write `answer option { ... }`"),
            Problem::NoProbability { answer } => {
                say(format!("{answer} cannot be read as a probability"), "not here")
                    .help("read probabilities of options, of given texts, or of the words of a `score` map")
            }
            Problem::ScoreNeedsWords { answer } => {
                say(format!("{answer} cannot be scored by a map"), "a map scores words, options and verdicts")
                    .help("score by an expression, or name a judge: `score JUDGE { ... }`")
            }
            Problem::UnusedJudge { judge } => say(format!("the judge `{judge}` decides nothing"), "not used by the score")
                .help("use it in `score`, or remove it"),
            Problem::NoReading { question } => {
                say(format!("nothing reads the answers of `{question}`"), "a text is scored by a judge")
                    .help("add `judge NAME by ROLE { ask ... answer ... }` and `score NAME { ... }`")
            }
            Problem::AskedTwice { question } => {
                say(format!("`{question}` is asked twice about the same"), "asked before").help("remove one of the two")
            }
            Problem::BadExit { exit, why } => say(format!("`{exit}` is no exit here"), why.clone())
                .help("an exit is a text beside the answers, such as `answer number 0..100 or REFUSAL`"),
            Problem::BadLabel { label } if label.is_empty() => {
                say("a label is empty", "nothing to answer with").help("give each option a label of its own")
            }
            Problem::BadLabel { label } => say(format!("the label `{label}` comes twice"), "which one is meant?")
                .help("give each option a label of its own; upper and lower case are the same"),
            Problem::LabelCount { labels, options } => {
                say(format!("{labels} labels for {options} options"), "one label for each option")
                    .help("list as many labels as there are options, in the order in which they are shown")
            }
            Problem::NotCounterbalanced { orders, options } => {
                say(format!("{orders} orders of {options} options cannot be counterbalanced"), "not possible").help(format!(
                    "take a multiple of {options}, so that each option stands equally often in each place, and no more \
                     than there are orders"
                ))
            }
            Problem::BaselineOfMap => say("a map has no baseline", "nothing to take it off")
                .help("score by an expression: `score {{ call(\"f\", word) }} in 0..1`"),
            Problem::NothingToCall => say("there is no program to call", "the answer is no program")
                .help("`call` runs what was answered, where the question says `answer code python`"),
            Problem::LabelledColumn { table, column, known: names } => {
                say(format!("the table `{table}` has no column `{column}`"), "labelled items need it").help(format!(
                    "labelled items have a column `answer`, one for what people said, and one for each variable that the \
                     judge's wording shows; {}",
                    known("it has", names)
                ))
            }
            Problem::LabelledKind { answer } => {
                say(format!("{answer} cannot be compared with labels"), "not here")
                    .help("labelled items are for judges that answer with a word, an option, or one of some texts")
            }
            Problem::AmbiguousBehavior { dataset, persona, found } => {
                let found = if found.is_empty() { "nothing".to_owned() } else { either(found) };
                say(format!("what `{persona}` does in `{dataset}` is not one thing"), "asked about here")
                    .note(format!("there, `{persona}` does {found}"))
                    .help("name the behavior: `reports BEHAVIOR`; or ask about a persona that has one behavior there")
            }
            Problem::OneOrder { first } => {
                say(format!("`{first}` is always shown first"), "no order is chosen").help(
                    "write `order all`, `order shuffled` or `order 4 counterbalanced`; or `order fixed`, if that is meant",
                )
            }
            Problem::LeaningWordings { word, count, wordings } => {
                say(format!("the wordings lean: {count} of {wordings} name `{word}` first"), "in most of these")
                    .help("let each side come first equally often")
            }
            _ => Prose::default(),
        }
    }
}
