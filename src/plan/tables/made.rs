use minijinja::Value;

use super::quotas::quotas;
use super::{Rows, TableValues, empty};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Dialogue, Played, Quota, Scope, Spec, TableInstance, TableSource, Variable, given};
use crate::writing::{Asker, Game, Replies, Turn, play, show, truth};

/// Makes the rows that models write, or dialogues become, in rounds: each tries for as many rows as are still missing,
/// in each combination of the axes, so that what is kept has exact shares and does not depend on what came first.
pub(super) fn made(
    spec: &Spec,
    instance: &TableInstance,
    replies: &Replies,
    quota: Quota,
) -> Result<TableValues, Diagnostic> {
    let table = &spec[instance.table];
    let axes = match &table.source {
        TableSource::Dialogue(played) => &spec[played.dialogue].variables,
        _ => &table.variables,
    };
    let sizes: Vec<usize> = axes.iter().filter_map(|axis| axis.axis()).map(<[_]>::len).collect();
    let (wanted, allowed) = (quotas(quota.rows, &sizes), quotas(quota.attempts, &sizes));
    let combinations = wanted.len() as u64;
    let mut tried = vec![0_u64; wanted.len()];
    let mut attempts: Vec<u64> = Vec::new();
    let mut kept = vec![0_u64; tried.len()];
    loop {
        let mut round: Vec<u64> = Vec::new();
        let shares = wanted.iter().zip(&allowed);
        for (at, ((tried, kept), (wanted, allowed))) in (0..).zip(tried.iter_mut().zip(&kept).zip(shares)) {
            let more = wanted.saturating_sub(*kept).min(allowed.saturating_sub(*tried));
            round.extend((*tried..*tried + more).map(|turn| turn * combinations + at));
            *tried += more;
        }
        if round.is_empty() && !attempts.is_empty() {
            let rows = tries(spec, instance, replies, (axes, combinations), &attempts)?;
            return rows.finished();
        }
        round.sort_unstable();
        attempts.extend(round);
        let rows = tries(spec, instance, replies, (axes, combinations), &attempts)?;
        if !rows.making.wanted.is_empty() {
            return Ok(open(rows, quota));
        }
        kept.fill(0);
        for key in rows.left.iter().filter_map(|row| rows.keys.get(*row)) {
            if let Some(kept) = usize::try_from(key % combinations).ok().and_then(|at| kept.get_mut(at)) {
                *kept += 1;
            }
        }
    }
}

/// As many rows as are wanted, with nothing in them: what is planned counts them.
fn open(mut rows: Rows<'_>, quota: Quota) -> TableValues {
    let count = usize::try_from(quota.rows).unwrap_or(0);
    rows.all = vec![empty(rows.spec, rows.instance); count];
    rows.left = (0..count).collect();
    let held_out = rows.held_out().unwrap_or_default();
    let training = rows.left.iter().copied().filter(|row| held_out.binary_search(row).is_err()).collect();
    let making = std::mem::take(&mut rows.making);
    TableValues { rows: rows.all, training, held_out, kept: rows.left, dropped: Vec::new(), making: Some(making) }
}

/// Tries for rows, as far as the replies go.
fn tries<'p>(
    spec: &'p Spec,
    instance: &'p TableInstance,
    replies: &'p Replies,
    (axes, combinations): (&[Variable], u64),
    attempts: &[u64],
) -> Result<Rows<'p>, Diagnostic> {
    let table = &spec[instance.table];
    let empty = empty(spec, instance);
    let all = attempts.iter().map(|attempt| match &table.source {
        TableSource::Dialogue(_) => empty.clone(),
        _ => combined(spec, axes, empty.clone(), attempt % combinations),
    });
    let all = all.collect();
    let mut rows = Rows::of(spec, instance, replies, (all, attempts.to_vec(), attempts.to_vec()));
    if let TableSource::Dialogue(played) = &table.source {
        rows.play(played, combinations)?;
    }
    if rows.making.wanted.is_empty() || !matches!(table.source, TableSource::Dialogue(_)) {
        rows.take_steps()?;
    }
    Ok(rows)
}

/// Gives the axes their values in a combination: the last one changes first.
fn combined(spec: &Spec, variables: &[Variable], mut scope: Scope, mut combination: u64) -> Scope {
    for variable in variables.iter().rev() {
        let Some(values) = variable.axis() else { continue };
        let count = values.len().max(1) as u64;
        let chosen = usize::try_from(combination % count).unwrap_or(0);
        combination /= count;
        if let Some(value) = values.get(chosen) {
            scope.set(variable.slot, value.value(spec));
        }
    }
    scope
}

impl Rows<'_> {
    /// Plays every dialogue as far as the replies go, and reads the rows off those that are over.
    fn play(&mut self, played: &Played, combinations: u64) -> Result<(), Diagnostic> {
        let dialogue = &self.spec[played.dialogue];
        let declaration = format!("dialogue {}", dialogue.name);
        let place = format!("table {}", self.spec.table_name(self.instance));
        let streams = Streams::new(self.spec.seed, &declaration, &dialogue.variables);
        let (left, mut lost) = (self.left.clone(), Vec::new());
        for row in left {
            let key = self.keys.get(row).copied().unwrap_or_default();
            let arguments = given(&played.arguments, &self.table.parameters, &self.instance.arguments);
            let mut scope = Scope::with_size(dialogue.size);
            for ((_, slot), argument) in dialogue.parameters.iter().zip(&arguments) {
                scope.set(*slot, argument.value(self.spec));
            }
            let mut scope = combined(self.spec, &dialogue.variables, scope, key % combinations);
            let mut failed = None;
            for (variable, stream) in dialogue.variables.iter().zip(streams.iter()) {
                match draw(variable, &scope, &mut stream.at(key)) {
                    Ok(value) => scope.set(variable.slot, value),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            let Some(tried) = self.making.tried.get_mut(row) else { continue };
            // Each game collects for itself: what one of them waits for holds up no other.
            let mut wanted = Vec::new();
            let mut asker = Asker {
                spec: self.spec,
                replies: self.replies,
                place: &place,
                seed: u32::try_from(key).unwrap_or(u32::MAX),
                wanted: &mut wanted,
                used: &mut tried.used,
            };
            let game = match failed {
                Some(error) => Err(error),
                None => play(&mut asker, dialogue, scope, None),
            };
            self.making.wanted.extend(wanted);
            let read = game.and_then(|game| match game {
                Game::Over(over) => self.read_game(row, played, dialogue, &over.said, (over.outcome, &over.scope)),
                Game::Missing => Ok(None),
                Game::Lost(lost) => Ok(Some(lost.why)),
            });
            match read {
                Ok(why) => lost.extend(why.map(|why| (row, why))),
                Err((span, message)) => {
                    let place = self.place(row);
                    return Err(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
                }
            }
        }
        if self.making.wanted.is_empty() {
            self.lose(lost);
        }
        Ok(())
    }

    /// Reads a row off a dialogue that is over; returns why it is not kept.
    fn read_game(
        &mut self,
        row: usize,
        played: &Played,
        dialogue: &Dialogue,
        said: &[Turn],
        (outcome, over): (usize, &Scope),
    ) -> Result<Option<String>, (crate::text::Span, String)> {
        let Some(scope) = self.all.get_mut(row) else { return Ok(None) };
        for (from, to) in &played.slots {
            scope.set(*to, over.get(*from));
        }
        let name = dialogue.outcomes.get(outcome).map_or("", |outcome| outcome.name.as_str());
        scope.set(played.outcome, Value::from(name));
        show(dialogue, said, scope, played.messages, &played.speakers);
        for keep in &played.keep {
            if !truth(keep, scope)? {
                return Ok(Some(format!("the outcome is {name}")));
            }
        }
        let Some(cut) = &played.cut else { return Ok(None) };
        let mut end = said.len();
        for until in 1..=said.len() {
            show(dialogue, said.get(..until).unwrap_or(said), scope, played.messages, &played.speakers);
            if truth(cut, scope)? {
                end = until - 1;
                break;
            }
        }
        let left = said.get(..end).unwrap_or(said);
        show(dialogue, left, scope, played.messages, &played.speakers);
        let role = |turn: &Turn| dialogue.speakers.get(turn.speaker).map(|speaker| speaker.role);
        let nothing = !left.iter().any(|turn| role(turn) == Some(Role::Assistant));
        Ok(nothing.then(|| "nothing is left to train on before the cut".to_owned()))
    }
}
