use super::Wanted;
use crate::requests::default_tokens;
use crate::spec::{
    Answerer, Answers, Dialogue, Draw, Foreseen, Piece, Quota, Spec, TableInstance, TableSource, Variable, Writing,
};

/// How much may have to be asked of one model, for one thing that a spec leaves to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// What is asked for, such as `label of table choices`.
    pub what: String,
    pub by: Answerer,
    /// The speaker of a dialogue who is asked, by its place.
    pub speaker: Option<usize>,
    /// Requests, where every row is kept.
    pub least: u64,
    /// Requests, where every attempt is spent.
    pub most: u64,
    /// An estimate for that case: four bytes a token, and as much as may be written for what is not written yet.
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// What a prompt holds beside its own words, in tokens: what other models wrote, and the chat format.
const AROUND: u64 = 32;
/// What a writer may say at most, where the spec does not say: as in the dialogues and tables themselves.
const TOKENS: u64 = 512;

/// Returns how much writing may come to, table by table, where something is left to ask. `rows` is that of a preview.
pub fn bounds(spec: &Spec, wanted: &[Wanted], rows: Option<u64>) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for instance in &spec.instances {
        let place = format!("table {}", spec.table_name(instance));
        if wanted.iter().any(|wanted| wanted.place.contains(&place)) {
            bounds.extend(of_table(spec, instance, &place, rows));
        }
    }
    let of_datasets = wanted.iter().filter(|wanted| !wanted.place.contains("table "));
    for wanted in of_datasets {
        let (tokens, completion) = (known_tokens(wanted), u64::from(wanted.sampling.max_tokens));
        match bounds.iter_mut().find(|bound: &&mut Bound| bound.what == wanted.place) {
            Some(bound) => {
                bound.least += 1;
                bound.most += 1;
                bound.prompt_tokens += tokens;
                bound.completion_tokens += completion;
            }
            None => bounds.push(Bound {
                what: wanted.place.clone(),
                by: wanted.by.clone(),
                speaker: None,
                least: 1,
                most: 1,
                prompt_tokens: tokens,
                completion_tokens: completion,
            }),
        }
    }
    bounds
}

fn of_table(spec: &Spec, instance: &TableInstance, place: &str, rows: Option<u64>) -> Vec<Bound> {
    let table = &spec[instance.table];
    let limited = |quota: Quota| quota.limited(rows);
    let (least, most) = match &table.source {
        TableSource::File(_) => (instance.rows.len() as u64, instance.rows.len() as u64),
        TableSource::Written(written) => (limited(written.quota).rows, limited(written.quota).attempts),
        TableSource::Dialogue(played) => (limited(played.quota).rows, limited(played.quota).attempts),
    };
    let mut bounds = Vec::new();
    match &table.source {
        TableSource::File(_) => {}
        TableSource::Written(written) => bounds.push(of_asked(&written.asked, place, least, most, 0)),
        TableSource::Dialogue(played) => {
            let dialogue = &spec[played.dialogue];
            bounds.extend(of_dialogue(dialogue, place, least, most));
        }
    }
    bounds.extend(answers(&table.variables).map(|answers| of_asked(&answers.asked, place, least, most, 0)));
    bounds
}

/// Returns how much so many games of a dialogue may come to.
pub(crate) fn of_dialogue(dialogue: &Dialogue, place: &str, least: u64, most: u64) -> Vec<Bound> {
    let said: Vec<u64> = dialogue.speakers.iter().map(|speaker| speaker.max_tokens.map_or(TOKENS, u64::from)).collect();
    let (round, turns): (u64, _) = (said.iter().sum(), u64::from(dialogue.turns));
    let mut bounds = Vec::new();
    for (at, (speaker, said)) in dialogue.speakers.iter().zip(&said).enumerate() {
        let own = [&speaker.system, &speaker.note].into_iter().flatten().map(literal_tokens).sum::<u64>() + AROUND;
        // Before turn k stand k rounds at most.
        let prompts = turns * own + round * (turns * (turns + 1) / 2);
        bounds.push(Bound {
            what: format!("{} of {place}", speaker.name),
            by: speaker.by.clone(),
            speaker: Some(at),
            least: least * turns,
            most: most * turns,
            prompt_tokens: most * prompts,
            completion_tokens: most * turns * said,
        });
    }
    let whole = round * turns;
    bounds.extend(answers(&dialogue.after).map(|answers| {
        let before = answers.speaker.map_or(0, |_| whole);
        Bound { speaker: answers.speaker, ..of_asked(&answers.asked, place, least, most, before) }
    }));
    bounds
}

fn answers(variables: &[Variable]) -> impl Iterator<Item = &Answers> {
    variables.iter().filter_map(|variable| match &variable.draw {
        Draw::Answers(answers) => Some(&**answers),
        _ => None,
    })
}

/// `before` is the conversation that the question goes on from, in tokens.
fn of_asked(asked: &Foreseen, place: &str, least: u64, most: u64, before: u64) -> Bound {
    let own = asked.system.as_ref().map_or(0, literal_tokens) + literal_tokens(&asked.wording) + AROUND + before;
    Bound {
        what: format!("{} of {place}", asked.name),
        by: asked.by.clone(),
        speaker: None,
        least,
        most,
        prompt_tokens: most * own,
        completion_tokens: most * u64::from(asked.max_tokens.unwrap_or(default_tokens(&asked.answer))),
    }
}

fn known_tokens(wanted: &Wanted) -> u64 {
    let bytes: usize = wanted.messages.iter().map(|message| message.content.len()).sum();
    bytes as u64 / 4 + AROUND
}

/// A text's own words, and as much as a writer may have written for each value in it.
fn literal_tokens(writing: &Writing) -> u64 {
    let of = |piece: &Piece| match piece {
        Piece::Text(text) => text.len() as u64 / 4,
        Piece::Variable(_) | Piece::Formula(_) | Piece::Options(_) => TOKENS / 4,
    };
    writing.pieces.iter().map(of).sum()
}
