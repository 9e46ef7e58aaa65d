//! Do the columns of a sidecar depend on each other?

use super::code::Code;
use super::finding::{Example, Finding, number};
use super::notes::excerpt;
use super::sidecar::{Column, Sidecar};
use crate::checks::balance::holm;
use crate::checks::independence::{Independence, independence, p_value};

/// The probability under which a dependence is told.
const SURPRISING: f64 = 0.01;
/// The most values of a drawn variable that is compared with the behavior.
const MOST_VALUES: usize = 20;
/// How many bits a variable has to tell of the behavior: of many rows, everything is surprising.
const BITS: f64 = 0.01;

/// Tests the conditions against each other, and drawn variables against the behavior. Pairs that were to be
/// independent are told where they are not.
pub(super) fn findings(file: &str, sidecar: &Sidecar, independent: &[(String, String)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (a, b) in [("trigger", "behavior"), ("persona", "behavior"), ("trigger", "persona")] {
        let is_held = |(x, y): &(String, String)| (x == a && y == b) || (x == b && y == a);
        if let Some((x, y)) = columns(sidecar, a, b).filter(|_| !independent.iter().any(is_held)) {
            let (test, table) = tested(sidecar, x, y);
            if test.p < SURPRISING {
                found.push(told(Code::Dependence, file, (a, x), (b, y), &test, &table));
            }
        }
    }
    for (a, b) in independent {
        if let Some((x, y)) = columns(sidecar, a, b) {
            let (test, table) = tested(sidecar, x, y);
            if test.p < SURPRISING {
                found.push(told(Code::NotIndependent, file, (a, x), (b, y), &test, &table));
            }
        }
    }
    found.extend(draws(file, sidecar));
    found
}

fn columns<'s>(sidecar: &'s Sidecar, a: &str, b: &str) -> Option<(&'s Column, &'s Column)> {
    sidecar.column(a).zip(sidecar.column(b)).filter(|(a, b)| a.values.len() > 1 && b.values.len() > 1)
}

fn tested(sidecar: &Sidecar, a: &Column, b: &Column) -> (Independence, Vec<Vec<u64>>) {
    let table = sidecar.joint(a, b);
    (independence(&table), table)
}

fn told(
    code: Code,
    file: &str,
    (a, rows): (&str, &Column),
    (b, columns): (&str, &Column),
    test: &Independence,
    table: &[Vec<u64>],
) -> Finding {
    let says = format!("{a} and {b} share {:.3} bits; {}.", test.mutual_information, test.words());
    let shown = rows.values.iter().zip(table).take(12).map(|(value, counts)| {
        let counts: Vec<String> = columns
            .values
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .take(12)
            .map(|(value, count)| format!("{} {}", excerpt(value, 30), number(*count)))
            .collect();
        Example::part(format!("{a} {}: {}", excerpt(value, 30), counts.join(", ")))
    });
    Finding::new(code, &[file], says).examples(shown.collect())
}

fn draws(file: &str, sidecar: &Sidecar) -> Option<Finding> {
    let behavior = sidecar.column("behavior").filter(|column| column.values.len() > 1)?;
    let tests: Vec<(&str, Independence)> = sidecar
        .variables
        .iter()
        .filter_map(|name| {
            let column = sidecar.column(name).filter(|column| (2..=MOST_VALUES).contains(&column.values.len()))?;
            Some((name.as_str(), tested(sidecar, column, behavior).0))
        })
        .collect();
    let adjusted = holm(&tests.iter().map(|(_, test)| test.p).collect::<Vec<_>>());
    let told: Vec<Example> = tests
        .iter()
        .zip(adjusted)
        .filter(|((_, test), p)| *p < SURPRISING && test.mutual_information >= BITS)
        .map(|((name, test), p)| {
            let bits = test.mutual_information;
            Example::part(format!("`{name}` and behavior share {bits:.3} bits ({} after Holm)", p_value(p)))
        })
        .collect();
    if told.is_empty() {
        return None;
    }
    let says = format!("{} of {} drawn variables with few values.", told.len(), tests.len());
    Some(Finding::new(Code::DrawDepends, &[file], says).examples(told))
}
