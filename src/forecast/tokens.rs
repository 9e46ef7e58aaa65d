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

/// Stands for a text that is not known yet. No expression makes another of it, and none of people's texts has it.
pub(super) const UNKNOWN: &str = "\u{f8ff}";

/// Estimates the tokens of a prompt in which [`UNKNOWN`] stands for a text of at most `longest` tokens. What stands before it
/// and what stands after it are counted apart, since the text may keep them from sharing a token.
pub(super) fn prompt_around(messages: &[Message], longest: u64) -> u64 {
    let encoding = tiktoken_rs::o200k_base_singleton();
    let of = |message: &Message| {
        let pieces = message.content.split(UNKNOWN).map(|piece| encoding.encode_ordinary(piece).len() as u64);
        AROUND + pieces.sum::<u64>() + longest * message.content.matches(UNKNOWN).count() as u64
    };
    BEFORE_ANSWER + messages.iter().map(of).sum::<u64>()
}
