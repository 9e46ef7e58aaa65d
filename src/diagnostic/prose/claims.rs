use super::{Prose, known, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of arms, experiments and claims into words.
    pub(super) fn prose_of_claims(&self) -> Prose {
        match self {
            Problem::ClaimForm { found, expected } => {
                say(format!("{found} has no place in a claim"), format!("expected {expected}")).help(
                    "a claim compares: `mean(SUITE, ARM) - mean(SUITE, OTHER) > 0.1`, `equal(A, B, within=0.05)`, \
                     `correlation(X, Y, ARMS, over=runs) > 0`, `share(QUESTION, \"word\", ARM) > 0.5`, \
                     `rank(QUESTION, ARM, shown=apple) == 1`, `slope(SUITE, ARM, over=n) > 0`, joined by `and`",
                )
            }
            Problem::NotMeasured { name, nearest } => {
                say(format!("`{name}` is neither a suite nor a question"), "unknown name")
                    .nearest(nearest.as_ref(), "name a suite of this experiment, or a question that one of them asks")
            }
            Problem::ConditionMissing { axis, values } => {
                say(format!("the claim does not say which `{axis}`"), "left open, and it has no built-in value")
                    .note(known("its values are", values))
                    .help(format!("name it: `{axis}=...`, `{axis}=[...]`, `{axis}=except(...)` or `{axis}=all`"))
            }
            Problem::UnknownCondition { axis, known: names, nearest } => {
                say(format!("nothing here varies by `{axis}`"), "unknown condition")
                    .nearest(nearest.as_ref(), known("what varies here is", names))
            }
            Problem::UnknownConditionValue { axis, value, known: names, nearest } => {
                say(format!("`{axis}` never is `{value}`"), "unknown value")
                    .nearest(nearest.as_ref(), known(&format!("the values of `{axis}` are"), names))
            }
            Problem::ArmNotInExperiment { arm, experiment } => {
                say(format!("the arm `{arm}` takes no part in `{experiment}`"), "not among its `arms`")
                    .help(format!("add `{arm}` to the experiment's `arms`"))
            }
            Problem::NotRun { name, experiment } => say(format!("`{experiment}` does not run `{name}`"), "never asked")
                .help("name a suite that asks it after the experiment's `run`"),
            Problem::SettingWithoutTraining { setting } => {
                say(format!("`{setting}` belongs to a trained arm"), "this arm is not trained")
                    .help("add `trained on DATASET`, or remove the setting")
            }
            Problem::ShareOf { name, reason } => say(format!("`share` cannot count answers to `{name}`"), *reason)
                .help("name a question that is answered with a word, an option, a number or a given text, or judged by one"),
            Problem::UnknownAnswer { question, answer, known: names, nearest } => {
                say(format!("`{question}` is never answered with `{answer}`"), "unknown answer")
                    .nearest(nearest.as_ref(), known("it is answered with", names))
            }
            Problem::RankBound { bound, count } => {
                let label = format!("of {count} values, the ranks are 1 to {count}");
                say(format!("a rank cannot be held against {bound} here"), label).help(if *count > 1 {
                    "compare with a whole number that the rank may or may not reach: `== 1`, `<= 2`"
                } else {
                    "name a condition with several values"
                })
            }
            Problem::SlopeAxis { axis, known: names, nearest } => {
                say(format!("there is no slope over `{axis}`"), "not a numeric axis of these arms").nearest(
                    nearest.as_ref(),
                    if names.is_empty() {
                        "give the arm an axis of numbers: `let n = each of [2, 4, 8]`".to_owned()
                    } else {
                        known("the numeric axes are", names)
                    },
                )
            }
            Problem::OneWording { question } => {
                say(format!("nothing generalizes from the one wording of `{question}`"), "asked in one wording")
                    .help("give the question several wordings, or remove `generalize wordings`")
            }
            _ => Prose::default(),
        }
    }
}
