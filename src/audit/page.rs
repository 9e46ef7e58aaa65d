use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;

use super::finding::{counted, number};
use super::{Audit, Finding, Severity};

/// Returns what an audit found as one HTML page in UTF-8 that asks for nothing from anywhere. It has the style of the
/// report's page, so it reads in the dark, on a phone and in print.
///
/// Everything that comes from the data is escaped, and a content security policy forbids scripts and requests.
pub fn page(audit: &Audit) -> String {
    render(audit).unwrap_or_else(|error| {
        format!("<!doctype html><title>No audit</title><p>The audit could not be laid out: {:?}.", error.kind())
    })
}

fn render(audit: &Audit) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("page.html", include_str!("page/page.html"))?;
    environment.add_template("report.css", include_str!("../report/page/page.css"))?;
    environment.add_template("audit.css", include_str!("page/audit.css"))?;
    environment.get_template("page.html")?.render(Value::from(Serde(Page::of(audit))))
}

#[derive(Serialize)]
struct Page<'a> {
    version: &'a str,
    nonce: String,
    files: Vec<File<'a>>,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    rows: String,
    lines: String,
    bytes: String,
}

/// The findings of one severity.
#[derive(Serialize)]
struct Group<'a> {
    word: &'static str,
    count: String,
    findings: Vec<&'a Finding>,
}

impl<'a> Page<'a> {
    fn of(audit: &'a Audit) -> Page<'a> {
        let bytes = serde_json::to_vec(audit).unwrap_or_default();
        let groups = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| Group {
            word: severity.word(),
            count: counted(audit.count(severity) as u64, severity.word()),
            findings: audit.findings.iter().filter(|finding| finding.severity == severity).collect(),
        });
        Page {
            version: audit.version,
            // A digest of everything on the page: no text of the data can hold it in advance.
            nonce: blake3::hash(&bytes).to_hex().chars().take(32).collect(),
            files: audit
                .files
                .iter()
                .map(|file| File {
                    name: &file.name,
                    rows: number(file.rows),
                    lines: number(file.lines),
                    bytes: number(file.bytes),
                })
                .collect(),
            groups: groups.into(),
        }
    }
}
