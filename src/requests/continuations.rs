use super::ShownOption;
use crate::spec::AnswerType;

/// Returns the texts whose probabilities say what an answer is: the labels of options, the words, texts or numbers that
/// can be read, and the exits.
pub(crate) fn continuations(
    answer: &AnswerType,
    readable: &[String],
    exits: &[String],
    options: &[ShownOption],
) -> Vec<String> {
    let answers: Vec<String> = match answer {
        AnswerType::Options { .. } => options.iter().map(|option| option.label.clone()).collect(),
        _ => readable.iter().flat_map(|text| spellings(answer, text)).collect(),
    };
    answers.into_iter().chain(exits.iter().cloned()).collect()
}

/// Returns the ways in which an answer may be written: a word in lower case and capitalised, a given text as it is.
fn spellings(answer: &AnswerType, text: &str) -> Vec<String> {
    let mut spellings = vec![text.to_owned()];
    if matches!(answer, AnswerType::Word) {
        let mut characters = text.chars();
        let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        spellings.push(format!("{first}{}", characters.as_str()));
    }
    spellings.dedup();
    spellings
}
