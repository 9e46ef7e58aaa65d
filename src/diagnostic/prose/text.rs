use super::{Prose, either, listed, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of texts and trees into words.
    pub(super) fn prose_of_text(&self) -> Prose {
        match self {
            Problem::UnknownDeclaration { word, nearest } => {
                say(format!("`{word}` does not begin a declaration"), "unknown here").nearest(
                    nearest.as_ref(),
                    "a spec is made of `use`, `seed`, `words`, `behavior`, `persona`, `context`, `table`, `template`, \
                     `dataset`, `question`, `suite`, `arm` and `experiment`",
                )
            }
            Problem::UnknownStatement { word, within, known, nearest } => {
                say(format!("`{word}` is no statement of {within}"), "unknown here")
                    .nearest(nearest.as_ref(), format!("{within} takes {}", either(known)))
            }
            Problem::Expected { expected, found, form } => {
                let wanted = listed(expected, "or");
                let prose = say(format!("expected {wanted}, found {found}"), format!("expected {wanted}"));
                match form {
                    Some(form) => prose.help(format!("write {form}")),
                    None => prose,
                }
            }
            Problem::UnclosedString { long: false } => {
                say("a string is not closed", "opens here, and the line ends before it closes")
                    .help("close it with the same quote; a text of several lines stands between `\"\"\"` and `\"\"\"`")
            }
            Problem::UnclosedString { long: true } => {
                say("a string is not closed", "opens here, and no `\"\"\"` follows").help("close it with `\"\"\"`")
            }
            Problem::UnclosedBlock { what } => {
                say(format!("the braces of {what} are not closed"), "opens here").help("add the `}` that closes it")
            }
            Problem::UnknownEscape { escape } => say(format!("`{escape}` is no escape"), "means nothing in a string")
                .help("escapes are `\\n`, `\\t`, `\\\"`, `\\'`, `\\\\`, `\\{` and `\\}`; write `\\\\` for a backslash"),
            Problem::UnclosedExpression => say("an expression is not closed", "`{{` opens here, and no `}}` follows")
                .help("close it with `}}`, or write `\\{{` for the two braces themselves"),
            Problem::SourceUnreadable { file, message } => say(format!("`{file}` cannot be read: {message}"), "")
                .help("a spec is a text file in UTF-8 that ends in `.ispec`"),
            Problem::TooDeep { limit } => say("nested too deeply", format!("more than {limit} levels"))
                .help("take the inner parts out into declarations of their own"),
            Problem::NumberTooLong => {
                say("a number has too many digits", "at most 17 digits are kept exactly").help("round the number")
            }
            Problem::StatementOutside { word } => {
                say(format!("`{word}` stands outside of a block"), "a statement, and no block is open here")
                    .help("take away the `}` that closes its block too early, or give the block the `{` it lacks")
            }
            Problem::StrayText { found } if found == "`}}`" => say("`}}` closes nothing", "no `{{` before it")
                .help("write `{{` before the expression, or `\\}}` for the two braces themselves"),
            Problem::StrayText { found } => {
                say(format!("unexpected {found}"), "nothing opens or continues here").help("remove it")
            }
            _ => Prose::default(),
        }
    }
}
