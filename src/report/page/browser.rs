//! Every conversation, to be searched: the data that the page's script reads. Texts that come again stand once.

use std::collections::HashMap;

use minijinja::Value;
use serde::Serialize;

use super::numbers::count;
use crate::report::Kept;

#[derive(Serialize)]
pub(super) struct Browser {
    /// Such as `9,000 of 120,000 conversations`.
    shown: String,
    questions: Vec<String>,
    arms: Vec<String>,
    outcomes: Vec<String>,
    /// JSON that cannot end the element that it stands in.
    data: Value,
}

/// One column for each property; numbers in `texts`' columns are places in it.
#[derive(Default, Serialize)]
struct Data<'k> {
    texts: Vec<&'k str>,
    /// The roles and texts of each prompt's messages, in turn.
    prompts: Vec<Vec<usize>>,
    question: Vec<usize>,
    arm: Vec<usize>,
    run: Vec<usize>,
    about: Vec<usize>,
    under: Vec<usize>,
    axes: Vec<usize>,
    way: Vec<usize>,
    outcome: Vec<usize>,
    read: Vec<Option<usize>>,
    prompt: Vec<usize>,
    answer: Vec<&'k str>,
    score: Vec<Option<f64>>,
}

/// Returns the conversations as the page holds them, or nothing where there are none.
pub(super) fn of<'k>(kept: &'k Kept) -> Option<Browser> {
    let rows = kept.rows();
    let mut data = Data::default();
    let mut texts: HashMap<&str, usize> = HashMap::new();
    let mut prompts: HashMap<Vec<usize>, usize> = HashMap::new();
    for row in &rows {
        let mut place = |text: &'k str| {
            *texts.entry(text).or_insert_with(|| {
                data.texts.push(text);
                data.texts.len() - 1
            })
        };
        data.question.push(place(&row.question));
        data.arm.push(place(&row.arm));
        data.run.push(place(&row.run));
        data.about.push(place(&row.about));
        data.under.push(place(&row.under));
        data.axes.push(place(&row.axes));
        data.way.push(place(&row.way));
        data.outcome.push(place(&row.outcome));
        data.read.push(row.read.as_deref().map(&mut place));
        let prompt: Vec<usize> = row
            .messages
            .iter()
            .flat_map(|message| [message.role.word(), message.content.as_str()])
            .map(place)
            .collect();
        data.prompt.push(*prompts.entry(prompt).or_insert_with_key(|prompt| {
            data.prompts.push(prompt.clone());
            data.prompts.len() - 1
        }));
        data.answer.push(&row.answer);
        data.score.push(row.score.filter(|score| score.is_finite()));
    }
    let named = |column: &[usize]| {
        let mut names: Vec<String> = Vec::new();
        for place in column {
            let name = data.texts.get(*place).copied().unwrap_or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    };
    let (questions, arms, outcomes) = (named(&data.question), named(&data.arm), named(&data.outcome));
    let json = serde_json::to_string(&data).unwrap_or_default();
    // In JSON, these stand in texts alone. Escaped, no answer can end the element or begin a comment in it.
    let data = Value::from_safe_string(json.replace('<', "\\u003c").replace('>', "\\u003e"));
    let shown = format!("{} of {} conversations", count(rows.len() as u64), count(kept.of()));
    (!rows.is_empty()).then_some(Browser { shown, questions, arms, outcomes, data })
}
