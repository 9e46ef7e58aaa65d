use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::requests::Message;
use crate::scores::{Agreement, Method, RunKey};

/// Everything the report shows. `results.json` is this, as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of introspec that wrote it.
    pub version: String,
    /// The spec's file name and the digest of its sources.
    pub spec: String,
    pub spec_digest: String,
    /// The experiment's name.
    pub experiment: String,
    pub claims: Vec<ClaimResult>,
    pub arms: Vec<ArmSummary>,
    /// One cell for each question × arm × condition, in plan order.
    pub cells: Vec<Cell>,
    /// A few conversations for each cell.
    pub conversations: Vec<Conversation>,
    /// How far judges agree with the items that people labelled for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreement: Vec<Agreement>,
    /// What the reader should know: arms without runs, models that stopped, ...
    pub notes: Vec<String>,
}

/// What a claim came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimResult {
    pub name: String,
    /// The author's sentence.
    pub text: String,
    /// The expression as the spec has it.
    pub expression: String,
    /// Where it stands: file and line.
    pub place: String,
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// What was estimated, in words, with every condition that was taken, built-in ones among them.
    pub estimand: String,
    /// The p value of the verdict that the estimates lean to, two-sided: at most 0.05 where the claim is decided
    /// alone. None where nothing can be concluded. Of comparisons that all lean to the claimed side it is the largest;
    /// else the smallest of those that lean to the other, times the number of comparisons.
    #[serde(default)]
    pub p: Option<f64>,
    /// The p value adjusted for all claims of the experiment, where it says `adjust holm`. The verdict is by this one.
    #[serde(default)]
    pub adjusted_p: Option<f64>,
    pub parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Holds,
    Refuted,
    Undecided,
}

/// One comparison of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub estimand: String,
    /// The bound and its side, such as `> 0.1` or `within ±0.05`.
    pub bound: String,
    pub estimate: Option<f64>,
    /// 95% for comparisons, 90% for equivalence.
    pub interval: Option<Interval>,
    pub verdict: Verdict,
    pub reason: String,
    /// Two-sided against the bound; of an equivalence, that of the two one-sided tests. At most 0.05 where the part
    /// is decided. Not below 1e-9, to which it is computed.
    #[serde(default)]
    pub p: Option<f64>,
    /// How the answers were read.
    pub method: Option<Method>,
    pub valid: u64,
    pub asked: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
    /// 0.95 or 0.9.
    pub level: f64,
    /// What varies, in words: `over 5 runs (t, 4 df)`, `over 10 wordings of one run (t, 9 df)`.
    pub over: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmSummary {
    pub name: String,
    /// How the arm is made, in words: `base, trained on gambling`, `base under a system prompt`.
    pub made: String,
    pub runs: Vec<RunKey>,
    /// The models that answered, as the configuration names them.
    pub models: Vec<String>,
}

/// One question, asked of one arm, under one combination of conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub question: String,
    /// `reports risk_seeking`, `shows risk_seeking`, or empty.
    pub role: String,
    pub arm: String,
    pub arm_axes: BTreeMap<String, String>,
    pub about: String,
    pub under: String,
    pub axes: BTreeMap<String, String>,
    /// The lowest and highest score possible, where the spec fixes them.
    pub range: Option<(f64, f64)>,
    pub mean: Option<f64>,
    pub interval: Option<Interval>,
    /// Why there is no interval, where there is none.
    #[serde(default)]
    pub no_interval: Option<String>,
    pub runs: Vec<RunMean>,
    pub outcomes: Outcomes,
    pub method: Option<Method>,
    /// The mean probability outside what was asked about, where probabilities were read.
    pub outside: Option<f64>,
    /// What was read and how often (or how probable), most frequent first.
    pub distribution: Vec<ReadCount>,
    /// Means by wording and by option order, where there are several.
    pub by_wording: Vec<Count>,
    pub by_order: Vec<Count>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunMean {
    pub run: RunKey,
    pub mean: Option<f64>,
    pub outcomes: Outcomes,
}

/// How many answers came to what. `valid` of `asked` take part in the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    pub asked: u64,
    pub valid: u64,
    pub refusal: u64,
    pub truncated: u64,
    pub error: u64,
    pub unparsed: u64,
    /// Exits that the question or a judge of it names, such as REFUSAL.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub exit: u64,
    /// Read, and not counted by the question's `among`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub excluded: u64,
    /// Numbers outside the declared range.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub out_of_range: u64,
    /// Programs that raised or used up their limits.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadCount {
    pub read: String,
    /// The share of valid answers, from 0 to 1.
    pub share: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// The wording's number or the order, such as `2` or `risky, safe`.
    pub name: String,
    pub mean: Option<f64>,
    pub valid: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub question: String,
    pub arm: String,
    pub about: String,
    pub under: String,
    pub messages: Vec<Message>,
    /// The answer's text, or its probabilities in words.
    pub answer: String,
    /// What it was read as.
    pub read: Option<String>,
    pub outcome: String,
    pub score: Option<f64>,
}
