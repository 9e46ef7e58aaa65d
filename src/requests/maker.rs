use super::continuations::continuations;
use super::items::{Item, items};
use super::options::{balanced_order, drawn_order, nth_order, shown, written};
use super::{Message, Read, Request, Role, Sampling, ShownOption};
use crate::plan::{Plan, QuestionPlan, SuitePlan};
use crate::rows::framing::Framing;
use crate::rows::stream::Stream;
use crate::spec::{
    AnswerType, Entity, Order, PersonaId, Question, ReadMethod, Scope, Spec, Suite, Under, Writing, entity_value,
};
use crate::text::Span;

/// Why a request cannot be made.
#[derive(Clone, Debug)]
pub struct RequestProblem {
    pub span: Span,
    pub message: String,
    pub place: String,
}

/// Makes the requests of a suite, in order: question by question, and in each by item, persona, context, wording
/// and order of options.
pub fn requests<'p>(
    spec: &'p Spec,
    plan: &'p Plan,
    suite: &'p SuitePlan,
) -> impl Iterator<Item = Result<Request, RequestProblem>> + use<'p> {
    suite
        .questions
        .iter()
        .flat_map(move |asked| prompts(spec, plan, suite, asked))
        .map(|prompt| prompt.map(|prompt| prompt.request))
}

/// Makes the requests of one question of a suite, in order, each with its variables.
pub fn prompts<'p>(
    spec: &'p Spec,
    plan: &'p Plan,
    suite: &'p SuitePlan,
    asked: &'p QuestionPlan,
) -> impl Iterator<Item = Result<Prompt, RequestProblem>> + use<'p> {
    let maker = Maker { spec, suite: &spec[suite.suite], asked, question: &spec[asked.question] };
    items(spec, plan, asked).flat_map(move |item| match item {
        Ok(item) => maker.of_item(&item),
        Err(problem) => vec![Err(problem)],
    })
}

/// The temperature where neither the spec nor the configuration says one.
pub(crate) const DEFAULT_TEMPERATURE: f64 = 1.0;

/// A request with the values of its question's variables, for the judges and the score of its answer.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub request: Request,
    pub scope: Scope,
}

struct Maker<'p> {
    spec: &'p Spec,
    suite: &'p Suite,
    asked: &'p QuestionPlan,
    question: &'p Question,
}

impl Maker<'_> {
    fn of_item(&self, item: &Item) -> Vec<Result<Prompt, RequestProblem>> {
        let mut made = Vec::new();
        for about in &self.asked.about {
            let wordings = match *about {
                PersonaId::ITSELF => &self.question.wordings,
                _ => &self.question.wordings_about_other,
            };
            for under in &self.asked.under {
                for (wording, text) in wordings.iter().enumerate() {
                    for order in 0..self.asked.orders {
                        made.push(self.request(item, *about, *under, (wording, text), order));
                    }
                }
            }
        }
        made
    }

    fn request(
        &self,
        item: &Item,
        about: PersonaId,
        under: Under,
        (wording, text): (usize, &Writing),
        order: u64,
    ) -> Result<Prompt, RequestProblem> {
        let question = self.question;
        let (about_name, under_name) = (&self.spec[about].name, under.name(self.spec));
        let mut id = format!("{}/{}/{about_name}/{under_name}/w{}", question.name, item.number, wording + 1);
        for value in item.axes.values() {
            id.push('/');
            id.push_str(value.as_str().unwrap_or("-"));
        }
        if self.asked.orders > 1 {
            id.push_str("/o");
            id.push_str(&(order + 1).to_string());
        }
        let failed = |(span, message): (Span, String)| RequestProblem { span, message, place: id.clone() };
        let mut scope = item.scope.clone();
        scope.set(question.slots.persona, entity_value(self.spec, Entity::Persona(about)));
        let options = self.options(item, order, &scope).map_err(failed)?;
        scope.set(question.slots.options, written(&options).into());
        let content = text.text(&scope).map_err(failed)?;
        // Where a dialogue is played, what is said comes with it.
        let mut messages = match question.play {
            Some(_) => Vec::new(),
            None => vec![Message { role: Role::User, content }],
        };
        let declaration = format!("question {}, wording {}", question.name, wording + 1);
        Framing::of(self.spec, under, &declaration).around(&mut messages, item.key).map_err(failed)?;
        let seed = Stream::new(self.spec.seed, "request", &id).at(0).below(1 << 31);
        let (read, samples) = self.read(&options);
        let request = Request {
            question: question.name.clone(),
            item: item.number,
            wording: u32::try_from(wording + 1).unwrap_or(u32::MAX),
            order: options.iter().map(|option| option.name.clone()).collect(),
            about: about_name.clone(),
            under: under_name,
            axes: item.axes.clone(),
            vars: item.vars.clone(),
            messages,
            options,
            read,
            sampling: Sampling {
                samples,
                temperature: self.suite.temperature.unwrap_or(DEFAULT_TEMPERATURE),
                max_tokens: question.max_tokens.or(self.suite.max_tokens).unwrap_or(default_tokens(&question.answer)),
                seed: u32::try_from(seed).unwrap_or(0),
            },
            id,
        };
        Ok(Prompt { request, scope })
    }

    fn options(&self, item: &Item, order: u64, scope: &Scope) -> Result<Vec<ShownOption>, (Span, String)> {
        let AnswerType::Options { choices: options, labels } = &self.question.answer else { return Ok(Vec::new()) };
        let order = match self.question.order {
            Order::Fixed => (0..options.len()).collect(),
            Order::All => nth_order(options.len(), order),
            Order::Counterbalanced(_) => balanced_order(options.len(), order),
            Order::Shuffled => {
                let stream =
                    Stream::new(self.spec.seed, &format!("question {}", self.question.name), "order of options");
                drawn_order(options.len(), &mut stream.at(u64::from(item.number)))
            }
        };
        shown(options, labels, &order, scope)
    }

    /// Returns how the answer is read, and how many samples are taken where it is sampled.
    fn read(&self, options: &[ShownOption]) -> (Read, u32) {
        match self.question.read {
            ReadMethod::Samples => (Read::Samples, self.suite.samples),
            ReadMethod::Probability { else_samples } => {
                let question = self.question;
                let continuations = continuations(&question.answer, &question.readable(), &question.exits, options);
                let whole = matches!(question.answer, AnswerType::Number { .. });
                (Read::Probability { continuations, whole }, else_samples.unwrap_or(self.suite.samples))
            }
        }
    }
}

/// How many tokens an answer may have where neither the question nor the suite says.
pub(crate) fn default_tokens(answer: &AnswerType) -> u32 {
    match answer {
        AnswerType::Code => 1024,
        AnswerType::Text | AnswerType::Json(_) => 256,
        AnswerType::Options { .. } | AnswerType::Word | AnswerType::Number { .. } | AnswerType::Literal(_) => 16,
    }
}
