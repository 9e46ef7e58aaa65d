use super::super::question::{BoundSlots, Role};
use super::super::{AnswerType, BehaviorId, Choice, Judge, Labels, Order, Question, ReadMethod, Scoring, Writing};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{self, AnswerKind, Ask, Count, JudgeStatement, OrderKind, QuestionStatement, Spanned, Word};

/// The frames of a question: what its wordings may read, and what may be read of an answer.
pub(super) struct QuestionFrames {
    pub(super) base: Frame,
    pub(super) slots: BoundSlots,
    reports: bool,
}

impl QuestionFrames {
    fn wording(&self, about_other: bool, options: bool) -> Frame {
        let mut frame = self.base.clone();
        if about_other {
            frame.bind("persona", self.slots.persona, Sort::Persona);
        }
        if options {
            frame.bind("options", self.slots.options, Sort::Options);
        }
        if self.reports {
            frame.bind("behavior", self.slots.behavior, Sort::Behavior);
        }
        frame
    }

    /// What stands once there is an answer.
    pub(super) fn answered(&self, judges: &[Judge]) -> Frame {
        let mut frame = self.wording(false, false);
        frame.bind("answer", self.slots.answer, Sort::Plain);
        for judge in judges {
            frame.bind(&judge.name, judge.slot, Sort::Plain);
        }
        frame
    }
}

impl Resolver<'_> {
    pub(super) fn question(&mut self, declared: &tree::Question) {
        if !self.is_first(Kind::Question, &declared.name) {
            return;
        }
        let mut base = Frame::default();
        let (mut table, mut rows, mut role, mut order, mut read, mut max_tokens) = (None, None, None, None, None, None);
        let mut variables = Vec::new();
        for statement in &declared.statements {
            let span = statement.span;
            match &statement.value {
                QuestionStatement::RowFrom(row) => {
                    if let Some(resolved) = self.row_from(&row.table, &mut base) {
                        self.once(&mut table, resolved, "row from", span);
                    }
                }
                QuestionStatement::Rows(asked) => match &asked.count {
                    Count::Number(count) if count.value > 0 && !asked.repeat => {
                        self.once(&mut rows, count.value, "rows", span);
                    }
                    other => {
                        let value = self.sources.slice(other.span()).to_owned();
                        self.report(Diagnostic::at(other.span(), Problem::BadCount { value }));
                    }
                },
                QuestionStatement::Reports(name) | QuestionStatement::Shows(name) => {
                    let reports = matches!(statement.value, QuestionStatement::Reports(_));
                    if let Some(id) = self.find(Kind::Behavior, name).map(BehaviorId) {
                        let resolved = if reports { Role::Reports(id) } else { Role::Shows(id) };
                        self.once(&mut role, resolved, if reports { "reports" } else { "shows" }, span);
                    }
                }
                QuestionStatement::Order(kind) => self.once(&mut order, (*kind, span), "order", span),
                QuestionStatement::Read(statement) => self.once(&mut read, (statement.clone(), span), "read", span),
                QuestionStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", span);
                }
                _ => {}
            }
        }
        if table.is_none() && !base.is_open {
            base.offer(&self.spec.tables);
        }
        base.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            QuestionStatement::Let(variable) => Some(&variable.name),
            _ => None,
        }));
        for statement in &declared.statements {
            if let QuestionStatement::Let(variable) = &statement.value {
                variables.extend(self.variable(variable, &mut base, Ok(())));
            }
        }
        let slots = BoundSlots {
            persona: base.reserve(),
            options: base.reserve(),
            answer: base.reserve(),
            behavior: base.reserve(),
        };
        let mut frames = QuestionFrames { base, slots, reports: role.is_some() };
        let answer = self.question_answer(declared, &frames);
        let (wordings, wordings_about_other) = self.question_wordings(declared, &frames, answer.as_ref());
        let judges = self.judges(declared, &mut frames);
        let scoring = self.scoring(declared, &frames, answer.as_ref(), &judges);
        let has_answer = answer.is_some();
        let question = Question {
            name: declared.name.value.clone(),
            span: declared.name.span,
            role,
            table,
            rows,
            variables,
            wordings,
            wordings_about_other,
            order: order.map_or(Order::Fixed, |(kind, _)| match kind {
                OrderKind::All => Order::All,
                OrderKind::Shuffled => Order::Shuffled,
                OrderKind::Fixed => Order::Fixed,
            }),
            read: read.as_ref().map_or(ReadMethod::Samples, |(read, _)| ReadMethod::Probability {
                else_samples: read.else_samples.as_ref().map(|samples| self.small(samples, "number of samples")),
            }),
            answer: answer.unwrap_or(AnswerType::Text),
            judges,
            scoring: scoring.unwrap_or(Scoring::Map { judge: None, entries: Vec::new(), otherwise: None }),
            max_tokens,
            slots,
            size: frames.base.size(),
        };
        if let Some((_, span)) = order.filter(|_| has_answer && !matches!(question.answer, AnswerType::Options { .. }))
        {
            self.report(Diagnostic::at(span, Problem::NoOptions));
        }
        if let Some((_, span)) = read.filter(|_| has_answer && question.readable().is_empty()) {
            self.report(Diagnostic::at(span, Problem::NoProbability { answer: question.answer.words() }));
        }
        self.warn_unused(&frames.base);
        self.spec.questions.push(question);
    }

    /// Checks a count that has to be from 1 to a million.
    pub(super) fn small(&mut self, count: &Spanned<u64>, what: &'static str) -> u32 {
        match u32::try_from(count.value) {
            Ok(value @ 1..=1_000_000) => value,
            _ => {
                let problem = Problem::BadNumber {
                    what,
                    value: count.value.to_string(),
                    allowed: "a whole number from 1 to 1000000",
                };
                self.report(Diagnostic::at(count.span, problem));
                1
            }
        }
    }

    fn question_answer(&mut self, declared: &tree::Question, frames: &QuestionFrames) -> Option<AnswerType> {
        let mut answer = None;
        for statement in &declared.statements {
            if let QuestionStatement::Answer(kind) = &statement.value {
                let frame = frames.wording(false, false);
                let resolved = self.answer(kind, &frame);
                frames.base.learn(&frame);
                self.once(&mut answer, resolved, "answer", statement.span);
            }
        }
        if answer.is_none() {
            let within = format!("the question `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "answer" }));
        }
        answer
    }

    fn answer(&mut self, kind: &AnswerKind, frame: &Frame) -> AnswerType {
        match kind {
            AnswerKind::Word => AnswerType::Word,
            AnswerKind::Text => AnswerType::Text,
            AnswerKind::Literal(texts) => AnswerType::Literal(texts.iter().map(|text| text.text.clone()).collect()),
            AnswerKind::Number { low, high } => {
                let (from, to) = (low.value.to_f64(), high.value.to_f64());
                self.in_order(from < to, low, high);
                AnswerType::Number { low: from, high: to }
            }
            AnswerKind::Option { options, numbered } => {
                let mut choices: Vec<Choice> = Vec::new();
                for option in options {
                    if choices.iter().any(|choice| choice.name == option.name.value) {
                        let problem = Problem::DuplicateName { kind: Kind::Option, name: option.name.value.clone() };
                        self.report(Diagnostic::at(option.name.span, problem));
                    }
                    let text = self.writing(&option.text, frame);
                    choices.push(Choice { name: option.name.value.clone(), text });
                }
                let labels = if *numbered { Labels::Numbers } else { Labels::Letters };
                AnswerType::Options { choices, labels }
            }
        }
    }

    fn question_wordings(
        &mut self,
        declared: &tree::Question,
        frames: &QuestionFrames,
        answer: Option<&AnswerType>,
    ) -> (Vec<Writing>, Vec<Writing>) {
        let (mut about_self, mut about_other) = (None, None);
        for statement in &declared.statements {
            if let QuestionStatement::Ask(ask) = &statement.value {
                let has_options = matches!(answer, Some(AnswerType::Options { .. }));
                let frame = frames.wording(ask.about_other, has_options || answer.is_none());
                let wordings = self.wordings(ask, &frame, statement.span);
                frames.base.learn(&frame);
                if has_options {
                    self.shows_options(&wordings, frames.slots.options);
                }
                let place = if ask.about_other { &mut about_other } else { &mut about_self };
                let name = if ask.about_other { "ask about other" } else { "ask" };
                self.once(place, wordings, name, statement.span);
            }
        }
        if about_self.is_none() && about_other.is_none() {
            let within = format!("the question `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "ask" }));
        }
        (about_self.unwrap_or_default(), about_other.unwrap_or_default())
    }

    fn wordings(&mut self, ask: &Ask, frame: &Frame, span: Span) -> Vec<Writing> {
        if ask.wordings.is_empty() {
            self.report(Diagnostic::at(span, Problem::EmptyList));
        }
        let mut wordings = Vec::new();
        for word in &ask.wordings {
            match word {
                Word::Text(text) => wordings.push(self.writing(text, frame)),
                other => {
                    let name = self.sources.slice(other.span()).to_owned();
                    let problem = Problem::NotUsable { name, expected: "a text in quotes", found: "no wording".into() };
                    self.report(Diagnostic::at(other.span(), problem));
                }
            }
        }
        wordings
    }

    fn shows_options(&mut self, wordings: &[Writing], options: super::super::Slot) {
        for wording in wordings.iter().filter(|wording| !wording.reads(options)) {
            self.report(Diagnostic::at(wording.span, Problem::OptionsNotShown));
        }
    }

    fn judges(&mut self, declared: &tree::Question, frames: &mut QuestionFrames) -> Vec<Judge> {
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
        let (mut wording, mut answer, mut max_tokens) = (None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                JudgeStatement::Answer(kind) => {
                    let frame = frames.answered(&[]);
                    let resolved = self.answer(kind, &frame);
                    frames.base.learn(&frame);
                    self.once(&mut answer, resolved, "answer", statement.span);
                }
                JudgeStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", statement.span);
                }
                JudgeStatement::Ask(_) => {}
            }
        }
        let within = format!("the judge `{}`", declared.name.value);
        for statement in &declared.statements {
            if let JudgeStatement::Ask(ask) = &statement.value {
                let mut frame = frames.answered(&[]);
                let has_options = matches!(answer, Some(AnswerType::Options { .. }));
                if has_options || answer.is_none() {
                    frame.bind("options", frames.slots.options, Sort::Options);
                }
                let mut wordings = self.wordings(ask, &frame, statement.span);
                frames.base.learn(&frame);
                if has_options {
                    self.shows_options(&wordings, frames.slots.options);
                }
                if wordings.len() > 1 {
                    let statement_name = format!("a second wording of {within}");
                    self.report(Diagnostic::at(statement.span, Problem::Repeated { statement: statement_name }));
                }
                if let Some(first) = wordings.drain(..).next() {
                    self.once(&mut wording, first, "ask", statement.span);
                }
            }
        }
        for (is_missing, statement) in [(wording.is_none(), "ask"), (answer.is_none(), "answer")] {
            if is_missing {
                let problem = Problem::Missing { within: within.clone(), statement };
                self.report(Diagnostic::at(declared.name.span, problem));
            }
        }
        Some(Judge {
            name: declared.name.value.clone(),
            span: declared.name.span,
            by: declared.by.value.clone(),
            wording: wording?,
            answer: answer?,
            max_tokens,
            slot,
        })
    }
}
