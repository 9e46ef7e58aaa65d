use super::{Prose, quoted, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts what keeps data from being exported into words.
    pub(super) fn prose_of_exports(&self) -> Prose {
        match self {
            Problem::ExportRefused { format, dataset, demands, found, help } => {
                say(format!("`{format}` would refuse `{dataset}`: {demands}"), found.clone()).help(help.clone())
            }
            Problem::NoOpposite { behavior, dataset, candidates } if candidates.is_empty() => say(
                format!("`{dataset}` makes no preference pairs: `{behavior}` has no opposite"),
                "nothing to prefer this to",
            )
            .help("declare one: `behavior NAME { opposite BEHAVIOR }`, or export without preference formats"),
            Problem::NoOpposite { behavior, dataset, candidates } => say(
                format!("`{dataset}` makes no preference pairs: `{behavior}` has several opposites"),
                format!("{} name it", quoted(candidates, "and")),
            )
            .help(format!("say in `behavior {behavior}` which one is meant: `opposite NAME`")),
            Problem::PairsDiffer { place, difference } => {
                say(format!("a row makes no preference pair: {difference}"), place.clone())
                    .help("under a behavior and its opposite, a template has to say the same but for its last answer")
            }
            Problem::ExportSetting { arm, setting, value, allowed, format } => {
                let taker =
                    format.map_or_else(|| "no trainer takes".to_owned(), |format| format!("`{format}` takes no"));
                say(format!("{taker} `{setting} {value}` of the arm `{arm}`"), "trained with it")
                    .help(format!("give {allowed}"))
            }
            _ => Prose::default(),
        }
    }
}
