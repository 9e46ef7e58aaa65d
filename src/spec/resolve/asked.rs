use super::super::{AnswerType, Answerer, ArmId, Foreseen, Slot, Writing};
use super::Resolver;
use super::answers::Answerable;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{self, AnswersStatement, Decimal, Name, Spanned};

impl Resolver<'_> {
    /// Resolves what a model is asked, over the names of a frame. `slot` is where the answer goes, and `options` where
    /// its options are shown.
    pub(super) fn asked(
        &mut self,
        name: &Name,
        answers: &tree::Answers,
        frame: &Frame,
        (slot, options): (Slot, Slot),
    ) -> Option<Foreseen> {
        let within = format!("the answers of `{}`", answers.by.value);
        let (mut wording, mut answer, mut system) = (None, None, None);
        let (mut max_tokens, mut temperature) = (None, None);
        for statement in &answers.statements {
            match &statement.value {
                AnswersStatement::Answer(written) => {
                    let resolved = self.answer(written, frame);
                    self.once(&mut answer, resolved, "answer", statement.span);
                }
                AnswersStatement::System(phrasings) => {
                    if let Some(first) = phrasings.first() {
                        let writing = self.writing(first, frame);
                        self.once(&mut system, writing, "system", statement.span);
                    }
                }
                AnswersStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", statement.span);
                }
                AnswersStatement::Temperature(written) => {
                    let value = self.temperature(written);
                    self.once(&mut temperature, value, "temperature", statement.span);
                }
                AnswersStatement::Read(_) => {
                    let problem = Problem::NoProbability { answer: "what a model answers beside a question" };
                    self.report(Diagnostic::at(statement.span, problem));
                }
                AnswersStatement::Ask(_) => {}
            }
        }
        for statement in &answers.statements {
            if let AnswersStatement::Ask(ask) = &statement.value {
                let asked = self.one_wording(ask, statement.span, frame, options, answer.as_ref(), &within);
                if let Some(asked) = asked {
                    self.once(&mut wording, asked, "ask", statement.span);
                }
            }
        }
        self.has_both(&within, answers.by.span, wording.is_some(), answer.is_some());
        let Answerable { answer, exits } = answer?;
        let (name, span, by) = (name.value.clone(), name.span, self.answerer(&answers.by));
        Some(Foreseen {
            name,
            span,
            by,
            system,
            wording: wording?,
            answer,
            exits,
            max_tokens,
            temperature,
            options,
            slot,
        })
    }

    /// Who is meant by a model's name: the model itself, an arm, or a role of the configuration.
    pub(super) fn answerer(&mut self, by: &Name) -> Answerer {
        match (by.value.as_str(), self.names.find(Kind::Arm, &by.value)) {
            ("self", _) => Answerer::Itself,
            (name, Some(arm)) => {
                self.names.mark(Kind::Arm, name);
                Answerer::Arm(ArmId(arm))
            }
            (role, None) => Answerer::Role(role.to_owned()),
        }
    }

    /// Checks a temperature.
    pub(super) fn temperature(&mut self, written: &Spanned<Decimal>) -> f64 {
        let value = written.value.to_f64();
        if !(0.0..=2.0).contains(&value) {
            let (what, allowed) = ("temperature", "a number from 0 to 2");
            let problem = Problem::BadNumber { what, value: written.value.to_string(), allowed };
            self.report(Diagnostic::at(written.span, problem));
        }
        value
    }

    /// Resolves the one wording of what has no options.
    pub(super) fn one_plain_wording(
        &mut self,
        ask: &tree::Ask,
        span: Span,
        frame: &Frame,
        within: &str,
    ) -> Option<Writing> {
        let plain = Answerable { answer: AnswerType::Text, exits: Vec::new() };
        self.one_wording(ask, span, frame, Slot(0), Some(&plain), within)
    }

    /// Resolves the one wording of a judge, or of what a model answers to something else.
    pub(super) fn one_wording(
        &mut self,
        ask: &tree::Ask,
        span: Span,
        frame: &Frame,
        options: Slot,
        answer: Option<&Answerable>,
        within: &str,
    ) -> Option<Writing> {
        let has_options = answer.is_some_and(|answer| matches!(answer.answer, AnswerType::Options { .. }));
        let mut shown = frame.clone();
        if has_options || answer.is_none() {
            shown.bind("options", options, Sort::Options);
        }
        let mut wordings = self.wordings(ask, &shown, span);
        frame.learn(&shown);
        if has_options {
            self.shows_options(&wordings, options);
        }
        if wordings.len() > 1 {
            let statement = format!("a second wording of {within}");
            self.report(Diagnostic::at(span, Problem::Repeated { statement }));
        }
        wordings.drain(..).next()
    }

    pub(super) fn has_both(&mut self, within: &str, span: Span, has_wording: bool, has_answer: bool) {
        for (is_there, statement) in [(has_wording, "ask"), (has_answer, "answer")] {
            if !is_there {
                self.report(Diagnostic::at(span, Problem::Missing { within: within.to_owned(), statement }));
            }
        }
    }
}
