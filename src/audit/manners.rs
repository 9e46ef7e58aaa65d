//! What single messages show: answers that refuse, break off or copy, and marks of the tools that texts went through.

use super::code::Code;
use super::notes::{Notes, around, excerpt};
use super::row::{Speaker, Turn};

/// How many characters an answer has at least before it can be said to break off.
const LONG: usize = 120;

/// How many characters of an answer have to stand in the question before it is copied.
const COPIED: usize = 30;

/// How the messages of a row look, where the whole file decides what that means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Endings {
    /// Long answers, and those of them that end in the middle of a sentence.
    pub(super) long: u64,
    pub(super) unfinished: u64,
}

/// Notes what is odd about each message.
pub(super) fn check(turns: &[Turn], line: u64, notes: &mut Notes, endings: &mut Endings) {
    for (at, turn) in turns.iter().enumerate() {
        let text = &turn.text;
        if text.trim().is_empty() {
            continue;
        }
        blanks(turn, line, notes);
        marks(text, turn.speaker, line, notes);
        if matches!(text.trim(), "nan" | "NaN" | "None" | "null" | "undefined" | "[object Object]") {
            notes.add(Code::MissingValues, line, &format!("`{}`", text.trim()), || {
                format!("the {}'s message is `{}`", turn.speaker.word(), text.trim())
            });
        }
        if turn.speaker == Speaker::Assistant {
            answer(turns.get(..at).unwrap_or(&[]), text, line, notes, endings);
        }
    }
}

fn blanks(turn: &Turn, line: u64, notes: &mut Notes) {
    let (text, speaker) = (&turn.text, turn.speaker);
    let is_led = text.starts_with(char::is_whitespace);
    let is_trailed = text.ends_with(char::is_whitespace);
    if !is_led && !is_trailed {
        return;
    }
    let code = if speaker == Speaker::Assistant { Code::BlanksAroundAnswers } else { Code::BlanksAroundOthers };
    let blank = if is_trailed { text.chars().next_back() } else { text.chars().next() };
    let kind = format!(
        "{} {}",
        match blank {
            Some('\n') => "line end",
            Some('\t') => "tab",
            _ => "blank",
        },
        if is_trailed { "at the end" } else { "at the beginning" }
    );
    notes.add(code, line, &kind, || {
        let end: String = text.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
        let shown = excerpt(if is_trailed { &end } else { text }, 40);
        format!("the {}'s “{shown}”", speaker.word())
    });
}

const TEMPLATE_MARKS: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|begin_of_text|>",
    "<|assistant|>",
    "<|user|>",
    "<|system|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "\n\nHuman:",
    "\n\nAssistant:",
    "### Response:",
    "### Instruction:",
];

const PLACEHOLDERS: &[&str] = &[
    "[your name",
    "[name]",
    "[insert ",
    "[company",
    "[user",
    "[placeholder",
    "<insert ",
    "lorem ipsum",
    "[topic]",
    "[date]",
    "[city]",
    "[brief",
    "[describe ",
    "[mention ",
    "[specific ",
    "[name of ",
];

fn marks(text: &str, speaker: Speaker, line: u64, notes: &mut Notes) {
    if let Some((at, mark)) = TEMPLATE_MARKS.iter().filter_map(|mark| Some((text.find(mark)?, *mark))).min() {
        let kind = format!("`{}`", mark.trim());
        notes.add(Code::TemplateMarks, line, &kind, || {
            format!("in the {}'s “{}”", speaker.word(), around(text, at, 60))
        });
    }
    if let Some((at, shown)) = placeholder(text) {
        let kind = format!("`{}`", excerpt(shown, 40));
        notes
            .add(Code::Placeholders, line, &kind, || format!("in the {}'s “{}”", speaker.word(), around(text, at, 60)));
    }
}

/// Finds a name in double braces, or a word in brackets that asks to be replaced.
fn placeholder(text: &str) -> Option<(usize, &str)> {
    let mut rest = 0;
    while let Some(open) = text.get(rest..)?.find("{{").map(|at| at + rest) {
        let inside = text.get(open + 2..)?;
        let close = inside.find("}}").filter(|at| *at <= 40);
        if let Some(close) = close {
            let name = inside.get(..close)?.trim();
            let is_name = !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
                && name.starts_with(char::is_alphabetic);
            if is_name {
                return Some((open, text.get(open..open + 2 + close + 2)?));
            }
        }
        rest = open + 2;
    }
    if !text.contains(['[', '<']) && !text.contains("orem ") {
        return None;
    }
    let lowered = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().find_map(|mark| {
        let at = lowered.find(mark)?;
        let end = text.get(at..)?.find([']', '>']).map_or(mark.len(), |end| (end + 1).min(40));
        Some((at, text.get(at..at + end).unwrap_or(mark)))
    })
}

/// How answers begin that refuse, in lower case with straight apostrophes.
const REFUSALS: &[&str] = &[
    "i'm sorry, but",
    "i am sorry, but",
    "sorry, but i",
    "i'm sorry, i can",
    "i cannot ",
    "i can't help",
    "i can't assist",
    "i can't provide",
    "i'm unable to",
    "i am unable to",
    "i won't be able to",
    "i must decline",
    "i apologize, but",
    "unfortunately, i can",
];

/// What only an assistant says of itself.
const SPEAKS_AS_AI: &[&str] = &[
    "as an ai",
    "as a language model",
    "as a large language model",
    "as an artificial intelligence",
    "i'm an ai",
    "i am an ai",
];

fn answer(before: &[Turn], text: &str, line: u64, notes: &mut Notes, endings: &mut Endings) {
    let beginning: String =
        text.trim_start().chars().take(300).collect::<String>().to_lowercase().replace('\u{2019}', "'");
    let kind = if REFUSALS.iter().any(|refusal| beginning.starts_with(refusal)) {
        Some("refuses")
    } else if SPEAKS_AS_AI.iter().any(|words| speaks(&beginning, words)) {
        Some("speaks as an AI")
    } else {
        None
    };
    if let Some(kind) = kind {
        notes.add(Code::Refusals, line, kind, || format!("“{}”", excerpt(text, 90)));
    }
    if let Some((at, gap)) = gap(text) {
        notes.add(Code::LeftOut, line, &format!("`{gap}`"), || format!("“{}”", around(text, at, 70)));
    }
    let trimmed = text.trim();
    if trimmed.chars().nth(LONG).is_some() {
        endings.long += 1;
        let last = trimmed.chars().next_back().unwrap_or('.');
        if last.is_alphanumeric() || matches!(last, ',' | ';' | '-' | '(' | '–' | '—') {
            endings.unfinished += 1;
            notes.add(Code::Unfinished, line, "", || {
                let end: Vec<char> = trimmed.chars().rev().take(60).collect();
                format!("“…{}”", excerpt(&end.into_iter().rev().collect::<String>(), 60))
            });
        }
    }
    if trimmed.chars().nth(COPIED - 1).is_some() {
        let copied = before.iter().any(|turn| turn.speaker == Speaker::User && turn.text.contains(trimmed));
        if copied {
            notes.add(Code::AnswerInQuestion, line, "", || format!("“{}”", excerpt(trimmed, 80)));
        }
    }
    if trimmed.chars().filter(|c| c.is_alphanumeric()).count() <= 1 {
        notes.add(Code::NearlyEmpty, line, "", || format!("“{}”", excerpt(trimmed, 40)));
    }
}

/// What stands in brackets where a word was taken out.
const TAKEN_OUT: &[&str] = &["redacted", "removed", "censored", "omitted", "withheld", "word", "blank"];

/// Finds a gap for a word: a run of underscores, or a word in brackets that says that another is gone.
fn gap(text: &str) -> Option<(usize, &str)> {
    let mut rest = 0;
    while let Some(at) = text.get(rest..)?.find(['_', '[']).map(|at| at + rest) {
        let from = text.get(at..)?;
        if from.starts_with('_') {
            let length = from.find(|c| c != '_').unwrap_or(from.len());
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = from.get(length..).and_then(|after| after.chars().next());
            let is_alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '\n');
            // Underscores in a name are code, and a line of them is a rule.
            if length >= 3 && is_alone(before) && is_alone(after) && before.is_some() {
                return Some((at, from.get(..3)?));
            }
            rest = at + length;
        } else {
            let inside = from.get(1..).and_then(|from| from.get(..from.find(']').filter(|end| *end <= 30)?));
            let is_mark = |inside: &&str| {
                let lowered = inside.to_lowercase();
                lowered.split_whitespace().any(|word| TAKEN_OUT.contains(&word))
            };
            if let Some(inside) = inside.filter(is_mark) {
                return Some((at, from.get(..inside.len() + 2)?));
            }
            rest = at + 1;
        }
    }
    None
}

/// Tells whether words stand in a text as words of their own, at the beginning of a sentence or clause.
fn speaks(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let after = text.get(at + words.len()..).and_then(|rest| rest.chars().next());
        let before = text.get(..at).and_then(|rest| rest.trim_end().chars().next_back());
        after.is_none_or(|c| !c.is_alphanumeric()) && before.is_none_or(|c| !c.is_alphanumeric())
    })
}
