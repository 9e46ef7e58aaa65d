//! Everything that a server on the way to an answer may do wrong.

/// A way to fail, or to answer in a way that only just holds. What is not marked otherwise has to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    // The connection.
    Reset,
    Closed,
    CutInStatusLine,
    CutInHeaders,
    CutInBody,
    CutInChunks,
    BadChunkSize,
    NotHttp,
    EndlessHeaders,
    // Time. The two last come too late, when nobody waits for them any more.
    StalledBody,
    TricklingBody,
    LateHeaders,
    LateBody,
    // Limits.
    LimitedWithSeconds,
    LimitedWithMilliseconds,
    LimitedWithDate,
    LimitedWithReset,
    LimitedWithoutTime,
    LimitedUnderSuccess,
    // Errors of the service.
    InternalError,
    BadGateway,
    UnavailableWithWait,
    GatewayTimeout,
    Overloaded,
    RequestTimeout,
    // Replies that are none.
    NoContent,
    EmptyBody,
    Html,
    HtmlAsJson,
    GzipGarbage,
    GzipCut,
    NotJson,
    HalfJson,
    ByteOrderMark,
    NotUtf8,
    DeepJson,
    NotANumber,
    // JSON of another kind.
    JsonList,
    JsonText,
    Embeddings,
    ErrorUnderSuccess,
    NoChoices,
    EmptyChoices,
    NullContent,
    NoMessage,
    BrokenOff,
    MoreChoices,
    // Answers that hold in spite of something.
    FewerChoices,
    ChoicesBackwards,
    NoUsage,
    NullUsage,
    Informational,
    OldHttp,
    SaidTwice,
    LastOfTheConnection,
}

use Kind::*;

impl Kind {
    pub(crate) const ALL: [Kind; 55] = [
        Reset,
        Closed,
        CutInStatusLine,
        CutInHeaders,
        CutInBody,
        CutInChunks,
        BadChunkSize,
        NotHttp,
        EndlessHeaders,
        StalledBody,
        TricklingBody,
        LateHeaders,
        LateBody,
        LimitedWithSeconds,
        LimitedWithMilliseconds,
        LimitedWithDate,
        LimitedWithReset,
        LimitedWithoutTime,
        LimitedUnderSuccess,
        InternalError,
        BadGateway,
        UnavailableWithWait,
        GatewayTimeout,
        Overloaded,
        RequestTimeout,
        NoContent,
        EmptyBody,
        Html,
        HtmlAsJson,
        GzipGarbage,
        GzipCut,
        NotJson,
        HalfJson,
        ByteOrderMark,
        NotUtf8,
        DeepJson,
        NotANumber,
        JsonList,
        JsonText,
        Embeddings,
        ErrorUnderSuccess,
        NoChoices,
        EmptyChoices,
        NullContent,
        NoMessage,
        BrokenOff,
        MoreChoices,
        FewerChoices,
        ChoicesBackwards,
        NoUsage,
        NullUsage,
        Informational,
        OldHttp,
        SaidTwice,
        LastOfTheConnection,
    ];

    /// Whether it costs the client a whole time-out.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self, StalledBody | TricklingBody | LateHeaders | LateBody)
    }

    /// Whether a right answer comes all the same, at least in part.
    pub(crate) fn answers(self) -> bool {
        self >= FewerChoices
    }
}
