//! What each claim can detect.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::design::{Levers, World};
use super::power::Reaches;
use super::{Assumptions, POWER};
use crate::answers::Inquiry;
use crate::estimates::{
    ClaimInSetting, Comparison, Equivalence, Operator, Over, Quantity, Term, bound_in_words, normal_reach,
    quantity_in_words,
};

/// The most runs, and the most times as many samples or wordings, that are looked at.
const MOST: u64 = 1000;

/// What a claim can detect, comparison by comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimForecast {
    pub name: String,
    pub text: String,
    pub parts: Vec<PartForecast>,
}

/// What one comparison of a claim can detect with a power of 80%.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartForecast {
    /// What is estimated, in words.
    pub estimand: String,
    /// `> 0.1`, `within ±0.05`.
    pub bound: String,
    /// How far beyond the bound the truth has to lie for the claim to hold in 80% of experiments; for `equal`, the
    /// smallest margin that it would hold with where there is no difference; for a correlation, how strong it has
    /// to be. None where the claim cannot be decided.
    pub smallest: Option<f64>,
    /// The effect beyond the bound (for `equal`, the margin) that the claim is after, and the power for it.
    pub aim: Option<f64>,
    pub power: Option<f64>,
    /// How many runs each trained arm would need for that, where runs can do it; the planned ones, where they do.
    pub runs_needed: Option<u64>,
    /// What it comes to, in words.
    pub advice: String,
}

/// Forecasts every claim of an experiment.
pub fn claims(inquiry: &Inquiry<'_>, assumptions: Assumptions) -> Vec<ClaimForecast> {
    let world = World::of(inquiry, assumptions);
    world.setting.claims.iter().map(|claim| of_claim(claim, &world)).collect()
}

fn of_claim(claim: &ClaimInSetting, world: &World) -> ClaimForecast {
    let parts = claim.statement.comparisons.iter().map(|comparison| part(comparison, world)).collect();
    ClaimForecast { name: claim.name.clone(), text: claim.text.clone(), parts }
}

pub(super) fn part(comparison: &Comparison, world: &World) -> PartForecast {
    match comparison {
        Comparison::Order { quantity, operator, bound } => {
            let sign = if *operator == Operator::Greater { ">" } else { "<" };
            let (estimand, bound_text) =
                (quantity_in_words(quantity, None, &world.setting), format!("{sign} {}", bound_in_words(*bound)));
            match quantity {
                Quantity::Sum(terms) => {
                    let aim = if *bound == 0.0 { world.assumptions().detect } else { bound.abs() };
                    let (low, high) = world.range(terms);
                    let room = if *operator == Operator::Greater { high - bound } else { bound - low };
                    let test = Test { level: 0.95, power: Reaches::power, what: "an effect", room: Some(room) };
                    test.part(estimand, bound_text, aim, terms, world)
                }
                Quantity::Correlation { x, y, over } => {
                    let terms = [x, y].map(|mean| Term { weight: 1.0, mean: mean.clone() });
                    correlation(estimand, bound_text, bound.abs(), &terms, *over, world)
                }
                Quantity::Ratio { numerator, denominator } => {
                    let terms = beyond_the_ratio(numerator, denominator, *bound);
                    let test = Test { level: 0.95, power: Reaches::power, what: "an effect", room: None };
                    let mut part = test.part(estimand, bound_text, world.assumptions().detect, &terms, world);
                    part.advice.push_str("; the effect is that of the numerator");
                    part
                }
                Quantity::Rank { .. } | Quantity::Slope { .. } => {
                    let advice = "not forecast here: `introspec simulate` shows how often it holds for an effect";
                    PartForecast::undecided(estimand, bound_text, advice.to_owned())
                }
            }
        }
        Comparison::Equal(Equivalence { a: Quantity::Sum(a), b: Quantity::Sum(b), within }) => {
            let minus_b = b.iter().map(|term| Term { weight: -term.weight, mean: term.mean.clone() });
            let terms: Vec<Term> = a.iter().cloned().chain(minus_b).collect();
            let estimand = quantity_in_words(&Quantity::Sum(terms.clone()), None, &world.setting);
            let test = Test { level: 0.9, power: Reaches::power_of_equivalence, what: "a margin", room: None };
            test.part(estimand, format!("within ±{}", bound_in_words(*within)), *within, &terms, world)
        }
        Comparison::Equal(Equivalence { a, b, within }) => {
            let of = |quantity| quantity_in_words(quantity, None, &world.setting);
            let advice =
                "equal() is for means: other quantities have no interval of their difference, so this stays undecided";
            PartForecast::undecided(
                format!("{} against {}", of(a), of(b)),
                format!("within ±{}", bound_in_words(*within)),
                advice.to_owned(),
            )
        }
    }
}

/// `a / b > c` is decided as `a - c·b > 0` is (Fieller 1954), for a `b` above 0.
fn beyond_the_ratio(numerator: &[Term], denominator: &[Term], bound: f64) -> Vec<Term> {
    let below = denominator.iter().map(|term| Term { weight: -bound * term.weight, mean: term.mean.clone() });
    numerator.iter().cloned().chain(below).collect()
}

/// One kind of test of a sum of means.
struct Test {
    level: f64,
    power: fn(&Reaches, f64) -> f64,
    what: &'static str,
    /// How far beyond the bound the score's range reaches.
    room: Option<f64>,
}

impl Test {
    fn part(&self, estimand: String, bound: String, aim: f64, terms: &[Term], world: &World) -> PartForecast {
        let reaches = match world.design(terms, Levers::AS_PLANNED) {
            Ok(design) => design.reaches(self.level),
            Err(obstacle) => return PartForecast::undecided(estimand, bound, format!("stays undecided: {obstacle}")),
        };
        let smallest = reaches.smallest(self.power);
        let power = (self.power)(&reaches, aim);
        let planned = world.runs(terms);
        let mut part = PartForecast {
            estimand,
            bound,
            smallest: Some(smallest),
            aim: Some(aim),
            power: Some(power),
            runs_needed: None,
            advice: String::new(),
        };
        if let Some(room) = self.room.filter(|room| aim > *room) {
            part.advice = format!(
                "a bound and {} beyond it leave the score's range, which ends {} beyond the bound",
                rounded(aim),
                rounded(room.max(0.0))
            );
            return part;
        }
        if power >= POWER {
            part.runs_needed = planned.map(|(_, most)| most);
            part.advice = format!("enough for {} of {}: power {}", self.what, rounded(aim), percent(power));
        } else {
            part.runs_needed = self.runs_needed(aim, terms, world);
            part.advice = self.advice(aim, power, &part, terms, world);
        }
        if planned.is_some_and(|(fewest, _)| fewest < 2) {
            part.advice.push_str("; with one run of a trained arm, this is about that run and says nothing of others");
        }
        part
    }

    /// The fewest runs of each trained arm that give the power, up to [`MOST`].
    fn runs_needed(&self, aim: f64, terms: &[Term], world: &World) -> Option<u64> {
        if !world.has_trained(terms) {
            return None;
        }
        self.fewest(2, aim, terms, world, |runs| Levers { runs: Some(runs), ..Levers::AS_PLANNED })
    }

    fn fewest(
        &self,
        from: u64,
        aim: f64,
        terms: &[Term],
        world: &World,
        levers: impl Fn(u64) -> Levers,
    ) -> Option<u64> {
        let is_enough = |count| self.power_with(aim, terms, world, levers(count)) >= POWER;
        let (mut low, mut high) = (from - 1, MOST);
        if !is_enough(high) {
            return None;
        }
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if is_enough(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    fn power_with(&self, aim: f64, terms: &[Term], world: &World, levers: Levers) -> f64 {
        world.design(terms, levers).map_or(0.0, |design| (self.power)(&design.reaches(self.level), aim))
    }

    /// Says what would help, and what would not.
    fn advice(&self, aim: f64, power: f64, part: &PartForecast, terms: &[Term], world: &World) -> String {
        let mut said = vec![format!("{} of {} has a power of {}", self.what, rounded(aim), percent(power))];
        match part.runs_needed {
            Some(runs) => said.push(format!("it needs {runs} runs of each trained arm")),
            None if world.has_trained(terms) => {
                said.push(format!("even {MOST} runs of each trained arm do not find it"));
            }
            None => {}
        }
        let instead = match part.runs_needed {
            Some(_) => "more samples cannot replace runs",
            None => "more samples cannot help",
        };
        let more = |times| Levers { samples: times as f64, ..Levers::AS_PLANNED };
        match self.fewest(2, aim, terms, world, more) {
            _ if !world.is_sampled(terms) => {
                said.push("there are no samples to add: probabilities are read".to_owned());
            }
            Some(times) => said.push(format!("{times} times as many samples would do it")),
            None => {
                let best =
                    world.design(terms, more(MOST)).map(|design| design.reaches(self.level).smallest(self.power));
                let left =
                    best.map(|best| format!(": any number of them leaves {}", rounded(best))).unwrap_or_default();
                said.push(format!("{instead}{left}"));
            }
        }
        let wordings = |times| Levers { wordings: times as f64, ..Levers::AS_PLANNED };
        if let Some(times) = self.fewest(2, aim, terms, world, wordings) {
            said.push(format!("{times} times as many wordings or items would do it"));
        }
        said.join("; ")
    }
}

/// By Fisher's transformation, the estimate of `atanh r` has the standard error `1/√(n - 3)` over `n` independent runs
/// (Fisher 1921; Cohen 1988, section 3.4), so that `atanh r = atanh b + (z_{α/2} + z_β)/√(n - 3)` is found.
fn correlation(estimand: String, bound: String, from: f64, terms: &[Term], over: Over, world: &World) -> PartForecast {
    let runs = world.points(terms);
    if runs < 4 {
        let advice =
            format!("stays undecided: a correlation needs at least 4 independent runs, and {runs} are planned");
        return PartForecast { runs_needed: Some(4), ..PartForecast::undecided(estimand, bound, advice) };
    }
    let reach = normal_reach(0.95) + Normal::standard().inverse_cdf(POWER);
    let smallest = (from.min(0.999).atanh() + reach / ((runs - 3) as f64).sqrt()).tanh();
    let cluster = if over == Over::Checkpoints { "; the checkpoints of a run count as one" } else { "" };
    PartForecast {
        estimand,
        bound,
        smallest: Some(smallest),
        aim: None,
        power: None,
        runs_needed: None,
        advice: format!(
            "over {runs} runs, a true correlation of {} is found; only more runs find a weaker one{cluster}",
            rounded(smallest)
        ),
    }
}

impl PartForecast {
    fn undecided(estimand: String, bound: String, advice: String) -> PartForecast {
        PartForecast { estimand, bound, smallest: None, aim: None, power: None, runs_needed: None, advice }
    }
}

fn rounded(value: f64) -> String {
    format!("{value:.3}")
}

fn percent(power: f64) -> String {
    format!("{:.0}%", 100.0 * power)
}
