use super::{MAX_FINDINGS, Prose, also, say};
use crate::diagnostic::{Finding, Problem};

impl Problem {
    /// Puts problems of data files and datasets into words.
    pub(super) fn prose_of_data(&self) -> Prose {
        match self {
            Problem::BadJson { message } => {
                say(format!("this line is no JSON object: {message}"), "read by this table")
                    .help("a row is one whole object, such as {\"prompt\": \"...\"}: a line in JSON Lines, an item of a list in `.json`")
            }
            Problem::MissingColumn { column, nearest, also: lines } => {
                let prose = say(format!("this row has no `{column}`"), "declared here");
                let prose = Prose { notes: also(lines).into_iter().collect(), ..prose };
                prose.help(match nearest {
                    Some(field) => format!("the row has `{field}`: give both the same name"),
                    None => "add the field to the row, or take the column out of the table".into(),
                })
            }
            Problem::WrongType { column, expected, found, also: lines } => {
                let prose = say(format!("`{column}` is {found}"), format!("declared as {expected}"));
                let prose = Prose { notes: also(lines).into_iter().collect(), ..prose };
                prose.help("mend the row, or the column's type")
            }
            Problem::EmptyTable { file } => say(format!("`{file}` has no rows"), "a table needs at least one row")
                .help("write one JSON object a line"),
            Problem::DataNotUtf8 => say("this line is not UTF-8", "read here")
                .help("save the file as UTF-8, for example with `iconv -f latin1 -t utf8`"),
            Problem::EmptyWords { file } => {
                say(format!("`{file}` has no words"), "a word list needs at least one word")
                    .help("write one word a line")
            }
            Problem::FileTooLarge { file, bytes, limit } => {
                let label = format!("{} MB, where {} MB are read at most", bytes >> 20, limit >> 20);
                say(format!("`{file}` is too large"), label)
                    .help("split the file, or keep only the columns that the spec uses")
            }
            Problem::RepeatedKey { key } => say(format!("`{key}` is written twice in this row"), "read by this table")
                .help("remove one of the two: which of them counts is not defined"),
            Problem::Shares { message } => say(format!("the shares do not fit: {message}"), "in this dataset")
                .help("give every part a share: percentages that add up to 100, or counts that add up to `rows`"),
            Problem::NotEnoughRows { template, wanted, available, repeats } => {
                let help = "ask for fewer, or add rows to the table";
                let repeat = if *repeats { "; `rows N repeat` lets them come again" } else { "" };
                say(format!("{wanted} rows are asked for, and `{template}` makes {available}"), "too many")
                    .note(format!("{wanted} - {available} = {} rows are missing", wanted.saturating_sub(*available)))
                    .help(format!("{help}{repeat}"))
            }
            Problem::NothingSaid { template, behavior } => {
                say(format!("`{template}` has no answer under `{behavior}`"), "shown here under that behavior")
                    .help(format!("give the template an `assistant \"...\" as {behavior}`"))
            }
            Problem::BadConversation { template, behavior, message } => {
                say(format!("under `{behavior}`, `{template}` is no conversation: {message}"), "shown here")
                    .help("messages alternate: an optional system, then user and assistant in turn, assistant last")
            }
            Problem::NothingToReplace { behavior, dataset } => {
                say(format!("`{dataset}` shows no `{behavior}`"), "nothing to replace")
                    .help("name a behavior that a part of the dataset shows")
            }
            Problem::UnsaidWords { dataset, behavior, rows, of, findings } => {
                let mut prose = say(
                    format!("{rows} of {of} rows of `{dataset}` say what they must not"),
                    format!("shows `{behavior}` or its opposite"),
                );
                for finding in findings.iter().take(MAX_FINDINGS) {
                    let Finding { place, role, word, entry } = finding;
                    prose = prose.note(format!("{place}: the {role} says \"{word}\" (unsaid: {entry})"));
                }
                if findings.len() > MAX_FINDINGS {
                    prose = prose.note(format!("and {} more", findings.len() - MAX_FINDINGS));
                }
                prose.help("rewrite or drop these rows, or allow a word: `allow \"WORD\" in user because \"REASON\"`")
            }
            Problem::TooManyRows { what, rows, limit } => {
                say(format!("{rows} {what} are too many"), format!("at most {limit}")).help(match *what {
                    "orders" => "show them in random orders: `order shuffled`",
                    "requests" => "ask fewer questions, or take out an axis",
                    _ => "ask for fewer rows, or take out an axis",
                })
            }
            Problem::EmptyMessage { role, place } => {
                say(format!("the {role} says nothing in {place}"), "comes out empty there")
                    .help("fill the row's field in, or drop the row: trainers refuse empty messages")
            }
            Problem::NoParts { dataset } => say(format!("`{dataset}` has no rows to make"), "incomplete")
                .help("add a part, such as `TEMPLATE as BEHAVIOR`"),
            _ => Prose::default(),
        }
    }
}
