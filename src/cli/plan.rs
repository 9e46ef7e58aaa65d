use std::path::PathBuf;

use clap::Args;
use introspec::answers::{Answers, Inquiry};
use introspec::configuration::Configuration;
use introspec::forecast::{Assumptions, Forecast, claims, spending, stand_in, terminal, with_planned_runs};
use introspec::spec::Experiment;

use super::exit::Exit;
use super::spec::Checked;
use super::{SpecArguments, console, record, run};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  introspec plan risk.ispec\n  \
    introspec plan risk.ispec --runs 5 --run-sd 0.1\n  introspec plan risk.ispec --out out    what is left to ask")]
pub(crate) struct Plan {
    #[command(flatten)]
    spec: SpecArguments,
    /// The folder of a run: what its store has already is taken off
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The models, their prices, roles and trained runs [default: introspec.yaml beside the spec, where there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How many runs each trained arm has [default: those of introspec.yaml, else the arm's `seeds`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    runs: Option<u64>,
    #[command(flatten)]
    scatter: Scatter,
    /// The effect beyond its bound that a claim should detect, where its bound is 0
    #[arg(long, value_name = "EFFECT", default_value_t = 0.1, value_parser = share)]
    detect: f64,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

/// How much models are assumed to scatter.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Scatter {
    /// The standard deviation between the runs of an arm, as a share of the score's range
    #[arg(long, value_name = "SD", default_value_t = 0.05, value_parser = share)]
    pub(crate) run_sd: f64,
    /// The standard deviation between the wordings, items and orders of a question, as a share of the score's range
    #[arg(long, value_name = "SD", default_value_t = 0.1, value_parser = share)]
    pub(crate) wording_sd: f64,
}

/// Reads a share of a score's range.
fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "give a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("give a number from 0 to 1".to_owned()) }
}

impl Plan {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        let checked = self.spec.checked()?;
        let own = run::own_experiments(&checked, &self.spec.spec)?;
        let (configuration, mut notes) = self.configuration(&checked, &own)?;
        notes.extend(checked.plan.unwritten.iter().map(|unwritten| {
            let prose = unwritten.problem.prose().title;
            format!("{prose}: its rows are counted, and what prompts show of them is not. `introspec write --cost` says what writing takes.")
        }));
        let store = self.out.as_ref().map(|out| record::store_of_run(out)).filter(|path| path.exists());
        let store = store.map(|path| Answers::open(&path)).transpose().map_err(|error| run::store_failed(&error))?;
        let mut forecasts = Vec::new();
        for experiment in own {
            let inquiry = run::inquiry(&checked, experiment, &configuration)?;
            forecasts.push(self.forecast(&inquiry, store.as_ref(), notes.clone())?);
        }
        if self.json {
            console::say(&serde_json::to_string_pretty(&forecasts).unwrap_or_default());
        } else {
            let (width, colour) = (console::width().min(80), console::colours_output());
            let pages: Vec<String> = forecasts.iter().map(|forecast| terminal(forecast, width, colour)).collect();
            console::say(pages.join("\n").trim_end());
        }
        Ok(Exit::Well)
    }

    fn forecast(&self, inquiry: &Inquiry<'_>, store: Option<&Answers>, notes: Vec<String>) -> Result<Forecast, Exit> {
        let Scatter { run_sd, wording_sd } = self.scatter;
        let assumptions = Assumptions { run_sd, wording_sd, detect: self.detect };
        Ok(Forecast {
            experiment: inquiry.experiment.name.clone(),
            assumptions,
            spending: spending(inquiry, store).map_err(|error| run::store_failed(&error))?,
            claims: claims(inquiry, assumptions),
            notes,
        })
    }

    /// Reads the configuration, and fills in what a plan can do without: roles without a model, runs not trained yet.
    fn configuration(&self, checked: &Checked, own: &[&Experiment]) -> Result<(Configuration, Vec<String>), Exit> {
        let path = run::configuration_path(self.config.as_deref(), &self.spec.spec);
        let mut notes = Vec::new();
        let mut configuration = if self.config.is_some() || path.exists() {
            run::configuration(&path)?
        } else {
            notes.push("There is no introspec.yaml: models have no prices, and are taken for services.".to_owned());
            Configuration::default()
        };
        for missing in own
            .iter()
            .filter_map(|experiment| Inquiry::new(&checked.spec, &checked.plan, experiment, &configuration).err())
            .flatten()
            .collect::<Vec<_>>()
        {
            configuration.models.insert(missing.role.clone(), stand_in(&missing.role));
            configuration.roles.insert(missing.role.clone(), missing.role);
        }
        let planned = with_planned_runs(&mut configuration, &checked.spec, self.runs);
        let asked = own.iter().flat_map(|experiment| &experiment.arms).map(|id| checked.spec[*id].name.as_str());
        let planned: Vec<&str> = asked.filter(|arm| planned.iter().any(|known| known == arm)).collect();
        if !planned.is_empty() {
            let mut arms: Vec<&str> = Vec::new();
            for arm in planned {
                if !arms.contains(&arm) {
                    arms.push(arm);
                }
            }
            notes.push(format!(
                "Planned runs, priced as the model that they start from, for: {}. What a trained model costs may differ.",
                arms.join(", ")
            ));
        }
        Ok((configuration, notes))
    }
}
