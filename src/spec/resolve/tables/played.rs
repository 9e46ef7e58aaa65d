use super::super::super::{Column, DialogueId, Played, Slot, TableSource};
use super::super::Resolver;
use super::super::frame::{Frame, Sort};
use super::Begun;
use crate::diagnostic::Problem;
use crate::diagnostic::{Diagnostic, Kind};
use crate::tree::{self, ColumnType, Name, Reference, TableStatement};

impl Resolver<'_> {
    /// Resolves a table of dialogues: its columns are the conversation, its outcome, and the dialogue's variables.
    pub(super) fn played(&mut self, declared: &tree::Table, reference: &Reference, frame: &mut Frame) -> Option<Begun> {
        let quota = self.quota(declared)?;
        let dialogue = DialogueId(self.find(Kind::Dialogue, &reference.name)?);
        let known = self.spec.dialogues.get(dialogue.0)?;
        let names: Vec<(String, Slot)> = known.names().map(|(name, slot)| (name.to_owned(), slot)).collect();
        let speaking: Vec<String> = known.speakers.iter().map(|speaker| speaker.name.clone()).collect();
        let expected = known.parameters.len();
        let arguments = self.arguments(reference, expected, frame)?;
        let place = reference.name.span;
        let mut columns = Vec::new();
        let mut column = |resolver: &mut Self, frame: &mut Frame, name: &str, column_type: ColumnType| {
            let name = Name { value: name.to_owned(), span: place };
            let slot = resolver.add(frame, &name, Sort::Plain, false);
            columns.push(Column { name: name.value, slot, span: place, column_type });
            slot
        };
        let messages = column(self, frame, "messages", ColumnType::Json);
        let outcome = column(self, frame, "outcome", ColumnType::Text);
        let slots = names.iter().map(|(name, from)| (*from, column(self, frame, name, ColumnType::Json))).collect();
        let mut over = frame.clone();
        let mut speakers = Vec::new();
        for speaker in &speaking {
            let slot = frame.reserve();
            let _ = over.reserve();
            over.bind(speaker, slot, Sort::Plain);
            speakers.push(slot);
        }
        let (mut keep, mut cut) = (Vec::new(), None);
        for statement in &declared.statements {
            match &statement.value {
                TableStatement::Keep(expression) => keep.extend(self.formula(expression, &over)),
                TableStatement::Cut(expression) => {
                    if let Some(formula) = self.formula(expression, &over) {
                        self.once(&mut cut, formula, "cut before", statement.span);
                    }
                }
                _ => {}
            }
        }
        frame.learn(&over);
        if keep.is_empty() && declared.statements.iter().all(|it| !matches!(it.value, TableStatement::Keep(_))) {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "keep where" }));
        }
        let played = Played { quota, dialogue, arguments, slots, messages, outcome, speakers, keep, cut };
        let source = TableSource::Dialogue(Box::new(played));
        Some(Begun { source, columns, variables: Vec::new(), steps: Vec::new() })
    }
}
