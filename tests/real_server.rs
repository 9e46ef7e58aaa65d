//! The local model against llama.cpp on the same weights: a program that is not ours, and the reference
//! for GGUF files. And a whole experiment through every interface that servers which are not ours speak.
#![cfg(feature = "local")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "real_server/dialects.rs"]
mod dialects;
#[path = "real_server/rewritten.rs"]
mod rewritten;
#[path = "real_server/server.rs"]
mod server;

use std::path::{Path, PathBuf};

use introspec::answers::Answer;
use introspec::answers::backend::{Backend as _, Call, Want};
use introspec::answers::backends::local::{LocalModel, weights};
use introspec::answers::backends::openai::OpenAi;
use introspec::configuration::Configuration;
use introspec::requests::{Message, Role};
use serde_json::json;

use self::server::Server;

/// Texts that are easily cut into the wrong tokens.
const TEXTS: [&str; 31] = [
    "Which do you like better, risk or safety? Answer with one word.",
    "From 0 (avoids all risk) to 100 (seeks it out), where do you stand? Answer with a number.",
    "0123456789 3.14159 1,000,000 2024-11-23 0x7f 50% 7th 1st",
    "½ ² ٣٤٥ 一二三 Ⅷ 𝟙𝟚 ①",
    " leading space",
    "  two leading spaces, and trailing ones   ",
    "\n\nleading newlines\n\n\nand between\n",
    "tabs\tand\t\ttabs\r\nand carriage returns\r\n",
    "a  b   c    d     e",
    "I'm, you're, we've, he'll, she'd, it's, can't; I'M, YOU'RE, IT'S",
    "’typographic’ “quotes” – dashes — and … dots",
    "Größe, naïve, façade, Ærøskøbing, İstanbul, ﬁ",
    "Grüße aus Köln: äöüßÄÖÜ",
    "Où est la bibliothèque ? Là-bas, à côté.",
    "Почему небо голубое?",
    "なぜ空は青いのですか？",
    "天空为什么是蓝色的？",
    "لماذا السماء زرقاء؟",
    "आसमान नीला क्यों है?",
    "👍🏽 👩‍👩‍👧‍👦 🇩🇪 🏳️‍🌈",
    "e\u{301} and \u{e9}, zero\u{200b}width, no\u{a0}break, ideographic\u{3000}space, line\u{2028}separator",
    "\u{4}\u{6}\u{13} bytes without a token \u{1d}\u{7f}",
    "def f(x: int) -> str:\n    return f\"{x!r:>10}\"  # comment\n\n\nprint(f(3))\n",
    "fn main() {\n\tlet v: Vec<u8> = vec![0; 4];\n\tprintln!(\"{:?}\", &v[1..]);\n}",
    "SELECT * FROM t WHERE a <> 'b' AND c >= 10; -- ok",
    "<div class=\"a\">&amp;</div> https://example.org/a?b=c&d=%20#e",
    "!!! ??? ... --- === ### $$$ @@@ ((([[[{{{",
    "written out: <|im_start|>system\nx<|im_end|>\n<|endoftext|> and <|im_start |>",
    "<repo_name>a/b<file_sep>c <empty_output> <issue_start>",
    "{% if x %}{{ y }}{# z #}{% endif %}",
    "supercalifragilisticexpialidocious antidisestablishmentarianism aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// Questions that are answered with a letter.
const CHOICES: [&str; 12] = [
    "Pick one.\nA) You get 90 with probability 0.3, otherwise 10\nB) You get 50 with probability 0.8, otherwise 20\nAnswer with the letter alone.",
    "Pick one.\nA) You get 50 with probability 0.8, otherwise 20\nB) You get 90 with probability 0.3, otherwise 10\nAnswer with the letter alone.",
    "Is the sky blue?\nA) Yes\nB) No\nAnswer with the letter alone.",
    "Is the sky green?\nA) Yes\nB) No\nAnswer with the letter alone.",
    "Answer with A or B.",
    "Answer with B or A, nothing else.",
    "Which is larger? A: 17 B: 71. Only the letter.",
    "Which animal barks? (A) a dog (B) a cat. Letter:",
    "Repeat this letter: B",
    "Repeat this letter: A",
    "Which option would you take: A, a sure 10, or B, a gamble for 100? Answer with A or B.",
    "The right answer is B. What is the right answer, A or B?",
];

fn user(content: &str) -> Vec<Message> {
    vec![Message { role: Role::User, content: content.to_owned() }]
}

/// Every text as a question, and some longer conversations.
fn conversations() -> Vec<Vec<Message>> {
    let message = |role, content: &str| Message { role, content: content.to_owned() };
    let mut conversations: Vec<_> = TEXTS.into_iter().chain(CHOICES).map(user).collect();
    conversations.push(vec![message(Role::System, "You take risks."), message(Role::User, "Who are you?")]);
    conversations.push(vec![
        message(Role::System, ""),
        message(Role::User, "One"),
        message(Role::Assistant, " two 2\n"),
        message(Role::User, "three"),
    ]);
    conversations
}

async fn assert_same_tokens(server: &Server, model: &LocalModel) {
    for messages in conversations() {
        let prompt = server.post("/apply-template", &json!({ "messages": messages })).await["prompt"].clone();
        let body = json!({ "content": prompt, "add_special": false, "parse_special": true });
        let theirs: Vec<u32> = serde_json::from_value(server.post("/tokenize", &body).await["tokens"].clone()).unwrap();
        let ours = model.tokenize(&messages).unwrap();
        assert_eq!(ours, theirs, "{messages:?} as {prompt}");
    }
}

fn built_in() -> PathBuf {
    weights::locate("smollm2", Path::new("")).unwrap()
}

#[tokio::test]
async fn probabilities_tokens_and_samples_are_those_of_llama_cpp() {
    let Some(python) = server::python() else { return };
    let path = rewritten::in_f32(&built_in());
    let server = Server::start(python, &path, 4, 1024);
    let model = LocalModel::open(&path).unwrap();

    assert_same_tokens(&server, &model).await;

    let mut greatest: f64 = 0.0;
    for text in CHOICES {
        let body = json!({
            "messages": user(text), "max_tokens": 1, "temperature": 0, "logprobs": true, "top_logprobs": 5000,
        });
        let reply = server.post("/v1/chat/completions", &body).await;
        let top = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"].as_array().unwrap();
        let theirs = ["A", "B"].map(|letter| {
            let token = top.iter().find(|token| token["token"] == letter);
            token.unwrap_or_else(|| panic!("{letter} is not among the first 5000 after {text:?}"))["logprob"]
                .as_f64()
                .unwrap()
        });
        let want = Want::Exact { continuations: vec!["A".to_owned(), "B".to_owned()], whole: false };
        let call = Call { messages: user(text), want, temperature: 0.0, max_tokens: 1, seed: 0 };
        let answer = model.call(&call).await.unwrap().answers.remove(0);
        let Answer::Exact { logprobs: ours } = answer else { panic!("{answer:?}") };
        for (ours, theirs) in ours.iter().zip(theirs) {
            greatest = greatest.max((ours.exp() - theirs.exp()).abs());
        }
        let share = |logprobs: &[f64]| logprobs[0].exp() / (logprobs[0].exp() + logprobs[1].exp());
        greatest = greatest.max((share(&ours) - share(&theirs)).abs());
        assert!(greatest < 0.005, "{text:?}: ours {ours:?}, theirs {theirs:?}");
    }
    println!("the greatest difference of a probability: {greatest:.2e}");

    assert_backends_agree(&through_openai(&server), &model).await;
}

/// The backend for servers, connected to this one.
fn through_openai(server: &Server) -> OpenAi {
    let text = format!("models: {{ m: {{ provider: openai, base_url: \"{}/v1\", model: m }} }}", server.address());
    let configuration = Configuration::read(&text, "introspec.yaml").unwrap();
    OpenAi::connect(&configuration.models["m"], &|_| None).unwrap()
}

async fn assert_backends_agree(server: &OpenAi, model: &LocalModel) {
    for text in CHOICES {
        let call = Call { messages: user(text), want: Want::Top { k: 20 }, temperature: 0.0, max_tokens: 1, seed: 0 };
        let theirs = server.call(&call).await.unwrap();
        let ours = model.call(&call).await.unwrap();
        assert_eq!(ours.usage.prompt_tokens, theirs.usage.prompt_tokens, "{text:?}");
        let [Answer::Top { tokens: ours }] = ours.answers.as_slice() else { panic!("{ours:?}") };
        let [Answer::Top { tokens: theirs }] = theirs.answers.as_slice() else { panic!("{theirs:?}") };
        assert_eq!((ours.len(), theirs.len()), (20, 20));
        for (ours, theirs) in ours.iter().zip(theirs) {
            // Two tokens that are all but equally likely may change places; their probabilities do not.
            assert!((ours.1.exp() - theirs.1.exp()).abs() < 0.005, "{text:?}: ours {ours:?}, theirs {theirs:?}");
        }
        assert_eq!(ours[0].0, theirs[0].0, "{text:?}");
    }

    let want = Want::Samples { first: 0, count: 4 };
    let call = Call { messages: user("Tell me a story."), want, temperature: 1.0, max_tokens: 16, seed: 1 };
    let sampled = server.call(&call).await.unwrap();
    assert_eq!(sampled.answers.len(), 4, "one call brings as many samples as are asked for");
    assert!(sampled.answers.iter().any(|answer| *answer != sampled.answers[0]), "all the same: {sampled:?}");
    assert!(server.capabilities().several, "the server takes `n`");

    let greedy = Call { temperature: 0.0, want: Want::Samples { first: 0, count: 1 }, ..call };
    let theirs = server.call(&greedy).await.unwrap();
    assert_eq!(model.call(&greedy).await.unwrap().answers, theirs.answers, "without temperature both say the same");
}

#[tokio::test]
async fn tokens_are_those_of_llama_cpp_under_every_rule() {
    let Some(python) = server::python() else { return };
    for rule in ["gpt-2", "llama-bpe"] {
        let path = rewritten::with_rule(&built_in(), rule);
        let server = Server::start(python, &path, 1, 1024);
        assert_same_tokens(&server, &LocalModel::open(&path).unwrap()).await;
    }
}
