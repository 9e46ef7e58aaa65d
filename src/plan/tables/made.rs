use minijinja::Value;

use super::quotas::quotas;
use super::{Rows, TableValues, empty};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::side_by_side;
use crate::spec::{Dialogue, Played, Quota, Scope, Spec, TableInstance, TableSource, Variable, given};
use crate::text::Span;
use crate::writing::{Asker, Game, Replies, Turn, Used, Wanted, play, show, truth};

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

/// What came of one dialogue for a row.
#[derive(Default)]
struct OfGame {
    wanted: Vec<Wanted>,
    used: Vec<Used>,
    /// The row, where it is kept.
    row: Option<Scope>,
    /// Why it is not kept, where it is over.
    lost: Option<String>,
    failed: Option<(Span, String)>,
}

/// How many dialogues are worth playing on several processors.
const MANY: usize = 64;

impl Rows<'_> {
    /// Plays every dialogue as far as the replies go, and reads the rows off those that are over.
    fn play(&mut self, played: &Played, combinations: u64) -> Result<(), Diagnostic> {
        let left = self.left.clone();
        let games = side_by_side::map(&left, MANY, |row| self.game(*row, played, combinations));
        let mut lost = Vec::new();
        for (row, game) in left.into_iter().zip(games) {
            if let Some((span, message)) = game.failed {
                let place = self.place(row);
                return Err(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
            }
            self.making.wanted.extend(game.wanted);
            if let Some(tried) = self.making.tried.get_mut(row) {
                tried.used = game.used;
            }
            if let (Some(scope), Some(made)) = (self.all.get_mut(row), game.row) {
                *scope = made;
            }
            lost.extend(game.lost.map(|why| (row, why)));
        }
        if self.making.wanted.is_empty() {
            self.lose(lost);
        }
        Ok(())
    }

    /// Plays the dialogue of one row. Each collects for itself: what one of them waits for holds up no other.
    fn game(&self, row: usize, played: &Played, combinations: u64) -> OfGame {
        let mut of = OfGame::default();
        if let Err(failed) = self.game_into(row, played, combinations, &mut of) {
            of.failed = Some(failed);
        }
        of
    }

    fn game_into(&self, row: usize, played: &Played, combinations: u64, of: &mut OfGame) -> Result<(), (Span, String)> {
        let dialogue = &self.spec[played.dialogue];
        let declaration = format!("dialogue {}", dialogue.name);
        let key = self.keys.get(row).copied().unwrap_or_default();
        let arguments = given(&played.arguments, &self.table.parameters, &self.instance.arguments);
        let mut scope = Scope::with_size(dialogue.size);
        for ((_, slot), argument) in dialogue.parameters.iter().zip(&arguments) {
            scope.set(*slot, argument.value(self.spec));
        }
        let mut scope = combined(self.spec, &dialogue.variables, scope, key % combinations);
        let streams = Streams::new(self.spec.seed, &declaration, &dialogue.variables);
        for (variable, stream) in dialogue.variables.iter().zip(streams.iter()) {
            let value = draw(variable, &scope, &mut stream.at(key))?;
            scope.set(variable.slot, value);
        }
        let place = format!("table {}", self.spec.table_name(self.instance));
        let mut asker = Asker {
            spec: self.spec,
            replies: self.replies,
            place: &place,
            seed: u32::try_from(key).unwrap_or(u32::MAX),
            wanted: &mut of.wanted,
            used: &mut of.used,
        };
        match play(&mut asker, dialogue, scope, None)? {
            Game::Missing => {}
            Game::Lost(lost) => of.lost = Some(lost.why),
            Game::Over(over) => {
                let mut row = self.all.get(row).cloned().unwrap_or_default();
                of.lost = read_game(&mut row, played, dialogue, &over.said, (over.outcome, &over.scope))?;
                of.row = Some(row);
            }
        }
        Ok(())
    }
}

/// Reads a row off a dialogue that is over; returns why it is not kept.
fn read_game(
    scope: &mut Scope,
    played: &Played,
    dialogue: &Dialogue,
    said: &[Turn],
    (outcome, over): (usize, &Scope),
) -> Result<Option<String>, (Span, String)> {
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
