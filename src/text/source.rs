use std::sync::Arc;

/// A source of a spec, by its place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(crate) u32);

/// A place in a source: bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Returns the span from the start of this one to the end of the other.
    ///
    /// ```text
    /// self   other
    /// ────   ─────
    /// ────────────  to
    /// ```
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start, end: other.end.max(self.start) }
    }
}

/// One file of a spec.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: SourceId,
    /// The file's name as it is shown: relative to where introspec was started, or to the spec's folder.
    pub name: String,
    pub text: Arc<str>,
}

impl Source {
    /// Returns the line that byte `at` is on, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
    }
}

/// All sources of a spec, in the order in which they were first needed.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// Adds a source and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source { id, name: name.into(), text: text.into() });
        id
    }

    /// Returns the source with this id, where it is one of these.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter()
    }

    /// Returns the text of a span, empty if it is no place in these sources.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).and_then(|source| source.text.get(span.start..span.end)).unwrap_or("")
    }

    /// Returns `FILE:LINE` for a span.
    pub fn place(&self, span: Span) -> String {
        self.get(span.source).map_or_else(String::new, |source| format!("{}:{}", source.name, source.line(span.start)))
    }
}
