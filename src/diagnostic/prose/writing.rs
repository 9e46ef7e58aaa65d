use super::{Prose, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of tables that models write, and of dialogues, into words.
    pub(super) fn prose_of_writing(&self) -> Prose {
        match self {
            Problem::NoAnswersHere => say("no model can be asked here", "only where rows are made, or in a question")
                .help("write `let NAME = MODEL answers { ask ... answer ... }` in a table, a template, a dialogue or a question"),
            Problem::NoSelfHere => say("nobody is asked here yet", "who would that be?")
                .help("name a role of introspec.yaml, such as `writer`, or an arm, such as `base`"),
            Problem::OtherTable { statement, source, belongs } => {
                say(format!("`{statement}` says nothing about a table {source}"), "not here")
                    .help(format!("it belongs in a table {belongs}"))
            }
            Problem::SpeaksAsSystem => say("nobody speaks as `system`", "a speaker is `user` or `assistant`")
                .help("what a speaker is told stands in its `system \"...\"`"),
            Problem::OutcomeNeverCame { name } => say(format!("`{name}` can never come"), "behind the `else`")
                .help("put the outcome with `else` last: the first one whose rule is true counts"),
            _ => Prose::default(),
        }
    }
}
