//! The table behind a figure: what screen readers read, and what the CSV file beside it holds.

use minijinja::Value;
use serde::Serialize;

use crate::report::page::numbers::{NONE, count, decimal};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Table {
    /// The name under which the CSV file is saved.
    file: String,
    headings: Vec<Heading>,
    rows: Vec<Vec<Datum>>,
    /// The CSV file itself, as an address that needs no file.
    csv: Value,
}

#[derive(Clone, Debug, Serialize)]
struct Heading {
    name: &'static str,
    is_number: bool,
}

/// One cell: as the page shows it, and as the file has it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Datum {
    shown: String,
    is_number: bool,
    #[serde(skip)]
    raw: String,
}

impl Datum {
    pub(crate) fn text(text: impl Into<String>) -> Datum {
        let text = text.into();
        Datum { shown: text.clone(), is_number: false, raw: text }
    }

    pub(crate) fn count(number: u64) -> Datum {
        Datum { shown: count(number), is_number: true, raw: number.to_string() }
    }

    /// A number with `places` decimals on the page and all of them in the file.
    pub(crate) fn number(number: Option<f64>, places: usize) -> Datum {
        match number.filter(|number| number.is_finite()) {
            Some(number) => Datum { shown: decimal(number, places), is_number: true, raw: number.to_string() },
            None => Datum { shown: NONE.to_owned(), is_number: true, raw: String::new() },
        }
    }
}

impl Table {
    /// `headings` starting with `#` are those of numbers.
    pub(crate) fn new(file: &str, headings: &[&'static str], rows: Vec<Vec<Datum>>) -> Table {
        let headings: Vec<Heading> = headings
            .iter()
            .map(|name| match name.strip_prefix('#') {
                Some(name) => Heading { name, is_number: true },
                None => Heading { name, is_number: false },
            })
            .collect();
        let csv = format!("data:text/csv;charset=utf-8,{}", percent_encoded(&csv(&headings, &rows)));
        Table { file: file.to_owned(), headings, rows, csv: Value::from_safe_string(csv) }
    }

    #[cfg(test)]
    pub(crate) fn shown(&self) -> Vec<Vec<&str>> {
        self.rows.iter().map(|row| row.iter().map(|datum| datum.shown.as_str()).collect()).collect()
    }
}

fn csv(headings: &[Heading], rows: &[Vec<Datum>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(headings.iter().map(|heading| heading.name));
    for row in rows {
        let _ = writer.write_record(row.iter().map(|datum| &datum.raw));
    }
    writer.into_inner().unwrap_or_default()
}

/// Writes every byte that is not unreserved (RFC 3986, section 2.3) as `%XX`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(*byte)),
            _ => {
                encoded.push('%');
                let digits = [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'));
                encoded.extend(digits.map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_every_digit_and_any_text() {
        let rows = vec![vec![Datum::text("say \"no\", then"), Datum::number(Some(1.0 / 3.0), 2), Datum::count(1_000)]];
        let table = Table::new("a.csv", &["Text", "#Number", "#Count"], rows);
        assert_eq!(table.shown(), [["say \"no\", then", "0.33", "1,000"]]);
        let expected = "Text,Number,Count\n\"say \"\"no\"\", then\",0.3333333333333333,1000\n";
        let address = table.csv.to_string();
        assert_eq!(address, format!("data:text/csv;charset=utf-8,{}", percent_encoded(expected.as_bytes())));
        assert!(address.contains("%22say%20%22%22no"));
    }
}
