/// Something that an import did not carry over as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    /// What it is about, and what became of it.
    pub what: String,
    /// The file, as it was named.
    pub file: String,
    /// The line on which the question begins, from 1.
    pub line: usize,
    /// The question's name.
    pub question: String,
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// It is not in the spec.
    Left,
    /// It is in the spec and not in the file, because the language or the authors' scripts need it.
    Supplied,
    /// It is in both, and not the same.
    Changed,
}

impl NoteKind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [NoteKind; 3] = [NoteKind::Left, NoteKind::Supplied, NoteKind::Changed];

    /// Returns the heading of the notes of this kind.
    pub fn heading(self) -> &'static str {
        match self {
            NoteKind::Left => "not carried over",
            NoteKind::Supplied => "not in the files, supplied",
            NoteKind::Changed => "read in another way",
        }
    }
}

/// Gathers the notes of one kind by what they say, in the order in which each was first said.
pub fn grouped(notes: &[Note], kind: NoteKind) -> Vec<(&str, Vec<&Note>)> {
    let mut groups: Vec<(&str, Vec<&Note>)> = Vec::new();
    for note in notes.iter().filter(|note| note.kind == kind) {
        match groups.iter_mut().find(|(what, _)| *what == note.what) {
            Some((_, members)) => members.push(note),
            None => groups.push((&note.what, vec![note])),
        }
    }
    groups
}
