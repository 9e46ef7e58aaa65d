/// What kind of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Words,
    Behavior,
    Persona,
    Context,
    Trigger,
    Table,
    Dialogue,
    Speaker,
    Template,
    Dataset,
    Control,
    Question,
    Suite,
    Arm,
    Experiment,
    Claim,
    Judge,
    Outcome,
    Option,
    Column,
    Variable,
    Parameter,
    /// Anything that a name can stand for where values are listed.
    Value,
}

impl Kind {
    /// Returns the word that specs use.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Words => "word list",
            Kind::Behavior => "behavior",
            Kind::Persona => "persona",
            Kind::Context => "context",
            Kind::Trigger => "trigger",
            Kind::Table => "table",
            Kind::Dialogue => "dialogue",
            Kind::Speaker => "speaker",
            Kind::Template => "template",
            Kind::Dataset => "dataset",
            Kind::Control => "control",
            Kind::Question => "question",
            Kind::Suite => "suite",
            Kind::Arm => "arm",
            Kind::Experiment => "experiment",
            Kind::Claim => "claim",
            Kind::Judge => "judge",
            Kind::Outcome => "outcome",
            Kind::Option => "option",
            Kind::Column => "column",
            Kind::Variable => "variable",
            Kind::Parameter => "parameter",
            Kind::Value => "value",
        }
    }
}

/// A forbidden word in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `datasets/NAME.jsonl`, its line, and where the row came from.
    pub place: String,
    pub role: String,
    /// The word as it stands in the text, and the entry that forbids it.
    pub word: String,
    pub entry: String,
}

/// What training rows must not say beside a behavior's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watched {
    /// What questions call a trigger.
    TriggerName,
    /// A value of a trigger that is kept for evaluation.
    HeldOutValue,
    /// What questions call a persona that is kept for evaluation.
    HeldOutPersona,
}

/// What a model cannot do that a question needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// To go on with a conversation that ends in the assistant's words.
    Prefill,
    /// To be given a system prompt.
    System,
    /// To be sampled at the temperature `wanted`; `most` is the highest that can be set, where one can.
    Temperature { wanted: String, most: Option<String> },
}

/// Everything that can be wrong. Facts only: the words for people stand in `prose.rs`.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    // Text and tree.
    UnknownDeclaration {
        word: String,
        nearest: Option<String>,
    },
    UnknownStatement {
        word: String,
        within: &'static str,
        known: Vec<&'static str>,
        nearest: Option<String>,
    },
    Expected {
        expected: Vec<String>,
        found: String,
        form: Option<&'static str>,
    },
    UnclosedString {
        long: bool,
    },
    UnclosedBlock {
        what: String,
    },
    UnknownEscape {
        escape: String,
    },
    UnclosedExpression,
    SourceUnreadable {
        file: String,
        message: String,
    },
    TooDeep {
        limit: usize,
    },
    NumberTooLong,
    StrayText {
        found: String,
    },
    StatementOutside {
        word: String,
    },
    // Names.
    UnknownName {
        kind: Kind,
        name: String,
        nearest: Option<String>,
        known: Vec<String>,
        other: Option<Kind>,
    },
    DuplicateName {
        kind: Kind,
        name: String,
    },
    UseCycle {
        chain: Vec<String>,
    },
    FileNotFound {
        file: String,
    },
    FileOutside {
        file: String,
    },
    UnknownVariable {
        name: String,
        nearest: Option<String>,
        known: Vec<String>,
        later: bool,
    },
    UnknownMember {
        of: String,
        member: String,
        known: Vec<String>,
    },
    UnknownFilter {
        name: String,
        nearest: Option<String>,
        is_function: bool,
    },
    UnknownFunction {
        name: String,
        nearest: Option<String>,
        is_filter: bool,
    },
    CallArguments {
        name: &'static str,
        form: String,
        least: usize,
        most: usize,
        found: usize,
    },
    UnknownKeyword {
        name: &'static str,
        keyword: String,
        known: Vec<&'static str>,
        nearest: Option<String>,
    },
    UnknownLanguage {
        name: String,
        known: Vec<&'static str>,
        nearest: Option<String>,
    },
    NoLetters {
        entry: String,
    },
    BuiltInName {
        kind: Kind,
        name: String,
    },
    ArgumentCount {
        name: String,
        expected: usize,
        found: usize,
    },
    OppositeOfItself {
        name: String,
    },
    Repeated {
        statement: String,
    },
    Missing {
        within: String,
        statement: &'static str,
    },
    ColumnWithoutRow {
        table: String,
    },
    NotUsable {
        name: String,
        expected: &'static str,
        found: String,
    },
    // Values and expressions.
    BadExpression {
        message: String,
    },
    EmptyRange {
        low: String,
        high: String,
    },
    BadStep {
        step: String,
    },
    TooFewToDraw {
        wanted: u64,
        available: u64,
    },
    EmptyList,
    ExpressionFailed {
        message: String,
        place: String,
    },
    NoAxisHere {
        within: &'static str,
    },
    BadCount {
        value: String,
    },
    NotWhole {
        value: String,
    },
    BadNumber {
        what: &'static str,
        value: String,
        allowed: &'static str,
    },
    BadDate {
        text: String,
    },
    KeptValues {
        variable: String,
        message: String,
    },
    BrokenWrapper {
        message: String,
    },
    HeldOutNowhere {
        trigger: String,
        values: &'static str,
    },
    // Data files.
    BadJson {
        message: String,
    },
    MissingColumn {
        column: String,
        nearest: Option<String>,
        also: Vec<usize>,
    },
    WrongType {
        column: String,
        expected: String,
        found: String,
        also: Vec<usize>,
    },
    EmptyTable {
        file: String,
    },
    DataNotUtf8,
    EmptyWords {
        file: String,
    },
    FileTooLarge {
        file: String,
        bytes: u64,
        limit: u64,
    },
    RepeatedKey {
        key: String,
    },
    RaggedRow {
        found: usize,
        expected: usize,
    },
    BadQuotes {
        message: String,
    },
    UnknownFormat {
        file: String,
    },
    ColumnHolds {
        column: String,
        expected: String,
        found: &'static str,
    },
    UnreadableTable {
        format: &'static str,
        message: String,
    },
    NothingLeft {
        table: String,
        rows: u64,
        drops: Vec<(String, u64)>,
    },
    HoldsOut {
        share: String,
        held_out: u64,
        of: u64,
    },
    NoneHeldOut {
        table: String,
    },
    HeldOutInTraining {
        table: String,
    },
    BadMessages {
        column: String,
        message: String,
        also: Vec<usize>,
    },
    // Datasets.
    Shares {
        message: String,
    },
    NotEnoughRows {
        template: String,
        wanted: u64,
        available: u64,
        repeats: bool,
    },
    NothingSaid {
        template: String,
        behavior: String,
    },
    BadConversation {
        template: String,
        behavior: String,
        message: String,
    },
    NothingToReplace {
        behavior: String,
        dataset: String,
    },
    UnsaidWords {
        dataset: String,
        behavior: String,
        rows: u64,
        of: u64,
        findings: Vec<Finding>,
    },
    TooManyRows {
        what: &'static str,
        rows: u64,
        limit: u64,
    },
    EmptyMessage {
        role: String,
        place: String,
    },
    NoParts {
        dataset: String,
    },
    NothingToChange {
        change: &'static str,
        dataset: String,
        reason: String,
    },
    CannotReverse {
        dataset: String,
        reason: String,
    },
    NotIndependent {
        dataset: String,
        aspects: (&'static str, &'static str),
        cell: String,
        rows: u64,
        expected: String,
    },
    SaidInTraining {
        what: Watched,
        name: String,
        dataset: String,
        rows: u64,
        of: u64,
        findings: Vec<Finding>,
    },
    NobodyHere {
        template: String,
    },
    NoSystemPrompt {
        persona: String,
    },
    Validation {
        message: String,
    },
    Unbalanced {
        message: String,
    },
    NoTriggers {
        dataset: String,
    },
    ReservedControl {
        name: String,
    },
    // Questions and suites.
    NoScore {
        question: String,
    },
    NoWording {
        question: String,
        persona: String,
    },
    UnknownKey {
        key: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    UncoveredKeys {
        missing: Vec<String>,
    },
    OptionsNotShown,
    NoOptions,
    NoProbability {
        answer: &'static str,
    },
    ScoreNeedsWords {
        answer: &'static str,
    },
    UnusedJudge {
        judge: String,
    },
    NoReading {
        question: String,
    },
    AskedTwice {
        question: String,
    },
    BadExit {
        exit: String,
        why: String,
    },
    BadLabel {
        label: String,
    },
    LabelCount {
        labels: usize,
        options: usize,
    },
    NotCounterbalanced {
        orders: u64,
        options: u64,
    },
    BaselineOfMap,
    NothingToCall,
    LabelledColumn {
        table: String,
        column: String,
        known: Vec<String>,
    },
    NoAnswersHere,
    /// `self` where no model is asked about itself.
    NoSelfHere,
    /// A statement of another kind of table.
    OtherTable {
        statement: &'static str,
        source: &'static str,
        belongs: String,
    },
    SpeaksAsSystem,
    /// An outcome behind the one that takes all that is left.
    OutcomeNeverCame {
        name: String,
    },
    /// A statement of a question that a dialogue takes the place of.
    PlayedAlone {
        statement: &'static str,
    },
    /// What a model has to write before rows can be made.
    NotWritten {
        what: String,
    },
    LockUnreadable {
        file: String,
        why: String,
    },
    /// The spec asks for other things than those that the lock holds.
    LockStale {
        what: String,
        file: String,
        changes: Vec<String>,
    },
    /// Rows that a model wrote, and somebody changed by hand.
    EditedRows {
        file: String,
        line: usize,
    },
    /// The same replies come to other rows now.
    RowsOutOfDate {
        file: String,
        rows: u64,
        held: u64,
    },
    /// The attempts were spent before enough rows were kept.
    FewRows {
        table: String,
        kept: u64,
        wanted: u64,
        attempts: u64,
        drops: Vec<(String, u64)>,
    },
    /// What a template asks a model for one row, and never got.
    NoAnswerForRow {
        name: String,
        place: String,
        why: String,
    },
    LabelledKind {
        answer: &'static str,
    },
    AmbiguousBehavior {
        dataset: String,
        persona: String,
        found: Vec<String>,
    },
    OneOrder {
        first: String,
    },
    LeaningWordings {
        word: String,
        count: usize,
        wordings: usize,
    },
    // Arms, experiments, claims.
    ClaimForm {
        found: String,
        expected: &'static str,
    },
    NotMeasured {
        name: String,
        nearest: Option<String>,
    },
    ConditionMissing {
        axis: String,
        values: Vec<String>,
    },
    UnknownCondition {
        axis: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    UnknownConditionValue {
        axis: String,
        value: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    ArmNotInExperiment {
        arm: String,
        experiment: String,
    },
    NotRun {
        name: String,
        experiment: String,
    },
    SettingWithoutTraining {
        setting: &'static str,
    },
    ShareOf {
        name: String,
        reason: &'static str,
    },
    UnknownAnswer {
        question: String,
        answer: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    RankBound {
        bound: String,
        count: usize,
    },
    SlopeAxis {
        axis: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    OneWording {
        question: String,
    },
    // The configuration and the outside.
    Configuration {
        message: String,
        help: Option<String>,
    },
    NoConfiguration {
        file: String,
    },
    NoRole {
        role: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    NoKey {
        variable: String,
        model: String,
    },
    NoLocalModels,
    Weights {
        message: String,
        help: String,
    },
    Store {
        message: String,
        help: String,
    },
    LogFile {
        file: String,
        message: String,
    },
    CannotWrite {
        path: String,
        message: String,
        full: bool,
    },
    NothingToRun {
        file: String,
    },
    UnknownCode {
        code: String,
        nearest: Option<String>,
    },
    Unserved {
        model: String,
        question: String,
        lacking: Lacking,
    },
    KeyCommand {
        message: String,
    },
    Recording {
        path: String,
        message: String,
    },
    ModelStopped {
        model: String,
        message: String,
    },
    NoPrice {
        model: String,
    },
    LimitReached {
        flag: String,
        limit: String,
        spent: String,
    },
    TwoAnswers {
        keys: u64,
    },
    UnknownRequest {
        id: String,
        nearest: Option<String>,
    },
    NotAccepted {
        name: String,
        golden: String,
        accept: String,
    },
    NoBuild {
        path: String,
        message: String,
    },
    NoSpecs {
        path: String,
    },
    OneNameForTwo {
        name: String,
        specs: [String; 2],
    },
    CannotFormat {
        file: String,
        why: &'static str,
    },
    BadSpecName {
        name: String,
        nearest: String,
    },
    AlreadyThere {
        path: String,
    },
    UnknownEffect {
        effect: String,
        why: String,
    },
    // Imports.
    BadQuestionFile {
        message: String,
        help: String,
    },
    NothingImported,
    ImportedAlready {
        path: String,
    },
    // Exports.
    ExportRefused {
        format: &'static str,
        dataset: String,
        demands: String,
        found: String,
        help: String,
    },
    NoOpposite {
        behavior: String,
        dataset: String,
        candidates: Vec<String>,
    },
    PairsDiffer {
        place: String,
        difference: String,
    },
    ExportSetting {
        arm: String,
        setting: &'static str,
        value: String,
        allowed: &'static str,
        format: Option<&'static str>,
    },
    // Warnings.
    Unused {
        kind: Kind,
        name: String,
    },
    UnusedVariable {
        name: String,
    },
    ArmWithoutRuns {
        arm: String,
    },
}

macro_rules! codes {
    ($($variant:ident $code:literal)*) => {
        impl Problem {
            /// Returns the stable code: `E` for errors, `W` for warnings.
            pub fn code(&self) -> &'static str {
                match self { $(Problem::$variant { .. } => $code,)* }
            }
            /// All codes, in order.
            pub const CODES: &'static [&'static str] = &[$($code),*];
        }
    };
}

codes! {
    UnknownDeclaration "E0101"
    UnknownStatement "E0102"
    Expected "E0103"
    UnclosedString "E0104"
    UnclosedBlock "E0105"
    UnknownEscape "E0106"
    UnclosedExpression "E0107"
    SourceUnreadable "E0108"
    TooDeep "E0109"
    NumberTooLong "E0110"
    StrayText "E0111"
    StatementOutside "E0112"
    UnknownName "E0201"
    DuplicateName "E0202"
    UseCycle "E0203"
    FileNotFound "E0204"
    FileOutside "E0205"
    UnknownVariable "E0206"
    UnknownMember "E0207"
    UnknownFilter "E0208"
    UnknownFunction "E0209"
    BuiltInName "E0210"
    ArgumentCount "E0211"
    OppositeOfItself "E0212"
    Repeated "E0213"
    Missing "E0214"
    NotUsable "E0215"
    ColumnWithoutRow "E0216"
    CallArguments "E0230"
    UnknownKeyword "E0231"
    UnknownLanguage "E0232"
    NoLetters "E0233"
    BadExpression "E0301"
    EmptyRange "E0302"
    BadStep "E0303"
    TooFewToDraw "E0304"
    EmptyList "E0305"
    ExpressionFailed "E0306"
    NoAxisHere "E0307"
    BadCount "E0308"
    NotWhole "E0309"
    BadNumber "E0310"
    BadDate "E0311"
    KeptValues "E0312"
    BrokenWrapper "E0313"
    HeldOutNowhere "E0314"
    BadJson "E0401"
    MissingColumn "E0402"
    WrongType "E0403"
    EmptyTable "E0404"
    DataNotUtf8 "E0405"
    EmptyWords "E0406"
    FileTooLarge "E0407"
    RepeatedKey "E0408"
    RaggedRow "E0450"
    BadQuotes "E0451"
    UnknownFormat "E0452"
    ColumnHolds "E0453"
    UnreadableTable "E0454"
    NothingLeft "E0455"
    HoldsOut "E0456"
    NoneHeldOut "E0457"
    HeldOutInTraining "E0458"
    BadMessages "E0459"
    Shares "E0501"
    NotEnoughRows "E0502"
    NothingSaid "E0503"
    BadConversation "E0504"
    NothingToReplace "E0505"
    UnsaidWords "E0506"
    TooManyRows "E0507"
    EmptyMessage "E0508"
    NoParts "E0509"
    NothingToChange "E0510"
    CannotReverse "E0511"
    NotIndependent "E0512"
    SaidInTraining "E0513"
    NobodyHere "E0514"
    NoSystemPrompt "E0515"
    Validation "E0516"
    Unbalanced "E0517"
    NoTriggers "E0518"
    ReservedControl "E0519"
    NoScore "E0601"
    NoWording "E0602"
    UnknownKey "E0603"
    UncoveredKeys "E0604"
    OptionsNotShown "E0605"
    NoOptions "E0606"
    NoProbability "E0607"
    ScoreNeedsWords "E0608"
    UnusedJudge "E0609"
    NoReading "E0610"
    AskedTwice "E0611"
    BadExit "E0612"
    BadLabel "E0613"
    LabelCount "E0614"
    NotCounterbalanced "E0615"
    BaselineOfMap "E0616"
    NothingToCall "E0617"
    LabelledColumn "E0618"
    NoAnswersHere "E0619"
    AmbiguousBehavior "E0620"
    LabelledKind "E0621"
    ClaimForm "E0701"
    NotMeasured "E0702"
    ConditionMissing "E0703"
    UnknownCondition "E0704"
    UnknownConditionValue "E0705"
    ArmNotInExperiment "E0706"
    NotRun "E0707"
    SettingWithoutTraining "E0708"
    ShareOf "E0709"
    UnknownAnswer "E0710"
    RankBound "E0711"
    SlopeAxis "E0712"
    OneWording "E0713"
    Configuration "E0801"
    NoConfiguration "E0802"
    NoRole "E0803"
    NoKey "E0804"
    NoLocalModels "E0805"
    Weights "E0806"
    Store "E0807"
    CannotWrite "E0808"
    NothingToRun "E0809"
    UnknownCode "E0810"
    ModelStopped "E0811"
    NotAccepted "E0821"
    NoBuild "E0822"
    NoSpecs "E0823"
    OneNameForTwo "E0824"
    CannotFormat "E0830"
    BadSpecName "E0831"
    AlreadyThere "E0832"
    UnknownEffect "E0840"
    BadQuestionFile "E0850"
    NothingImported "E0851"
    ImportedAlready "E0852"
    Unserved "E0880"
    KeyCommand "E0881"
    Recording "E0882"
    NoPrice "E0860"
    LimitReached "E0861"
    TwoAnswers "E0862"
    UnknownRequest "E0863"
    ExportRefused "E0901"
    NoOpposite "E0902"
    PairsDiffer "E0903"
    ExportSetting "E0904"
    LogFile "E0920"
    NoSelfHere "E1001"
    OtherTable "E1002"
    SpeaksAsSystem "E1003"
    OutcomeNeverCame "E1004"
    PlayedAlone "E1005"
    NotWritten "E1010"
    LockUnreadable "E1011"
    LockStale "E1012"
    EditedRows "E1013"
    RowsOutOfDate "E1014"
    NoAnswerForRow "E1015"
    Unused "W0001"
    UnusedVariable "W0002"
    ArmWithoutRuns "W0003"
    OneOrder "W0004"
    LeaningWordings "W0005"
    FewRows "W0006"
}
