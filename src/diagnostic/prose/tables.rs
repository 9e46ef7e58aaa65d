use super::{Prose, also, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of tables into words.
    pub(super) fn prose_of_tables(&self) -> Prose {
        match self {
            Problem::RaggedRow { found, expected } => {
                say(format!("this row has {found} fields, and the header names {expected}"), "read by this table")
                    .help("give each row as many fields as the header, and put a text that holds a comma in quotes")
            }
            Problem::BadQuotes { message } => say(format!("the quotes do not match: {message}"), "read by this table")
                .help("put the whole field in quotes, and write a quote inside it twice: `\"a \"\"word\"\"\"`"),
            Problem::UnknownFormat { file } => {
                say(format!("`{file}` is in no format that is known"), "known by its ending")
                    .help("tables are read from `.jsonl`, `.json`, `.csv` and `.parquet`")
            }
            Problem::ColumnHolds { column, expected, found } => {
                say(format!("`{column}` holds {found} in the file"), format!("declared as {expected}"))
                    .help("mend the column's type, or write the file with another; `json` takes any")
            }
            Problem::UnreadableTable { format, message } => {
                say(format!("this file is no {format} that can be read: {message}"), "read by this table")
                    .help("write the file again; its ending says how it is read")
            }
            Problem::NothingLeft { table, rows, drops } => {
                let prose = say(format!("`{table}` drops all of its {rows} rows"), "nothing is left");
                let counted = |prose: Prose, (because, rows): &(String, u64)| {
                    prose.note(format!("{rows} dropped because \"{because}\""))
                };
                drops.iter().fold(prose, counted).help("take a drop away, or narrow it")
            }
            Problem::HoldsOut { share, held_out, of } => {
                let what = if *held_out == 0 { "holds out no row" } else { "leaves no row to train on" };
                say(format!("holding out {share} {what}"), format!("{held_out} of {of} rows"))
                    .help(format!("hold out at least 1 row and at most {}", of.saturating_sub(1)))
            }
            Problem::NoneHeldOut { table } => say(format!("`{table}` holds no rows out"), "there are none of these")
                .help("say in the table how many rows are kept from training: `hold out 25%`"),
            Problem::HeldOutInTraining { table } => say("rows that are held out cannot be trained on", "in a template")
                .help(format!("take `row from {table}` in the template, and `held out` in a question")),
            Problem::BadMessages { column, message, also: lines } => {
                let prose = say(format!("`{column}` is no conversation: {message}"), "becomes a row's messages");
                let prose = Prose { notes: also(lines).into_iter().collect(), ..prose };
                prose.help(
                    "a list of {\"role\", \"content\"}: an optional system, then user and assistant in turn, assistant last",
                )
            }
            _ => Prose::default(),
        }
    }
}
