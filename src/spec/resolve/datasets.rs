use super::super::{BehaviorId, Change, Control, Dataset, Part, Rows, Share, TemplateId};
use super::Resolver;
use super::frame::Frame;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{self, ControlStatement, Count, DatasetStatement, Reference, Spanned};

impl Resolver<'_> {
    pub(super) fn dataset(&mut self, declared: &tree::Dataset) {
        if !self.is_first(Kind::Dataset, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        let mut rows = None;
        let (mut parts, mut controls) = (Vec::new(), Vec::new());
        for statement in &declared.statements {
            match &statement.value {
                DatasetStatement::Rows(asked) => {
                    if let Some(resolved) = self.rows(asked, &frame) {
                        self.once(&mut rows, resolved, "rows", statement.span);
                    }
                }
                DatasetStatement::Part(part) => parts.extend(self.part(part, statement.span, &frame)),
                DatasetStatement::Control(control) => self.control(control, &mut controls),
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
            parts,
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

    fn part(&mut self, part: &tree::Part, span: Span, frame: &Frame) -> Option<Part> {
        let template = self.find(Kind::Template, &part.template.name).map(TemplateId);
        let behavior = self.behavior_or_parameter(&part.behavior, frame);
        let template = template?;
        let expected = self.spec.templates.get(template.0)?.parameters.len();
        let arguments = self.arguments(&part.template, expected, frame);
        let share = part.share.as_ref().map(|share: &Spanned<tree::Share>| match share.value {
            tree::Share::Percent(percent) => Share::Percent(percent),
            tree::Share::Rows(rows) => Share::Rows(rows),
        });
        Some(Part {
            share,
            template,
            arguments: arguments?,
            behavior: behavior?,
            behavior_span: part.behavior.span,
            span,
        })
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

    fn control(&mut self, declared: &tree::Control, controls: &mut Vec<Control>) {
        if controls.iter().any(|control| control.name == declared.name.value) {
            let problem = Problem::DuplicateName { kind: Kind::Control, name: declared.name.value.clone() };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        let (mut changes, mut nested) = (Vec::new(), Vec::new());
        for statement in &declared.statements {
            match &statement.value {
                ControlStatement::Control(control) => self.control(control, &mut nested),
                ControlStatement::Replace { with, replaced } => {
                    let (new, old) = (self.find(Kind::Behavior, with), self.find(Kind::Behavior, replaced));
                    if let (Some(with), Some(old)) = (new, old) {
                        let span = statement.span;
                        changes.push(Change::Replace { with: BehaviorId(with), replaced: BehaviorId(old), span });
                    }
                }
            }
        }
        if !declared.statements.iter().any(|statement| matches!(statement.value, ControlStatement::Replace { .. })) {
            let within = format!("the control `{}`", declared.name.value);
            self.report(Diagnostic::at(
                declared.name.span,
                Problem::Missing { within, statement: "BEHAVIOR for BEHAVIOR" },
            ));
        }
        controls.push(Control {
            name: declared.name.value.clone(),
            span: declared.name.span,
            changes,
            controls: nested,
        });
    }
}
