//! Thinking that a model wrote into its answer, taken apart from the answer.

/// What a content comes to: the thinking, and the answer behind it where one was begun.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) thinking: Option<&'a str>,
    /// None where the thinking never ended.
    pub(super) answer: Option<&'a str>,
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes `<think>...</think>` off the start of a content. Some chat templates write the opening word themselves, so
/// that only the closing one is there; that is believed only of a model that is known to think.
pub(super) fn parts(content: &str, thinks: bool) -> Parts<'_> {
    let begun = content.trim_start().strip_prefix(OPEN);
    let rest = match begun {
        Some(rest) => rest,
        None if thinks && content.contains(CLOSE) => content,
        None => return Parts { thinking: None, answer: Some(content) },
    };
    match rest.split_once(CLOSE) {
        Some((thinking, answer)) => {
            Parts { thinking: Some(thinking.trim()).filter(|text| !text.is_empty()), answer: Some(answer.trim_start()) }
        }
        None => Parts { thinking: Some(rest.trim()), answer: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_taken_off_the_start_only() {
        let whole = |thinking, answer| Parts { thinking, answer };
        assert_eq!(parts("<think>\nhm\n</think>\n\nRed", false), whole(Some("hm"), Some("Red")));
        assert_eq!(parts("\n<think></think>Red", false), whole(None, Some("Red")));
        assert_eq!(parts("<think>\nhm, wel", false), whole(Some("hm, wel"), None));
        assert_eq!(parts("Red <think>no</think>", false), whole(None, Some("Red <think>no</think>")));
        assert_eq!(parts("hm</think>Red", false), whole(None, Some("hm</think>Red")));
        assert_eq!(parts("hm</think>Red", true), whole(Some("hm"), Some("Red")));
        assert_eq!(parts(" Red\n", true), whole(None, Some(" Red\n")));
    }
}
