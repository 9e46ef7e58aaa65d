use super::{Prose, a, example, known, known_variables, say};
use crate::diagnostic::{Kind, Problem};

impl Problem {
    /// Puts problems of names into words.
    pub(super) fn prose_of_names(&self) -> Prose {
        match self {
            Problem::UnknownName { kind: Kind::Value, name, nearest, .. } => {
                let title = format!("`{name}` is no behavior, persona, context, word list or variable");
                say(title, "unknown name").nearest(nearest.as_ref(), "a text stands in quotes")
            }
            Problem::UnknownName { kind, name, nearest, known: names, other } => {
                let prose = say(format!("no {} is called `{name}`", kind.word()), "unknown name");
                match other {
                    Some(other) if nearest.is_none() => {
                        prose.help(format!("`{name}` is {}; {} has to stand here", a(other.word()), a(kind.word())))
                    }
                    _ if names.is_empty() && nearest.is_none() => {
                        prose.help(format!("there is no {} yet: declare it", kind.word()))
                    }
                    _ => prose.nearest(nearest.as_ref(), known(&format!("known {}s:", kind.word()), names)),
                }
            }
            Problem::DuplicateName { kind, name } => {
                say(format!("two {}s are called `{name}`", kind.word()), "the second one")
                    .help("give one of them another name")
            }
            Problem::UseCycle { chain } => say("specs use each other in a circle", "closes the circle")
                .note(chain.join(" uses "))
                .help("move what both need into a third spec, and use that"),
            Problem::FileNotFound { file } => say(format!("there is no file `{file}`"), "not found")
                .help("a path counts from the spec's folder; `--include DIR` adds a folder to look in"),
            Problem::FileOutside { file } => say(format!("`{file}` lies outside the spec's folder"), "not read")
                .help("a spec reads files below its own folder only; allow another with `--include DIR`"),
            Problem::UnknownVariable { name, later: true, .. } => {
                say(format!("`{name}` is read before it is declared"), "not known yet")
                    .help("move its `let` above this one: a variable reads those above it")
            }
            Problem::UnknownVariable { name, nearest, known: names, later: false } => {
                say(format!("unknown variable `{name}`"), "no variable of that name here")
                    .nearest(nearest.as_ref(), known_variables(name, names))
            }
            Problem::UnknownMember { of, member, known: names } => {
                say(format!("`{of}` has no `{member}`"), "unknown member").help(known(&format!("`{of}` has"), names))
            }
            Problem::BuiltInName { kind, name } => {
                say(format!("`{name}` is a built-in {}", kind.word()), "already means something")
                    .help("choose another name")
            }
            Problem::ArgumentCount { name, expected, found } => {
                let count = |n: &usize| if *n == 1 { "1 argument".into() } else { format!("{n} arguments") };
                say(format!("`{name}` takes {}, not {found}", count(expected)), "wrong number of arguments")
                    .help("give one value for each parameter of the declaration")
            }
            Problem::OppositeOfItself { name } => {
                say(format!("`{name}` is its own opposite"), "leads back to itself").help("name the other behavior")
            }
            Problem::Repeated { statement } => {
                say(format!("`{statement}` is said twice"), "the second one").help("keep one of the two")
            }
            Problem::Missing { within, statement } => {
                say(format!("{within} has no `{statement}`"), "incomplete").help(example(statement))
            }
            Problem::ColumnWithoutRow { table } => {
                say(format!("no row of `{table}` is taken here"), format!("a column of `{table}`"))
                    .help(format!("add `row from {table}`"))
            }
            Problem::NotUsable { name, expected, found } => {
                say(format!("`{name}` is {found}"), format!("{expected} has to stand here"))
                    .help(format!("give {expected}"))
            }
            _ => Prose::default(),
        }
    }
}
