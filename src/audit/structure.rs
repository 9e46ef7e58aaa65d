use super::code::Code;
use super::notes::Notes;
use super::row::{Format, Row, Speaker};

/// Notes what is wrong with who speaks when.
pub(super) fn check(row: &Row, line: u64, notes: &mut Notes) {
    match row.format {
        Format::Messages => {}
        Format::Text => {
            return notes.add(Code::OtherFormat, line, row.format.words(), || row.format.words().to_owned());
        }
        // ShareGPT has a finding of its own.
        Format::ShareGpt => {}
        format => notes.add(Code::OtherFormat, line, format.words(), || format.words().to_owned()),
    }
    let turns = &row.turns;
    for (at, turn) in turns.iter().enumerate() {
        if turn.speaker == Speaker::System && at > 0 {
            notes.add(Code::SystemNotFirst, line, "", || format!("message {} of {}", at + 1, turns.len()));
        }
        if turn.text.trim().is_empty() && !turn.calls && turn.speaker != Speaker::Tool {
            // Content that is no text has a finding of its own.
            if notes.line_of(Code::ContentNotText) != Some(line) {
                notes.add(Code::EmptyContent, line, turn.speaker.word(), || {
                    format!("message {} of {}, of the {}", at + 1, turns.len(), turn.speaker.word())
                });
            }
        }
    }
    let spoken: Vec<(usize, Speaker)> = turns
        .iter()
        .enumerate()
        .map(|(at, turn)| (at + 1, turn.speaker))
        .filter(|(_, speaker)| *speaker != Speaker::System)
        .collect();
    for pair in spoken.windows(2) {
        if let [(_, a), (at, b)] = pair {
            // A preference whose sides are no single answers has a finding of its own.
            let is_told = notes.line_of(Code::PreferenceShape) == Some(line);
            if a == b && matches!(a, Speaker::User | Speaker::Assistant) && !is_told {
                notes.add(Code::SameRoleTwice, line, a.word(), || {
                    format!("messages {} and {at} are both the {}'s", at - 1, a.word())
                });
            }
        }
    }
    if !turns.iter().any(|turn| turn.speaker == Speaker::Assistant) {
        notes.add(Code::NoAnswer, line, "", || format!("{} messages, none of the assistant", turns.len()));
        return;
    }
    if let Some(last) = turns.last().filter(|last| last.speaker != Speaker::Assistant) {
        notes.add(Code::EndsWithoutAnswer, line, last.speaker.word(), || {
            format!("the last of {} messages is the {}'s", turns.len(), last.speaker.word())
        });
    }
    if spoken.first().is_some_and(|(_, speaker)| *speaker == Speaker::Assistant) {
        notes.add(Code::StartsWithAnswer, line, "", || {
            format!("the first of {} messages is the assistant's", turns.len())
        });
    }
    let mut answers = turns.iter().filter(|turn| turn.speaker == Speaker::Assistant);
    if answers.all(|turn| turn.weight == Some(0.0)) {
        notes.add(Code::NothingTrained, line, "", || "every assistant message has weight 0".to_owned());
    }
}
