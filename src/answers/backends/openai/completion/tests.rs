use super::*;

/// Reads a completion of a model called `m`.
fn read<T>(thinks: bool, with: impl FnOnce(Reading<'_>) -> T) -> T {
    let endpoint = Url::parse("http://h/v1/chat/completions").expect("an address");
    let names = Names::as_asked("m");
    with(Reading { endpoint: &endpoint, names: &names, thinks })
}

fn reply(choices: &str, count: usize, thinks: bool) -> Result<Reply, Failure> {
    let body = format!(r#"{{"choices":[{choices}],"usage":null}}"#);
    read(thinks, |reading| reading.samples(body.as_bytes(), count)).map(|(reply, _)| reply)
}

fn answers(choices: &str, count: usize) -> Result<Vec<Answer>, Cause> {
    reply(choices, count, false).map(|reply| reply.answers).map_err(|failure| failure.cause)
}

#[test]
fn choices_are_taken_in_the_order_of_their_indices() {
    let choices = r#"{"index":1,"message":{"content":"b"},"finish_reason":"stop"},
        {"index":0,"message":{"content":"a \" é"},"finish_reason":"length"}"#;
    assert_eq!(
        answers(choices, 2),
        Ok(vec![Answer::Truncated { text: "a \" é".into() }, Answer::Text { text: "b".into() }])
    );
}

#[test]
fn an_empty_content_is_no_text() {
    assert_eq!(answers(r#"{"message":{"content":null},"finish_reason":"tool_calls"}"#, 1), Err(Cause::Malformed));
    assert_eq!(
        answers(r#"{"message":{"content":null},"finish_reason":"content_filter"}"#, 1),
        Ok(vec![Answer::Refusal { text: String::new() }])
    );
    assert_eq!(answers("", 1), Err(Cause::Malformed));
}

#[test]
fn texts_before_a_broken_choice_are_kept() {
    let choices = r#"{"index":0,"message":{"content":"a"},"finish_reason":"stop"},
        {"index":1,"message":null,"finish_reason":"error"}"#;
    assert_eq!(answers(choices, 2), Ok(vec![Answer::Text { text: "a".into() }]));
}

#[test]
fn an_error_under_a_success_status_is_an_error() {
    let body = br#"{"error":{"code":429,"message":"slow down"}}"#;
    let failure = read(false, |reading| reading.samples(body, 1)).expect_err("an error");
    assert_eq!(failure.cause, Cause::RateLimited);
    assert!(failure.message.contains("slow down"), "{}", failure.message);
}

#[test]
fn thinking_is_apart_from_the_answer_whatever_it_is_called() {
    let text = |text: &str| Answer::Text { text: text.into() };
    for (message, answer) in [
        (r#"{"content":"Red","reasoning_content":"hm"}"#, text("Red")),
        (r#"{"content":"Red","reasoning":"hm","reasoning_details":[{"type":"x"}]}"#, text("Red")),
        (r#"{"content":"<think>hm</think>\nRed"}"#, text("Red")),
        (r#"{"content":"hm</think>Red"}"#, text("Red")),
        (r#"{"content":null,"reasoning":"hm"}"#, text("")),
    ] {
        let choice = format!(r#"{{"message":{message},"finish_reason":"stop"}}"#);
        let reply = reply(&choice, 1, true).expect("a reply");
        assert_eq!((reply.answers, reply.thinking), (vec![answer], vec![Some("hm".to_owned())]), "{message}");
    }
}

#[test]
fn an_exhausted_budget_is_truncated() {
    for (message, reason) in [
        (r#"{"content":null,"reasoning_content":"hm"}"#, "length"),
        (r#"{"content":""}"#, "length"),
        (r#"{"content":"<think>hm"}"#, "length"),
        (r#"{"content":"<think>hm"}"#, "stop"),
    ] {
        let choice = format!(r#"{{"message":{message},"finish_reason":"{reason}"}}"#);
        assert_eq!(answers(&choice, 1), Ok(vec![Answer::Truncated { text: String::new() }]), "{message} {reason}");
    }
}

#[test]
fn both_forms_of_log_probabilities_are_read_and_null_is_left_out() {
    for logprobs in [
        r#"{"content":[{"token":"A","top_logprobs":[{"token":"A","logprob":-0.5},{"token":"B","logprob":-1.5},
            {"token":"C","logprob":null}]}]}"#,
        r#"{"tokens":["A"],"token_logprobs":[-0.5],"top_logprobs":[{"B":-1.5,"A":-0.5,"C":null}]}"#,
    ] {
        let body = format!(
            r#"{{"choices":[{{"message":{{"content":"A"}},"finish_reason":"length","logprobs":{logprobs}}}]}}"#
        );
        let reply = read(false, |reading| reading.top(body.as_bytes())).expect("tokens");
        assert_eq!(reply.answers, [Answer::Top { tokens: vec![("A".into(), -0.5), ("B".into(), -1.5)] }]);
    }
}

#[test]
fn what_only_looks_like_a_completion_is_not_one() {
    let choice = r#"{"index":0,"message":{"content":"a"},"finish_reason":"stop"}"#;
    for (body, why) in [
        (r#"{"id":"x"}"#.to_owned(), "no `choices`"),
        (r#"{"choices":[]}"#.to_owned(), "without choices"),
        (format!(r#"{{"object":"chat.completion.chunk","choices":[{choice}]}}"#), "chat.completion.chunk"),
        (format!(r#"{{"model":"another","choices":[{choice}]}}"#), "another"),
        (format!(r#"{{"choices":[{choice},{choice}]}}"#), "two choices of one index"),
        (format!(r#"{{"choices":[{choice},{choice},{choice}]}}"#), "3 choices, where 2"),
        ("[1]".to_owned(), "not a completion"),
    ] {
        let failure = read(false, |reading| reading.samples(body.as_bytes(), 2)).expect_err(&body);
        assert_eq!(failure.cause, Cause::Malformed, "{body}");
        assert!(failure.message.contains(why), "{}", failure.message);
    }
}
