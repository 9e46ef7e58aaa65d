use super::conversations::Pair;
use super::row::Row;
use crate::diagnostic::{Diagnostic, Problem};
use crate::plan::{DatasetPlan, Plan, opposed};
use crate::requests::Message;
use crate::rows::RowMaker;
use crate::spec::Spec;

/// A dataset's rows under the opposite of each behavior.
#[derive(Debug)]
pub(super) struct Opposites {
    dataset: DatasetPlan,
}

/// The row that a pair rejects, beside the one that it prefers.
#[derive(Debug)]
pub(super) struct Compared<'r> {
    preferred: &'r Row,
    rejected: Vec<Message>,
}

impl Opposites {
    /// Nothing where the dataset shows `ordinary` alone.
    pub(super) fn of(spec: &Spec, dataset: &DatasetPlan) -> Result<Option<Opposites>, Diagnostic> {
        Ok(opposed(spec, dataset)?.map(|dataset| Opposites { dataset }))
    }

    pub(super) fn maker<'p>(&'p self, spec: &'p Spec, plan: &'p Plan) -> PairMaker<'p> {
        PairMaker { spec, dataset: &self.dataset, maker: RowMaker::new(spec, plan, &self.dataset) }
    }
}

/// Makes the pairs of one dataset.
#[derive(Debug)]
pub(super) struct PairMaker<'p> {
    spec: &'p Spec,
    dataset: &'p DatasetPlan,
    maker: RowMaker<'p>,
}

impl PairMaker<'_> {
    /// Makes the row again under the opposite behavior. All messages but the last have to be the same, and the last
    /// has to differ.
    pub(super) fn compare<'r>(&self, row: &'r Row) -> Result<Compared<'r>, Diagnostic> {
        let span = self.spec[self.dataset.dataset].span;
        let differ = |difference: String| {
            let place = format!("datasets/{}.jsonl:{}", self.dataset.name, row.meta.row);
            Diagnostic::at(span, Problem::PairsDiffer { place, difference })
        };
        let made = match self.maker.row(row.meta.row.saturating_sub(1)) {
            Some(Ok(made)) => made.messages,
            Some(Err(problem)) => return Err(problem.diagnostic()),
            None => return Err(differ("there is no such row under the opposite".into())),
        };
        let own = &row.messages;
        if own.len() != made.len() {
            let difference = format!("the row has {} messages, and {} under the opposite", own.len(), made.len());
            return Err(differ(difference));
        }
        let shared = own.len().saturating_sub(1);
        let place = own.iter().zip(&made).take(shared).position(|(own, opposite)| own != opposite);
        if let Some((at, message)) = place.and_then(|at| Some((at, own.get(at)?))) {
            let difference = format!("message {} of the row, the {}'s, says something else", at + 1, message.role);
            return Err(differ(difference));
        }
        if own.last() == made.last() {
            return Err(differ("both answers are the same".into()));
        }
        Ok(Compared { preferred: row, rejected: made })
    }
}

impl Compared<'_> {
    /// The messages before the answers.
    pub(super) fn input(&self) -> &[Message] {
        self.preferred.messages.split_last().map_or(&[], |(_, input)| input)
    }

    pub(super) fn pair(&self) -> Pair<'_> {
        let answer =
            |messages: &'_ [Message]| messages.last().map_or("", |message| message.content.as_str()).to_owned();
        Pair::new(self.input(), &answer(&self.preferred.messages), &answer(&self.rejected))
    }
}
