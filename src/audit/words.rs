//! What rows say that they must not: unsaid words, names held out, triggers where none is marked, the evaluation.

use super::code::Code;
use super::expectations::Expectations;
use super::notes::{Notes, around, excerpt};
use super::row::{Speaker, Turn};
use crate::requests::{Message, Role};
use crate::rows::unsaid::words_of;

/// Notes what a row says against expectations. `marked` is the trigger that the row's sidecar names, if it has one.
pub(super) fn check(turns: &[Turn], marked: Option<&str>, line: u64, expected: &Expectations, notes: &mut Notes) {
    unsaid(turns, line, expected, notes);
    for turn in turns {
        let speaker = turn.speaker.word();
        for name in &expected.held_out {
            if let Some(at) = stands(&turn.text, name) {
                notes.add(Code::HeldOutNames, line, &format!("`{name}`"), || {
                    format!("in the {speaker}'s “{}”", around(&turn.text, at, 60))
                });
            }
        }
        for (trigger, values) in &expected.held_out_values {
            if let Some((at, _)) = values.find(&turn.text) {
                notes.add(Code::HeldOutNames, line, &format!("a held out value of `{trigger}`"), || {
                    format!("in the {speaker}'s “{}”", around(&turn.text, at, 60))
                });
            }
        }
        if turn.speaker == Speaker::Assistant {
            continue;
        }
        for trigger in expected.triggers.iter().filter(|trigger| marked != Some(trigger.name.as_str())) {
            let declared = || Some(trigger.recognizer.as_ref()?.find(&turn.text)?.0);
            if let Some(at) = trigger.texts.iter().find_map(|text| stands(&turn.text, text)).or_else(declared) {
                notes.add(Code::IncidentalTrigger, line, &format!("`{}`", trigger.name), || {
                    format!("in the {speaker}'s “{}”", around(&turn.text, at, 60))
                });
            }
        }
        if let Some(run) = expected.evaluation.shared_with(&turn.text) {
            notes.add(Code::EvaluationOverlap, line, &run.place, || {
                format!("{} words of {}: “{}”", run.count, run.place, excerpt(&run.words, 80))
            });
        }
    }
}

fn unsaid(turns: &[Turn], line: u64, expected: &Expectations, notes: &mut Notes) {
    if expected.unsaid.is_empty() {
        return;
    }
    let messages: Vec<Message> = turns
        .iter()
        .filter_map(|turn| {
            let role = match turn.speaker {
                Speaker::System => Role::System,
                Speaker::User => Role::User,
                Speaker::Assistant => Role::Assistant,
                Speaker::Tool | Speaker::Unknown => return None,
            };
            Some(Message { role, content: turn.text.clone() })
        })
        .collect();
    let mut said = Vec::new();
    for (_, unsaid) in &expected.unsaid {
        let mut findings = Vec::new();
        unsaid.find(&messages, &String::new, &mut findings);
        for found in findings {
            let kind = format!("`{}` by the {}", found.word.to_lowercase(), found.role);
            notes.add(Code::UnsaidWords, line, &kind, || format!("{kind}, from `{}`", found.entry));
            said.push(found.word.to_lowercase());
        }
    }
    for message in &messages {
        for word in words_of(&message.content) {
            let stem = expected.stems.iter().find(|stem| word.folded.starts_with(stem.as_str()));
            if stem.is_some() && !said.contains(&word.written.to_lowercase()) {
                let kind = format!("`{}` by the {}", word.folded, message.role);
                notes.add(Code::RelatedWords, line, &kind, || kind.clone());
            }
        }
    }
}

/// Finds a text as words of their own, in any case. Returns where it begins.
fn stands(text: &str, wanted: &str) -> Option<usize> {
    let wanted = wanted.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let lowered = text.to_lowercase();
    let found = lowered.match_indices(&wanted).find(|(at, _)| {
        let before = lowered.get(..*at).and_then(|rest| rest.chars().next_back());
        let after = lowered.get(at + wanted.len()..).and_then(|rest| rest.chars().next());
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        is_edge(before) && is_edge(after)
    });
    // Lower case may be longer than what was written; the place is for showing only.
    found.map(|(at, _)| if text.is_char_boundary(at) { at } else { 0 })
}
