use pest::Parser as _;

use super::parse::{Grammar, Rule, too_deep};

/// A production of the grammar, as it was read in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Production<'t> {
    pub(crate) name: String,
    /// What stands there, where the production has no parts of its own.
    pub(crate) text: &'t str,
}

/// Returns what the grammar reads in a text, from the whole to its parts; none where a part cannot be read.
///
/// Places apart, two texts with the same productions are the same tree.
pub(crate) fn outline(text: &str) -> Option<Vec<Production<'_>>> {
    if too_deep(text).is_some() {
        return None;
    }
    let pairs = Grammar::parse(Rule::file, text).ok()?.flatten();
    pairs
        .map(|pair| {
            let is_read = !matches!(pair.as_rule(), Rule::broken | Rule::broken_declaration);
            is_read.then(|| {
                let is_whole = pair.clone().into_inner().next().is_some();
                let text = if is_whole { "" } else { pair.as_str().trim_end() };
                Production { name: format!("{:?}", pair.as_rule()), text }
            })
        })
        .collect()
}
