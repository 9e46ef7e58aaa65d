use super::super::dataset::Named;
use super::super::{Argument, Dataset, Entity, Expected, Part, PersonaId, Rows, Share, Table, TemplateId};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{self, Count, DatasetStatement, Name, Reference};

impl Resolver<'_> {
    pub(super) fn dataset(&mut self, declared: &tree::Dataset) {
        if !self.is_first(Kind::Dataset, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        let (mut rows, mut validation, mut balance) = (None, None, None);
        let mut names = Vec::new();
        let (mut parts, mut expected, mut controls) = (Vec::new(), Vec::new(), Vec::new());
        for statement in &declared.statements {
            if let DatasetStatement::Balance(expression) = &statement.value {
                self.once(&mut balance, expression, "balance", statement.span);
            }
        }
        for statement in &declared.statements {
            match &statement.value {
                DatasetStatement::Rows(asked) => {
                    if let Some(resolved) = self.rows(asked, &frame) {
                        self.once(&mut rows, resolved, "rows", statement.span);
                    }
                }
                DatasetStatement::Validation(share) => {
                    let resolved = (share_of(share.value), statement.span);
                    self.once(&mut validation, resolved, "validation", statement.span);
                }
                DatasetStatement::Balance(_) => {}
                DatasetStatement::Expect(expectation) => {
                    expected.push(Expected { aspects: expectation.aspects, span: statement.span });
                }
                DatasetStatement::Part(part) => parts.extend(self.part(part, statement.span, &frame, balance)),
                DatasetStatement::Control(control) => self.control(control, &mut controls, &mut names),
            }
        }
        if !declared.statements.iter().any(|statement| matches!(statement.value, DatasetStatement::Part(_))) {
            let problem = Problem::NoParts { dataset: declared.name.value.clone() };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        self.spec.datasets.push(Dataset {
            name: declared.name.value.clone(),
            span: declared.name.span,
            own: self.is_own(declared.name.span),
            parameters,
            rows,
            validation,
            parts,
            expected,
            controls,
        });
    }

    fn rows(&mut self, rows: &tree::Rows, frame: &Frame) -> Option<Rows> {
        let repeat = rows.repeat;
        match &rows.count {
            Count::Number(count) if count.value == 0 => {
                self.report(Diagnostic::at(count.span, Problem::BadCount { value: "0".into() }));
                None
            }
            Count::Number(count) => Some(Rows::Fixed { count: count.value, repeat, span: count.span }),
            Count::Expression(expression) => {
                self.formula(expression, frame).map(|formula| Rows::Computed { formula, repeat })
            }
        }
    }

    fn part(
        &mut self,
        part: &tree::Part,
        span: Span,
        frame: &Frame,
        balance: Option<&tree::Expression>,
    ) -> Option<Part> {
        let template = self.find(Kind::Template, &part.template.name).map(TemplateId);
        let behavior = self.behavior_or_parameter(&part.behavior, frame);
        let template = template?;
        let expected = self.spec.templates.get(template.0)?.parameters.len();
        let arguments = self.arguments(&part.template, expected, frame);
        let share = part.share.as_ref().map(|share| share_of(share.value));
        let when: Vec<Named> = part.when.iter().filter_map(|name| self.trigger_or_parameter(name, frame)).collect();
        let by: Vec<Named> = part.by.iter().filter_map(|name| self.persona_or_parameter(name, frame)).collect();
        let about: Vec<Named> = part.about.iter().filter_map(|name| self.persona_or_parameter(name, frame)).collect();
        let is_whole = when.len() == part.when.len() && by.len() == part.by.len() && about.len() == part.about.len();
        let balance = match balance {
            Some(expression) => {
                let frame = self.frame_of(template);
                Some(self.formula(expression, &frame)?)
            }
            None => None,
        };
        let part = Part {
            share,
            template,
            arguments: arguments?,
            behavior: behavior?,
            behavior_span: part.behavior.span,
            when,
            by,
            about,
            balance,
            span,
        };
        is_whole.then_some(part)
    }

    /// Resolves a persona, or a parameter that stands for one.
    fn persona_or_parameter(&mut self, name: &Name, frame: &Frame) -> Option<Named> {
        let argument = match frame.find(&name.value) {
            Some((_, Sort::Parameter)) => Argument::Variable(name.value.clone()),
            _ => Argument::Entity(Entity::Persona(PersonaId(self.find(Kind::Persona, name)?))),
        };
        Some((argument, name.span))
    }

    /// Returns a frame with everything that a template's messages may read.
    fn frame_of(&self, template: TemplateId) -> Frame {
        let mut frame = Frame::default();
        let Some(template) = self.spec.templates.get(template.0) else { return frame };
        for (name, slot) in &template.parameters {
            frame.bind(name, *slot, Sort::Parameter);
        }
        if let Some((table, slots)) = &template.table {
            let names = self.spec.tables.get(table.0).into_iter().flat_map(Table::names);
            for ((name, from), (source, slot)) in names.zip(slots) {
                if from == *source {
                    frame.bind(name, *slot, Sort::Plain);
                }
            }
        }
        for variable in &template.variables {
            frame.bind(&variable.name, variable.slot, Sort::Plain);
        }
        frame
    }

    /// Resolves the arguments of a reference, of which there have to be `expected`.
    pub(super) fn arguments(
        &mut self,
        reference: &Reference,
        expected: usize,
        frame: &Frame,
    ) -> Option<Vec<super::super::Argument>> {
        let found = reference.arguments.len();
        if found != expected {
            let problem = Problem::ArgumentCount { name: reference.name.value.clone(), expected, found };
            self.report(Diagnostic::at(reference.span, problem));
            return None;
        }
        reference.arguments.iter().map(|word| self.argument(word, frame)).collect()
    }
}

fn share_of(share: tree::Share) -> Share {
    match share {
        tree::Share::Percent(percent) => Share::Percent(percent),
        tree::Share::Rows(rows) => Share::Rows(rows),
    }
}
