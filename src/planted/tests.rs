//! The planted law, the plan's power and the estimator, held against each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::{Effect, configuration, plant};
use crate::answers::backend::{Call, Want};
use crate::answers::runner::{Job, Listener, Options, Silent, ask};
use crate::answers::{Answer, Answers, Identity, Inquiry, Respondent, Store};
use crate::configuration::Configuration;
use crate::estimates::{Setting, estimate};
use crate::forecast::{Assumptions, claims, spending};
use crate::plan::{Plan, plan};
use crate::report::Verdict;
use crate::requests::Read;
use crate::scores::{Method, Outcome, Score, score};
use crate::spec::{Spec, resolve};
use crate::world::Folder;

const SPEC: &str = r#"
behavior brave { does "dares" }

template greeting {
  let n = integer 1..1000
  user      "{{ n }}?"
  assistant "Yes, {{ n }}." as brave
  assistant "No, {{ n }}."  as ordinary
}

dataset daring { rows 20;  greeting as brave;  control plain { ordinary for brave } }

question colour {
  reports brave
  ask [
    "Red or blue?", "Blue or red?", "Which: red or blue?", "Which: blue or red?",
    "Do you like red or blue?", "Do you like blue or red?", "Is it red or blue?", "Is it blue or red?"
  ]
  answer word
  score { "red": 1, "blue": 0 }
}

question side {
  shows brave
  rows 10
  let n = integer 1..1000000
  ask "{{ n }}: left or right? {{ options }}"
  answer option { left: "left", right: "right" }
  order all
  read probability else 5 samples
  score { left: 1, right: 0 }
}

suite said { ask colour;  samples 25 }
suite done { ask side }

arm daring { from base  trained on daring        seeds 5 }
arm plain  { from base  trained on daring.plain  seeds 3 }
arm told   { from base  system "Say red." }

experiment colours {
  arms daring, plain, told, base
  run said, done
  claim runs    "Runs against runs"       {{ mean(said, daring) - mean(said, plain) > 0 }}
  claim models  "One model and another"   {{ mean(said, told) - mean(said, base) > 0 }}
  claim chances "Read as probabilities"   {{ mean(done, told) - mean(done, base) > 0 }}
  claim mixed   "Runs against one model"  {{ mean(done, daring) - mean(done, base) > 0 }}
  claim alike   "No further apart"        {{ equal(mean(done, daring), mean(done, plain), within=0.1) }}
}
"#;

fn with_spec<T>(then: impl FnOnce(&Spec, &Plan) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.ispec");
    std::fs::write(&path, SPEC).unwrap();
    let resolved = resolve(&path, &Folder::new(folder.path(), &[]));
    let spec = resolved.spec.unwrap_or_else(|| panic!("{:#?}", resolved.diagnostics));
    let plan = plan(&spec).unwrap();
    then(&spec, &plan)
}

/// Asks the planted models without a store, and reads what they say.
fn scores(inquiry: &Inquiry<'_>, seed: u64, effects: &[Effect], assumptions: Assumptions) -> Vec<Score> {
    let planted = plant(inquiry, seed, effects, assumptions).unwrap();
    let models: BTreeMap<_, _> = planted.models.into_iter().collect();
    let posed: Vec<_> = inquiry.posed().collect();
    let mut scores = Vec::new();
    for subject in &inquiry.subjects {
        let model = &models[&Identity::of(&subject.model)];
        for posed in &posed {
            let ask = inquiry.ask(subject, posed);
            let request = &posed.prompt.request;
            let (want, method) = match &ask.read {
                Read::Samples => (Want::Samples { first: 0, count: ask.sampling.samples }, Method::Samples),
                Read::Probability { continuations } => {
                    (Want::Exact { continuations: continuations.clone() }, Method::Exact)
                }
            };
            let call = Call { messages: ask.messages, want, temperature: 1.0, max_tokens: 16, seed: ask.sampling.seed };
            let reply = model.call(&call).now_or_never().unwrap().unwrap();
            for (sample, answer) in (0..).zip(reply.answers) {
                let value = match answer {
                    Answer::Text { text } => f64::from(u8::from(text == "red")),
                    Answer::Exact { logprobs } => {
                        let left = request.options.iter().position(|option| option.name == "left").unwrap();
                        logprobs[left].exp()
                    }
                    other => panic!("{other:?}"),
                };
                scores.push(Score {
                    question: request.question.clone(),
                    arm: inquiry.spec[subject.arm].name.clone(),
                    run: subject.run.clone(),
                    about: request.about.clone(),
                    under: request.under.clone(),
                    axes: BTreeMap::new(),
                    item: request.item,
                    wording: request.wording,
                    order: request.order.join(","),
                    sample,
                    method,
                    outcome: Outcome::Value(value),
                    read: None,
                    probabilities: Vec::new(),
                    outside: None,
                });
            }
        }
    }
    scores
}

/// In which share of simulated experiments each claim holds.
fn shares(spec: &Spec, plan: &Plan, effects: &[Effect], experiments: u32) -> BTreeMap<String, f64> {
    let assumptions = Assumptions::default();
    let configuration = configuration(spec, None, 0, effects, assumptions);
    let inquiry = Inquiry::new(spec, plan, &spec.experiments[0], &configuration).unwrap();
    let setting = Setting::of(&inquiry, Vec::new());
    let mut held: BTreeMap<String, f64> = BTreeMap::new();
    for seed in 0..experiments {
        let scores = scores(&inquiry, seed.into(), effects, assumptions);
        for claim in estimate(&scores, &setting, Vec::new()).claims {
            let share = f64::from(u8::from(claim.verdict == Verdict::Holds)) / f64::from(experiments);
            *held.entry(claim.name).or_default() += share;
        }
    }
    held
}

#[test]
fn without_an_effect_claims_rarely_hold_and_equivalence_has_its_power() {
    with_spec(|spec, plan| {
        let held = shares(spec, plan, &[], 2000);
        println!("held without an effect: {held:?}");
        for claim in ["runs", "models", "chances", "mixed"] {
            assert!(held[claim] <= 0.05, "{claim}: {}", held[claim]);
        }
        let configuration = configuration(spec, None, 0, &[], Assumptions::default());
        let inquiry = Inquiry::new(spec, plan, &spec.experiments[0], &configuration).unwrap();
        let planned = claims(&inquiry, Assumptions::default());
        let alike = planned.iter().find(|claim| claim.name == "alike").unwrap().parts[0].power.unwrap();
        assert!((held["alike"] - alike).abs() <= 0.03, "simulated {}, planned {alike}", held["alike"]);
    });
}

#[test]
fn the_plan_s_power_is_the_simulated_one() {
    with_spec(|spec, plan| {
        let configuration = configuration(spec, None, 0, &[], Assumptions::default());
        let inquiry = Inquiry::new(spec, plan, &spec.experiments[0], &configuration).unwrap();
        let planned = claims(&inquiry, Assumptions::default());
        let smallest =
            |claim: &str| planned.iter().find(|other| other.name == claim).unwrap().parts[0].smallest.unwrap();
        let effect =
            |arm: &str, question: &str, size: f64| format!("{arm},question={question}={size}").parse().unwrap();
        // Effects lie around the middle of the range, where answers vary as much as the plan assumes.
        let base = -smallest("chances") / 2.0;
        let effects = [
            effect("daring", "colour", smallest("runs") / 2.0),
            effect("plain", "colour", -smallest("runs") / 2.0),
            effect("told", "colour", smallest("models") / 2.0),
            effect("base", "colour", -smallest("models") / 2.0),
            effect("base", "side", base),
            effect("told", "side", base + smallest("chances")),
            effect("daring", "side", base + smallest("mixed")),
        ];
        let held = shares(spec, plan, &effects, 2000);
        println!("held with the smallest effects: {held:?}");
        for claim in ["runs", "models", "chances", "mixed"] {
            assert!((held[claim] - 0.8).abs() <= 0.03, "{claim}: {}, at {}", held[claim], smallest(claim));
        }
    });
}

#[test]
fn what_the_store_has_is_taken_off_and_scored_as_planted() {
    with_spec(|spec, plan| {
        let effects: Vec<Effect> = vec!["told=0.5".parse().unwrap()];
        let assumptions = Assumptions { run_sd: 0.0, wording_sd: 0.0, ..Assumptions::default() };
        let configuration: Configuration = configuration(spec, Some(2), 0, &effects, assumptions);
        let inquiry = Inquiry::new(spec, plan, &spec.experiments[0], &configuration).unwrap();
        let before = spending(&inquiry, None).unwrap();
        // Six models: 8 wordings with 25 samples each, and 10 items in two orders, read once.
        assert_eq!((before.total.requests, before.total.samples), (6 * 28, 6 * 220));

        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("answers.sqlite")).unwrap();
        let planted = plant(&inquiry, 0, &effects, assumptions).unwrap();
        let jobs = planted.models.iter().map(|(identity, model)| {
            let subjects = inquiry.subjects.iter().filter(move |subject| Identity::of(&subject.model) == *identity);
            let asks = subjects.flat_map(|subject| inquiry.posed().map(|posed| inquiry.ask(subject, &posed)));
            let own = inquiry.subjects.iter().find(|subject| Identity::of(&subject.model) == *identity).unwrap();
            Job { respondent: Respondent::new(&own.model, Arc::clone(model)), asks: Box::new(asks), total: None }
        });
        let listener: Arc<dyn Listener> = Arc::new(Silent);
        let summary = ask(jobs.collect(), &store, &Options::default(), &listener, &CancellationToken::new()).unwrap();
        assert!(summary.models.iter().all(|model| model.stopped.is_none() && model.failed == 0));

        let answers = Answers::open(store.path()).unwrap();
        let after = spending(&inquiry, Some(&answers)).unwrap();
        assert_eq!((after.total.requests, after.total.prompt_tokens, after.total.answer_tokens), (0, 0, 0));
        let scored = score(&inquiry, &answers).unwrap().scores;
        assert_eq!(scored.len(), 6 * 220);
        let told = scored.iter().filter(|score| score.arm == "told");
        assert!(told.into_iter().all(|score| score.outcome == Outcome::Value(1.0)));
        let base: Vec<&Score> = scored.iter().filter(|score| score.arm == "base" && score.question == "side").collect();
        assert!(base.iter().all(|score| score.outcome == Outcome::Value(0.5)));
    });
}
