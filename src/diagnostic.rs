//! Diagnostics: what is wrong, as data with a code and a place. The prose stands in `prose.rs`, the drawing in
//! `render.rs`, and the long explanations in `docs/diagnostics.md`.

mod codes;
mod explain;
mod kind;
mod nearest;
mod problem;
mod prose;
mod render;

pub use explain::explain;
pub use kind::Kind;
pub use nearest::nearest;
pub use problem::{Finding, Lacking, Problem, Watched};
pub use prose::Prose;
pub use render::{render, summary};

use crate::text::Span;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub problem: Problem,
    /// The place in the spec.
    pub span: Option<Span>,
    /// Other places that explain it.
    pub related: Vec<(Span, String)>,
    /// The place in a data file: its name and line.
    pub data: Option<(String, usize)>,
    /// What to write instead of what stands at a place.
    pub fix: Option<(Span, String)>,
}

impl Diagnostic {
    /// A problem at a place of the spec.
    pub fn at(span: Span, problem: Problem) -> Diagnostic {
        Diagnostic { problem, span: Some(span), related: Vec::new(), data: None, fix: None }
    }

    /// A problem with no place in the spec.
    pub fn new(problem: Problem) -> Diagnostic {
        Diagnostic { problem, span: None, related: Vec::new(), data: None, fix: None }
    }

    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.related.push((span, label.into()));
        self
    }

    #[must_use]
    pub fn in_data(mut self, file: impl Into<String>, line: usize) -> Diagnostic {
        self.data = Some((file.into(), line));
        self
    }

    /// Offers a replacement, where there is one.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: Option<&str>) -> Diagnostic {
        self.fix = replacement.map(|text| (span, text.to_owned()));
        self
    }

    pub fn severity(&self) -> Severity {
        if self.problem.code().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

/// Tells whether any of these is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}

/// Keeps one diagnostic of those that say the same about the same place.
pub fn distinct(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        let is_known = kept.iter().any(|known| {
            (known.problem.code(), known.span, &known.data)
                == (diagnostic.problem.code(), diagnostic.span, &diagnostic.data)
        });
        if !is_known || diagnostic.span.is_none() {
            kept.push(diagnostic);
        }
    }
    kept
}
