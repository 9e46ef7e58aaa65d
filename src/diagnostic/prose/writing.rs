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
            Problem::PlayedAlone { statement } => {
                say(format!("`{statement}` has no place in a question that is played"), "not beside `play`")
                    .help("the dialogue says what is asked, and its outcomes are the answers: score those")
            }
            Problem::NotWritten { what } => say(format!("{what} is not written yet"), "models have a part in its rows")
                .help("`introspec write SPEC` asks them, and keeps what they say beside the spec"),
            Problem::LockUnreadable { file, why } => say(format!("`{file}` cannot be read: {why}"), "written for this")
                .help("take it back from version control, or remove it and run `introspec write SPEC`: what its store has is not asked again"),
            Problem::LockStale { what, file, changes } => {
                let prose = say(format!("{what} no longer fits `{file}`"), "changed since it was written");
                let prose = changes.iter().fold(prose, |prose, change| prose.note(change.clone()));
                prose.help("`introspec write SPEC` asks for what changed, and keeps the rest")
            }
            Problem::EditedRows { file, line } => {
                say(format!("`{file}` was changed by hand, first in line {line}"), "its rows are written by a model")
                    .help("`introspec write SPEC` puts back what was written; change what is asked, or drop rows by an expression")
            }
            Problem::RowsOutOfDate { file, rows, held } => say(
                format!("`{file}` holds {held} rows that the spec no longer makes of what was written"),
                format!("{rows} rows now"),
            )
            .help("`introspec write SPEC` writes them again, and asks nothing that was asked"),
            Problem::FewRows { table, kept, wanted, attempts, drops } => {
                let prose = say(
                    format!("`{table}` has {kept} of {wanted} rows, and its {attempts} attempts are spent"),
                    "fewer than it says",
                );
                let counted =
                    |prose: Prose, (because, rows): &(String, u64)| prose.note(format!("{rows} dropped: {because}"));
                drops.iter().fold(prose, counted).help("allow more `attempts`, or mend what is asked or dropped, and run `introspec write SPEC`")
            }
            Problem::NoAnswerForRow { name, place, why } => {
                say(format!("`{name}` has no answer for {place}: {why}"), "asked for each row")
                    .help("mend what is asked; or ask it in a table, which can drop rows that have no answer")
            }
            _ => Prose::default(),
        }
    }
}
