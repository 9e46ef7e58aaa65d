use super::Kind;

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
