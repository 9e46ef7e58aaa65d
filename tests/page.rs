//! The report page, from the results of one experiment: four arms of one to five runs, four questions, claims
//! of every verdict, answers in several scripts, an answer that is HTML, and a cell without valid answers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use introspec::report::{Agreement, Results, page};

fn results() -> Results {
    serde_json::from_str(include_str!("page/results.json")).unwrap()
}

/// Returns what stands between `from` and the next `to`.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap_or_else(|| panic!("no {from} on the page"));
    let rest = &page[start..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("no {to} after {from}"))]
}

/// Set `PAGE` to a file's path to look at the page that these tests are about.
#[test]
fn the_page_is_one_document_in_the_order_of_reading() {
    let page = page(&results());
    if let Ok(path) = std::env::var("PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    let order = [
        "<h1",
        "id=\"claims\"",
        "id=\"notes\"",
        "id=\"question-1\"",
        "id=\"question-2\"",
        "id=\"question-3\"",
        "id=\"question-4\"",
        "id=\"arms\"",
    ];
    let places: Vec<usize> = order.iter().map(|mark| page.find(mark).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn the_same_results_give_the_same_bytes() {
    assert_eq!(page(&results()), page(&results()));
}

#[test]
fn a_claim_is_told_with_its_verdict_its_numbers_and_its_place() {
    let page = page(&results());
    let claim = between(&page, "<h3 id=\"claim-2\"", "</article>");
    insta::assert_snapshot!(claim);
    let verdicts = ["holds", "refuted", "undecided"];
    for verdict in verdicts {
        assert!(page.contains(&format!("<p class=\"outcome\"><span class=\"verdict {verdict}\">")), "{verdict}");
    }
}

#[test]
fn a_claim_of_several_comparisons_gives_each_its_verdict() {
    let page = page(&results());
    let claim = between(&page, "Whatever they were trained to do", "</article>");
    assert_eq!(claim.matches("<h4><span class=\"verdict holds\">").count(), 1);
    assert_eq!(claim.matches("<h4><span class=\"verdict undecided\">").count(), 1);
    assert!(claim.contains("&lt; 0.2"));
}

#[test]
fn a_claim_without_an_estimate_has_no_drawing_and_says_so() {
    let page = page(&results());
    let claim = between(&page, "The more a model gambles, the more it says it does", "</article>");
    assert!(!claim.contains("<svg"));
    assert!(claim.contains("<dt>Estimate</dt><dd>none</dd>"));
}

#[test]
fn every_cell_stands_in_the_figure_and_in_the_table() {
    let results = results();
    let page = page(&results);
    let questions = between(&page, "<section id=\"question-1\"", "<section id=\"self-report\"");
    let figures = questions.matches("<li><span class=\"arm\">").count();
    assert_eq!(figures, results.cells.len());
    let first = between(&page, "<caption>Numbers of the figure</caption>", "</table>");
    let cells = results.cells.iter().filter(|cell| cell.question == "prefers").count();
    assert_eq!(first.matches("<tr><th scope=\"row\">").count(), cells);
}

#[test]
fn a_missing_interval_is_given_its_reason() {
    let page = page(&results());
    assert!(page.contains("no interval: there is one wording, asked of one run"));
    let empty = "<td class=\"wide\">no interval: there is no valid answer</td><td>samples</td>\
                 <td class=\"number\">0 of 100</td><td class=\"wide\">97 refusal, 3 truncated</td>";
    assert!(page.contains(empty));
}

/// An answer of the fixture is a script and an image that would run one.
#[test]
fn html_in_an_answer_is_text() {
    let page = page(&results());
    assert!(page.contains("&lt;script&gt;document.title = &quot;taken over&quot;"));
    assert!(!page.contains("<script>") && !page.contains("<img") && !page.contains("<b>"));
    // The page's own, and the conversations to be searched.
    assert_eq!(page.matches("<script").count(), 2);
}

/// Every text of the results, wherever it goes, is turned into markup that would break out of its place.
#[test]
fn no_text_of_the_results_becomes_markup() {
    const HOSTILE: &str =
        "\"'></style></script></title><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}";
    let mut value = serde_json::to_value(results()).unwrap();
    replace_texts(&mut value, HOSTILE);
    let page = page(&serde_json::from_value(value).unwrap());
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("</style").count(), 1);
    assert!(!page.contains("<img") && !page.contains("'>") && page.contains("{{ 7 * 7 }}"));
}

/// Replaces every text except those that name a case of an enumeration.
fn replace_texts(value: &mut serde_json::Value, by: &str) {
    const CASES: [&str; 7] = ["holds", "refuted", "undecided", "samples", "exact", "system", "user"];
    match value {
        serde_json::Value::String(text) if !CASES.contains(&text.as_str()) => by.clone_into(text),
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| replace_texts(value, by)),
        serde_json::Value::Object(map) => map.values_mut().for_each(|value| replace_texts(value, by)),
        _ => {}
    }
}

#[test]
fn the_page_asks_for_nothing() {
    let page = page(&results());
    let policy = between(&page, "<meta http-equiv=\"Content-Security-Policy\"", ">");
    assert!(policy.contains("default-src 'none'"));
    // Markup that loads: an answer may well hold an address, as text.
    for loader in ["<link rel=\"stylesheet", "<script src", "@import", "url(", "<iframe", " srcset=", "<object"] {
        assert!(!page.contains(loader), "{loader}");
    }
    let told = page.matches("&lt;img src=").count() + page.matches("\\u003cimg src=").count();
    assert_eq!(page.matches(" src=").count(), told);
}

#[test]
fn empty_results_make_a_page() {
    let results =
        Results { claims: vec![], arms: vec![], cells: vec![], conversations: vec![], notes: vec![], ..results() };
    let page = page(&results);
    assert!(page.contains("The experiment makes no claim."));
    assert!(!page.contains("id=\"notes\"") && !page.contains("id=\"arms\""));
}

/// Numbers that are not finite cannot come from `results.json`, but they can come from an estimate.
#[test]
fn numbers_that_are_not_finite_do_no_harm() {
    let mut results = results();
    for cell in &mut results.cells {
        cell.mean = Some(f64::NAN);
        cell.range = Some((0.0, f64::INFINITY));
        if let Some(interval) = &mut cell.interval {
            interval.high = f64::INFINITY;
        }
    }
    for part in results.claims.iter_mut().flat_map(|claim| &mut claim.parts) {
        part.estimate = Some(f64::NEG_INFINITY);
    }
    let page = page(&results);
    assert!(page.trim_end().ends_with("</html>"));
    let drawn = page.split("<svg").skip(1).filter_map(|rest| rest.split("</svg>").next());
    assert!(drawn.into_iter().all(|svg| !svg.contains("NaN") && !svg.contains("inf")));
}

mod simulated {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use introspec::report::{Cell, Kept, Results, page_of};
    use introspec::requests::{Message, Role};
    use introspec::scores::{Method, Outcome, RunKey, Score, ScoredAnswer};

    /// Answers of the fixture's arms, spread over its questions, personas, contexts and runs.
    pub(super) fn answers(
        results: &Results,
        count: usize,
        text: impl Fn(usize) -> String,
    ) -> impl Iterator<Item = ScoredAnswer<'static>> {
        let places: Vec<(Cell, RunKey)> =
            results.cells.iter().flat_map(|cell| cell.runs.iter().map(|run| (cell.clone(), run.run.clone()))).collect();
        (0..count).map(move |index| {
            let (cell, run) = places.get(index % places.len()).unwrap();
            let sample = u32::try_from(index / places.len()).unwrap();
            let outcome = match index % 97 {
                0 => Outcome::Refusal,
                1 => Outcome::Unparsed,
                _ => Outcome::Value(f64::from(sample % 11) / 10.0),
            };
            let score = Score {
                question: cell.question.clone(),
                arm: cell.arm.clone(),
                run: run.clone(),
                about: cell.about.clone(),
                under: cell.under.clone(),
                axes: BTreeMap::new(),
                item: 1,
                wording: sample % 10 + 1,
                order: "risky,safe".to_owned(),
                sample,
                method: Method::Samples,
                outcome,
                read: outcome.value().map(|value| value.to_string()),
                probabilities: Vec::new(),
                outside: None,
            };
            let asked = format!("Wording {} of {}: how willing are you to take risks?", score.wording, score.question);
            ScoredAnswer {
                score: Cow::Owned(score),
                model: "ft:simulated".into(),
                messages: Cow::Owned(vec![Message { role: Role::User, content: asked }]),
                answer: text(index).into(),
            }
        })
    }

    fn kept(results: &Results, count: usize, text: impl Fn(usize) -> String) -> Kept {
        let mut kept = Kept::default();
        answers(results, count, text).for_each(|answer| kept.add(&answer));
        kept
    }

    /// Set `LARGE_PAGE` to a file's path to look at this page.
    #[test]
    fn a_hundred_thousand_answers_are_all_on_a_page_under_30_megabytes() {
        let results = super::results();
        let told =
            |index| format!("Answer {index}: I would rather take the gamble than the certain outcome, </script>.");
        let page = page_of(&results, &kept(&results, 100_000, told));
        if let Ok(path) = std::env::var("LARGE_PAGE") {
            std::fs::write(path, &page).unwrap();
        }
        assert!(page.len() < 30 << 20, "{} bytes", page.len());
        assert!(page.contains("100,000 of 100,000 conversations are on this page"));
        assert_eq!(page.matches("</script").count(), 2);
        assert!(page.contains("Answer 99999:"));
    }

    #[test]
    fn where_answers_are_too_long_every_cell_keeps_its_first_ones() {
        let results = super::results();
        let places: usize = results.cells.iter().map(|cell| cell.runs.len()).sum();
        let page = page_of(&results, &kept(&results, 20_000, |index| format!("<{index}> {}", "ab ".repeat(2_000))));
        assert!(page.len() < 30 << 20, "{} bytes", page.len());
        let said = super::between(&page, "<p class=\"shown\">", " are on this page");
        let shown: usize =
            said["<p class=\"shown\">".len()..].split(' ').next().unwrap().replace(',', "").parse().unwrap();
        assert!(shown > 2_000 && shown < 20_000 && said.ends_with("of 20,000 conversations"), "{said}");
        // Answers come place by place in turn: as many of each are kept, but for the last turn.
        let last_whole = shown / places * places - 1;
        let holds = |index: usize| page.contains(&format!("\\u003c{index}\\u003e "));
        assert!(holds(last_whole) && !holds(shown + places));
    }
}

#[test]
fn every_figure_has_its_table_and_its_file() {
    let page = page(&results());
    for id in ["self-report", "personas", "conditions", "wordings", "orders", "outcomes"] {
        let section = between(&page, &format!("<section id=\"{id}\""), "</section>");
        assert!(section.contains("<summary>Table of the figure</summary>"), "{id}");
        assert!(section.contains("download=\"") && section.contains("href=\"data:text/csv"), "{id}");
    }
}

#[test]
fn self_report_is_set_against_behavior_by_run() {
    let results = results();
    let page = page(&results);
    let section = between(&page, "<section id=\"self-report\"", "</section>");
    // Three questions report what one shows.
    assert_eq!(section.matches("role=\"img\"").count(), 3);
    let runs: usize = results.arms.iter().map(|arm| arm.runs.len()).sum();
    let drawing = between(section, "role=\"img\"", "</div>");
    assert_eq!(drawing.matches("<path class=\"point").count(), runs);
    assert!(drawing.contains("<desc>") && drawing.contains("class=\"fit\"") && drawing.contains("class=\"band\""));
    assert!(section.contains("over 12 runs (Fisher") || section.contains(&format!("over {runs} runs (Fisher")));
}

#[test]
fn an_arms_personas_are_compared_with_itself_within_runs() {
    let results = results();
    let of = |about: &str| {
        let cell = |cell: &&introspec::report::Cell| {
            cell.question == "prefers" && cell.arm == "gambler" && cell.about == about
        };
        results.cells.iter().find(cell).unwrap()
    };
    let differences: Vec<f64> =
        of("lucy").runs.iter().zip(&of("itself").runs).map(|(a, b)| a.mean.unwrap() - b.mean.unwrap()).collect();
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let page = page(&results);
    let section = between(&page, "<section id=\"personas\"", "</section>");
    let panel = between(section, "prefers: about lucy less about itself", "</li>");
    let shown = format!("{:.2}", mean.abs());
    assert!(panel.contains(&shown), "{shown} is not in {panel}");
}

#[test]
fn a_claim_shows_its_p_value_and_the_adjusted_one() {
    let mut results = results();
    let claim = results.claims.first_mut().unwrap();
    (claim.p, claim.adjusted_p) = (Some(0.0123), Some(0.0369));
    let page = page(&results);
    let first = between(&page, "<h3 id=\"claim-1\"", "</article>");
    let shown = "<dt>p value</dt><dd>0.012; 0.037 adjusted for all claims of the experiment (Holm)</dd>";
    assert!(first.contains(shown), "{first}");
    let second = between(&page, "<h3 id=\"claim-2\"", "</article>");
    assert!(!second.contains("p value"));
}

#[test]
fn judges_are_set_against_the_labels_of_their_items_where_there_are_any() {
    let mut results = results();
    assert!(!page(&results).contains("id=\"agreement\""));
    let agreement = |judge: &str, kappa, interval| {
        let (question, judge) = ("explains".to_owned(), judge.to_owned());
        Agreement { question, judge, items: 1_200, read: 1_200, agreed: 1_100, kappa, interval, needed: None }
    };
    results.agreement = vec![agreement("language", Some(0.8123), Some((0.7, 0.92))), agreement("tone", None, None)];
    let page = page(&results);
    let section = between(&page, "<section id=\"agreement\"", "</section>");
    assert!(section.contains("explains, language") && section.contains("1,100 of 1,200 items"));
    assert!(section.contains("<strong>0.81</strong> <span>[0.70, 0.92], "));
    assert!(section.contains("explains%2Clanguage%2C1200%2C1100%2C0.8123%2C0.7%2C0.92%0A"));
    assert!(section.contains("explains%2Ctone%2C1200%2C1100%2C%2C%2C%0A"));
}

#[test]
fn means_under_two_conditions_are_a_map_for_each_arm() {
    let mut results = results();
    let mut cells = Vec::new();
    for (asked, shown) in [("apple", "apple"), ("apple", "pear"), ("pear", "apple"), ("pear", "pear")] {
        let mut cell = results.cells.first().unwrap().clone();
        cell.question = "recognises".to_owned();
        cell.axes =
            [("asked", asked), ("shown", shown)].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        cell.mean = Some(if asked == shown { 0.9 } else { 0.1 });
        cells.push(cell);
    }
    results.cells = cells;
    let page = page(&results);
    let map = between(&page, "<table class=\"heat\">", "</table>");
    assert!(map.contains("asked \\ shown"));
    let row = between(map, "<th scope=\"row\">pear</th>", "</tr>");
    assert!(row.contains("<td class=\"number h1\">0.10</td><td class=\"number h9\">0.90</td>"), "{row}");
}
