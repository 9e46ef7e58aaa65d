use super::super::super::question::Field;
use super::super::super::{AnswerType, Answerer, Foreseen, Step, TableSource, Written};
use super::super::Resolver;
use super::super::frame::{Frame, Sort};
use super::Begun;
use crate::diagnostic::{Diagnostic, Problem};
use crate::tree::{self, Name, TableStatement};

/// What a model may write a row with, where the spec does not say.
const TOKENS: u32 = 512;

impl Resolver<'_> {
    /// Resolves a table that a model writes: the variables before the question to it, the question, and how its
    /// columns are read off a reply. Columns that are not read off are the fields of a reply in JSON.
    pub(super) fn written(&mut self, declared: &tree::Table, by: &Name, frame: &mut Frame) -> Option<Begun> {
        let quota = self.quota(declared)?;
        let (mut variables, mut steps) = (Vec::new(), Vec::new());
        let asked_at = declared.statements.iter().position(|it| matches!(it.value, TableStatement::Ask(_)));
        let Some(asked_at) = asked_at else {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "ask" }));
            return None;
        };
        for statement in declared.statements.iter().take(asked_at) {
            if let TableStatement::Let(variable) = &statement.value {
                let variable = self.row_variable(variable, frame, Ok(()))?;
                steps.push(Step::Compute(variables.len()));
                variables.push(variable);
            }
        }
        let answer = frame.reserve();
        let mut asked = self.writer(declared, by, frame, answer)?;
        steps.push(Step::Write);
        let mut reading = frame.clone();
        reading.bind("answer", answer, Sort::Plain);
        let columns = self.columns(declared, frame);
        let mut fields = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let written = declared.statements.iter().find_map(|statement| match &statement.value {
                TableStatement::Column(written) if written.name.span == column.span => Some(written),
                _ => None,
            });
            match written.and_then(|written| written.read.as_ref()) {
                Some(read) => steps.push(Step::Read(at, self.formula(read, &reading)?)),
                None => {
                    let (name, holds) = (column.name.clone(), column.column_type.clone());
                    fields.push(Field { name, holds, range: None });
                }
            }
        }
        frame.learn(&reading);
        if columns.is_empty() {
            let (within, statement) = (format!("the table `{}`", declared.name.value), "NAME: TYPE = {{ answer }}");
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement }));
        }
        if !fields.is_empty() {
            asked.answer = AnswerType::Json(fields);
        }
        let source = TableSource::Written(Box::new(Written { quota, asked }));
        Some(Begun { source, columns, variables, steps })
    }

    /// Resolves the question to the model that writes the table.
    fn writer(
        &mut self,
        declared: &tree::Table,
        by: &Name,
        frame: &Frame,
        slot: super::super::super::Slot,
    ) -> Option<Foreseen> {
        let within = format!("the table `{}`", declared.name.value);
        let (mut wording, mut system, mut max_tokens, mut temperature) = (None, None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                TableStatement::Ask(ask) => {
                    if let Some(asked) = self.one_plain_wording(ask, statement.span, frame, &within) {
                        self.once(&mut wording, asked, "ask", statement.span);
                    }
                }
                TableStatement::System(phrasings) => {
                    if let Some(first) = phrasings.first() {
                        let writing = self.writing(first, frame);
                        self.once(&mut system, writing, "system", statement.span);
                    }
                }
                TableStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", statement.span);
                }
                TableStatement::Temperature(written) => {
                    let value = self.temperature(written);
                    self.once(&mut temperature, value, "temperature", statement.span);
                }
                _ => {}
            }
        }
        let answerer = self.answerer(by);
        if answerer == Answerer::Itself {
            self.report(Diagnostic::at(by.span, Problem::NoSelfHere));
            return None;
        }
        Some(Foreseen {
            name: declared.name.value.clone(),
            span: declared.name.span,
            by: answerer,
            system,
            wording: wording?,
            answer: AnswerType::Text,
            exits: Vec::new(),
            max_tokens: max_tokens.or(Some(TOKENS)),
            temperature: temperature.or(Some(1.0)),
            options: slot,
            slot,
        })
    }
}
