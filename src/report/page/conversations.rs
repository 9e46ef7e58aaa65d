use serde::Serialize;

use super::numbers::decimal;
use crate::report::{Conversation, Results};

/// A sample conversation as the page shows it, folded under one line that says whose it is and how it ended.
#[derive(Serialize)]
pub(super) struct Sample<'a> {
    arm: &'a str,
    about: &'a str,
    under: Option<&'a str>,
    messages: Vec<Message<'a>>,
    answer: &'a str,
    /// The answer's beginning on one line.
    beginning: String,
    /// What it was read as; where it was not read, `outcome` says what became of it.
    read: Option<&'a str>,
    outcome: &'a str,
    score: Option<String>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

const BEGINNING: usize = 140;

pub(super) fn of<'a>(results: &'a Results, question: &str) -> Vec<Sample<'a>> {
    results.conversations.iter().filter(|conversation| conversation.question == question).map(sample).collect()
}

fn sample(conversation: &Conversation) -> Sample<'_> {
    Sample {
        arm: &conversation.arm,
        about: &conversation.about,
        under: (conversation.under != "none").then_some(conversation.under.as_str()),
        messages: conversation
            .messages
            .iter()
            .map(|message| Message { role: message.role.word(), content: &message.content })
            .collect(),
        answer: &conversation.answer,
        beginning: conversation
            .answer
            .split_whitespace()
            .flat_map(|word| word.chars().chain([' ']))
            .take(BEGINNING)
            .collect(),
        read: conversation.read.as_deref(),
        outcome: &conversation.outcome,
        score: conversation.score.map(|score| decimal(score, 2)),
    }
}
