use serde::Serialize;

use super::format::Shape;
use crate::requests::{Message, Role};

/// A whole conversation, as most trainers take it.
#[derive(Serialize)]
pub(super) struct Conversation<'r> {
    messages: &'r [Message],
}

/// A conversation cut before its last message, which is what is learned.
#[derive(Serialize)]
pub(super) struct PromptCompletion<'r> {
    prompt: &'r [Message],
    completion: &'r [Message],
}

/// One line of an export that is made from a row alone.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Line<'r> {
    Conversation(Conversation<'r>),
    PromptCompletion(PromptCompletion<'r>),
}

impl<'r> Line<'r> {
    /// Returns a row in a shape; nothing where the shape is not one of lines.
    pub(super) fn of(shape: Shape, messages: &'r [Message]) -> Option<Line<'r>> {
        match shape {
            Shape::Messages => Some(Line::Conversation(Conversation { messages })),
            Shape::PromptCompletion => {
                let (prompt, completion) = messages.split_at_checked(messages.len().saturating_sub(1))?;
                Some(Line::PromptCompletion(PromptCompletion { prompt, completion }))
            }
            Shape::Pairs | Shape::Columns => None,
        }
    }
}

/// A question with the answer that is preferred and the one that is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pair<'r> {
    input: Input<'r>,
    preferred_output: [Message; 1],
    non_preferred_output: [Message; 1],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Input<'r> {
    messages: &'r [Message],
}

impl<'r> Pair<'r> {
    pub(super) fn new(input: &'r [Message], preferred: &str, non_preferred: &str) -> Pair<'r> {
        let said = |content: &str| [Message { role: Role::Assistant, content: content.to_owned() }];
        Pair {
            input: Input { messages: input },
            preferred_output: said(preferred),
            non_preferred_output: said(non_preferred),
        }
    }
}
