use super::super::{Answerer, Answers, Dialogue, Draw, Formula, Outcome, Slot, Speaker, Variable};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::requests::Role;
use crate::text::Span;
use crate::tree::{self, DialogueStatement, Let, SpeakerStatement, ValueSource};

/// How often each speaker may speak.
const MOST_TURNS: u64 = 200;

impl Resolver<'_> {
    pub(super) fn dialogue(&mut self, declared: &tree::Dialogue) {
        if !self.is_first(Kind::Dialogue, &declared.name) {
            return;
        }
        let within = format!("the dialogue `{}`", declared.name.value);
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            DialogueStatement::Let(variable) => Some(&variable.name),
            _ => None,
        }));
        // What comes before the first answer is drawn before anybody speaks.
        let lets = || {
            declared.statements.iter().filter_map(|statement| match &statement.value {
                DialogueStatement::Let(variable) => Some(variable),
                _ => None,
            })
        };
        let is_answer = |variable: &&Let| matches!(variable.source, ValueSource::Answers(_));
        let before = lets().take_while(|variable| !is_answer(variable)).count();
        let mut variables = Vec::new();
        for variable in lets().take(before) {
            variables.extend(self.variable(variable, &mut frame, Ok(())));
        }
        let (turn, messages) = (frame.reserve(), frame.reserve());
        let speaking = declared.statements.iter().filter_map(|statement| match &statement.value {
            DialogueStatement::Speaker(speaker) => Some((speaker, frame.reserve())),
            _ => None,
        });
        let speaking: Vec<(&tree::Speaker, Slot)> = speaking.collect();
        let mut over = frame.clone();
        over.bind("messages", messages, Sort::Plain);
        for (speaker, slot) in &speaking {
            over.bind(&speaker.name.value, *slot, Sort::Plain);
        }
        let mut told = over.clone();
        told.bind("turn", turn, Sort::Plain);
        let speakers = self.speakers(declared, &speaking, &frame, &told);
        over.learn(&told);
        let (opens, turns) = (self.opens(declared, &speakers, &within), self.turns(declared));
        let mut ends = None;
        for statement in &declared.statements {
            if let DialogueStatement::Ends(expression) = &statement.value
                && let Some(formula) = self.formula(expression, &over)
            {
                self.once(&mut ends, formula, "ends where", statement.span);
            }
        }
        let mut after = Vec::new();
        for variable in lets().skip(before) {
            after.extend(self.after(variable, &speakers, &mut over));
        }
        let outcomes = self.outcomes(declared, &over, &within);
        frame.learn(&over);
        self.warn_unused(&frame);
        // What is missing was told, and no spec comes out of it.
        let (opens, turns) = (opens.unwrap_or(0), turns.unwrap_or(1));
        self.spec.dialogues.push(Dialogue {
            name: declared.name.value.clone(),
            span: declared.name.span,
            parameters,
            variables,
            speakers,
            opens,
            turns,
            ends,
            after,
            outcomes,
            messages,
            turn,
            size: over.size(),
        });
    }

    /// Resolves what is asked or computed once a dialogue is over.
    fn after(&mut self, declared: &Let, speakers: &[Speaker], frame: &mut Frame) -> Option<Variable> {
        let ValueSource::Answers(answers) = &declared.source else {
            return self.variable(declared, frame, Err("the end of a dialogue"));
        };
        let speaker = speakers.iter().position(|speaker| speaker.name == answers.by.value);
        let mut variable = self.row_variable(declared, frame, Err("a dialogue"))?;
        if let (Some(at), Draw::Answers(answers)) = (speaker, &mut variable.draw) {
            let by = speakers.get(at).map(|speaker| speaker.by.clone());
            let Answers { asked, speaker } = &mut **answers;
            *speaker = Some(at);
            asked.by = by.unwrap_or(Answerer::Itself);
        }
        Some(variable)
    }

    fn speakers(
        &mut self,
        declared: &tree::Dialogue,
        speaking: &[(&tree::Speaker, Slot)],
        frame: &Frame,
        told: &Frame,
    ) -> Vec<Speaker> {
        let mut speakers: Vec<Speaker> = Vec::new();
        for (speaker, slot) in speaking {
            if speakers.iter().any(|known| known.name == speaker.name.value) {
                let problem = Problem::DuplicateName { kind: Kind::Speaker, name: speaker.name.value.clone() };
                self.report(Diagnostic::at(speaker.name.span, problem));
            }
            if speaker.role.value == Role::System {
                self.report(Diagnostic::at(speaker.role.span, Problem::SpeaksAsSystem));
            }
            speakers.extend(self.speaker(speaker, *slot, frame, told));
        }
        if speaking.len() < 2 {
            let within = format!("the dialogue `{}`", declared.name.value);
            let problem = Problem::Missing { within, statement: "second speaker" };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        speakers
    }

    fn speaker(&mut self, declared: &tree::Speaker, slot: Slot, frame: &Frame, told: &Frame) -> Option<Speaker> {
        let (mut by, mut system, mut note, mut strip) = (None, None, None, None);
        let (mut max_tokens, mut temperature) = (None, None);
        for statement in &declared.statements {
            let span = statement.span;
            match &statement.value {
                SpeakerStatement::Model(name) => {
                    let answerer = self.answerer(name);
                    if answerer == Answerer::Itself {
                        self.report(Diagnostic::at(name.span, Problem::NoSelfHere));
                    }
                    self.once(&mut by, answerer, "model", span);
                }
                SpeakerStatement::System(phrasings) => {
                    if let Some(first) = phrasings.first() {
                        let writing = self.writing(first, frame);
                        self.once(&mut system, writing, "system", span);
                    }
                }
                SpeakerStatement::Note(literal) => {
                    let writing = self.writing(literal, told);
                    self.once(&mut note, writing, "note", span);
                }
                SpeakerStatement::Strip(from, to) => {
                    if from.text.is_empty() || to.text.is_empty() {
                        self.report(Diagnostic::at(span, Problem::EmptyList));
                    }
                    self.once(&mut strip, (from.text.clone(), to.text.clone()), "strip", span);
                }
                SpeakerStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", span);
                }
                SpeakerStatement::Temperature(written) => {
                    let value = self.temperature(written);
                    self.once(&mut temperature, value, "temperature", span);
                }
            }
        }
        let (name, span) = (declared.name.value.clone(), declared.name.span);
        let Some(by) = by else {
            let within = format!("the speaker `{name}`");
            self.report(Diagnostic::at(span, Problem::Missing { within, statement: "model" }));
            return None;
        };
        let role = declared.role.value;
        Some(Speaker { name, span, role, by, system, note, strip, max_tokens, temperature, slot })
    }

    fn opens(&mut self, declared: &tree::Dialogue, speakers: &[Speaker], within: &str) -> Option<usize> {
        let mut opens = None;
        for statement in &declared.statements {
            let DialogueStatement::Opens(name) = &statement.value else { continue };
            match speakers.iter().position(|speaker| speaker.name == name.value) {
                Some(at) => self.once(&mut opens, at, "opens", statement.span),
                None => {
                    let known = speakers.iter().map(|speaker| speaker.name.clone()).collect();
                    self.unknown(Kind::Speaker, name, known, None);
                    return None;
                }
            }
        }
        if opens.is_none() {
            let problem = Problem::Missing { within: within.to_owned(), statement: "opens" };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        opens
    }

    fn turns(&mut self, declared: &tree::Dialogue) -> Option<u32> {
        let mut turns = None;
        for statement in &declared.statements {
            let DialogueStatement::Turns(count) = &statement.value else { continue };
            if !(1..=MOST_TURNS).contains(&count.value) {
                let (what, allowed) = ("number of turns", "a whole number from 1 to 200");
                let problem = Problem::BadNumber { what, value: count.value.to_string(), allowed };
                self.report(Diagnostic::at(count.span, problem));
                return None;
            }
            self.once(&mut turns, u32::try_from(count.value).unwrap_or(1), "turns", statement.span);
        }
        if turns.is_none() {
            let within = format!("the dialogue `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "turns" }));
        }
        turns
    }

    /// Resolves the outcomes: the last one, and no other, is what is left, so that every dialogue has exactly one.
    fn outcomes(&mut self, declared: &tree::Dialogue, frame: &Frame, within: &str) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut rest: Option<Span> = None;
        for statement in &declared.statements {
            let DialogueStatement::Outcome(outcome) = &statement.value else { continue };
            let (name, span) = (outcome.name.value.clone(), outcome.name.span);
            if outcomes.iter().any(|known| known.name == name) {
                let problem = Problem::DuplicateName { kind: Kind::Outcome, name: name.clone() };
                self.report(Diagnostic::at(span, problem));
            }
            if let Some(rest) = rest {
                let problem = Problem::OutcomeNeverCame { name: name.clone() };
                self.report(Diagnostic::at(span, problem).related(rest, "takes all that is left"));
            }
            let rule: Option<Formula> = outcome.rule.as_ref().and_then(|rule| self.formula(rule, frame));
            if outcome.rule.is_none() {
                rest = Some(span);
            }
            outcomes.push(Outcome { name, span, rule });
        }
        if rest.is_none() {
            let problem = Problem::Missing { within: within.to_owned(), statement: "outcome NAME else" };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        outcomes
    }
}
