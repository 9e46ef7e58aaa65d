//! The report as one HTML page that needs nothing but itself.
//!
//! The page is made for being passed on: it asks for nothing from anywhere, reads in the dark, on a phone, in
//! print and aloud, and folds nothing away that scripts would have to unfold. Every drawing stands beside its
//! numbers, so drawings are hidden from screen readers.

mod arms;
mod bars;
mod bound;
mod bound_plot;
mod browser;
mod claims;
mod conversations;
mod distribution;
mod figures;
mod interval_plot;
mod numbers;
mod questions;
mod scale;
mod spread;
mod svg;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;

use super::{Kept, Results};

pub(super) use arms::{axes as axes_in_words, run as run_name};

/// Returns `results` as one HTML page in UTF-8, with its style, drawings and script inside.
///
/// Everything that comes from the spec, the data or a model is escaped, and a content security policy in the
/// page forbids any script but its own and any request at all.
pub fn page(results: &Results) -> String {
    page_of(results, &Kept::of_results(results))
}

/// As [`page`], with these conversations to be searched instead of the few that the results hold.
pub fn page_of(results: &Results, kept: &Kept) -> String {
    // The template is part of the program and its every branch is tested; if it fails all the same, the page
    // says so rather than being taken for an empty report.
    render(results, kept).unwrap_or_else(|error| {
        format!("<!doctype html><title>No report</title><p>The report could not be laid out: {:?}.", error.kind())
    })
}

fn render(results: &Results, kept: &Kept) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("page.html", include_str!("page/page.html"))?;
    environment.add_template("question.html", include_str!("page/question.html"))?;
    environment.add_template("figure.html", include_str!("page/figure.html"))?;
    environment.add_template("browser.html", include_str!("page/browser.html"))?;
    environment.add_template("page.css", include_str!("page/page.css"))?;
    environment.add_template("page.js", include_str!("page/page.js"))?;
    environment.get_template("page.html")?.render(Value::from(Serde(Page::of(results, kept))))
}

#[derive(Serialize)]
struct Page<'a> {
    experiment: &'a str,
    spec: &'a str,
    digest: &'a str,
    version: &'a str,
    nonce: String,
    tally: Vec<claims::Tally>,
    claims: Vec<claims::Claim<'a>>,
    notes: &'a [String],
    questions: Vec<questions::Question<'a>>,
    figures: Vec<figures::Figure>,
    browser: Option<browser::Browser>,
    arms: Vec<arms::Arm<'a>>,
}

impl<'a> Page<'a> {
    fn of(results: &'a Results, kept: &Kept) -> Self {
        Page {
            experiment: &results.experiment,
            spec: &results.spec,
            digest: &results.spec_digest,
            version: &results.version,
            nonce: nonce(results),
            tally: claims::tally(&results.claims),
            claims: results.claims.iter().map(claims::Claim::of).collect(),
            notes: &results.notes,
            questions: questions::of(results),
            figures: figures::of(results),
            browser: browser::of(kept),
            arms: results.arms.iter().map(arms::Arm::of).collect(),
        }
    }
}

/// The word by which the page's policy knows the page's own script and style. It is a digest of everything on
/// the page, so the same results give the same bytes and no answer can hold the word in advance.
fn nonce(results: &Results) -> String {
    let bytes = serde_json::to_vec(results).unwrap_or_default();
    blake3::hash(&bytes).to_hex().chars().take(32).collect()
}
