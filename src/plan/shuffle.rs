use super::rounding::{Group, rounded};
use super::{PartPlan, Unit};
use crate::rows::Permutation;
use crate::rows::stream::Stream;
use crate::spec::{BehaviorId, PersonaId, TemplateId, TriggerId};

/// How many rows carry each trigger, or none.
type Carried = Vec<(Option<TriggerId>, u64)>;

/// Another trigger for every row of a dataset: each trigger as often as before, in the same words, without any
/// relation to behavior, persona and template. Nothing is kept for each row: a row's trigger is computed from its
/// place.
#[derive(Clone, Debug)]
pub struct TriggerShuffle {
    /// For each part, its stratum, and where its rows begin in it.
    places: Vec<(usize, u64)>,
    strata: Vec<Stratum>,
    columns: Vec<Column>,
}

/// Rows that are alike but for their triggers.
#[derive(Clone, Debug)]
struct Stratum {
    order: Permutation,
    /// How many of its rows each column gets.
    counts: Vec<u64>,
    /// How many rows of each column come in the strata before.
    before: Vec<u64>,
}

/// The rows that carried one trigger, or none.
#[derive(Clone, Debug)]
struct Column {
    trigger: Option<TriggerId>,
    order: Permutation,
    /// The parts whose rows carried it, by their place, and how many rows those before hold.
    sources: Vec<(usize, u64)>,
}

/// A trigger that a row is given, and the row whose draws it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    pub trigger: TriggerId,
    /// The template of that row, which its draws are keyed by beside the unit.
    pub template: TemplateId,
    pub unit: Unit,
}

impl TriggerShuffle {
    /// `declaration` names the randomness. Nothing comes out where there is no relation to undo: where all rows
    /// carry the same, or all show the same.
    pub(super) fn new(seed: u64, declaration: &str, parts: &[PartPlan]) -> Option<TriggerShuffle> {
        let mut columns: Vec<(Option<TriggerId>, u64)> = Vec::new();
        for part in parts.iter().filter(|part| part.count > 0) {
            match columns.iter_mut().find(|(trigger, _)| *trigger == part.trigger) {
                Some((_, count)) => *count += part.count,
                None => columns.push((part.trigger, part.count)),
            }
        }
        let mut kinds: Vec<Kind> = Vec::new();
        for part in parts {
            let kind = Kind::of(part);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.sort_unstable();
        if columns.len() < 2 || kinds.len() < 2 {
            return None;
        }
        let totals: Vec<u64> = kinds
            .iter()
            .map(|kind| parts.iter().filter(|part| Kind::of(part) == *kind).map(|part| part.count).sum())
            .collect();
        let counts: Vec<u64> = columns.iter().map(|(_, count)| *count).collect();
        let table = rounded(&totals, &counts, &groups(&kinds));
        let mut before = vec![0; columns.len()];
        let mut strata = Vec::new();
        for (at, (counts, total)) in table.into_iter().zip(&totals).enumerate() {
            let stream = Stream::new(seed, declaration, &format!("triggers of stratum {at}"));
            let next = before.iter().zip(&counts).map(|(before, count)| before + count).collect();
            strata.push(Stratum { order: Permutation::new(*total, &stream), counts, before });
            before = next;
        }
        let columns = columns.into_iter().enumerate().map(|(at, (trigger, count))| {
            let stream = Stream::new(seed, declaration, &format!("rows of trigger {at}"));
            let mut rows = 0;
            let carrying = parts.iter().enumerate().filter(|(_, part)| part.trigger == trigger && part.count > 0);
            let sources = carrying.map(|(at, part)| {
                rows += part.count;
                (at, rows - part.count)
            });
            Column { trigger, order: Permutation::new(count, &stream), sources: sources.collect() }
        });
        let columns = columns.collect();
        let mut filled = vec![0; kinds.len()];
        let places = parts.iter().map(|part| {
            let stratum = kinds.iter().position(|kind| *kind == Kind::of(part)).unwrap_or(0);
            let first = filled.get(stratum).copied().unwrap_or(0);
            if let Some(filled) = filled.get_mut(stratum) {
                *filled += part.count;
            }
            (stratum, first)
        });
        Some(TriggerShuffle { places: places.collect(), strata, columns })
    }

    /// Returns the trigger of a part's row, and the row it is taken from.
    pub fn given(&self, parts: &[PartPlan], part: usize, at: u64) -> Option<Given> {
        let (stratum, first) = self.places.get(part)?;
        let stratum = self.strata.get(*stratum)?;
        let mut rank = stratum.order.get(first + at);
        for ((count, before), column) in stratum.counts.iter().zip(&stratum.before).zip(&self.columns) {
            if rank >= *count {
                rank -= count;
                continue;
            }
            let trigger = column.trigger?;
            let place = column.order.get(before + rank);
            let (source, rows) = column.sources.iter().rev().find(|(_, rows)| *rows <= place)?;
            let source = parts.get(*source)?;
            let unit = source.units.get(source.first_unit + place - rows);
            return Some(Given { trigger, template: source.template, unit });
        }
        None
    }
}

impl TriggerShuffle {
    /// Returns a part of each stratum, and how many of the stratum's rows have each trigger.
    pub(super) fn cells<'p>(&self, parts: &'p [PartPlan]) -> Vec<(&'p PartPlan, Carried)> {
        let of_stratum = |(at, stratum): (usize, &Stratum)| {
            let part = self.places.iter().position(|(place, _)| *place == at)?;
            let triggers = self.columns.iter().map(|column| column.trigger);
            Some((parts.get(part)?, triggers.zip(stratum.counts.iter().copied()).collect()))
        };
        self.strata.iter().enumerate().filter_map(of_stratum).collect()
    }
}

/// What rows of a stratum have in common, from the most to the least important.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    behavior: BehaviorId,
    persona: (PersonaId, Option<PersonaId>),
    template: TemplateId,
}

impl Kind {
    fn of(part: &PartPlan) -> Kind {
        Kind { behavior: part.behavior, persona: (part.by, part.about), template: part.template }
    }
}

/// Returns the runs of kinds with the same behavior, and in each those with the same persona.
fn groups(kinds: &[Kind]) -> Vec<Group> {
    let mut groups = Vec::new();
    for (first, kind) in kinds.iter().enumerate() {
        let before = first.checked_sub(1).and_then(|before| kinds.get(before));
        let run = |same: &dyn Fn(&Kind) -> bool| kinds.iter().skip(first).take_while(|other| same(other)).count();
        let same_behavior = |other: &Kind| other.behavior == kind.behavior;
        let same_persona = |other: &Kind| same_behavior(other) && other.persona == kind.persona;
        if !before.is_some_and(same_behavior) {
            groups.push(Group { first, leaves: run(&same_behavior) });
        }
        if !before.is_some_and(same_persona) {
            groups.push(Group { first, leaves: run(&same_persona) });
        }
    }
    groups
}
