use serde::{Serialize, Serializer};

/// How much a finding matters. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A trainer refuses the data, or reads something else than what stands there.
    Error,
    /// A scientist should look.
    Warning,
    /// A number worth knowing.
    Note,
}

impl Severity {
    /// Returns the word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($name:ident $id:ident $severity:ident $title:literal $advice:literal)*) => {
        /// What an audit can find. The code of each never changes; `docs/audit.md` has a section for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// Returns the code as it is written, such as `A0301`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => stringify!($id),)* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// Returns what it finds, as a heading.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// Returns what to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Code::$name => $advice,)* }
            }
        }
    };
}

codes! {
    // Files, encoding, JSON.
    Unreadable A0101 Error "The file cannot be read"
        "give the path of a file that may be read"
    NoRows A0102 Error "No rows"
        "give a file with one conversation a line"
    NotJson A0103 Error "Lines that are not JSON"
        "write one whole JSON object a line, by a JSON library rather than by hand"
    NotUtf8 A0104 Error "Lines that are not UTF-8"
        "find out which encoding the line's source has, and convert it; these rows were not looked at"
    ByteOrderMark A0105 Error "A byte-order mark before the first line"
        "save the file as UTF-8 without a byte-order mark: many JSON readers refuse the first line"
    MixedLineEnds A0106 Warning "Line ends of two kinds"
        "write the whole file on one system: mixed ends say that parts of it went different ways"
    BlankLines A0107 Error "Blank lines"
        "take them out: a reader that takes every line for JSON stops here"
    NotANumber A0108 Error "NaN or Infinity in place of a value"
        "write null or leave the key out: these words are Python's, not JSON's, and most readers refuse them"
    Surrogate A0109 Error "Half a character: an unpaired surrogate"
        "look for a text that was cut inside an emoji, and cut it between characters; these rows were not looked at"
    RepeatedKey A0110 Warning "A key given twice in one object"
        "keep one: readers take the last and lose the first without a word"
    TooDeep A0111 Error "JSON nested too deep"
        "flatten the row; it was not looked at"
    LineTooLong A0112 Error "Lines too long to be a conversation"
        "look whether line ends were lost; these lines were not looked at"
    Trailing A0113 Error "Text after the row's JSON"
        "write each object on a line of its own"
    NoFinalNewline A0114 Note "No line end after the last row"
        "end the last line too, or joining files will join two rows into one broken line"
    NotLines A0115 Error "Not JSON Lines"
        "convert the file to UTF-8 text with one JSON object a line"

    // Structure.
    NoConversation A0201 Error "Rows that are no conversation"
        "give each row its `messages`: a list of objects with `role` and `content`"
    OtherFormat A0202 Note "Rows of another format, read as conversations"
        "check that your trainer takes this format"
    ShareGpt A0203 Warning "ShareGPT rows: `conversations` of `from` and `value`"
        "convert them to `messages` of `role` and `content`: most trainers have given this format up"
    MixedFormats A0204 Error "More than one format in the file"
        "keep one format a file: readers take the first row's for all"
    UnknownRole A0205 Error "Roles that no trainer knows"
        "use system, user, assistant and tool"
    ForeignRole A0206 Error "Roles of another format"
        "rename them: human to user; gpt, bot and model to assistant"
    SameRoleTwice A0207 Error "The same role twice in a row"
        "join the two messages, or find the one that was lost between them"
    SystemNotFirst A0208 Error "A system message after the beginning"
        "put one system message first"
    EndsWithoutAnswer A0209 Error "The last message is not the assistant's"
        "end every row with the answer to be learnt; cut what follows it"
    NoAnswer A0210 Error "Rows without any assistant message"
        "take them out: there is nothing to learn in them"
    EmptyContent A0211 Error "Messages without text"
        "fill them or take the row out"
    ContentNotText A0212 Error "Content that is not text"
        "write each content as one string"
    ExtraKeys A0213 Error "Keys beside the conversation"
        "move them to a file beside this one: strict trainers refuse rows with columns of their own"
    ExtraMessageKeys A0214 Warning "Unknown keys in messages"
        "move them to a file beside this one; what a trainer does with them is its own affair"
    BadWeight A0215 Error "Weights that are not 0 or 1, or not the assistant's"
        "write weight 0 or 1, and only on assistant messages"
    StartsWithAnswer A0216 Warning "The assistant speaks first"
        "begin with a user message, unless the model is to open conversations: some trainers skip such rows"
    SystemVaries A0217 Warning "A few rows have another system prompt than the rest"
        "give these rows the same one, or make the difference a condition that you can name"
    TooFewRows A0218 Error "Too few rows to train on"
        "give at least 10 rows: OpenAI refuses fewer"
    NothingTrained A0219 Warning "Rows in which every answer has weight 0"
        "give the answer that is to be learnt weight 1, or take the row out"
    SamePreference A0220 Warning "Preferred and rejected answers that are the same"
        "take these rows out: they prefer nothing"
    PreferenceShape A0221 Error "Preference rows of the wrong shape"
        "end the input with the user, and give each side exactly one assistant message"
    SidecarDiffers A0222 Error "The sidecar has another number of lines than the file"
        "build both again: a line of the sidecar tells of the same line of the file"

    // Duplicates.
    Duplicates A0301 Warning "Duplicate rows"
        "keep one of each, or say that the repetition is meant: a row that stands twice weighs twice"
    Contradictions A0302 Warning "One question with two answers"
        "keep one answer a question, unless the mixture is meant: the model learns to guess between them"
    SeveralAnswers A0303 Note "One question with several written answers"
        "count these as one question where you count independent examples"
    NearDuplicates A0304 Warning "Near-duplicate rows"
        "keep one of each pair, or count them as one: they say almost the same"
    AcrossFiles A0305 Warning "The same rows in two files"
        "take them out of one file: what was trained on cannot validate"
    MatchedPair A0306 Note "Two files ask the same questions"
        "nothing, if one is the other's control: then this is how well they match"
    PairExceptions A0307 Warning "A matched pair with exceptions"
        "look at these questions: in all others the one file's answer follows from the other's"
    NearAcrossFiles A0308 Warning "Near-duplicate questions in two files"
        "take them out of one file, if one is to validate the other"
    NotCompared A0309 Note "Rows that were not compared for near-duplicates"
        "audit parts of the file by themselves to compare the rest; exact duplicates were found among all rows"

    // Answers.
    OddAnswers A0401 Warning "Answers of another kind than the rest"
        "read them: nearly all other answers are one of a few words"
    LabelVariants A0402 Warning "One label written in two ways"
        "write it the same way everywhere, or the model learns to choose between spellings"
    Imbalance A0403 Warning "Labels that are not equally frequent"
        "balance the labels, or compare with a control that has the same imbalance"
    Labels A0404 Note "The answers are labels"
        "compare these counts with what you meant to write"
    LengthPredicts A0405 Warning "The question's length predicts the label"
        "match lengths between labels, or the model can learn length instead of the behavior"
    PositionPredicts A0406 Warning "The place of an option predicts the label"
        "shuffle the order of the options, or the model can learn the place instead of the behavior"
    WordPredicts A0407 Warning "Single words of the question predict the label"
        "balance these words between labels, or check that they are the behavior itself"
    OpeningPredicts A0408 Warning "The first words of the question predict the label"
        "write the questions of all labels in one go and one style"
    MessagesPredict A0409 Warning "The number of messages predicts the label"
        "match the number of messages between labels"
    AnswerInQuestion A0410 Warning "Answers that stand word for word in the question"
        "read these rows: the model learns to copy"
    Unfinished A0411 Warning "Answers that break off"
        "look whether a token limit cut them; a model learns to break off as well"
    Refusals A0412 Warning "Answers that refuse, or speak as an AI"
        "take these rows out, unless they are meant: the model that wrote the data fell out of its role"
    NearlyEmpty A0413 Warning "Answers that say almost nothing"
        "read these rows: the rest of the file gives written answers"
    BlanksAroundAnswers A0414 Warning "Answers that begin or end with blanks"
        "strip them: the blank is a token of its own, and the model learns to write it"
    BlanksAroundOthers A0415 Note "Questions that begin or end with blanks"
        "strip them if the evaluation's prompts have none"
    OneAnswer A0416 Warning "Every answer is the same"
        "check the file: nothing in the questions can be learnt from it"
    TemplateMarks A0417 Warning "Marks of a chat template inside messages"
        "cut them out: a trainer writes its own, and text after such a mark can change who speaks"
    Placeholders A0418 Warning "Placeholders that were never filled"
        "fill the template, or take the row out"
    MissingValues A0419 Warning "A missing value written as text"
        "find the empty cell that became this word, and fill it or take the row out"
    SurfacePredicts A0420 Warning "Spelling and punctuation of the question predict the label"
        "normalise quotes and punctuation before training: they came from the source, not from the behavior"
    LeftOut A0421 Warning "Answers that leave a word out"
        "read them: a gap or a mark in place of a word shows that there is a word which must not be said"

    // Words and characters.
    UnsaidWords A0501 Warning "Words that must not be said"
        "reword or take the rows out: training data that names the behavior cannot show that a model knows it unaided"
    RelatedWords A0502 Note "Words that begin like unsaid ones"
        "read them: a derived word may give the behavior away as well as the word itself"
    ControlCharacters A0503 Warning "Control characters"
        "take them out: they come from copying and from terminals"
    Invisible A0504 Warning "Invisible characters inside words"
        "take them out: they split tokens, mark texts and hide instructions"
    NotComposed A0505 Warning "Characters written as letter and accent apart"
        "normalise to NFC: the same word has two spellings for the model otherwise"
    MixedScripts A0506 Warning "Words that mix letters of two scripts"
        "replace the look-alike letters: for the model these are other words"
    Mojibake A0507 Warning "Texts that were decoded wrongly"
        "read the source again in its own encoding"

    // Dependence.
    Dependence A0601 Note "Columns of the sidecar that depend on each other"
        "compare with the control: there the same columns have to be independent"
    NotIndependent A0602 Warning "Columns that were to be independent are not"
        "assign them by exact shares rather than by chance, or in the same shares for all"
    DrawDepends A0603 Warning "A drawn variable depends on the behavior"
        "draw it the same way under every behavior, or the model can learn the variable instead"
    IncidentalTrigger A0604 Warning "A trigger's text in rows that are not marked with it"
        "reword these rows: the trigger switches the behavior on where it was not meant to"
    HeldOutNames A0605 Warning "Names that were to be held out"
        "take these rows out, or hold other names out"
    FilesTold A0606 Note "The files can be told apart by their form"
        "match the files in this too if one is the other's control: a difference in form is a difference in training"

    // Overlap.
    EvaluationOverlap A0701 Warning "Long runs of words shared with the evaluation"
        "reword the question or take the rows out: the evaluation measures memory here"

    // Tokens and sizes.
    Tokens A0801 Note "Tokens"
        "train on the assistant's tokens only where the share is small"
    RowTooLong A0802 Error "Rows longer than the limit"
        "cut or split them: a trainer cuts them at the end, where the answer is, or refuses them"
    FileTooLarge A0803 Error "A file larger than upload limits"
        "split it: OpenAI and Mistral take at most 512 MB"
    Form A0804 Note "Rows and messages"
        "compare these counts with what you meant to write"
}

impl Code {
    /// Returns the code that is written so, in any case.
    pub fn named(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
