use super::super::{AnswerType, Foreseen, Judge, LabelledItems, RowsOf, Side, TableId, Writing};
use super::Resolver;
use super::answers::Answerable;
use super::frame::Sort;
use super::questions::QuestionFrames;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::tree::{self, Answers, JudgeStatement, QuestionStatement, ValueSource};

/// The column of labelled items that stands for the answer.
const ANSWER: &str = "answer";

impl Resolver<'_> {
    pub(super) fn judges(&mut self, declared: &tree::Question, frames: &mut QuestionFrames) -> Vec<Judge> {
        let mut judges: Vec<Judge> = Vec::new();
        for statement in &declared.statements {
            let QuestionStatement::Judge(judge) = &statement.value else { continue };
            if judges.iter().any(|known| known.name == judge.name.value) {
                let problem = Problem::DuplicateName { kind: Kind::Judge, name: judge.name.value.clone() };
                self.report(Diagnostic::at(judge.name.span, problem));
            }
            if let Some(resolved) = self.judge(judge, frames) {
                judges.push(resolved);
            }
        }
        judges
    }

    fn judge(&mut self, declared: &tree::Judge, frames: &mut QuestionFrames) -> Option<Judge> {
        let slot = frames.base.reserve();
        let (mut wording, mut answer, mut max_tokens, mut read) = (None, None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                JudgeStatement::Answer(written) => {
                    let frame = frames.answered(&[]);
                    let resolved = self.answer(written, &frame);
                    frames.base.learn(&frame);
                    self.once(&mut answer, resolved, "answer", statement.span);
                }
                JudgeStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", statement.span);
                }
                JudgeStatement::Read(statement_of) => {
                    self.once(&mut read, (statement_of.clone(), statement.span), "read", statement.span);
                }
                JudgeStatement::Ask(_) | JudgeStatement::Labelled(_) => {}
            }
        }
        let within = format!("the judge `{}`", declared.name.value);
        for statement in &declared.statements {
            if let JudgeStatement::Ask(ask) = &statement.value {
                let frame = frames.answered(&[]);
                let options = frames.slots.options;
                let asked = self.one_wording(ask, statement.span, &frame, options, answer.as_ref(), &within);
                frames.base.learn(&frame);
                if let Some(asked) = asked {
                    self.once(&mut wording, asked, "ask", statement.span);
                }
            }
        }
        self.has_both(&within, declared.name.span, wording.is_some(), answer.is_some());
        let (Answerable { answer, exits }, wording) = (answer?, wording?);
        if let Some((_, span)) = read.as_ref().filter(|_| answer.whole_numbers().is_none()) {
            self.report(Diagnostic::at(*span, Problem::NoProbability { answer: answer.words() }));
        }
        let mut labelled = None;
        for statement in &declared.statements {
            let JudgeStatement::Labelled(items) = &statement.value else { continue };
            if !matches!(answer, AnswerType::Word | AnswerType::Options { .. } | AnswerType::Literal(_)) {
                let problem = Problem::LabelledKind { answer: answer.words() };
                self.report(Diagnostic::at(statement.span, problem));
            } else if let Some(resolved) = self.labelled(items, frames, &wording) {
                self.once(&mut labelled, resolved, "labelled", statement.span);
            }
        }
        Some(Judge {
            name: declared.name.value.clone(),
            span: declared.name.span,
            by: declared.by.value.clone(),
            wording,
            answer,
            exits,
            read: self.read_method(read.as_ref().map(|(read, _)| read)),
            labelled,
            max_tokens,
            slot,
        })
    }

    /// Resolves the answers that people have judged: each variable of the question that the judge's wording shows
    /// stands in a column of the same name.
    fn labelled(
        &mut self,
        items: &tree::LabelledItems,
        frames: &mut QuestionFrames,
        wording: &Writing,
    ) -> Option<LabelledItems> {
        let table = TableId(self.find(Kind::Table, &items.table.name)?);
        let expected = self.spec.tables.get(table.0)?.parameters.len();
        let arguments = self.arguments(&items.table, expected, &frames.base)?;
        let columns: Vec<(String, super::super::Slot)> =
            self.spec.tables.get(table.0)?.names().map(|(name, slot)| (name.to_owned(), slot)).collect();
        let of = |name: &str| columns.iter().find(|(column, _)| column == name).map(|(_, slot)| *slot);
        let missing = |column: &str| Problem::LabelledColumn {
            table: items.table.name.value.clone(),
            column: column.to_owned(),
            known: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let label = frames.base.reserve();
        let mut slots = Vec::new();
        match of(ANSWER) {
            Some(from) => slots.push((from, frames.slots.answer)),
            None => self.report(Diagnostic::at(items.table.span, missing(ANSWER))),
        }
        match of(&items.column.value) {
            Some(from) => slots.push((from, label)),
            None => self.report(Diagnostic::at(items.column.span, missing(&items.column.value))),
        }
        for name in frames.base.names() {
            let Some((slot, _)) = frames.base.find(&name).filter(|(slot, _)| wording.reads(*slot)) else { continue };
            match of(&name) {
                Some(from) => slots.push((from, slot)),
                None => self.report(Diagnostic::at(items.table.span, missing(&name))),
            }
        }
        let rows = RowsOf { table, arguments, slots, side: Side::Training, span: items.table.span };
        Some(LabelledItems { rows, label, kappa: items.kappa.as_ref().map(|kappa| kappa.value.to_f64()) })
    }

    /// Resolves what models answer to something else, in the question's order.
    pub(super) fn all_foreseen(&mut self, declared: &tree::Question, frames: &mut QuestionFrames) -> Vec<Foreseen> {
        let mut all = Vec::new();
        for statement in &declared.statements {
            let QuestionStatement::Let(variable) = &statement.value else { continue };
            let ValueSource::Answers(answers) = &variable.source else { continue };
            if let Some(foreseen) = self.foreseen(&variable.name, answers, frames) {
                frames.foreseen.push((foreseen.name.clone(), foreseen.slot));
                all.push(foreseen);
            }
        }
        all
    }

    fn foreseen(&mut self, name: &tree::Name, answers: &Answers, frames: &mut QuestionFrames) -> Option<Foreseen> {
        let slot = self.add(&mut frames.base, name, Sort::Plain, false);
        let frame = frames.wording(false, false);
        let foreseen = self.asked(name, answers, &frame, (slot, frames.slots.options));
        frames.base.learn(&frame);
        foreseen
    }
}
