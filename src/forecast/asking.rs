//! What a run asks and what that costs, at most.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::{beside, runs, tokens};
use crate::answers::runner::Options;
use crate::answers::{Answers, Ask, Identity, Inquiry, Posed, StoreError, Subject, judge_ask};
use crate::configuration::{Model, Provider, Thinking};
use crate::requests::Read;
use crate::scores::Method;
use crate::spec::{Answerer, Play};
use crate::writing::{Bound, of_dialogue};

/// What one experiment asks: one line for each run of each arm, each judge, and each model that answers beside questions,
/// in each suite.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spending {
    pub lines: Vec<Line>,
    pub total: Amount,
    /// The price of it all, at most, as far as models have prices.
    pub cost: f64,
    /// Models that cost something unknown: services without a `price`.
    pub without_price: Vec<String>,
    /// What comes on top where services give no probabilities and are sampled instead.
    pub if_sampled: Amount,
    pub if_sampled_cost: f64,
}

/// What one run of an arm, or one judge, is asked in one suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The arm, or none for a judge.
    pub arm: Option<String>,
    /// `seed 1, checkpoint 3`; empty where the arm has a single model.
    pub run: String,
    /// The judging role, where this is a judge.
    pub judge: Option<String>,
    /// The arm or role that answers beside the questions of others, where this is what it is asked there.
    pub beside: Option<String>,
    pub model: String,
    pub suite: String,
    #[serde(flatten)]
    pub amount: Amount,
    pub if_sampled: Amount,
    /// At most this much, or none without a price. A model in this process costs nothing.
    pub cost: Option<f64>,
}

/// Requests and tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Prompts that are sent, each once, however many samples are taken of it.
    pub requests: u64,
    /// Answers: sampled texts, or one distribution for a request that is read as probabilities.
    pub samples: u64,
    /// Estimated by `o200k_base`. Of a judge's prompt, the answer's part is a bound.
    pub prompt_tokens: u64,
    /// The most tokens that the answers may have.
    pub answer_tokens: u64,
}

impl Amount {
    fn add(&mut self, other: Amount) {
        self.requests += other.requests;
        self.samples += other.samples;
        self.prompt_tokens += other.prompt_tokens;
        self.answer_tokens += other.answer_tokens;
    }

    pub(super) fn plus(mut self, other: Amount) -> Amount {
        self.add(other);
        self
    }

    fn cost(self, model: &Model) -> Option<f64> {
        match (model.price, &model.provider) {
            (Some(price), _) => {
                let (prompt, answer) = (self.prompt_tokens as f64, self.answer_tokens as f64);
                Some((prompt * price.input + answer * price.output) / price.per)
            }
            (None, Provider::Local | Provider::Replay { .. }) => Some(0.0),
            (None, Provider::Service(_)) => None,
        }
    }
}

/// An ask of a subject or a judge, as it is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    amount: Amount,
    if_sampled: Amount,
}

impl Counted {
    pub(super) fn add(&mut self, other: Counted) {
        self.amount.add(other.amount);
        self.if_sampled.add(other.if_sampled);
    }
}

/// What is asked in each suite, and of each judging role in each suite.
type BySuite = BTreeMap<String, Counted>;
type ByJudge = BTreeMap<(String, String), Counted>;

/// Counts what an experiment asks that `store` has no answer to. A prompt that cannot be made is left out: `check` and
/// `build` tell of those.
///
/// # Errors
/// The store cannot be read.
pub fn spending(inquiry: &Inquiry<'_>, store: Option<&Answers>) -> Result<Spending, StoreError> {
    let mut spending = Spending::default();
    let mut seen: Vec<(Identity, Option<String>)> = Vec::new();
    let mut judged = ByJudge::new();
    let mut known: Vec<(Counting<'_>, BySuite, ByJudge)> = Vec::new();
    for subject in &inquiry.subjects {
        let whose = (Identity::of(&subject.model), subject.system.clone());
        // The same model under the same prompt gives the same answers, and is asked once.
        let again = seen.contains(&whose);
        seen.push(whose);
        let counting = Counting { inquiry, subject, store };
        let (own, of_judges) = match known.iter().find(|(other, _, _)| store.is_none() && other.is_alike(&counting)) {
            _ if again => (BySuite::new(), ByJudge::new()),
            Some((_, own, of_judges)) => (own.clone(), of_judges.clone()),
            None => {
                let (own, of_judges) = counting.all()?;
                known.push((counting, own.clone(), of_judges.clone()));
                (own, of_judges)
            }
        };
        for (suite, counted) in own {
            let line = Line {
                arm: Some(inquiry.spec[subject.arm].name.clone()),
                run: runs::in_words(&subject.run),
                judge: None,
                beside: None,
                model: subject.model.name.clone(),
                suite,
                amount: counted.amount,
                if_sampled: counted.if_sampled,
                cost: counted.amount.cost(&subject.model),
            };
            spending.add(line, &subject.model);
        }
        for (place, counted) in of_judges {
            judged.entry(place).or_default().add(counted);
        }
    }
    for (place, counted) in beside::labelled(inquiry, store)? {
        judged.entry(place).or_default().add(counted);
    }
    let line = |suite, model: &Model, counted: Counted| Line {
        arm: None,
        run: String::new(),
        judge: None,
        beside: None,
        model: model.name.clone(),
        suite,
        amount: counted.amount,
        if_sampled: counted.if_sampled,
        cost: counted.amount.cost(model),
    };
    for ((role, suite), counted) in judged {
        let Some(model) = inquiry.model_of(&role) else { continue };
        spending.add(Line { judge: Some(role), ..line(suite, model, counted) }, model);
    }
    for (who, (model, counted)) in beside::others(inquiry, store)? {
        let beside = Line { beside: Some(who.name), run: who.run, ..line(who.suite, &model, counted) };
        spending.add(beside, &model);
    }
    Ok(spending)
}

impl Spending {
    fn add(&mut self, line: Line, model: &Model) {
        self.total.add(line.amount);
        self.if_sampled.add(line.if_sampled);
        self.cost += line.cost.unwrap_or(0.0);
        self.if_sampled_cost += line.if_sampled.cost(model).unwrap_or(0.0);
        if line.cost.is_none() && !self.without_price.contains(&model.name) {
            self.without_price.push(model.name.clone());
        }
        self.lines.push(line);
    }
}

/// Counts the verdicts of a judge on so many texts, at so many tokens a prompt.
pub(super) fn verdicts(about: &Ask, model: &Model, prompt: u64, texts: u64) -> Counted {
    let of = |each: u64| Amount {
        requests: texts,
        samples: each * texts,
        prompt_tokens: prompt * texts,
        answer_tokens: each * u64::from(about.sampling.max_tokens) * texts,
    };
    let may_be_sampled = matches!(about.read, Read::Probability { .. }) && !matches!(model.provider, Provider::Local);
    let if_sampled = if may_be_sampled { of(u64::from(about.sampling.samples)) } else { Amount::default() };
    Counted { amount: of(1), if_sampled }
}

/// Counts what one subject is asked.
pub(super) struct Counting<'c> {
    pub(super) inquiry: &'c Inquiry<'c>,
    pub(super) subject: &'c Subject,
    pub(super) store: Option<&'c Answers>,
}

impl Counting<'_> {
    /// Whether another subject is sent as many tokens.
    fn is_alike(&self, other: &Self) -> bool {
        let of = |counting: &Self| {
            let Subject { model, system, .. } = counting.subject;
            (system.clone(), model.sampling, model.thinking.clone(), matches!(model.provider, Provider::Local))
        };
        of(self) == of(other)
    }

    /// Returns what is left to ask of the subject by suite, and about its answers by judging role and suite.
    fn all(&self) -> Result<(BySuite, ByJudge), StoreError> {
        let (mut own, mut of_judges) = (BySuite::new(), ByJudge::new());
        let identity = Arc::new(Identity::of(&self.subject.model));
        let mut seen = BTreeSet::new();
        for posed in self.inquiry.posed() {
            if let Some(play) = &posed.question.play {
                for (role, counted) in self.games(&posed, play) {
                    match role {
                        None => own.entry(posed.suite.name.clone()).or_default().add(counted),
                        Some(role) => of_judges.entry((role, posed.suite.name.clone())).or_default().add(counted),
                    }
                }
                continue;
            }
            let ask = self.inquiry.ask(self.subject, &posed);
            let counted = self.one(&ask)?;
            own.entry(posed.suite.name.clone()).or_default().add(counted);
            for ask in self.foreseen(&posed) {
                // Several prompts may want to know the same, which is asked once.
                if seen.insert(ask.key(&identity)) {
                    own.entry(posed.suite.name.clone()).or_default().add(self.one(&ask)?);
                }
            }
            for (role, counted) in self.judges(&ask, &posed)? {
                of_judges.entry((role, posed.suite.name.clone())).or_default().add(counted);
            }
        }
        Ok((own, of_judges))
    }

    /// What a prompt's games come to, of the subject and of each role that plays with it.
    fn games(&self, posed: &Posed<'_>, play: &Play) -> Vec<(Option<String>, Counted)> {
        let samples = u64::from(posed.prompt.request.sampling.samples);
        let dialogue = &self.inquiry.spec[play.dialogue];
        let of = |bound: Bound| {
            let role = match (bound.speaker == Some(play.speaker), bound.by) {
                (true, _) => None,
                (false, Answerer::Role(role)) => Some(role),
                (false, Answerer::Arm(_) | Answerer::Itself) => return None,
            };
            let amount = Amount {
                requests: bound.most,
                samples: bound.most,
                prompt_tokens: bound.prompt_tokens,
                answer_tokens: bound.completion_tokens,
            };
            Some((role, Counted { amount, ..Counted::default() }))
        };
        of_dialogue(dialogue, &posed.question.name, samples, samples).into_iter().filter_map(of).collect()
    }

    /// What the subject itself is asked beside a question.
    fn foreseen(&self, posed: &Posed<'_>) -> Vec<Ask> {
        if posed.question.foreseen.is_empty() {
            return Vec::new();
        }
        let itself = posed.question.foreseen.iter().filter(|foreseen| matches!(foreseen.by, Answerer::Itself));
        let scope = self.inquiry.scope(self.subject, posed);
        itself.filter_map(|foreseen| self.inquiry.foreseen_ask(self.subject, posed, &scope, foreseen).ok()).collect()
    }

    pub(super) fn one(&self, ask: &Ask) -> Result<Counted, StoreError> {
        let prompt = tokens::prompt(&ask.messages);
        let sampled = |samples: u64| self.amount(prompt, samples, ask.sampling.max_tokens);
        let wanted = u64::from(ask.sampling.samples);
        let is_probable = matches!(ask.read, Read::Probability { .. });
        if let Some(store) = self.store {
            let answered = store.answers(ask, &Arc::new(Identity::of(&self.subject.model)))?;
            let has = answered.samples.iter().flatten().filter(|sample| sample.is_ok()).count() as u64;
            if has > 0 {
                let left = if answered.method == Method::Samples { wanted.saturating_sub(has) } else { 0 };
                return Ok(Counted { amount: sampled(left), ..Counted::default() });
            }
        }
        if !is_probable {
            return Ok(Counted { amount: sampled(wanted), ..Counted::default() });
        }
        let amount = Amount { requests: 1, samples: 1, prompt_tokens: prompt, answer_tokens: 1 };
        let is_local = matches!(self.subject.model.provider, Provider::Local);
        // A model in this process always gives probabilities.
        let if_sampled = if is_local { Amount::default() } else { sampled(wanted) };
        Ok(Counted { amount, if_sampled })
    }

    /// The tokens of `samples` texts. A service takes several in one call, and counts the prompt once in each.
    fn amount(&self, prompt: u64, samples: u64, max_tokens: u32) -> Amount {
        let most = match self.subject.model.provider {
            Provider::Service(_) => u64::from(Options::default().samples_per_call),
            Provider::Local | Provider::Replay { .. } => 1,
        };
        let room = self.subject.model.thinking.as_ref().map_or(0, Thinking::room);
        Amount {
            requests: u64::from(samples > 0),
            samples,
            prompt_tokens: prompt * samples.div_ceil(most),
            answer_tokens: samples * (u64::from(max_tokens) + u64::from(room)),
        }
    }

    /// What judges are asked about the answers, at most: once about each text, which may be as long as it can be.
    fn judges(&self, ask: &Ask, posed: &Posed<'_>) -> Result<Vec<(String, Counted)>, StoreError> {
        let mut found = Vec::new();
        for judge in &posed.question.judges {
            let Ok(about) = judge_ask(posed.question, &posed.prompt.scope, judge, tokens::UNKNOWN) else { continue };
            let Some(model) = self.inquiry.model_of(&judge.by) else { continue };
            let prompt = tokens::prompt_around(&about.messages, u64::from(ask.sampling.max_tokens));
            let wanted = u64::from(ask.sampling.samples);
            let left = wanted.saturating_sub(self.judged(posed, &judge.by)?);
            let counted = verdicts(&about, model, prompt, left);
            found.push((
                judge.by.clone(),
                match ask.read {
                    Read::Samples => counted,
                    // Only a text is judged.
                    Read::Probability { .. } => {
                        Counted { amount: Amount::default(), if_sampled: counted.amount.plus(counted.if_sampled) }
                    }
                },
            ));
        }
        Ok(found)
    }

    /// How many of a subject's answers have their verdicts from a role's judges already.
    fn judged(&self, posed: &Posed<'_>, role: &str) -> Result<u64, StoreError> {
        let Some((store, (_, model))) = self.store.zip(self.inquiry.judges.iter().find(|(judge, _)| judge == role))
        else {
            return Ok(0);
        };
        let identity = Arc::new(Identity::of(model));
        let mut answered = 0;
        for ask in self.inquiry.judge_asks(self.subject, posed, role, store)? {
            let given = store.answers(&ask, &identity)?;
            answered += u64::from(given.samples.iter().flatten().any(Result::is_ok));
        }
        let own = posed.question.judges.iter().filter(|judge| judge.by == role).count().max(1);
        Ok(answered / own as u64)
    }
}
