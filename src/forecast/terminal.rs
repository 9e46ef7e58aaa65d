//! The forecast in the terminal.

use std::fmt::Write as _;

use super::{Amount, ClaimForecast, Forecast, Line, POWER};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Renders what is asked, what it costs and what the claims can detect, in at most `width` columns where words allow it.
/// With `colour`, by ANSI sequences; no meaning rests on them.
pub fn terminal(forecast: &Forecast, width: usize, colour: bool) -> String {
    let mut page = Page { out: String::new(), width: width.clamp(60, 100), colour };
    page.line(BOLD, &forecast.experiment);
    page.line("", "");
    page.spending(forecast);
    page.line("", "");
    for claim in &forecast.claims {
        page.claim(claim);
    }
    let assumptions = &forecast.assumptions;
    page.wrapped(
        2,
        DIM,
        &format!(
            "Assumed, in shares of a score's range: runs scatter by {} (--run-sd), wordings and items by {} (--wording-sd), \
             answers as much as shares of one half do. \"Finds\" is the smallest effect beyond the bound with which \
             the claim holds in {:.0}% of experiments.",
            assumptions.run_sd,
            assumptions.wording_sd,
            100.0 * POWER
        ),
    );
    for note in &forecast.notes {
        page.wrapped(2, "", &format!("note: {note}"));
    }
    page.out
}

struct Page {
    out: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn spending(&mut self, forecast: &Forecast) {
        let head = ["", "suite", "requests", "samples", "prompt", "answer ≤", "cost ≤"].map(str::to_owned);
        let mut rows = vec![head];
        for (who, lines) in grouped(&forecast.spending.lines) {
            let Some(first) = lines.first() else { continue };
            let amount = lines.iter().fold(Amount::default(), |sum, line| sum.plus(line.amount));
            let cost = lines.iter().map(|line| line.cost).sum::<Option<f64>>();
            rows.push(row(who, first.suite.clone(), amount, &money(cost)));
        }
        let spending = &forecast.spending;
        let total = if spending.without_price.is_empty() { money(Some(spending.cost)) } else { "?".to_owned() };
        rows.push(row("total".to_owned(), String::new(), spending.total, &total));
        self.table(&rows);
        self.wrapped(2, DIM, "Prompt tokens are estimated by o200k_base; answers have at most so many tokens.");
        if !spending.without_price.is_empty() {
            let text = format!(
                "No `price` in introspec.yaml: {}. The others cost at most {}.",
                few(&spending.without_price),
                money(Some(spending.cost))
            );
            self.wrapped(2, "", &text);
        }
        if spending.if_sampled.samples > 0 {
            let Amount { samples, prompt_tokens, answer_tokens, .. } = spending.if_sampled;
            let text = format!(
                "Where a service gives no probabilities, texts are sampled instead: up to {} samples, {} prompt and {} answer \
                 tokens more, at most {}.",
                grouped_digits(samples),
                grouped_digits(prompt_tokens),
                grouped_digits(answer_tokens),
                money(Some(spending.if_sampled_cost))
            );
            self.wrapped(2, "", &text);
        }
    }

    fn table(&mut self, rows: &[[String; 7]]) {
        let mut widths = [0; 7];
        for row in rows {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = text.chars().count().max(*width);
            }
        }
        // Names give way, numbers never do.
        let room = self.width.saturating_sub(2 + 2 * 6);
        let [who, suite, numbers @ ..] = &mut widths;
        let left = room.saturating_sub(numbers.iter().sum());
        *who = (*who).min(left.saturating_sub(*suite).max(left / 2));
        *suite = (*suite).min(left.saturating_sub(*who).max(8));
        for (at, row) in rows.iter().enumerate() {
            let fields = row.iter().zip(widths).enumerate().map(|(column, (text, width))| {
                let text = cut(text, width);
                if column < 2 { format!("{text:<width$}") } else { format!("{text:>width$}") }
            });
            let line = format!("  {}", fields.collect::<Vec<_>>().join("  "));
            self.line(if at == 0 { DIM } else { "" }, line.trim_end());
        }
    }

    fn claim(&mut self, claim: &ClaimForecast) {
        self.line(BOLD, &claim.name);
        self.wrapped(2, "", &claim.text);
        for part in &claim.parts {
            self.wrapped(2, DIM, &part.estimand);
            let finds = part.smallest.map(|smallest| format!(", finds {smallest:.3}")).unwrap_or_default();
            self.wrapped(2, "", &format!("claimed {}{finds}: {}", part.bound, part.advice));
        }
        self.line("", "");
    }

    fn wrapped(&mut self, indent: usize, style: &str, text: &str) {
        let mut line = String::new();
        let text = clean(text);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > self.width {
                self.line(style, &format!("{}{line}", " ".repeat(indent)));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(style, &format!("{}{line}", " ".repeat(indent)));
    }

    fn line(&mut self, style: &str, line: &str) {
        let line = clean(line);
        let painted = if self.colour && !style.is_empty() { format!("{style}{line}{RESET}") } else { line };
        let _ = writeln!(self.out, "{painted}");
    }
}

/// The runs of one arm in one suite make one row.
fn grouped(lines: &[Line]) -> Vec<(String, Vec<&Line>)> {
    let mut groups: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        let is_its = |group: &&mut Vec<&Line>| {
            let of = |line: &Line| (line.arm.clone(), line.judge.clone(), line.beside.clone(), line.suite.clone());
            group.first().is_some_and(|first| of(first) == of(line))
        };
        match groups.iter_mut().find(is_its) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    let named = |group: Vec<_>| {
        let first: Option<&&Line> = group.first();
        let of = |pick: fn(&Line) -> &Option<String>| first.and_then(|line| pick(line).clone());
        let who = match (of(|line| &line.arm), of(|line| &line.beside), of(|line| &line.judge)) {
            (Some(arm), _, _) if group.len() > 1 => format!("{arm} ({} models)", group.len()),
            (Some(arm), _, _) => arm,
            (None, Some(beside), _) => format!("{beside}, beside"),
            (None, None, judge) => format!("judge {}", judge.unwrap_or_default()),
        };
        (who, group)
    };
    groups.into_iter().map(named).collect()
}

fn row(who: String, suite: String, amount: Amount, cost: &str) -> [String; 7] {
    let Amount { requests, samples, prompt_tokens, answer_tokens } = amount;
    let [requests, samples, prompt, answer] = [requests, samples, prompt_tokens, answer_tokens].map(grouped_digits);
    [who, suite, requests, samples, prompt, answer, cost.to_owned()]
}

/// `a, b, c and 5 more`.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1,234,567`.
fn grouped_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn money(cost: Option<f64>) -> String {
    match cost {
        Some(0.0) => "0".to_owned(),
        Some(cost) if cost < 0.01 => "< 0.01".to_owned(),
        Some(cost) => format!("{cost:.2}"),
        None => "?".to_owned(),
    }
}

fn cut(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= width {
        text
    } else {
        text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Names and texts come from specs: nothing in them may steer the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
