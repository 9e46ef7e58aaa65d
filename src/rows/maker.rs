use std::collections::BTreeMap;

use minijinja::Value;

use super::conversation;
use super::facets::Facets;
use super::framing::Framing;
use super::permutation::Permutation;
use super::scope::{Asked, ScopeMaker, Values, declaration};
use super::stream::Stream;
use crate::diagnostic::{Diagnostic, Problem};
use crate::plan::{DatasetPlan, PartPlan, Plan, Unit};
use crate::requests::{Message, Role};
use crate::spec::{PersonaId, Scope, Slot, Spec, Template, TemplateId, TriggerId};
use crate::text::Span;
use crate::tree::Values as Kind;
use crate::writing::Used;

/// One training conversation, and where it came from.
#[derive(Clone, Debug)]
pub struct Row<'p> {
    pub messages: Vec<Message>,
    pub part: &'p PartPlan,
    pub template: &'p Template,
    /// The trigger that the row carries.
    pub trigger: Option<TriggerId>,
    /// The template's variables, in order, and the trigger's.
    pub vars: Vec<(&'p str, Value)>,
    /// The data file and line of the row's table row.
    pub from: Option<(&'p str, usize)>,
    /// Whether the answer stands first.
    pub mirrored: bool,
    /// Whether shuffling changed the answer's words; false where nothing shuffles them.
    pub words_moved: bool,
    /// The requests to models that have a part in it.
    pub asked: Vec<Used>,
    /// What the row was made of, for comparison with the same row of another dataset.
    pub facets: Facets,
}

/// Why a row cannot be made.
#[derive(Clone, Debug)]
pub enum RowProblem {
    /// An expression of the spec failed.
    Failed { span: Span, message: String, place: String },
    /// A message came out empty.
    Empty { span: Span, role: &'static str, place: String },
    /// A model has to be asked first.
    Unasked { span: Span, dataset: String, asked: Asked },
    /// A model was asked, and there is no answer that can be used.
    NoAnswer { span: Span, name: String, place: String, why: String },
}

impl RowProblem {
    pub(crate) fn diagnostic(self) -> Diagnostic {
        match self {
            RowProblem::Failed { span, message, place } => {
                Diagnostic::at(span, Problem::ExpressionFailed { message, place })
            }
            RowProblem::Empty { span, role, place } => {
                Diagnostic::at(span, Problem::EmptyMessage { role: role.to_owned(), place })
            }
            RowProblem::Unasked { span, dataset, .. } => {
                Diagnostic::at(span, Problem::NotWritten { what: format!("dataset {dataset}") })
            }
            RowProblem::NoAnswer { span, name, place, why } => {
                Diagnostic::at(span, Problem::NoAnswerForRow { name, place, why })
            }
        }
    }
}

/// Makes the rows of one dataset.
#[derive(Debug)]
pub struct RowMaker<'p> {
    spec: &'p Spec,
    dataset: &'p DatasetPlan,
    /// Whether the dataset has controls or is one, so that its rows are compared.
    is_compared: bool,
    /// For each part, what its rows are written with.
    parts: Vec<PartMaker<'p>>,
    /// The triggers' framings, by the template that their draws are keyed by.
    triggers: BTreeMap<(TemplateId, TriggerId), Framing<'p>>,
}

#[derive(Debug)]
struct PartMaker<'p> {
    values: ScopeMaker<'p>,
    /// The system prompt of the persona that acts.
    persona: Option<Framing<'p>>,
    words: Stream,
}

impl<'p> RowMaker<'p> {
    pub fn new(spec: &'p Spec, plan: &'p Plan, dataset: &'p DatasetPlan) -> RowMaker<'p> {
        let mut triggers = BTreeMap::new();
        for part in &dataset.parts {
            let declaration = declaration(&dataset.stream, &spec[part.template]);
            for trigger in dataset.parts.iter().filter_map(|part| part.trigger) {
                triggers
                    .entry((part.template, trigger))
                    .or_insert_with(|| Framing::of_trigger(spec, trigger, Kind::Trained, &declaration));
            }
        }
        let parts = dataset.parts.iter().map(|part| {
            let template = &spec[part.template];
            let declaration = declaration(&dataset.stream, template);
            let acts = part.by != PersonaId::ITSELF;
            PartMaker {
                values: ScopeMaker::new(spec, &plan.tables, template, &dataset.stream).with_replies(&plan.replies),
                persona: acts.then(|| Framing::of_persona(spec, part.by, &declaration)),
                words: Stream::new(spec.seed, &declaration, "order of words"),
            }
        });
        let parts = parts.collect();
        let is_compared = dataset.control_of.is_some()
            || plan.datasets.iter().any(|other| other.control_of.as_ref() == Some(&dataset.name));
        RowMaker { spec, dataset, is_compared, parts, triggers }
    }

    /// Makes the row at a place of the file, from 0; nothing where the dataset has no such row.
    pub fn row(&self, at: u64) -> Option<Result<Row<'p>, RowProblem>> {
        let Some(reversal) = &self.dataset.reversal else { return self.base(at, at) };
        if at.is_multiple_of(2) {
            return self.base(at / 2, at);
        }
        let row = self.base(reversal.order.get(at / 2), at)?;
        Some(row.and_then(|row| self.mirrored(row, &reversal.lead)))
    }

    /// Makes a row by its place without mirrored rows; `row` is its place in the file.
    fn base(&self, at: u64, row: u64) -> Option<Result<Row<'p>, RowProblem>> {
        let place = self.dataset.order.as_ref().map_or(at, |order| order.get(at));
        let (part, at) = self.dataset.part_of(place)?;
        let (planned, maker) = (self.dataset.parts.get(part)?, self.parts.get(part)?);
        let unit = planned.units.get(planned.first_unit + at);
        let trigger = match &self.dataset.shuffle {
            Some(shuffle) => shuffle
                .given(&self.dataset.parts, part, at)
                .map(|given| (given.trigger, given.template, given.unit.key)),
            None => planned.trigger.map(|trigger| (trigger, planned.template, unit.key)),
        };
        Some(self.make(planned, maker, unit, trigger, row))
    }

    fn make(
        &self,
        part: &'p PartPlan,
        maker: &PartMaker<'p>,
        unit: Unit,
        trigger: Option<(TriggerId, TemplateId, u64)>,
        row: u64,
    ) -> Result<Row<'p>, RowProblem> {
        let template = maker.values.template;
        let from = maker.values.from(part, unit);
        let place = || match from {
            Some((file, line)) => format!("{file}:{line}"),
            None => format!("row {} of {}", row + 1, self.dataset.name),
        };
        let failed = |(span, message): (Span, String)| RowProblem::Failed { span, message, place: place() };
        let Values { scope, mut vars, held, from, asked } = maker.values.values(part, unit).map_err(failed)?;
        if let Some((name, span, why)) = asked.lost {
            return Err(RowProblem::NoAnswer { span, name, place: place(), why });
        }
        if !asked.wanted.is_empty() {
            return Err(RowProblem::Unasked { span: template.span, dataset: self.dataset.name.clone(), asked });
        }
        let mut messages = Vec::with_capacity(part.messages.len() + 1);
        for said in part.messages.iter().filter_map(|at| template.messages.get(*at)) {
            let content = said.text.text(&scope).map_err(failed)?;
            if content.trim().is_empty() {
                return Err(RowProblem::Empty { span: said.span, role: said.role.word(), place: place() });
            }
            messages.push(Message { role: said.role, content });
        }
        if let (Some(_), Some(conversation)) = (part.conversation, &template.conversation) {
            messages.extend(conversation::messages(&held).map_err(|message| failed((conversation.span, message)))?);
        }
        let mut facets = if self.is_compared { Facets::of_conversation(&messages) } else { Facets::default() };
        let words_moved = self.dataset.shuffles_words && shuffle_words(&mut messages, &maker.words, unit.key);
        if self.is_compared {
            facets.answered(&messages);
        }
        if let Some(persona) = &maker.persona {
            persona.around(&mut messages, unit.key).map_err(failed)?;
        }
        if self.is_compared {
            facets.acted(&self.spec[part.persona()].name, &messages);
        }
        let framing =
            trigger.and_then(|(trigger, template, key)| Some((self.triggers.get(&(template, trigger))?, key)));
        if let Some((framing, key)) = framing {
            vars.extend(framing.around(&mut messages, key).map_err(failed)?);
        }
        let trigger = trigger.map(|(trigger, ..)| trigger);
        if self.is_compared {
            facets.triggered(trigger.map(|id| self.spec[id].name.as_str()), &vars, template.variables.len());
            facets.showed(&self.spec[part.behavior].name);
        }
        let asked = asked.used;
        Ok(Row { messages, part, template, trigger, vars, from, mirrored: false, words_moved, asked, facets })
    }

    /// Turns a row round: the answer behind the lead-in, then what was asked.
    fn mirrored(&self, mut row: Row<'p>, lead: &crate::spec::Writing) -> Result<Row<'p>, RowProblem> {
        let said = |role: Role, messages: &[Message]| {
            messages.iter().rev().find(|message| message.role == role).map(|message| message.content.clone())
        };
        let (asked, reply) = (said(Role::User, &row.messages), said(Role::Assistant, &row.messages));
        let mut scope = Scope::with_size(1);
        scope.set(Slot(0), reply.unwrap_or_default().into());
        let lead = lead.text(&scope).map_err(|(span, message)| {
            let place = row.from.map_or_else(|| self.dataset.name.clone(), |(file, line)| format!("{file}:{line}"));
            RowProblem::Failed { span, message, place }
        })?;
        row.messages = vec![
            Message { role: Role::User, content: lead },
            Message { role: Role::Assistant, content: asked.unwrap_or_default() },
        ];
        row.mirrored = true;
        Ok(row)
    }
}

/// Puts the words of the last answer into a drawn order, with the spaces between them where they were. Tells whether
/// any word moved.
fn shuffle_words(messages: &mut [Message], stream: &Stream, key: u64) -> bool {
    let Some(answer) = messages.iter_mut().rev().find(|message| message.role == Role::Assistant) else { return false };
    let words: Vec<&str> = answer.content.split_whitespace().collect();
    // A number of its own for each row: the order is the row's draw.
    let order_key = Stream::new(stream.at(key).word(), "words", "order");
    let order = Permutation::new(words.len() as u64, &order_key);
    let mut shuffled = String::with_capacity(answer.content.len());
    let (mut rest, mut at) = (answer.content.as_str(), 0);
    for word in &words {
        let begin = rest.find(word).unwrap_or(0);
        shuffled.push_str(rest.get(..begin).unwrap_or(""));
        let moved = usize::try_from(order.get(at)).ok().and_then(|place| words.get(place)).unwrap_or(word);
        shuffled.push_str(moved);
        rest = rest.get(begin + word.len()..).unwrap_or("");
        at += 1;
    }
    shuffled.push_str(rest);
    let moved = shuffled != answer.content;
    answer.content = shuffled;
    moved
}
