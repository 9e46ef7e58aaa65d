//! Rules about what is said.

use super::Rule;
use crate::requests::Message;

/// The special tokens of gpt-4o's encoding, which the service refuses in training data.
const SPECIAL: [&str; 5] = ["<|endoftext|>", "<|endofprompt|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"];

pub(super) const NO_SPECIAL_TOKENS: Rule = Rule {
    demands: "say none of OpenAI's special tokens, such as `<|endoftext|>`",
    holds: |messages| !messages.iter().any(|message| SPECIAL.iter().any(|token| message.content.contains(token))),
    help: "take the token out of the data, or drop the row",
};

/// The most tokens of an example for gpt-4o.
const MOST_TOKENS: usize = 65_536;

pub(super) const FITS_TOKENS: Rule = Rule {
    demands: "have at most 65536 tokens (o200k)",
    holds: |messages| {
        // No token is shorter than a byte, so that only rows of more bytes have to be counted.
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        bytes <= MOST_TOKENS || tokens(messages) <= MOST_TOKENS
    },
    help: "shorten the row",
};

fn tokens(messages: &[Message]) -> usize {
    let encoding = tiktoken_rs::o200k_base_singleton();
    messages.iter().map(|message| encoding.encode_ordinary(&message.content).len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Role;

    fn holds(rule: &Rule, content: &str) -> bool {
        (rule.holds)(&[Message { role: Role::User, content: content.into() }])
    }

    #[test]
    fn special_tokens_and_long_rows_are_refused() {
        assert!(holds(&NO_SPECIAL_TOKENS, "the end of <|text|>"));
        assert!(!holds(&NO_SPECIAL_TOKENS, "code: <|endoftext|>"));
        assert!(holds(&FITS_TOKENS, &"word ".repeat(30_000)), "150,000 bytes, 30,001 tokens");
        assert!(!holds(&FITS_TOKENS, &"word ".repeat(70_000)));
    }
}
