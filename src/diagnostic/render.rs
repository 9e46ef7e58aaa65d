use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Patch, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::text::{Source, Sources, Span};

/// What stands before a help or a note: the line numbers' gutter and the word itself.
const MARGIN: usize = 14;

/// Draws diagnostics as text, one after another with a blank line between them.
///
/// ```text
/// error[E0206]: unknown variable `prompr`
///   ╭▸ risk.ispec:23:19
/// 23│   user      "{{ prompr }}"
///   ╰╴                ━━━━━━ not a column or variable of this template
/// ```
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colour: bool, width: usize) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Unicode).term_width(width);
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(drawn, "{}\n", renderer.render(&groups(diagnostic, sources, width)));
    }
    drawn
}

/// Returns the closing line: how many errors and warnings there are.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no problems".into(),
        (0, _) => count(warnings, "warning"),
        (_, 0) => count(errors, "error"),
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

fn groups<'a>(diagnostic: &Diagnostic, sources: &'a Sources, width: usize) -> Vec<Group<'a>> {
    let prose = diagnostic.problem.prose();
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level.primary_title(prose.title).id(diagnostic.problem.code()).elements(Vec::<Padding>::new());
    if let Some((file, line)) = &diagnostic.data {
        group = group.element(Origin::path(file.clone()).line(*line));
    }
    if let Some((source, span)) = located(sources, diagnostic.span) {
        let mut snippet =
            snippet(source).annotation(AnnotationKind::Primary.span(visible(source, span)).label(prose.label));
        for (span, label) in &diagnostic.related {
            if span.source == source.id {
                snippet = snippet.annotation(AnnotationKind::Context.span(visible(source, *span)).label(label.clone()));
            }
        }
        group = group.element(snippet);
        for (span, label) in &diagnostic.related {
            if let Some((other, span)) = located(sources, Some(*span)).filter(|(other, _)| other.id != source.id) {
                group = group.element(
                    self::snippet(other)
                        .annotation(AnnotationKind::Context.span(visible(other, span)).label(label.clone())),
                );
            }
        }
    }
    for note in prose.notes {
        group = group.element(Level::NOTE.message(wrapped(&note, width)));
    }
    let fix = diagnostic.fix.as_ref().and_then(|(span, text)| Some((located(sources, Some(*span))?, text)));
    match (prose.help, fix) {
        (help, Some(((source, span), replacement))) => {
            let title = Level::HELP.secondary_title(help.unwrap_or_else(|| "write".into()));
            let patch = Patch::new(span.start..span.end, replacement.clone());
            vec![group, title.element(self::snippet(source).patch(patch))]
        }
        (Some(help), None) => vec![group.element(Level::HELP.message(wrapped(&help, width)))],
        (None, None) => vec![group],
    }
}

/// Breaks a text between words so that it fits behind its margin.
fn wrapped(text: &str, width: usize) -> String {
    let width = width.saturating_sub(MARGIN);
    let mut lines = vec![String::new()];
    for word in unbroken(text) {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines.join("\n")
}

/// Cuts a text into words, of which code between backticks is one.
fn unbroken(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut().filter(|last| last.matches('`').count() % 2 == 1) {
            Some(code) => {
                code.push(' ');
                code.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
    }
    words
}

fn snippet<T: Clone>(source: &Source) -> Snippet<'_, T> {
    Snippet::source(&*source.text).line_start(1).path(source.name.as_str())
}

fn located(sources: &Sources, span: Option<Span>) -> Option<(&Source, Span)> {
    let span = span?;
    Some((sources.get(span.source)?, span))
}

/// Keeps a span inside its text and, where it runs over several lines, to its first.
fn visible(source: &Source, span: Span) -> std::ops::Range<usize> {
    let length = source.text.len();
    let start = floor(&source.text, span.start.min(length));
    let end = floor(&source.text, span.end.clamp(start, length));
    let first_line = source.text.get(start..end).and_then(|text| text.find('\n')).map_or(end, |at| start + at);
    start..first_line
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
