use minijinja::Value;

use super::slug::Slugs;
use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Argument, Arm, ArmId, Origin, Scope, Setting, Spec, Trained};
use crate::text::Span;

/// What is trained on a dataset: an arm, at one value of each of its axes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Training {
    /// `gambler`, or `tuned(risk_seeking,32)`.
    pub(super) name: String,
    /// The name in files.
    pub(super) slug: String,
    /// The dataset's name, as its files have it.
    pub(super) dataset: String,
    /// What it starts from, in words.
    pub(super) from: String,
    pub(super) epochs: Option<f64>,
    /// Times the trainer's own default.
    pub(super) learning_rate: Option<f64>,
    pub(super) checkpoints: Option<u64>,
    pub(super) seeds: Option<u64>,
    pub(super) span: Option<Span>,
}

impl Training {
    /// A dataset that no arm is trained on, with the trainer's own settings.
    pub(super) fn plain(dataset: &str, slug: String) -> Training {
        Training {
            name: dataset.to_owned(),
            slug,
            dataset: dataset.to_owned(),
            from: "the base model".into(),
            epochs: None,
            learning_rate: None,
            checkpoints: None,
            seeds: None,
            span: None,
        }
    }

    /// Returns the runs: a name for its file, and its seed. Seeds count from 1.
    pub(super) fn runs(&self) -> Vec<(String, Option<u64>)> {
        match self.seeds {
            None => vec![(self.slug.clone(), None)],
            Some(seeds) => (1..=seeds).map(|seed| (format!("{}-seed{seed}", self.slug), Some(seed))).collect(),
        }
    }
}

/// Returns every training of the spec's arms, in their order, each axis multiplied out.
///
/// # Errors
/// Returns the settings that cannot be computed, or that no trainer could take.
pub(super) fn trainings(spec: &Spec, slugs: &mut Slugs) -> Result<Vec<Training>, Vec<Diagnostic>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for arm in &spec.arms {
        let Some(trained) = &arm.trained else { continue };
        let combinations: u64 = arm.axes().map(|(.., values)| values.len() as u64).product();
        for combination in 0..combinations {
            match training(spec, arm, trained, combination, slugs) {
                Ok(training) => found.push(training),
                Err(diagnostic) => wrong.push(diagnostic),
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn training(
    spec: &Spec,
    arm: &Arm,
    trained: &Trained,
    mut combination: u64,
    slugs: &mut Slugs,
) -> Result<Training, Diagnostic> {
    let mut scope = Scope::with_size(arm.size);
    let axes: Vec<_> = arm.axes().collect();
    let mut chosen: Vec<(&str, &Argument)> = Vec::new();
    for (name, slot, values) in axes.into_iter().rev() {
        let count = values.len().max(1) as u64;
        let value = usize::try_from(combination % count).ok().and_then(|at| values.get(at));
        combination /= count;
        if let Some(value) = value {
            scope.set(slot, value.value(spec));
            chosen.push((name, value));
        }
    }
    chosen.reverse();
    let streams = Streams::new(spec.seed, &format!("arm {}", arm.name), &arm.variables);
    for (variable, stream) in arm.variables.iter().zip(streams.iter()) {
        let value = draw(variable, &scope, &mut stream.at(0)).map_err(|(span, message)| {
            Diagnostic::at(span, Problem::ExpressionFailed { message, place: arm.name.clone() })
        })?;
        scope.set(variable.slot, value);
    }
    let values: Vec<String> = chosen.iter().map(|(_, value)| value.name(spec)).collect();
    let name = if values.is_empty() { arm.name.clone() } else { format!("{}({})", arm.name, values.join(",")) };
    let settings = Settings { arm, name: &name, scope: &scope };
    let arguments: Vec<String> = trained
        .arguments
        .iter()
        .map(|argument| match argument {
            Argument::Variable(variable) => {
                let value = chosen.iter().find(|(name, _)| name == variable);
                value.map_or_else(|| variable.clone(), |(_, value)| value.name(spec))
            }
            other => other.name(spec),
        })
        .collect();
    let mut dataset = spec[trained.dataset].name.clone();
    if !arguments.is_empty() {
        dataset = format!("{dataset}({})", arguments.join(","));
    }
    if let Some(control) = &trained.control {
        dataset = format!("{dataset}.{control}");
    }
    let from = match &arm.from {
        Origin::Role(role) => format!("the {role} model"),
        Origin::Arm(ArmId::BASE) => "the base model".into(),
        Origin::Arm(id) => format!("a model of the arm {}", spec[*id].name),
    };
    Ok(Training {
        slug: slugs.of(&name),
        dataset,
        from,
        epochs: settings.number("epochs", arm.settings.epochs.as_ref())?,
        learning_rate: settings.number("learning rate", arm.settings.learning_rate.as_ref())?,
        checkpoints: settings.whole("checkpoints", arm.settings.checkpoints.as_ref())?,
        seeds: settings.whole("seeds", arm.settings.seeds.as_ref())?,
        span: arm.span,
        name,
    })
}

/// The settings of an arm at one value of each axis.
struct Settings<'s> {
    arm: &'s Arm,
    name: &'s str,
    scope: &'s Scope,
}

impl Settings<'_> {
    /// Returns a setting, which has to be above 0.
    fn number(&self, setting: &'static str, written: Option<&Setting>) -> Result<Option<f64>, Diagnostic> {
        let value = match written {
            None => return Ok(None),
            Some(Setting::Number(number)) => Value::from(*number),
            Some(Setting::Formula(formula)) => formula.evaluate(self.scope).map_err(|message| {
                Diagnostic::at(formula.span, Problem::ExpressionFailed { message, place: self.name.to_owned() })
            })?,
        };
        let number = f64::try_from(value.clone()).ok().filter(|number| *number > 0.0 && number.is_finite());
        number.map(Some).ok_or_else(|| self.refused(setting, value.to_string(), "a number above 0"))
    }

    /// Returns a setting that counts something.
    fn whole(&self, setting: &'static str, written: Option<&Setting>) -> Result<Option<u64>, Diagnostic> {
        let Some(number) = self.number(setting, written)? else { return Ok(None) };
        let whole = Value::from(number);
        let whole = u64::try_from(whole).ok().filter(|count| (1..=10_000).contains(count));
        whole.map(Some).ok_or_else(|| self.refused(setting, number.to_string(), "a whole number from 1 to 10000"))
    }

    fn refused(&self, setting: &'static str, value: String, allowed: &'static str) -> Diagnostic {
        let problem = Problem::ExportSetting { arm: self.name.to_owned(), setting, value, allowed, format: None };
        match self.arm.span {
            Some(span) => Diagnostic::at(span, problem),
            None => Diagnostic::new(problem),
        }
    }
}
