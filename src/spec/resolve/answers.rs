use super::super::{AnswerType, Choice, Field, Labels, Slot, Writing};
use super::Resolver;
use super::frame::Frame;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{Answer, AnswerKind, Ask, ColumnType, FieldKind, LabelKind, Name, OptionLine, Word};

/// What kind of answer is expected, and the exits from it.
pub(super) struct Answerable {
    pub(super) answer: AnswerType,
    pub(super) exits: Vec<String>,
}

impl Resolver<'_> {
    pub(super) fn answer(&mut self, written: &Answer, frame: &Frame) -> Answerable {
        let answer = match &written.kind {
            AnswerKind::Word => AnswerType::Word,
            AnswerKind::Text => AnswerType::Text,
            AnswerKind::Code => AnswerType::Code,
            AnswerKind::Literal(texts) => AnswerType::Literal(texts.iter().map(|text| text.text.clone()).collect()),
            AnswerKind::Number { low, high } => {
                let (from, to) = (low.value.to_f64(), high.value.to_f64());
                self.in_order(from < to, low, high);
                AnswerType::Number { low: from, high: to }
            }
            AnswerKind::Json(fields) => AnswerType::Json(self.fields(fields)),
            AnswerKind::Option { options, labels } => self.options(options, labels, frame),
        };
        let exits = self.exits(&written.exits, &answer);
        Answerable { answer, exits }
    }

    /// An exit is a text beside the kind of answer: where any text is an answer, there is none.
    fn exits(&mut self, written: &[Name], answer: &AnswerType) -> Vec<String> {
        let readable = answer.readable();
        let mut exits: Vec<String> = Vec::new();
        for exit in written {
            let is_same = |known: &String| known.eq_ignore_ascii_case(&exit.value);
            let why = match answer {
                AnswerType::Text | AnswerType::Code | AnswerType::Json(_) => {
                    Some(format!("{} is all that is read", answer.words()))
                }
                _ if exit.value.trim().is_empty() => Some("it is empty".to_owned()),
                _ if readable.iter().any(is_same) => Some("it is an answer too".to_owned()),
                _ if exits.iter().any(is_same) => Some("it is named twice".to_owned()),
                _ => None,
            };
            match why {
                Some(why) => self.report(Diagnostic::at(exit.span, Problem::BadExit { exit: exit.value.clone(), why })),
                None => exits.push(exit.value.clone()),
            }
        }
        exits
    }

    fn options(&mut self, options: &[OptionLine], labels: &LabelKind, frame: &Frame) -> AnswerType {
        let mut choices: Vec<Choice> = Vec::new();
        for option in options {
            if choices.iter().any(|choice| choice.name == option.name.value) {
                let problem = Problem::DuplicateName { kind: Kind::Option, name: option.name.value.clone() };
                self.report(Diagnostic::at(option.name.span, problem));
            }
            let text = self.writing(&option.text, frame);
            choices.push(Choice { name: option.name.value.clone(), text });
        }
        let labels = match labels {
            LabelKind::Letters => Labels::Letters,
            LabelKind::Numbers => Labels::Numbers,
            LabelKind::Own { labels, span } => self.own_labels(labels, *span, choices.len()),
        };
        AnswerType::Options { choices, labels }
    }

    fn own_labels(&mut self, written: &[Word], span: Span, options: usize) -> Labels {
        let mut labels: Vec<String> = Vec::new();
        for word in written {
            let label = match word {
                Word::Text(text) => text.text.trim().to_owned(),
                Word::Name(name) => name.value.clone(),
                Word::Number(number) => number.value.to_string(),
            };
            if label.is_empty() || labels.iter().any(|known| known.to_lowercase() == label.to_lowercase()) {
                self.report(Diagnostic::at(word.span(), Problem::BadLabel { label }));
            } else {
                labels.push(label);
            }
        }
        if written.len() != options {
            self.report(Diagnostic::at(span, Problem::LabelCount { labels: written.len(), options }));
        }
        Labels::Own(labels)
    }

    fn fields(&mut self, written: &[crate::tree::Field]) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for field in written {
            if fields.iter().any(|known| known.name == field.name.value) {
                let problem = Problem::DuplicateName { kind: Kind::Variable, name: field.name.value.clone() };
                self.report(Diagnostic::at(field.name.span, problem));
            }
            let (holds, range) = match &field.kind {
                FieldKind::Of(kind) => (kind.clone(), None),
                FieldKind::InRange { low, high, whole } => {
                    let (from, to) = (low.value.to_f64(), high.value.to_f64());
                    self.in_order(from < to, low, high);
                    (if *whole { ColumnType::Integer } else { ColumnType::Number }, Some((from, to)))
                }
            };
            fields.push(Field { name: field.name.value.clone(), holds, range });
        }
        fields
    }

    pub(super) fn wordings(&mut self, ask: &Ask, frame: &Frame, span: Span) -> Vec<Writing> {
        if ask.wordings.is_empty() {
            self.report(Diagnostic::at(span, Problem::EmptyList));
        }
        let mut wordings = Vec::new();
        for word in &ask.wordings {
            match word {
                Word::Text(text) => wordings.push(self.writing(text, frame)),
                other => {
                    let name = self.sources.slice(other.span()).to_owned();
                    let problem = Problem::NotUsable { name, expected: "a text in quotes", found: "no wording".into() };
                    self.report(Diagnostic::at(other.span(), problem));
                }
            }
        }
        wordings
    }

    pub(super) fn shows_options(&mut self, wordings: &[Writing], options: Slot) {
        for wording in wordings.iter().filter(|wording| !wording.reads(options)) {
            self.report(Diagnostic::at(wording.span, Problem::OptionsNotShown));
        }
    }
}
