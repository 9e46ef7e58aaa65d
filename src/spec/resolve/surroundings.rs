use super::super::{Context, Persona, Writing};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::{Literal, Span};
use crate::tree::{self, ContextStatement, PersonaStatement};

impl Resolver<'_> {
    pub(super) fn persona(&mut self, declared: &tree::Persona) {
        if !self.is_first(Kind::Persona, &declared.name) {
            return;
        }
        let (mut called, mut held_out, mut system) = (None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                PersonaStatement::Called(text) => {
                    self.once(&mut called, text.text.clone(), "called", statement.span);
                }
                PersonaStatement::HeldOut => self.once(&mut held_out, (), "held out", statement.span),
                PersonaStatement::System(phrasings) => {
                    let writings = self.phrasings(phrasings, &Frame::default());
                    self.once(&mut system, writings, "system", statement.span);
                }
            }
        }
        if called.is_none() {
            let within = format!("the persona `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "called" }));
        }
        self.spec.personas.push(Persona {
            name: declared.name.value.clone(),
            called,
            held_out: held_out.is_some(),
            system: system.unwrap_or_default(),
        });
    }

    pub(super) fn context(&mut self, declared: &tree::Context) {
        if !self.is_first(Kind::Context, &declared.name) {
            return;
        }
        let within = format!("the context `{}`", declared.name.value);
        let (mut system, mut user) = (None, None);
        for statement in &declared.statements {
            match &statement.value {
                ContextStatement::System(phrasings) => {
                    let writings = self.phrasings(phrasings, &Frame::default());
                    self.once(&mut system, writings, "system", statement.span);
                }
                ContextStatement::User(phrasings) => {
                    let mut frame = Frame::default();
                    let writings = self.wrappings(phrasings, &mut frame, &within);
                    self.once(&mut user, writings, "user", statement.span);
                }
            }
        }
        if system.is_none() && user.is_none() {
            self.missing_system(declared.name.span, within);
        }
        let name = declared.name.value.clone();
        self.spec.contexts.push(Context { name, system: system.unwrap_or_default(), user: user.unwrap_or_default() });
    }

    pub(super) fn missing_system(&mut self, span: Span, within: String) {
        self.report(Diagnostic::at(span, Problem::Missing { within, statement: "system" }));
    }

    pub(super) fn phrasings(&mut self, phrasings: &[Literal], frame: &Frame) -> Vec<Writing> {
        phrasings.iter().map(|text| self.writing(text, frame)).collect()
    }

    /// Resolves what the user's message is wrapped in, for a frame that has nothing but `message`.
    fn wrappings(&mut self, phrasings: &[Literal], frame: &mut Frame, within: &str) -> Vec<Writing> {
        let message = frame.reserve();
        frame.bind("message", message, Sort::Plain);
        let writings = self.phrasings(phrasings, frame);
        for (text, writing) in phrasings.iter().zip(&writings) {
            self.keeps_message(text, writing, message, within);
        }
        writings
    }

    /// Checks that a wrapping shows the message, and stays JSON where it is JSON.
    pub(super) fn keeps_message(
        &mut self,
        text: &Literal,
        writing: &Writing,
        message: super::super::Slot,
        within: &str,
    ) {
        if !writing.reads(message) {
            let within = within.to_owned();
            self.report(Diagnostic::at(text.span, Problem::Missing { within, statement: "{{ message }}" }));
            return;
        }
        if let Some(problem) = writing.breaks_json(message) {
            self.report(Diagnostic::at(text.span, Problem::BrokenWrapper { message: problem }));
        }
    }
}
