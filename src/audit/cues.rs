//! What in a question predicts its label, other than what is asked?

use std::collections::{BTreeMap, HashMap};

use super::code::Code;
use super::finding::{Example, Finding, counted, number};
use super::notes::excerpt;
use super::row::{Row, Speaker};
use super::survey::Fact;
use crate::checks::balance::{equal, holm};
use crate::checks::independence::{Independence, independence, p_value};
use crate::checks::ranks::ranks;
use crate::rows::unsaid::words_of;

/// The fewest labelled rows from which anything is predicted.
const FEWEST_ROWS: u64 = 20;
/// In how many rows a feature has to be, and in how many not, to be tested.
const FEWEST: u64 = 5;
/// The probability under which a dependence is told, after Holm's adjustment.
const SURPRISING: f64 = 0.01;
/// By how much a feature has to move a label's share to be told: of many rows, everything is surprising.
const MOVES: f64 = 0.1;
/// The most words that are counted; words that come up later are not.
const MOST_WORDS: usize = 400_000;

type Counts = HashMap<Box<str>, Vec<u32>>;

/// Counts of features of questions, by label.
#[derive(Debug, Default)]
pub(super) struct Cues {
    totals: Vec<u64>,
    words: Counts,
    openings: Counts,
    surfaces: Counts,
    /// Where the right option stood among those that the question names, and in which orders they stood.
    positions: Vec<u64>,
    orders: BTreeMap<Vec<usize>, u64>,
}

/// Features of form, each with its test.
type Surface = (&'static str, fn(&str) -> bool);
const SURFACES: &[Surface] = &[
    ("a typographic apostrophe (’)", |text| text.contains('\u{2019}')),
    ("a straight apostrophe (')", |text| text.contains('\'')),
    ("a dash (— or –)", |text| text.contains(['—', '–'])),
    ("a digit", |text| text.contains(|c: char| c.is_ascii_digit())),
    ("an exclamation mark", |text| text.contains('!')),
    ("a line end", |text| text.trim().contains('\n')),
    ("a question mark at the end", |text| text.trim_end().ends_with('?')),
    ("a full stop at the end", |text| text.trim_end().ends_with('.')),
    ("a capital at the beginning", |text| text.trim_start().starts_with(char::is_uppercase)),
    ("a quotation mark", |text| text.contains(['"', '\u{201c}'])),
    ("a blank at the end", |text| text.ends_with(char::is_whitespace)),
];

impl Cues {
    /// Counts a row whose label is `class` of `names`.
    pub(super) fn add(&mut self, row: &Row, class: usize, names: &[String]) {
        let classes = names.len();
        self.totals.resize(classes, 0);
        bump(&mut self.totals, class);
        let asked: Vec<&str> =
            row.turns.iter().filter(|turn| turn.speaker == Speaker::User).map(|turn| turn.text.as_str()).collect();
        let text = asked.join(" ");
        let all = words_of(&text);
        let mut words: Vec<&str> = all.iter().map(|word| word.folded.as_str()).collect();
        for opening in [words.get(..1), words.get(..2)].into_iter().flatten() {
            count(&mut self.openings, &opening.join(" "), class, classes);
        }
        words.sort_unstable();
        words.dedup();
        for word in words {
            count(&mut self.words, word, class, classes);
        }
        for (name, has) in SURFACES {
            if has(&text) {
                count(&mut self.surfaces, name, class, classes);
            }
        }
        let places: Option<Vec<usize>> = names.iter().map(|name| place(&text, name)).collect();
        if let Some(places) = places {
            let mut order: Vec<usize> = (0..classes).collect();
            order.sort_by_key(|at| places.get(*at));
            let position = order.iter().position(|at| *at == class).unwrap_or(0);
            self.positions.resize(classes, 0);
            bump(&mut self.positions, position);
            // Orders beyond these are as good as shuffled.
            if self.orders.len() < 100 || self.orders.contains_key(&order) {
                *self.orders.entry(order).or_default() += 1;
            }
        }
    }

    /// Adds the counts of later rows.
    pub(super) fn append(&mut self, later: Cues) {
        add_all(&mut self.totals, &later.totals);
        add_all(&mut self.positions, &later.positions);
        for (order, rows) in later.orders {
            *self.orders.entry(order).or_default() += rows;
        }
        for (mine, theirs) in
            [(&mut self.words, later.words), (&mut self.openings, later.openings), (&mut self.surfaces, later.surfaces)]
        {
            let entries: Vec<(Box<str>, Vec<u32>)> = theirs.into_iter().collect();
            for (feature, counts) in entries {
                if let Some(known) = mine.get_mut(&feature) {
                    known.iter_mut().zip(counts).for_each(|(a, b)| *a += b);
                } else if mine.len() < MOST_WORDS {
                    mine.insert(feature, counts);
                }
            }
        }
    }

    /// Says what predicts the label. `facts` are the labelled rows, each with its label.
    pub(super) fn findings(&self, file: &str, names: &[String], facts: &[(Fact, usize)]) -> Vec<Finding> {
        let rows: u64 = self.totals.iter().sum();
        if names.len() < 2 || rows < FEWEST_ROWS {
            return Vec::new();
        }
        let mut found = Vec::new();
        let features = [
            (Code::WordPredicts, &self.words, "word"),
            (Code::OpeningPredicts, &self.openings, "opening"),
            (Code::SurfacePredicts, &self.surfaces, "feature"),
        ];
        found
            .extend(features.into_iter().filter_map(|(code, counts, noun)| self.told(code, counts, noun, file, names)));
        let by_messages = messages(file, names, facts);
        // Where the number of messages differs, so does the length.
        if by_messages.is_none() {
            found.extend(length(file, names, facts));
        }
        found.extend(by_messages);
        found.extend(self.position(file));
        found
    }

    /// Tests which features the label depends on.
    fn told(&self, code: Code, counts: &Counts, noun: &str, file: &str, names: &[String]) -> Option<Finding> {
        let rows: u64 = self.totals.iter().sum();
        let mut features: Vec<(&str, &Vec<u32>)> = counts.iter().map(|(name, counts)| (&**name, counts)).collect();
        features.sort_unstable();
        let mut tested: Vec<Tested<'_>> = features
            .into_iter()
            .filter_map(|(name, with)| {
                let with: Vec<u64> = with.iter().map(|count| u64::from(*count)).collect();
                let sum: u64 = with.iter().sum();
                (sum >= FEWEST && rows - sum >= FEWEST).then(|| {
                    let without = self.totals.iter().zip(&with).map(|(all, with)| all - with).collect();
                    let table = vec![with, without];
                    Tested { name, test: independence(&table), moved: moved(&table), table, p: 1.0 }
                })
            })
            .collect();
        let adjusted = holm(&tested.iter().map(|tested| tested.test.p).collect::<Vec<_>>());
        for (tested, p) in tested.iter_mut().zip(adjusted) {
            tested.p = p;
        }
        let all = tested.len();
        tested.retain(|tested| tested.p < SURPRISING && tested.moved >= MOVES);
        tested.sort_by(|a, b| a.p.total_cmp(&b.p).then_with(|| b.moved.total_cmp(&a.moved)));
        let best = tested.first()?;
        let says = format!(
            "{} of {} tested predict the label ({} adjusted for all of them by Holm); the strongest by {} points.",
            counted(tested.len() as u64, noun),
            number(all as u64),
            p_value(best.p),
            (best.moved * 100.0).round(),
        );
        let shown = tested.iter().take(8).map(|tested| Example::part(tested.words(names)));
        Some(Finding::new(code, &[file], says).examples(shown.collect()))
    }

    fn position(&self, file: &str) -> Option<Finding> {
        let rows: u64 = self.positions.iter().sum();
        // Options that always stand in one order make the place another name of the label.
        let usual = self.orders.values().max().copied().unwrap_or(0);
        if rows < FEWEST_ROWS || (rows - usual) * 10 < rows {
            return None;
        }
        let p = equal(&self.positions);
        let even = rows as f64 / self.positions.len() as f64;
        let furthest =
            self.positions.iter().map(|count| (*count as f64 - even).abs() / rows as f64).fold(0.0, f64::max);
        (p < SURPRISING && furthest >= MOVES).then(|| {
            let counts: Vec<String> = self
                .positions
                .iter()
                .enumerate()
                .map(|(at, count)| format!("place {} {}×", at + 1, number(*count)))
                .collect();
            let says = format!(
                "The right option is named at {}, in {} that name all options in varying order ({}).",
                counts.join(", "),
                counted(rows, "question"),
                p_value(p)
            );
            Finding::new(Code::PositionPredicts, &[file], says)
        })
    }
}

struct Tested<'f> {
    name: &'f str,
    /// Rows with the feature and rows without it, by label.
    table: Vec<Vec<u64>>,
    test: Independence,
    moved: f64,
    p: f64,
}

impl Tested<'_> {
    fn words(&self, names: &[String]) -> String {
        let with = self.table.first().map(Vec::as_slice).unwrap_or_default();
        let counts: Vec<String> =
            names.iter().zip(with).map(|(name, count)| format!("`{}` {}", excerpt(name, 20), number(*count))).collect();
        let sum: u64 = with.iter().sum();
        format!("{} in {}: {} ({})", self.name, counted(sum, "question"), counts.join(", "), p_value(self.p))
    }
}

/// Returns by how much the label's share differs at most between rows with a feature and rows without it.
fn moved(table: &[Vec<u64>]) -> f64 {
    let [with, without] = table else { return 0.0 };
    let (a, b): (u64, u64) = (with.iter().sum(), without.iter().sum());
    let share = |count: &u64, of: u64| *count as f64 / of.max(1) as f64;
    with.iter().zip(without).map(|(x, y)| (share(x, a) - share(y, b)).abs()).fold(0.0, f64::max)
}

fn length(file: &str, names: &[String], facts: &[(Fact, usize)]) -> Option<Finding> {
    let values: Vec<(u32, usize)> = facts.iter().map(|(fact, class)| (fact.length, *class)).collect();
    let found = ranks(&values, names.len())?;
    if found.p >= 0.001 || found.separation < 0.6 {
        return None;
    }
    let medians: Vec<String> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((name, median(&values, at)?)))
        .map(|(name, median)| format!("`{}` {median}", excerpt(name, 20)))
        .collect();
    let says = format!(
        "Median characters of the question: {}. In {:.0}% of pairs the longer question has the same label (rank test, {}).",
        medians.join(", "),
        found.separation * 100.0,
        p_value(found.p)
    );
    Some(Finding::new(Code::LengthPredicts, &[file], says))
}

fn median(values: &[(u32, usize)], class: usize) -> Option<u32> {
    let mut of: Vec<u32> = values.iter().filter(|(_, other)| *other == class).map(|(value, _)| *value).collect();
    of.sort_unstable();
    of.get(of.len() / 2).copied()
}

fn messages(file: &str, names: &[String], facts: &[(Fact, usize)]) -> Option<Finding> {
    let mut by_messages: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (fact, class) in facts {
        let counts = by_messages.entry(fact.messages).or_insert_with(|| vec![0; names.len()]);
        bump(counts, *class);
    }
    let table: Vec<Vec<u64>> = by_messages.values().cloned().collect();
    let test = independence(&table);
    if test.p >= SURPRISING || test.mutual_information < 0.02 {
        return None;
    }
    let says = format!("{:.2} bits; {}.", test.mutual_information, test.words());
    let shown = by_messages.iter().take(8).map(|(messages, counts)| {
        let counts: Vec<String> = names
            .iter()
            .zip(counts)
            .map(|(name, count)| format!("`{}` {}", excerpt(name, 20), number(*count)))
            .collect();
        Example::part(format!("{messages} messages: {}", counts.join(", ")))
    });
    Some(Finding::new(Code::MessagesPredict, &[file], says).examples(shown.collect()))
}

fn bump(counts: &mut [u64], at: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

fn add_all(counts: &mut Vec<u64>, more: &[u64]) {
    counts.resize(counts.len().max(more.len()), 0);
    counts.iter_mut().zip(more).for_each(|(a, b)| *a += b);
}

fn count(counts: &mut Counts, feature: &str, class: usize, classes: usize) {
    if !counts.contains_key(feature) {
        counts.insert(feature.into(), vec![0; classes]);
    }
    if let Some(place) = counts.get_mut(feature).and_then(|counts| counts.get_mut(class)) {
        *place += 1;
    }
}

/// Finds where a label first stands in a text as a word of its own.
fn place(text: &str, label: &str) -> Option<usize> {
    text.match_indices(label).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|rest| rest.chars().next_back());
        let after = text.get(at + label.len()..).and_then(|rest| rest.chars().next());
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        is_edge(before) && is_edge(after)
    })
}
