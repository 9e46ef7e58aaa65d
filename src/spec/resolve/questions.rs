use super::super::question::{BoundSlots, Role};
use super::super::{AnswerType, BehaviorId, DatasetId, Foreseen, Judge, Order, Question, ReadMethod, Scoring, Writing};
use super::Resolver;
use super::answers::Answerable;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::tree::{self, Count, OrderKind, QuestionStatement, ReadStatement, Spanned, ValueSource};

/// The frames of a question: what its wordings may read, and what may be read of an answer.
pub(super) struct QuestionFrames {
    pub(super) base: Frame,
    pub(super) slots: BoundSlots,
    role: Option<Role>,
    /// What is read of the answer: the fields of an object, or a program that can be called.
    pub(super) fields: Option<Vec<String>>,
    pub(super) is_code: bool,
    /// What models answer to something else, by name.
    pub(super) foreseen: Vec<(String, super::super::Slot)>,
}

impl QuestionFrames {
    pub(super) fn wording(&self, about_other: bool, options: bool) -> Frame {
        let mut frame = self.base.clone();
        if about_other {
            frame.bind("persona", self.slots.persona, Sort::Persona);
        }
        if options {
            frame.bind("options", self.slots.options, Sort::Options);
        }
        // What a dataset's persona does depends on the arm that is asked, and no wording may.
        if matches!(self.role, Some(Role::Reports(_) | Role::Shows(_))) {
            frame.bind("behavior", self.slots.behavior, Sort::Behavior);
        }
        frame
    }

    /// What stands once there is an answer.
    pub(super) fn answered(&self, judges: &[Judge]) -> Frame {
        let mut frame = self.wording(false, false);
        if matches!(self.role, Some(Role::ReportsDataset(_) | Role::ShowsDataset(_))) {
            frame.bind("behavior", self.slots.behavior, Sort::Behavior);
        }
        match &self.fields {
            Some(fields) => frame.bind_object("answer", self.slots.answer, fields),
            None => frame.bind("answer", self.slots.answer, Sort::Plain),
        }
        if self.is_code {
            frame.bind("call", self.slots.call, Sort::Plain);
        }
        for (name, slot) in &self.foreseen {
            frame.bind(name, *slot, Sort::Plain);
        }
        for judge in judges {
            match &judge.answer {
                AnswerType::Json(fields) => {
                    let fields: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
                    frame.bind_object(&judge.name, judge.slot, &fields);
                }
                _ => frame.bind(&judge.name, judge.slot, Sort::Plain),
            }
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
                    if let Some(resolved) = self.row_from(row, &mut base) {
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
                QuestionStatement::Reports(name) => {
                    if let Some(resolved) = self.about(name, Role::Reports, Role::ReportsDataset) {
                        self.once(&mut role, resolved, "reports", span);
                    }
                }
                QuestionStatement::Shows(name) => {
                    if let Some(resolved) = self.about(name, Role::Shows, Role::ShowsDataset) {
                        self.once(&mut role, resolved, "shows", span);
                    }
                }
                QuestionStatement::Order(kind) => self.once(&mut order, (kind.clone(), span), "order", span),
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
            match &statement.value {
                QuestionStatement::Let(variable) if !matches!(variable.source, ValueSource::Answers(_)) => {
                    variables.extend(self.variable(variable, &mut base, Ok(())));
                }
                _ => {}
            }
        }
        let slots = BoundSlots {
            persona: base.reserve(),
            options: base.reserve(),
            answer: base.reserve(),
            behavior: base.reserve(),
            call: base.reserve(),
        };
        let mut frames = QuestionFrames { base, slots, role, fields: None, is_code: false, foreseen: Vec::new() };
        let play = self.play(declared, &frames);
        let is_played = declared.statements.iter().any(|it| matches!(it.value, QuestionStatement::Play(_)));
        let answerable = if is_played {
            play.as_ref().map(|play| self.outcomes_of(play))
        } else {
            self.question_answer(declared, &frames)
        };
        let (answer, exits) = answerable.map_or((None, Vec::new()), |found| (Some(found.answer), found.exits));
        if let Some(AnswerType::Json(fields)) = &answer {
            frames.fields = Some(fields.iter().map(|field| field.name.clone()).collect());
        }
        frames.is_code = matches!(answer, Some(AnswerType::Code));
        let (wordings, wordings_about_other) = if is_played {
            // Nothing is asked but what the dialogue says.
            (vec![Writing { pieces: Vec::new(), span: declared.name.span }], Vec::new())
        } else {
            self.question_wordings(declared, &frames, answer.as_ref())
        };
        let foreseen: Vec<Foreseen> = self.all_foreseen(declared, &mut frames);
        let judges = self.judges(declared, &mut frames);
        let has_answer = answer.is_some();
        let among = self.among(declared, &frames, &judges);
        let scoring = self.scoring(declared, &frames, answer.as_ref(), &judges, among.as_ref(), &foreseen);
        let baseline = self.baseline(declared, &frames, &judges);
        let question = Question {
            name: declared.name.value.clone(),
            span: declared.name.span,
            role,
            table,
            play,
            rows,
            variables,
            wordings,
            wordings_about_other,
            order: order.as_ref().map_or(Order::Fixed, |(kind, _)| self.order(kind, answer.as_ref())),
            read: self.read_method(read.as_ref().map(|(read, _)| read)),
            answer: answer.unwrap_or(AnswerType::Text),
            exits,
            foreseen,
            judges,
            among,
            scoring: scoring.unwrap_or(Scoring::Map { judge: None, entries: Vec::new(), otherwise: None }),
            baseline,
            max_tokens,
            slots,
            size: frames.base.size(),
        };
        if let Some((_, span)) = order.filter(|_| has_answer && !matches!(question.answer, AnswerType::Options { .. }))
        {
            self.report(Diagnostic::at(span, Problem::NoOptions));
        }
        if let Some((_, span)) = read.as_ref().filter(|_| !question.foreseen.is_empty()) {
            let problem = Problem::NoProbability { answer: "an answer that is compared with another one" };
            self.report(Diagnostic::at(*span, problem));
        }
        if let Some((_, span)) = read.filter(|_| has_answer && question.readable().is_empty()) {
            self.report(Diagnostic::at(span, Problem::NoProbability { answer: question.answer.words() }));
        }
        if has_answer && !is_played {
            self.warn_of_leaning(&question, declared);
        }
        self.warn_unused(&frames.base);
        self.spec.questions.push(question);
    }

    /// What a question is about: a behavior, or what a dataset's personas do.
    fn about(
        &mut self,
        name: &tree::Name,
        of_behavior: fn(BehaviorId) -> Role,
        of_dataset: fn(DatasetId) -> Role,
    ) -> Option<Role> {
        let is_dataset = self.names.find(Kind::Behavior, &name.value).is_none();
        if let Some(id) = self.names.find(Kind::Dataset, &name.value).filter(|_| is_dataset) {
            self.names.mark(Kind::Dataset, &name.value);
            return Some(of_dataset(DatasetId(id)));
        }
        self.find(Kind::Behavior, name).map(|id| of_behavior(BehaviorId(id)))
    }

    pub(super) fn read_method(&mut self, read: Option<&ReadStatement>) -> ReadMethod {
        read.map_or(ReadMethod::Samples, |read| ReadMethod::Probability {
            else_samples: read.else_samples.as_ref().map(|samples| self.small(samples, "number of samples")),
        })
    }

    fn order(&mut self, kind: &OrderKind, answer: Option<&AnswerType>) -> Order {
        let count = match kind {
            OrderKind::All => return Order::All,
            OrderKind::Shuffled => return Order::Shuffled,
            OrderKind::Fixed => return Order::Fixed,
            OrderKind::Counterbalanced(count) => count,
        };
        if let Some(AnswerType::Options { choices, .. }) = answer {
            let options = choices.len() as u64;
            let all = (1..=options.min(12)).product::<u64>();
            if count.value == 0 || options == 0 || count.value % options != 0 || count.value > all {
                self.report(Diagnostic::at(count.span, Problem::NotCounterbalanced { orders: count.value, options }));
            }
        }
        Order::Counterbalanced(u32::try_from(count.value).unwrap_or(u32::MAX))
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

    fn question_answer(&mut self, declared: &tree::Question, frames: &QuestionFrames) -> Option<Answerable> {
        let mut answer = None;
        for statement in &declared.statements {
            if let QuestionStatement::Answer(written) = &statement.value {
                let frame = frames.wording(false, false);
                let resolved = self.answer(written, &frame);
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
}
