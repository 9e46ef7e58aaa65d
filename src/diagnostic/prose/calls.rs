use super::{Prose, either, known, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of functions and filters into words.
    pub(super) fn prose_of_calls(&self) -> Prose {
        match self {
            Problem::UnknownFilter { name, is_function: true, .. } => {
                say(format!("`{name}` is a function, not a filter"), "no filter of that name")
                    .help(format!("call it: `{name}(...)`"))
            }
            Problem::UnknownFilter { name, nearest, .. } => {
                say(format!("unknown filter `{name}`"), "no filter of that name").nearest(
                    nearest.as_ref(),
                    "filters are minijinja's own, such as `sort`, `join`, `lower`, and `lemma` and `without_comments`",
                )
            }
            Problem::UnknownFunction { name, is_filter: true, .. } => {
                say(format!("`{name}` is a filter, not a function"), "no function of that name")
                    .help(format!("put it behind its value: `x | {name}`"))
            }
            Problem::UnknownFunction { name, nearest, .. } => {
                say(format!("unknown function `{name}`"), "no function of that name").nearest(
                    nearest.as_ref(),
                    "outside claims, the functions are `mentions`, `said`, `range` and `dict`; a filter may do it, \
                     such as `x | round`",
                )
            }
            Problem::CallArguments { name, form, least, most, found } => {
                let count = |n: &usize| if *n == 1 { "1 argument".into() } else { format!("{n} arguments") };
                let takes = match (least, most) {
                    (_, 0) => "no argument".into(),
                    (least, most) if least == most => count(most),
                    (0, most) => format!("at most {}", count(most)),
                    (least, &usize::MAX) => format!("at least {}", count(least)),
                    (least, most) => format!("{least} to {}", count(most)),
                };
                say(format!("`{name}` takes {takes}, not {found}"), "wrong number of arguments")
                    .help(format!("it is written `{form}`"))
            }
            Problem::UnknownKeyword { name, keyword, known: keywords, nearest } => {
                let otherwise = if keywords.is_empty() {
                    "its arguments have no names: give the values alone".to_owned()
                } else {
                    known("it knows", keywords)
                };
                say(format!("`{name}` takes no argument called `{keyword}`"), "no argument of that name")
                    .nearest(nearest.as_ref(), otherwise)
            }
            Problem::UnknownLanguage { name, known: languages, nearest } => {
                say(format!("the comments of `{name}` are not known"), "no language of that name")
                    .nearest(nearest.as_ref(), format!("the language is {}", either(languages)))
            }
            Problem::NoLetters { entry } => {
                say(format!("no text can say `{entry}`: it has no letters"), "looked for as words are")
                    .help("words are compared by their letters; leave it out, or compare texts with `in`")
            }
            _ => Prose::default(),
        }
    }
}
