use std::num::NonZeroU32;

use super::*;

fn errors(text: &str) -> Vec<(usize, usize, String, String)> {
    let errors = Configuration::read(text, "introspec.yaml").expect_err("the text has mistakes");
    errors.into_iter().map(|e| (e.line.expect("a line"), e.column.expect("a column"), e.message, e.help)).collect()
}

const WHOLE: &str = r#"
models:
  smollm2: { provider: local, model: smollm2 }
  big:
    provider: openai
    base_url: "http://127.0.0.1:8000/v1/"
    model: some-model
    key: SOME_API_KEY
    identity: our-big
    concurrency: 8
    requests_per_minute: 600
    tokens_per_minute: 90000
    timeout: 2.5
    price: { input: 2.50, output: 10.00, per: 1000 }
    sampling: { temperature: 0.7, max_tokens: 64, top_p: 0.9 }
roles:
  base: smollm2
  reviewer: big
runs:
  gambler:
    - { seed: 1, checkpoint: 3, model: { provider: openai, base_url: "http://127.0.0.1:8000/v1", model: gambler-1 } }
    - { seed: 2, checkpoint: 3, model: big }
  tuned:
    - { seed: 1, checkpoint: 1, side: risk_seeking, rate: 0.5, rank: 1, model: smollm2 }
"#;

#[test]
fn a_whole_configuration_is_read() {
    let read = Configuration::read(WHOLE, "introspec.yaml").expect("it is correct");
    let big = read.model_of("reviewer").expect("the reviewer has a model");
    assert_eq!(
        big.provider,
        Provider::Service(Service {
            kind: ServiceKind::OpenAi,
            base_url: "http://127.0.0.1:8000/v1".into(),
            key: Some(KeySource::Variable("SOME_API_KEY".into())),
        })
    );
    assert_eq!(big.identity.as_deref(), Some("our-big"));
    assert_eq!(big.concurrency, Some(8));
    assert_eq!(big.limits.requests_per_minute.map(NonZeroU32::get), Some(600));
    assert_eq!(big.limits.tokens_per_minute.map(NonZeroU32::get), Some(90_000));
    assert_eq!(big.timeout.as_millis(), 2500);
    assert_eq!(big.price, Some(Price { input: 2.5, output: 10.0, per: 1000.0 }));
    assert_eq!(big.sampling, SamplingDefaults { temperature: Some(0.7), max_tokens: Some(64), top_p: Some(0.9) });
    assert_eq!(read.model_of("base").map(|model| &model.provider), Some(&Provider::Local));
    assert_eq!(read.model_of("partner"), None);
}

#[test]
fn runs_are_found_by_what_distinguishes_them() {
    let read = Configuration::read(WHOLE, "introspec.yaml").expect("it is correct");
    let [first, second] = read.runs_of("gambler") else { panic!("gambler has two runs") };
    assert_eq!((first.key.seed, first.key.checkpoint), (Some(1), Some(3)));
    assert_eq!(first.model.name, "gambler (seed 1, checkpoint 3)");
    assert_eq!(second.model.name, "big");
    let [tuned] = read.runs_of("tuned") else { panic!("tuned has one run") };
    let axes: Vec<_> = tuned.key.axes.iter().map(|(axis, value)| (axis.as_str(), value.as_str())).collect();
    assert_eq!(axes, [("rank", "1"), ("rate", "0.5"), ("side", "risk_seeking")]);
    assert!(read.runs_of("nobody").is_empty());
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    let text = "modles: {}\nmodels:\n  a: { provider: opnai, model: x }\n  b:\n    provider: chat\n    modl: y\nroles:\n  base: c\n";
    let found = errors(text);
    let short: Vec<_> = found.iter().map(|(line, column, message, _)| (*line, *column, message.as_str())).collect();
    assert_eq!(
        short,
        [
            (1, 1, "unknown key `modles`"),
            (3, 18, "there is no provider `opnai`"),
            (5, 5, "`base_url` is missing"),
            (5, 5, "`model` is missing"),
            (6, 5, "unknown key `modl`"),
            (8, 9, "there is no model `c`"),
        ]
    );
    assert_eq!(found[0].3, "did you mean `models`?");
    assert_eq!(found[4].3, "did you mean `model`?");
    assert_eq!(found[5].3, "did you mean `a`?");
}

#[test]
fn a_key_in_the_file_is_refused_and_not_repeated() {
    let text = "models:\n  a: { provider: openai, base_url: \"http://h/v1\", model: x, key: sk-very-secret }\n";
    let found = errors(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1), (2, 66));
    let shown = format!("{:?}", Configuration::read(text, "introspec.yaml"));
    assert!(!shown.contains("very-secret"), "{shown}");

    let text = "models:\n  a: { provider: openai, base_url: \"http://me:very-secret@h/v1\", model: x }\n";
    let shown = format!("{:?}", Configuration::read(text, "introspec.yaml"));
    assert!(!shown.contains("very-secret"), "{shown}");
    assert_eq!(errors(text).len(), 1);
}

#[test]
fn values_out_of_range_and_misplaced_keys_are_refused() {
    let text = "models:\n  a:\n    provider: local\n    model: m\n    concurrency: 0\n    temperature: 1\n    sampling: { top_p: 1.5, max_tokens: many }\n    key: K\n";
    let lines: Vec<usize> = errors(text).into_iter().map(|error| error.0).collect();
    assert_eq!(lines, [5, 6, 7, 7, 8]);
}

#[test]
fn the_same_run_twice_is_refused() {
    let text = "models: { m: { provider: local, model: m } }\nruns:\n  a:\n  - { seed: 1, model: m }\n  - { model: m, seed: 1 }\n";
    let found = errors(text);
    assert_eq!((found.len(), found[0].0, found[0].2.as_str()), (1, 5, "`a` has this run twice"));
}

#[test]
fn broken_yaml_has_one_error_with_its_place() {
    let found = errors("models:\n  a: { provider: local\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].2.starts_with("this is not valid YAML"), "{}", found[0].2);
}

#[test]
fn an_empty_file_is_an_empty_configuration() {
    assert_eq!(Configuration::read("", "introspec.yaml"), Ok(Configuration::default()));
    assert_eq!(Configuration::read("models:\nroles:\n", "introspec.yaml"), Ok(Configuration::default()));
}

#[test]
fn each_provider_has_an_address_of_its_own() {
    let read = |model: &str| Configuration::read(&format!("models: {{ a: {{ {model} }} }}"), "introspec.yaml");
    for kind in ServiceKind::ALL {
        let read = read(&format!("provider: {}, model: m", kind.word()));
        match kind.address() {
            Some(address) => {
                let models = read.expect("it is correct").models;
                let service = Service { kind, base_url: address.to_owned(), key: None };
                assert_eq!(models["a"].provider, Provider::Service(service));
            }
            None => assert!(read.is_err_and(|errors| errors[0].message.contains("base_url"))),
        }
    }
    let replay = read("provider: replay, from: out/answers.sqlite, model: m").expect("it is correct");
    assert_eq!(replay.models["a"].provider, Provider::Replay { from: "out/answers.sqlite".into() });
}

#[test]
fn thinking_and_abilities_are_read_strictly() {
    let text = "models:\n  a:\n    provider: vllm\n    model: m\n    key_command: pass show k\n    thinking: { effort: low, tokens: 900 }\n    can: { logprobs: 7, prefill: false }\n";
    let model = &Configuration::read(text, "introspec.yaml").expect("it is correct").models["a"];
    assert_eq!(model.thinking, Some(Thinking { on: true, effort: Some("low".into()), tokens: Some(900) }));
    assert_eq!(model.thinking.as_ref().map(Thinking::room), Some(900));
    assert_eq!(model.can, Can { logprobs: Some(7), prefill: Some(false), ..Can::default() });
    let Provider::Service(service) = &model.provider else { panic!("a service") };
    assert_eq!(service.key, Some(KeySource::Command("pass show k".into())));

    let wrong = "models:\n  a:\n    provider: replay\n    model: m\n    key: K\n    thinking: much\n    can: { top: 3, n: 2 }\n";
    let found: Vec<_> = errors(wrong).into_iter().map(|(line, _, message, _)| (line, message)).collect();
    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 5, 6, 7, 7], "{found:?}");
    let twice = errors("models:\n  a: { provider: vllm, model: m, key: K, key_command: c }\n");
    assert_eq!(twice[0].2, "a key comes from one place");
}

#[test]
fn batches_are_read_strictly_and_have_their_own_price() {
    let text = "models:\n  a: { provider: openai, model: m, price: { input: 2, output: 8 }, batch: true }\n  \
                b: { provider: anthropic, model: m, price: { input: 2, output: 8 }, batch: { poll: 5, most: 7, discount: 0.25 } }\n  \
                c: { provider: chat, base_url: \"http://h/v1\", model: m, batch: false }\n";
    let read = Configuration::read(text, "introspec.yaml").expect("it is correct");
    assert_eq!(read.models["a"].batch, Some(Batch::default()));
    assert_eq!(read.models["a"].price, Some(Price { input: 1.0, output: 4.0, per: 1_000_000.0 }));
    let own = Batch { poll: std::time::Duration::from_secs(5), most: Some(7), discount: 0.25, ..Batch::default() };
    assert_eq!(read.models["b"].batch, Some(own));
    assert_eq!(read.models["b"].price, Some(Price { input: 0.5, output: 2.0, per: 1_000_000.0 }));
    assert_eq!(read.models["c"].batch, None);

    let wrong = "models:\n  a:\n    provider: gemini\n    model: m\n    batch: true\n  b:\n    provider: openai\n    \
                 model: m\n    batch: { polls: 3, discount: 2 }\n  c: { provider: local, model: m, batch: true }\n";
    let found: Vec<_> = errors(wrong).into_iter().map(|(line, _, message, _)| (line, message)).collect();
    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [5, 9, 9, 10], "{found:?}");
    assert_eq!(found[0].1, "`gemini` has no batches");
}

#[test]
fn the_example_of_the_page_on_batches_is_read() {
    let page = include_str!("../../docs/batch.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 1);
    let read = Configuration::read(blocks[0], "introspec.yaml").expect("it is correct");
    assert!(read.models.values().all(|model| model.batch.is_some()));
}

#[test]
fn the_examples_of_the_page_on_backends_are_read() {
    let page = include_str!("../../docs/backends.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 1);
    let read = Configuration::read(blocks[0], "introspec.yaml").expect("it is correct");
    assert_eq!(read.models.len(), 6);
}
