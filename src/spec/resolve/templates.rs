use super::super::{Argument, BehaviorId, Conversation, Entity, RowsOf, Said, Slot, Template, Variable};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::requests::Role;
use crate::text::Span;
use crate::tree::{self, Name, TemplateStatement};

impl Resolver<'_> {
    pub(super) fn template(&mut self, declared: &tree::Template) {
        if !self.is_first(Kind::Template, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        let mut table = None;
        for statement in &declared.statements {
            if let TemplateStatement::RowFrom(row) = &statement.value {
                if let Some(place) = row.held_out {
                    self.report(Diagnostic::at(
                        place,
                        Problem::HeldOutInTraining { table: row.table.name.value.clone() },
                    ));
                }
                let resolved = self.row_from(row, &mut frame);
                if let Some(resolved) = resolved {
                    self.once(&mut table, resolved, "row from", statement.span);
                }
            }
        }
        if table.is_none() && !frame.is_open {
            frame.offer(&self.spec.tables);
        }
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            TemplateStatement::Let(variable) => Some(&variable.name),
            _ => None,
        }));
        let persona = frame.reserve();
        frame.bind("persona", persona, Sort::Persona);
        let mut variables = Vec::new();
        for statement in &declared.statements {
            if let TemplateStatement::Let(variable) = &statement.value {
                variables.extend(self.row_variable(variable, &mut frame, Ok(())));
            }
        }
        let mut conversation = None;
        for statement in &declared.statements {
            if let TemplateStatement::Conversation(said) = &statement.value {
                if let Some(resolved) = self.conversation(said, table.as_ref(), &frame, statement.span) {
                    self.once(&mut conversation, resolved, "conversation", statement.span);
                }
            }
        }
        let says_conversation =
            declared.statements.iter().any(|said| matches!(said.value, TemplateStatement::Conversation(_)));
        let mut messages = Vec::new();
        for statement in &declared.statements {
            let TemplateStatement::Said(said) = &statement.value else { continue };
            let text = self.writing(&said.text, &frame);
            let under = said.under.iter().filter_map(|name| self.behavior_or_parameter(name, &frame)).collect();
            messages.push(Said { role: said.role, text, under, span: statement.span });
        }
        if !says_conversation && !messages.iter().any(|said: &Said| said.role == Role::Assistant) {
            let within = format!("the template `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "assistant" }));
        }
        self.warn_unused(&frame);
        let reads_persona = messages.iter().any(|said: &Said| said.text.reads(persona))
            || variables.iter().any(|variable: &Variable| variable.reads(persona));
        self.spec.templates.push(Template {
            name: declared.name.value.clone(),
            span: declared.name.span,
            parameters,
            table,
            variables,
            messages,
            persona,
            reads_persona,
            conversation,
            size: frame.size(),
        });
    }

    /// Resolves `conversation COLUMN`, where the column is one of the table that the template takes rows from.
    fn conversation(
        &mut self,
        said: &tree::Conversation,
        table: Option<&RowsOf>,
        frame: &Frame,
        span: Span,
    ) -> Option<Conversation> {
        let under = said.under.iter().filter_map(|name| self.behavior_or_parameter(name, frame)).collect();
        if frame.is_open {
            return None;
        }
        let _ = frame.find(&said.column.value);
        let names: Vec<(String, Slot)> = table
            .and_then(|rows| self.spec.tables.get(rows.table.0))
            .map_or_else(Vec::new, |table| table.names().map(|(name, slot)| (name.to_owned(), slot)).collect());
        let Some((column, slot)) = names.iter().find(|(name, _)| *name == said.column.value).cloned() else {
            let known: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
            self.unknown(Kind::Column, &said.column, known, None);
            return None;
        };
        Some(Conversation { column, slot, under, span })
    }

    pub(super) fn parameters(&mut self, names: &[Name], frame: &mut Frame) -> Vec<(String, Slot)> {
        names.iter().map(|name| (name.value.clone(), self.add(frame, name, Sort::Parameter, false))).collect()
    }

    /// Resolves what stands after `as`: a behavior, or a parameter that will stand for one.
    pub(super) fn behavior_or_parameter(&mut self, name: &Name, frame: &Frame) -> Option<Argument> {
        match frame.find(&name.value) {
            Some((_, Sort::Parameter)) => Some(Argument::Variable(name.value.clone())),
            _ => self.find(Kind::Behavior, name).map(|id| Argument::Entity(Entity::Behavior(BehaviorId(id)))),
        }
    }
}
