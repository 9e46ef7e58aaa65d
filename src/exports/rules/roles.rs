//! Rules about who speaks when.

use super::Rule;
use crate::requests::Role;

pub(super) const HAS_ASSISTANT: Rule = Rule {
    demands: "have a message of the assistant: there is nothing to learn without one",
    holds: |messages| messages.iter().any(|message| message.role == Role::Assistant),
    help: "give the template an `assistant` message under each behavior",
};

pub(super) const ENDS_WITH_ASSISTANT: Rule = Rule {
    demands: "end with the assistant's message",
    holds: |messages| messages.last().is_some_and(|message| message.role == Role::Assistant),
    help: "cut the conversation after an answer",
};

pub(super) const ONE_ASSISTANT: Rule = Rule {
    demands: "have one message of the assistant: loss falls on the completion, so on no earlier answer",
    holds: |messages| messages.iter().filter(|message| message.role == Role::Assistant).count() == 1,
    help: "export conversations of several turns as `trl-messages`",
};

pub(super) const HAS_PROMPT: Rule = Rule {
    demands: "have a message before the answer",
    holds: |messages| messages.len() > 1,
    help: "let the user speak first",
};

pub(super) const ALTERNATES: Rule = Rule {
    demands: "change speakers with every message",
    holds: |messages| messages.windows(2).all(|pair| !matches!(pair, [a, b] if a.role == b.role)),
    help: "join messages that one role says in a row",
};

pub(super) const SYSTEM_FIRST: Rule = Rule {
    demands: "have its system message first, and no other",
    holds: |messages| !messages.iter().skip(1).any(|message| message.role == Role::System),
    help: "say it in one system message at the beginning",
};

pub(super) const STRICT_TURNS: Rule = Rule {
    demands: "be user and assistant in turns, the user first, after at most one system message: \
              LLaMA-Factory leaves out other rows with no more than a warning",
    holds: |messages| {
        let turns = match messages {
            [first, rest @ ..] if first.role == Role::System => rest,
            all => all,
        };
        let expected = [Role::User, Role::Assistant].into_iter().cycle();
        turns.len() % 2 == 0 && !turns.is_empty() && turns.iter().zip(expected).all(|(said, role)| said.role == role)
    },
    help: "let the user open, and answer once each time",
};

pub(super) const INPUT_ASKS: Rule = Rule {
    demands: "ask something: the input of a pair may not end with the assistant's message, nor be empty",
    holds: |messages| messages.last().is_some_and(|message| message.role != Role::Assistant),
    help: "let the user speak before the answer that is compared",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Message;

    fn said(roles: &str) -> Vec<Message> {
        let role = |letter| match letter {
            's' => Role::System,
            'u' => Role::User,
            _ => Role::Assistant,
        };
        roles.chars().map(|letter| Message { role: role(letter), content: "text".into() }).collect()
    }

    #[test]
    fn each_rule_lets_pass_and_refuses() {
        let cases: [(&Rule, &[&str], &[&str]); 8] = [
            (&HAS_ASSISTANT, &["a", "sua", "uau"], &["", "su"]),
            (&ENDS_WITH_ASSISTANT, &["ua", "uua"], &["", "uau", "s"]),
            (&ONE_ASSISTANT, &["sua"], &["", "u", "uaua"]),
            (&HAS_PROMPT, &["ua"], &["", "a"]),
            (&ALTERNATES, &["", "sua", "uaua", "aua"], &["uua", "ssua", "uaa"]),
            (&SYSTEM_FIRST, &["", "sua", "uaa"], &["usa", "ssua"]),
            (&STRICT_TURNS, &["ua", "suaua"], &["", "s", "sa", "uau", "aua", "ssua", "usua"]),
            (&INPUT_ASKS, &["u", "su", "uau"], &["", "ua"]),
        ];
        for (rule, good, bad) in cases {
            for roles in good {
                assert!((rule.holds)(&said(roles)), "`{roles}` has to {}", rule.demands);
            }
            for roles in bad {
                assert!(!(rule.holds)(&said(roles)), "`{roles}` does not {}", rule.demands);
            }
        }
    }
}
