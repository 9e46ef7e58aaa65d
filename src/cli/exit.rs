use std::process::ExitCode;

/// What a command came to. Of several, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// What shells give a process that an interrupt ended: 128 + 2.
    Interrupted,
    Usage,
    WrongSpec,
    BackendFailed,
    Refuted,
    Undecided,
    SnapshotDiffers,
    Well,
}

pub(crate) const HELP: &str = "\
Exit status: 0 all well · 1 the spec or its data is wrong · 2 wrong usage · 3 a claim is refuted · \
4 a claim is undecided · 5 a snapshot differs · 6 a backend failed. Of several, the first in this order counts: \
2, 1, 6, 3, 4, 5.";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Interrupted => 130,
            Exit::Well => 0,
            Exit::WrongSpec => 1,
            Exit::Usage => 2,
            Exit::Refuted => 3,
            Exit::Undecided => 4,
            Exit::SnapshotDiffers => 5,
            Exit::BackendFailed => 6,
        })
    }
}
