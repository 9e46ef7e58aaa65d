use super::{MAX_ROWS, TableValues};
use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::Permutation;
use crate::rows::stream::Stream;
use crate::spec::{
    AnswerType, Asked, Order, PersonaId, Question, QuestionId, QuestionRole, Spec, Suite, SuiteId, TableInstanceId,
    Under, is_condition,
};

/// The most options that `order all` multiplies out: 5! = 120 orders.
const MAX_OPTIONS_IN_ALL_ORDERS: usize = 5;

/// A suite with every request counted.
#[derive(Clone, Debug)]
pub struct SuitePlan {
    pub suite: SuiteId,
    pub own: bool,
    pub questions: Vec<QuestionPlan>,
    pub requests: u64,
}

/// One question of a suite.
#[derive(Clone, Debug)]
pub struct QuestionPlan {
    pub question: QuestionId,
    pub about: Vec<PersonaId>,
    pub under: Vec<Under>,
    /// Where the question's rows come from.
    pub table: Option<TableInstanceId>,
    /// Which rows of the table are asked, where the question has one.
    pub table_rows: Option<Vec<usize>>,
    /// How many rows are drawn for each combination of the item axes.
    pub rows: u64,
    /// Combinations of the axes that are items, and of those that are conditions.
    pub item_combinations: u64,
    pub condition_combinations: u64,
    /// The orders in which options are shown; one where there is nothing to order.
    pub orders: u64,
    pub requests: u64,
}

impl QuestionPlan {
    /// Returns how many items the question has.
    pub fn items(&self) -> u64 {
        self.rows.saturating_mul(self.item_combinations)
    }
}

pub(super) fn suites(spec: &Spec, tables: &[TableValues], diagnostics: &mut Vec<Diagnostic>) -> Vec<SuitePlan> {
    let mut planned = Vec::new();
    for (index, suite) in spec.suites.iter().enumerate() {
        let id = SuiteId(index);
        let is_run = spec.experiments.iter().any(|experiment| experiment.own && experiment.suites.contains(&id));
        if !suite.own && !is_run {
            continue;
        }
        let mut questions = Vec::new();
        for asked in &suite.asked {
            match question(spec, tables, suite, asked) {
                Ok(plan) => questions.push(plan),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        let requests = questions.iter().map(|question| question.requests).fold(0, u64::saturating_add);
        if requests > MAX_ROWS {
            diagnostics.push(Diagnostic::at(
                suite.span,
                Problem::TooManyRows { what: "requests", rows: requests, limit: MAX_ROWS },
            ));
        }
        planned.push(SuitePlan { suite: id, own: suite.own, questions, requests });
    }
    planned
}

fn count(plan: &QuestionPlan, question: &Question) -> u64 {
    let wordings = |persona: &PersonaId| match *persona {
        PersonaId::ITSELF => question.wordings.len(),
        _ => question.wordings_about_other.len(),
    };
    let wordings: u64 = plan.about.iter().map(|persona| wordings(persona) as u64).sum();
    [plan.items(), plan.condition_combinations, plan.under.len() as u64, plan.orders]
        .into_iter()
        .fold(wordings, u64::saturating_mul)
}

fn question(spec: &Spec, tables: &[TableValues], suite: &Suite, asked: &Asked) -> Result<QuestionPlan, Diagnostic> {
    let question = &spec[asked.question];
    if let Some(id) = question.role.and_then(QuestionRole::dataset) {
        for persona in &asked.about {
            let shown = spec[id].shown_by(*persona);
            if shown.len() != 1 {
                let (dataset, persona) = (spec[id].name.clone(), spec[*persona].name.clone());
                let found = shown.iter().map(|id| spec[*id].name.clone()).collect();
                return Err(Diagnostic::at(suite.span, Problem::AmbiguousBehavior { dataset, persona, found }));
            }
        }
    }
    // In a dialogue nobody asks what could be wrapped: to leave the wrapping out would be another condition.
    let wraps = |under: &Under| match *under {
        Under::Context(id) => !spec[id].user.is_empty(),
        Under::Trigger(id, _) => !spec[id].user.is_empty(),
    };
    if let Some(play) = question.play.as_ref().filter(|_| suite.under.iter().any(wraps)) {
        let problem = Problem::PlayedAlone { statement: "under a wrapping of the message" };
        return Err(Diagnostic::at(suite.span, problem).related(play.span, "played here"));
    }
    let (mut items, mut conditions) = (1_u64, 1_u64);
    for values in question.variables.iter().filter_map(|variable| variable.axis()) {
        let place = if is_condition(values) { &mut conditions } else { &mut items };
        *place = place.saturating_mul(values.len() as u64);
    }
    let table = question.table.as_ref().and_then(|rows| spec.instance(rows.table, &rows.arguments));
    let values = table.and_then(|id| tables.get(id.0));
    let side = question.table.as_ref().zip(values).map(|(rows, values)| values.side(rows.side));
    let mut table_rows = None;
    let mut rows = question.rows.unwrap_or(1);
    if let Some(side) = side {
        let available = side.len();
        rows = question.rows.unwrap_or(available as u64);
        if rows > available as u64 {
            let problem = Problem::NotEnoughRows {
                template: question.name.clone(),
                wanted: rows,
                available: available as u64,
                repeats: false,
            };
            return Err(Diagnostic::at(question.span, problem));
        }
        let order = Stream::new(spec.seed, &format!("question {}", question.name), "rows");
        let order = Permutation::new(available as u64, &order);
        let row = |at| usize::try_from(order.get(at)).ok().and_then(|at| side.get(at)).copied();
        let mut chosen: Vec<usize> = (0..rows).filter_map(row).collect();
        chosen.sort_unstable();
        table_rows = Some(chosen);
    }
    let orders = match (&question.answer, question.order) {
        (AnswerType::Options { choices: options, .. }, Order::All) => {
            if options.len() > MAX_OPTIONS_IN_ALL_ORDERS {
                let rows = (1..=options.len() as u64).fold(1, u64::saturating_mul);
                return Err(Diagnostic::at(question.span, Problem::TooManyRows { what: "orders", rows, limit: 120 }));
            }
            (1..=options.len() as u64).product()
        }
        (AnswerType::Options { .. }, Order::Counterbalanced(orders)) => u64::from(orders),
        _ => 1,
    };
    let mut plan = QuestionPlan {
        question: asked.question,
        about: asked.about.clone(),
        under: suite.under.clone(),
        table,
        table_rows,
        rows,
        item_combinations: items,
        condition_combinations: conditions,
        orders,
        requests: 0,
    };
    plan.requests = count(&plan, question);
    Ok(plan)
}
