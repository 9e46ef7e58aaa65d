//! The functions of claims, one method each.

use minijinja::machinery::ast::{CallArg, Expr};

use super::super::conditions::Axis;
use super::{Reading, split, variable};
use crate::diagnostic::{Problem, nearest};
use crate::estimates::{Among, Equivalence, Mean, Measure, Over, Quantity};

impl Reading<'_, '_> {
    pub(super) fn mean(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Mean> {
        let (positional, named) = split(arguments);
        let [what, arms] = positional.as_slice() else {
            return self.ill_formed(whole, "this `mean`", "`mean(SUITE or QUESTION, ARM, condition=...)`");
        };
        let measured = self.measured(what);
        let arms = self.arms(arms);
        let (measured, arms) = (measured?, arms?);
        self.conditioned(whole, &measured, &arms, &named)
    }

    pub(super) fn share(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Mean> {
        let (positional, named) = split(arguments);
        let [what, counted, arms] = positional.as_slice() else {
            let expected = "`share(QUESTION, \"word\" or option, ARM, condition=...)`";
            return self.ill_formed(whole, "this `share`", expected);
        };
        let measured = self.measured(what);
        let arms = self.arms(arms);
        let (measured, arms) = (measured?, arms?);
        let share = self.counted(what, &measured, counted)?;
        let mean = self.conditioned(whole, &measured, &arms, &named)?;
        Some(Mean { measure: Measure::Share(share), ..mean })
    }

    pub(super) fn correlation(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Quantity> {
        let (positional, mut named) = split(arguments);
        let over = match taken(&mut named, "over").map(variable) {
            Some(Some("runs")) => Some(Over::Runs),
            Some(Some("checkpoints")) => Some(Over::Checkpoints),
            _ => None,
        };
        let ([x, y, arms], Some(over)) = (positional.as_slice(), over) else {
            let expected = "`correlation(X, Y, ARMS, over=runs)` or `over=checkpoints`";
            return self.ill_formed(whole, "this `correlation`", expected);
        };
        let (x, y, arms) = (self.measured(x), self.measured(y), self.arms(arms));
        let (x, y, arms) = (x?, y?, arms?);
        let x = self.conditioned(whole, &x, &arms, &named)?;
        let y = self.conditioned(whole, &y, &arms, &named)?;
        Some(Quantity::Correlation { x, y, over })
    }

    /// Reads `rank(WHAT, ARMS, shown=apple)`, or with `over=shown` where several conditions are named.
    pub(super) fn rank(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Quantity> {
        let (positional, mut named) = split(arguments);
        let over = taken(&mut named, "over").map(|value| variable(value).unwrap_or_default());
        let axis = match (over, named.as_slice()) {
            (Some(over), _) => named.iter().find(|(name, _)| *name == over).map(|(name, _)| *name),
            (None, [(only, _)]) => Some(*only),
            (None, _) => None,
        };
        let ([what, arms], Some(axis)) = (positional.as_slice(), axis) else {
            let expected = "`rank(WHAT, ARM, condition=VALUE)`, with `over=condition` beside several conditions";
            return self.ill_formed(whole, "this `rank`", expected);
        };
        let measured = self.measured(what);
        let arms = self.arms(arms);
        let (measured, arms) = (measured?, arms?);
        let of = self.conditioned(whole, &measured, &arms, &named)?;
        let known = self.axes(&measured, &arms).into_iter().find(|known| known.name == axis)?;
        let place = if known.of_arms { &of.conditions.of_arms } else { &of.conditions.of_questions };
        let Some(Among::Only(chosen)) = place.get(axis) else {
            return self.ill_formed(whole, "this `rank`", "one value of the condition whose rank is asked for");
        };
        let [chosen] = chosen.as_slice() else {
            return self.ill_formed(whole, "this `rank`", "one value of the condition whose rank is asked for");
        };
        let others: Vec<Mean> =
            known.values.iter().filter(|value| *value != chosen).map(|value| with(&of, &known, value)).collect();
        if others.is_empty() {
            self.report(whole, Problem::RankBound { bound: "1".to_owned(), count: 1 });
            return None;
        }
        Some(Quantity::Rank { of, others, axis: axis.to_owned() })
    }

    /// Reads `slope(WHAT, ARMS, over=n)`. The axis may be restricted, as in `n=[2, 4, 8]`; else all its values count.
    pub(super) fn slope(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Quantity> {
        let (positional, mut named) = split(arguments);
        let over = taken(&mut named, "over");
        let ([what, arms], Some((over, axis))) =
            (positional.as_slice(), over.and_then(|over| Some((over, variable(over)?))))
        else {
            return self.ill_formed(whole, "this `slope`", "`slope(WHAT, ARM, over=AXIS)`");
        };
        let measured = self.measured(what);
        let arms = self.arms(arms);
        let (measured, arms) = (measured?, arms?);
        let axes = self.axes(&measured, &arms);
        let numeric = |axis: &&Axis| {
            axis.of_arms && axis.values.len() > 1 && axis.values.iter().all(|value| value.parse::<f64>().is_ok())
        };
        if !axes.iter().filter(numeric).any(|known| known.name == axis) {
            let known: Vec<String> = axes.iter().filter(numeric).map(|axis| axis.name.clone()).collect();
            let nearest = nearest(axis, known.iter().map(String::as_str)).map(str::to_owned);
            self.report(over, Problem::SlopeAxis { axis: axis.to_owned(), known, nearest });
            return None;
        }
        let mean = self.conditioned_over(whole, &measured, &arms, &named, Some(axis))?;
        Some(Quantity::Slope { mean, over: axis.to_owned() })
    }

    pub(super) fn equal(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Equivalence> {
        let (positional, named) = split(arguments);
        let within = named.iter().find(|(name, _)| *name == "within").and_then(|(_, value)| value.as_const());
        let within = within.and_then(|value| f64::try_from(value).ok()).filter(|within| *within > 0.0);
        let ([a, b], Some(within), true) = (positional.as_slice(), within, named.len() == 1) else {
            return self.ill_formed(whole, "this `equal`", "`equal(A, B, within=D)` with D above 0");
        };
        let (a, b) = (self.linear(a), self.linear(b));
        let (a, b) = (a?, b?);
        if !a.is_sum() || !b.is_sum() {
            let found =
                if a.is_single() || b.is_single() { "a quantity that is no mean" } else { "a number in `equal`" };
            return self.ill_formed(whole, found, "a mean on each side of `equal`");
        }
        Some(Equivalence { a: a.quantity(), b: b.quantity(), within })
    }

    fn ill_formed<T>(&mut self, whole: &Expr<'_>, found: &str, expected: &'static str) -> Option<T> {
        self.report(whole, Problem::ClaimForm { found: found.to_owned(), expected });
        None
    }
}

/// Takes a named argument out of the others.
fn taken<'e, 's>(named: &mut Vec<(&'s str, &'e Expr<'s>)>, wanted: &str) -> Option<&'e Expr<'s>> {
    let at = named.iter().position(|(name, _)| *name == wanted)?;
    Some(named.remove(at).1)
}

/// The same mean under another value of a condition.
fn with(mean: &Mean, axis: &Axis, value: &str) -> Mean {
    let mut mean = mean.clone();
    let conditions = if axis.of_arms { &mut mean.conditions.of_arms } else { &mut mean.conditions.of_questions };
    conditions.insert(axis.name.clone(), Among::Only(vec![value.to_owned()]));
    mean
}
