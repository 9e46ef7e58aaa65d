use minijinja::Value;

use super::stream::Generator;
use crate::spec::{Draw, Scope, Variable, decimal_value};
use crate::text::Span;
use crate::tree::Decimal;

/// Draws or computes a variable's value. An axis has its value already, given by the plan, and
/// so has what a model answered.
///
/// # Errors
/// Returns the place of the expression that fails, and why.
pub fn draw(variable: &Variable, scope: &Scope, generator: &mut Generator<'_>) -> Result<Value, (Span, String)> {
    Ok(match &variable.draw {
        Draw::Each(_) | Draw::Answers(_) => scope.get(variable.slot),
        Draw::One(values) => pick(values, generator.below(values.len() as u64)),
        Draw::Some { count, values, with } => {
            let drawn = distinct(count.saturating_sub(with.len()), values.len() as u64, generator);
            let drawn = drawn.into_iter().map(|at| pick(values, at));
            if with.is_empty() {
                drawn.collect()
            } else {
                // Those that are always among them stand anywhere among them.
                let all: Vec<Value> = with.iter().cloned().chain(drawn).collect();
                distinct(all.len(), all.len() as u64, generator).into_iter().map(|at| pick(&all, at)).collect()
            }
        }
        Draw::Grid { low, step, count, scale } => {
            let steps = i64::try_from(generator.below(*count)).unwrap_or(0);
            decimal_value(Decimal { digits: low.saturating_add(step.saturating_mul(steps)), scale: *scale })
        }
        Draw::Distinct { count, low, high } => {
            let available = high.abs_diff(*low).saturating_add(1);
            let drawn = distinct(*count, available, generator);
            drawn.into_iter().map(|at| Value::from(low.saturating_add_unsigned(at))).collect()
        }
        Draw::Digits(pattern) => digits(pattern, generator),
        Draw::Formula(formula) => formula.evaluate(scope).map_err(|message| (formula.span, message))?,
    })
}

fn digits(pattern: &str, generator: &mut Generator<'_>) -> Value {
    let digit = |generator: &mut Generator<'_>| u32::try_from(generator.below(10)).ok();
    let text: String = pattern
        .chars()
        .map(|sign| match sign {
            '#' => digit(generator).and_then(|digit| char::from_digit(digit, 10)).unwrap_or('0'),
            other => other,
        })
        .collect();
    Value::from(text)
}

fn pick(values: &[Value], at: u64) -> Value {
    usize::try_from(at).ok().and_then(|at| values.get(at)).cloned().unwrap_or_default()
}

/// Draws `count` different numbers below `available`, in the order drawn: the first steps of a Fisher-Yates
/// shuffle, which keeps only the places that moved.
fn distinct(count: usize, available: u64, generator: &mut Generator<'_>) -> Vec<u64> {
    let mut moved: Vec<(u64, u64)> = Vec::new();
    let mut drawn = Vec::with_capacity(count);
    for first in 0..count as u64 {
        let chosen = first + generator.below(available.saturating_sub(first));
        let value_at = |place: u64, moved: &[(u64, u64)]| {
            moved.iter().rev().find(|(at, _)| *at == place).map_or(place, |(_, value)| *value)
        };
        drawn.push(value_at(chosen, &moved));
        let displaced = value_at(first, &moved);
        moved.push((chosen, displaced));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::super::stream::Stream;
    use super::*;

    #[test]
    fn distinct_draws_are_distinct_and_reach_everything() {
        let stream = Stream::new(1, "question lottery", "drawn");
        let mut seen = std::collections::BTreeSet::new();
        for row in 0..200 {
            let drawn = distinct(4, 10, &mut stream.at(row));
            let different: std::collections::BTreeSet<u64> = drawn.iter().copied().collect();
            assert_eq!(different.len(), 4);
            assert!(drawn.iter().all(|value| *value < 10));
            seen.extend(different);
        }
        assert_eq!(seen.len(), 10);
    }
}
