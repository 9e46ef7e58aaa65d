//! The report page, from the results of one experiment: four arms of one to five runs, four questions, claims
//! of every verdict, answers in several scripts, an answer that is HTML, and a cell without valid answers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use introspec::report::{Results, page};

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
    let figures = page.matches("<li><span class=\"arm\">").count();
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
    assert_eq!(page.matches("<script").count(), 1);
}

/// Every text of the results, wherever it goes, is turned into markup that would break out of its place.
#[test]
fn no_text_of_the_results_becomes_markup() {
    const HOSTILE: &str =
        "\"'></style></script></title><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}";
    let mut value = serde_json::to_value(results()).unwrap();
    replace_texts(&mut value, HOSTILE);
    let page = page(&serde_json::from_value(value).unwrap());
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
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
    assert_eq!(page.matches(" src=").count(), page.matches("&lt;img src=").count());
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
