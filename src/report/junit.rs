//! The verdicts as `JUnit` XML, for continuous integration.

use std::fmt::Write as _;

use super::{ClaimResult, Results, Verdict};

/// Writes one test suite for each experiment and one test case for each claim. A claim that holds passed. One that is
/// refuted failed, and so did one that its interval leaves undecided; one about which nothing could be concluded is an
/// error. An experiment without claims is an empty suite.
pub fn junit(results: &[Results]) -> String {
    let total = Tally::of(results.iter().flat_map(|results| &results.claims));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"introspec\" {}>", total.attributes());
    for results in results {
        let tally = Tally::of(&results.claims);
        let name = escaped(&results.experiment);
        let _ = writeln!(out, "  <testsuite name=\"{name}\" {}>", tally.attributes());
        for claim in &results.claims {
            case(&mut out, results, claim);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// What a claim came to in the terms of a test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Error,
}

impl Outcome {
    fn of(claim: &ClaimResult) -> Outcome {
        match claim.verdict {
            Verdict::Holds => Outcome::Passed,
            Verdict::Refuted => Outcome::Failed,
            Verdict::Undecided if claim.p.is_some() => Outcome::Failed,
            Verdict::Undecided => Outcome::Error,
        }
    }
}

struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Tally {
    fn of<'c>(claims: impl IntoIterator<Item = &'c ClaimResult>) -> Tally {
        let mut tally = Tally { tests: 0, failures: 0, errors: 0 };
        for claim in claims {
            tally.tests += 1;
            match Outcome::of(claim) {
                Outcome::Passed => {}
                Outcome::Failed => tally.failures += 1,
                Outcome::Error => tally.errors += 1,
            }
        }
        tally
    }

    fn attributes(&self) -> String {
        format!("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\"", self.tests, self.failures, self.errors)
    }
}

fn case(out: &mut String, results: &Results, claim: &ClaimResult) {
    let (name, class) = (escaped(&claim.name), escaped(&format!("{}.{}", results.spec, results.experiment)));
    let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\">");
    let verdict = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::Refuted => "refuted",
        Verdict::Undecided => "undecided",
    };
    let element = match Outcome::of(claim) {
        Outcome::Passed => None,
        Outcome::Failed => Some("failure"),
        Outcome::Error => Some("error"),
    };
    let details = escaped(&details(claim));
    if let Some(element) = element {
        let message = escaped(&format!("{verdict}: {}", claim.reason));
        let _ = writeln!(out, "      <{element} type=\"{verdict}\" message=\"{message}\">{details}</{element}>");
    } else {
        let _ = writeln!(out, "      <system-out>{details}</system-out>");
    }
    out.push_str("    </testcase>\n");
}

/// The claim with its numbers, one comparison a line.
fn details(claim: &ClaimResult) -> String {
    let mut lines = vec![claim.text.clone(), format!("{} ({})", claim.expression, claim.place)];
    for part in &claim.parts {
        let estimate = part.estimate.map_or_else(|| "no estimate".to_owned(), |estimate| estimate.to_string());
        let interval = part.interval.as_ref().map(|interval| {
            format!(", {:.0}% interval [{}, {}] {}", interval.level * 100.0, interval.low, interval.high, interval.over)
        });
        lines.push(format!(
            "{}: {estimate}{}, claimed {}; {} of {} answers valid; {}",
            part.estimand,
            interval.unwrap_or_default(),
            part.bound,
            part.valid,
            part.asked,
            part.reason
        ));
    }
    let p = claim.p.map(|p| format!("p = {p}"));
    let adjusted = claim.adjusted_p.map(|p| format!("adjusted p = {p}"));
    lines.extend([p, adjusted].into_iter().flatten());
    lines.join("\n")
}

/// Escapes a text for elements and attributes. What XML 1.0 has no place for becomes `U+FFFD`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if control < ' ' => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Interval, Part};

    fn claim(name: &str, verdict: Verdict, p: Option<f64>) -> ClaimResult {
        let part = Part {
            estimand: "mean of a for b".to_owned(),
            bound: "> 0.1".to_owned(),
            estimate: p.map(|_| 0.3),
            interval: p.map(|_| Interval { low: 0.2, high: 0.4, level: 0.95, over: "over 5 runs".to_owned() }),
            verdict,
            reason: "because <b> & \"c\"".to_owned(),
            p,
            method: None,
            valid: 9,
            asked: 10,
        };
        ClaimResult {
            name: name.to_owned(),
            text: "A \u{1b}[31mred\u{0} claim".to_owned(),
            expression: "mean(a, b) > 0.1".to_owned(),
            place: "risk.ispec:3".to_owned(),
            verdict,
            reason: part.reason.clone(),
            estimand: part.estimand.clone(),
            p,
            adjusted_p: None,
            parts: vec![part],
        }
    }

    #[test]
    fn only_what_holds_passes() {
        let results = Results {
            version: String::new(),
            spec: "risk.ispec".to_owned(),
            spec_digest: String::new(),
            experiment: "gamblers".to_owned(),
            claims: vec![
                claim("held", Verdict::Holds, Some(0.01)),
                claim("refuted", Verdict::Refuted, Some(0.01)),
                claim("undecided", Verdict::Undecided, Some(0.3)),
                claim("unasked", Verdict::Undecided, None),
            ],
            arms: Vec::new(),
            cells: Vec::new(),
            conversations: Vec::new(),
            agreement: Vec::new(),
            notes: Vec::new(),
        };
        let xml = junit(&[results]);
        insta::assert_snapshot!(xml);
        assert_eq!(xml.matches("<failure ").count() + xml.matches("<error ").count(), 3);
        assert!(xml.chars().all(|letter| letter >= ' ' || letter == '\n'));
    }
}
