//! Prompt tokens, estimated.

use crate::requests::Message;

/// What chat formats add around a message, and before the answer, in tokens. `OpenAI`'s published count for its chat
/// models is 3 and the role's own token.
const AROUND: u64 = 4;
const BEFORE_ANSWER: u64 = 3;

/// Estimates the tokens of a prompt by `OpenAI`'s `o200k_base`. Models with another vocabulary count differently.
pub(super) fn prompt(messages: &[Message]) -> u64 {
    let encoding = tiktoken_rs::o200k_base_singleton();
    let of = |message: &Message| AROUND + encoding.encode_ordinary(&message.content).len() as u64;
    BEFORE_ANSWER + messages.iter().map(of).sum::<u64>()
}
