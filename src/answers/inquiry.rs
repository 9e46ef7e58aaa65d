use std::path::Path;
use std::sync::Arc;

use super::beside::judge_ask;
use super::{Answer, Answers, Ask, Identity, StoreError};
use crate::configuration::{Configuration, Model, Run};
use crate::plan::{Plan, QuestionPlan, SuitePlan};
use crate::requests::{Prompt, RequestProblem, prompts};
use crate::scores::RunKey;
use crate::spec::{ArmId, Experiment, Judge, Question, Spec, Suite};
use crate::text::Span;

/// What one experiment asks, of whom: its suites, and the models behind its arms.
#[derive(Debug)]
pub struct Inquiry<'p> {
    pub spec: &'p Spec,
    pub plan: &'p Plan,
    pub experiment: &'p Experiment,
    pub subjects: Vec<Subject>,
    /// The arms that no model answers for, with the reason.
    pub without_runs: Vec<(ArmId, String)>,
    /// The model of each role that judges answers, or answers beside a question.
    pub judges: Vec<(String, Model)>,
    /// The runs of arms that only answer beside questions.
    pub beside: Vec<Subject>,
}

/// One run of one arm: the model that answers for it, under the arm's system prompt.
#[derive(Clone, Debug)]
pub struct Subject {
    pub arm: ArmId,
    pub run: RunKey,
    pub model: Model,
    pub system: Option<String>,
}

/// A prompt with the question and the suite that it belongs to.
#[derive(Debug)]
pub struct Posed<'p> {
    pub suite: &'p Suite,
    pub question: &'p Question,
    pub prompt: Prompt,
}

/// A role that the configuration gives no model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMissing {
    pub role: String,
    pub span: Option<Span>,
}

impl<'p> Inquiry<'p> {
    /// Finds the model behind each arm and judge of an experiment.
    ///
    /// # Errors
    /// Returns the roles that the configuration gives no model.
    pub fn new(
        spec: &'p Spec,
        plan: &'p Plan,
        experiment: &'p Experiment,
        configuration: &Configuration,
    ) -> Result<Inquiry<'p>, Vec<RoleMissing>> {
        let mut missing = Vec::new();
        let (mut subjects, mut without_runs) = (Vec::new(), Vec::new());
        for id in &experiment.arms {
            let found = subjects_of(spec, *id, configuration, &mut missing);
            if found.is_empty() && spec[*id].trained.is_some() {
                without_runs.push((*id, format!("the arm {} has no runs in introspec.yaml", spec[*id].name)));
            }
            subjects.extend(found);
        }
        let mut judges: Vec<(String, Model)> = Vec::new();
        let mut inquiry =
            Inquiry { spec, plan, experiment, subjects, without_runs, judges: Vec::new(), beside: Vec::new() };
        for judge in inquiry.questions().flat_map(|(_, asked)| &spec[asked.question].judges) {
            if judges.iter().any(|(role, _)| *role == judge.by) {
                continue;
            }
            match configuration.model_of(&judge.by) {
                Some(model) => judges.push((judge.by.clone(), model.clone())),
                None => missing.push(RoleMissing { role: judge.by.clone(), span: Some(judge.span) }),
            }
        }
        inquiry.judges = judges;
        inquiry.find_beside(configuration, &mut missing);
        missing.dedup();
        if missing.is_empty() { Ok(inquiry) } else { Err(missing) }
    }

    /// Returns every question of the experiment's suites, suite by suite.
    pub fn questions(&self) -> impl Iterator<Item = (&'p SuitePlan, &'p QuestionPlan)> + use<'p> {
        let (plan, suites) = (self.plan, &self.experiment.suites);
        plan.suites
            .iter()
            .filter(move |suite| suites.contains(&suite.suite))
            .flat_map(|suite| suite.questions.iter().map(move |asked| (suite, asked)))
    }

    /// Returns how many requests each subject is sent, games apart.
    pub fn requests(&self) -> u64 {
        let asked = self.questions().filter(|(_, asked)| self.spec[asked.question].play.is_none());
        asked.map(|(_, asked)| asked.requests).sum()
    }

    /// Returns the prompts of every question, in order.
    pub fn prompts(&self) -> impl Iterator<Item = Result<Posed<'p>, RequestProblem>> + use<'p> {
        let (spec, plan) = (self.spec, self.plan);
        self.questions().flat_map(move |(suite, asked)| {
            let (suite_of, question) = (&spec[suite.suite], &spec[asked.question]);
            let made = prompts(spec, plan, suite, asked);
            made.map(move |prompt| Ok(Posed { suite: suite_of, question, prompt: prompt? }))
        })
    }

    /// Returns the prompts that can be made: every one of them, once the spec is built and
    /// [`Inquiry::check`] has found no problem.
    pub fn posed(&self) -> impl Iterator<Item = Posed<'p>> + use<'p> {
        self.prompts().filter_map(Result::ok)
    }

    /// Makes every prompt that the build has not made, those of suites of other files, so that none can be left out
    /// in silence.
    ///
    /// # Errors
    /// Returns the first prompt that cannot be made.
    pub fn check(&self) -> Result<(), RequestProblem> {
        let (spec, plan) = (self.spec, self.plan);
        let unbuilt = self.questions().filter(|(suite, _)| !suite.own);
        unbuilt.flat_map(|(suite, asked)| prompts(spec, plan, suite, asked)).try_for_each(|prompt| prompt.map(|_| ()))
    }

    /// Returns what a prompt becomes for a subject. System prompts add up: the arm's, then the context's.
    pub fn ask(&self, subject: &Subject, posed: &Posed<'_>) -> Ask {
        let Posed { suite, question, prompt } = posed;
        let request = &prompt.request;
        let mut sampling = request.sampling.clone();
        let defaults = &subject.model.sampling;
        if suite.temperature.is_none() {
            sampling.temperature = defaults.temperature.unwrap_or(sampling.temperature);
        }
        if question.max_tokens.is_none() && suite.max_tokens.is_none() {
            sampling.max_tokens = defaults.max_tokens.unwrap_or(sampling.max_tokens);
        }
        let place = format!("{}, request {}", self.spec.sources.place(question.span), request.id);
        let mut ask = Ask { messages: request.messages.clone(), read: request.read.clone(), sampling, place };
        ask.under(subject.system.as_deref());
        ask
    }

    /// Returns the judges' asks about one subject's answers, as far as they are texts.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn judge_asks(
        &self,
        subject: &Subject,
        posed: &Posed<'_>,
        role: &str,
        answers: &Answers,
    ) -> Result<Vec<Ask>, StoreError> {
        let Posed { question, .. } = posed;
        let scope = self.scope(subject, posed);
        let judges: Vec<&Judge> = question.judges.iter().filter(|judge| judge.by == role).collect();
        if judges.is_empty() {
            return Ok(Vec::new());
        }
        let identity = Arc::new(Identity::of(&subject.model));
        let answered = answers.answers(&self.ask(subject, posed), &identity)?;
        let mut asks = Vec::new();
        for answer in answered.samples.into_iter().flatten().flatten() {
            if let Answer::Text { text } = answer {
                asks.extend(judges.iter().filter_map(|judge| judge_ask(question, &scope, judge, &text).ok()));
            }
        }
        Ok(asks)
    }
}

/// Returns the runs of an arm, or its one model where it is not trained.
pub(super) fn subjects_of(
    spec: &Spec,
    id: ArmId,
    configuration: &Configuration,
    missing: &mut Vec<RoleMissing>,
) -> Vec<Subject> {
    let arm = &spec[id];
    let system = spec.system_of(id);
    if arm.trained.is_some() {
        let runs = configuration.runs_of(&arm.name).iter();
        let subject =
            |run: &Run| Subject { arm: id, run: run.key.clone(), model: run.model.clone(), system: system.clone() };
        return runs.map(subject).collect();
    }
    let role = spec.role_of(id);
    match configuration.model_of(role) {
        Some(model) => vec![Subject { arm: id, run: RunKey::default(), model: model.clone(), system }],
        None => {
            missing.push(RoleMissing { role: role.to_owned(), span: arm.span });
            Vec::new()
        }
    }
}

/// The store of a run's folder.
pub fn store_path(out: &Path) -> std::path::PathBuf {
    out.join("answers.sqlite")
}
