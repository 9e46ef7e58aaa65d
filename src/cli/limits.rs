use std::sync::Arc;

use clap::Args;
use introspec::answers::budget::{Budget, Limits, Reached, Spent};
use introspec::answers::{Identity, Inquiry, Store};
use introspec::configuration::{Model, Price, Provider};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;
use tokio_util::sync::CancellationToken;

use super::console;
use super::exit::Exit;
use super::run::store_failed;

const HEADING: &str = "Limits for the whole run";

/// What the whole run may spend, in all its processes together. What is under way counts at its dearest.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LimitArguments {
    /// Send at most so many calls, tries that fail among them. The same command with a larger number goes on
    #[arg(long = "max-requests", value_name = "N", help_heading = HEADING)]
    requests: Option<u64>,
    /// Use at most so many tokens, of prompts and answers together
    #[arg(long = "max-tokens", value_name = "N", help_heading = HEADING)]
    tokens: Option<u64>,
    /// Spend at most so much, by the prices of introspec.yaml
    #[arg(long = "max-cost", value_name = "AMOUNT", value_parser = amount, help_heading = HEADING)]
    cost: Option<f64>,
}

fn amount(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "give an amount, such as 2.50".to_owned())?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err("give an amount, 0 or more".to_owned()) }
}

impl LimitArguments {
    /// Makes the budget of a run, where there is a limit. What earlier processes of it spent is gone already. A price
    /// that is missing is an error before anything is asked.
    pub(crate) fn budget(
        self,
        models: &[&Model],
        store: &Store,
        run: &str,
        stop: &CancellationToken,
    ) -> Result<Option<Arc<Budget>>, Exit> {
        let limits = Limits { requests: self.requests, tokens: self.tokens, cost: self.cost };
        if !limits.any() {
            return Ok(None);
        }
        if limits.cost.is_some() {
            demand_prices(models)?;
        }
        let spent = store.reader().and_then(|answers| answers.spending(run)).map_err(|error| store_failed(&error))?;
        let spent = spent.iter().fold(Spent::default(), |sum, spending| {
            sum.plus(Spent::of(spending.requests, spending.usage, price_of(&spending.identity, models)))
        });
        Ok(Some(Budget::new(limits, spent, stop.clone())))
    }
}

/// Returns every model that experiments ask.
pub(crate) fn models_of<'i>(inquiries: &'i [Inquiry<'_>]) -> Vec<&'i Model> {
    let subjects = inquiries.iter().flat_map(|inquiry| inquiry.subjects.iter().map(|subject| &subject.model));
    let judges = inquiries.iter().flat_map(|inquiry| inquiry.judges.iter().map(|(_, model)| model));
    let beside = inquiries.iter().flat_map(Inquiry::models_beside);
    subjects.chain(judges).chain(beside).collect()
}

fn demand_prices(models: &[&Model]) -> Result<(), Exit> {
    let mut names: Vec<&str> = models
        .iter()
        .filter(|model| model.price.is_none() && !matches!(model.provider, Provider::Local | Provider::Replay { .. }))
        .map(|model| model.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let diagnostics: Vec<Diagnostic> =
        names.iter().map(|name| Diagnostic::new(Problem::NoPrice { model: (*name).to_owned() })).collect();
    console::show(&diagnostics, &Sources::default());
    if diagnostics.is_empty() { Ok(()) } else { Err(Exit::WrongSpec) }
}

fn price_of(identity: &Identity, models: &[&Model]) -> Option<Price> {
    models.iter().find(|model| Identity::of(model) == *identity)?.price
}

/// Says which limit was reached.
pub(crate) fn tell(reached: Reached, budget: &Budget) {
    let (limits, spent) = (budget.limits(), budget.spent());
    let (limit, spent) = match reached {
        Reached::Requests => (limits.requests.unwrap_or_default().to_string(), format!("{} calls", spent.requests)),
        Reached::Tokens => (limits.tokens.unwrap_or_default().to_string(), format!("{} tokens", spent.tokens)),
        Reached::Cost => (limits.cost.unwrap_or_default().to_string(), format!("{:.6}", spent.cost)),
    };
    let problem = Problem::LimitReached { flag: reached.to_string(), limit, spent };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
}
