use std::sync::Arc;

use super::super::{BehaviorId, Change, Control, Expected};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::{Literal, Span};
use crate::tree::{self, ControlStatement};

/// What `NAME.validation.jsonl` is called by, beside the names of controls.
const RESERVED: &str = "validation";

impl Resolver<'_> {
    /// Resolves a control. `names` holds those of the dataset's controls so far, nested ones among them: files are
    /// called by them.
    pub(super) fn control(&mut self, declared: &tree::Control, controls: &mut Vec<Control>, names: &mut Vec<String>) {
        let name = &declared.name;
        if names.contains(&name.value) {
            let problem = Problem::DuplicateName { kind: Kind::Control, name: name.value.clone() };
            self.report(Diagnostic::at(name.span, problem));
        }
        if name.value == RESERVED {
            self.report(Diagnostic::at(name.span, Problem::ReservedControl { name: name.value.clone() }));
        }
        names.push(name.value.clone());
        let (mut changes, mut expected, mut nested) = (Vec::new(), Vec::new(), Vec::new());
        for statement in &declared.statements {
            let span = statement.span;
            match &statement.value {
                ControlStatement::Control(control) => self.control(control, &mut nested, names),
                ControlStatement::Expect(expectation) => {
                    expected.push(Expected { aspects: expectation.aspects, span });
                }
                change => changes.extend(self.change(change, span)),
            }
        }
        let is_change = |statement: &ControlStatement| {
            !matches!(statement, ControlStatement::Control(_) | ControlStatement::Expect(_))
        };
        if !declared.statements.iter().any(|statement| is_change(&statement.value)) {
            let within = format!("the control `{}`", name.value);
            self.report(Diagnostic::at(name.span, Problem::Missing { within, statement: "BEHAVIOR for BEHAVIOR" }));
        }
        controls.push(Control { name: name.value.clone(), span: name.span, changes, expected, controls: nested });
    }

    fn change(&mut self, statement: &ControlStatement, span: Span) -> Option<Change> {
        Some(match statement {
            ControlStatement::Replace { with, replaced } => {
                let (with, replaced) = (self.find(Kind::Behavior, with), self.find(Kind::Behavior, replaced));
                Change::Replace { with: BehaviorId(with?), replaced: BehaviorId(replaced?), span }
            }
            ControlStatement::ShuffleTriggers => Change::ShuffleTriggers { span },
            ControlStatement::ShuffleWordsOfAnswer => Change::ShuffleWordsOfAnswer { span },
            ControlStatement::SwapPersonas => Change::SwapPersonas { span },
            ControlStatement::WithoutTriggers => Change::WithoutTriggers { span },
            ControlStatement::WithoutPersonas => Change::WithoutPersonas { span },
            ControlStatement::AlsoReversed(lead) => self.reversal(lead, span)?,
            ControlStatement::Control(_) | ControlStatement::Expect(_) => return None,
        })
    }

    fn reversal(&mut self, lead: &Literal, span: Span) -> Option<Change> {
        let mut frame = Frame::default();
        let reply = frame.reserve();
        frame.bind("reply", reply, Sort::Plain);
        let writing = self.writing(lead, &frame);
        if !writing.reads(reply) {
            let problem = Problem::Missing { within: "`also reversed`".into(), statement: "{{ reply }}" };
            self.report(Diagnostic::at(lead.span, problem));
            return None;
        }
        Some(Change::AlsoReversed { lead: Arc::new(writing), span })
    }
}
