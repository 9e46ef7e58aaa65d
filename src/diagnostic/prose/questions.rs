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
            _ => Prose::default(),
        }
    }
}
