//! The report page, from the results of one experiment.

use introspec::report::{Results, page};

fn results() -> Results {
    serde_json::from_str(include_str!("page/results.json")).unwrap()
}

/// Set `PAGE` to a file's path to look at the page that these tests are about.
#[test]
fn the_page_is_one_document() {
    let page = page(&results());
    if let Ok(path) = std::env::var("PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    assert!(page.starts_with("<!doctype html>"));
    assert_eq!(page.matches("<h1").count(), 1);
    assert!(page.trim_end().ends_with("</html>"));
}
