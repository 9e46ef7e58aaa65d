use crate::snapshots::change::{DatasetChange, Named, RowChange, Side};

/// Finds the dataset of a control that changed as the control did, and what is the control's own. A control is the same
/// rows with one change, so that what happens to a dataset happens to each of its controls, and is told once.
pub(super) fn alike<'c>(
    control: &'c Named<DatasetChange>,
    others: &'c [Named<DatasetChange>],
) -> Option<(&'c str, Vec<&'c RowChange>)> {
    let (dataset, _) = control.name.rsplit_once('.')?;
    let other = others.iter().find(|other| other.name == dataset)?;
    let (DatasetChange::Changed { changes }, DatasetChange::Changed { changes: theirs }) =
        (&control.change, &other.change)
    else {
        return None;
    };
    let shared: Vec<RowChange> = theirs.iter().filter_map(bare).collect();
    let mine: Vec<Option<RowChange>> = changes.iter().map(bare).collect();
    let is_whole = shared.iter().all(|fact| mine.iter().flatten().any(|own| own == fact));
    let own = changes.iter().zip(&mine).filter(|(_, bare)| bare.as_ref().is_none_or(|fact| !shared.contains(fact)));
    (is_whole && !shared.is_empty()).then(|| (dataset, own.map(|(change, _)| change).collect()))
}

/// A fact without what a control has of its own: the behavior, and what follows from it for answers. Nothing for facts
/// that are about answers.
fn bare(change: &RowChange) -> Option<RowChange> {
    let mut change = change.clone();
    match &mut change {
        RowChange::Answered { .. } | RowChange::Text { side: Side::Answer, .. } => return None,
        RowChange::Added { class, examples, .. } | RowChange::Removed { class, examples, .. } => {
            class.behavior = None;
            for example in examples {
                example.answer.clear();
            }
        }
        RowChange::Drew { reading_otherwise, .. } => *reading_otherwise = 0,
        _ => {}
    }
    Some(change)
}
