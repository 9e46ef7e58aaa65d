//! What may go wrong between us and the service, at each of its addresses.

use introspec::answers::Cause;

use crate::PROVIDERS;
use crate::desk::Desk;
use crate::fates::{asks, batched};
use crate::server::{Rules, Seen, Server, Trouble};

/// A part of the interface, by its method and by how its address begins and ends.
type Part = (&'static str, &'static str, &'static str);

const OPENAI: [Part; 4] =
    [("POST", "/files", ""), ("POST", "/batches", ""), ("GET", "/batches/", ""), ("GET", "/files/", "/content")];
const ANTHROPIC: [Part; 3] =
    [("POST", "/messages/batches", ""), ("GET", "/messages/batches/", "_0"), ("GET", "/messages/batches/", "/results")];

fn is_of(seen: &Seen<'_>, (method, start, end): Part) -> bool {
    seen.method == method && seen.path.starts_with(start) && seen.path.ends_with(end)
}

#[test]
fn whatever_goes_wrong_once_or_twice_everything_is_asked_once() {
    for (provider, parts) in [("openai", &OPENAI[..]), ("anthropic", &ANTHROPIC[..])] {
        for part in parts {
            for trouble in [Trouble::Status(429), Trouble::Status(503), Trouble::Deaf] {
                let drawn = trouble.clone();
                let rule = move |seen: &Seen<'_>| (is_of(seen, *part) && seen.times < 3).then(|| drawn.clone());
                let server = Server::start(Rules { trouble: Box::new(rule), ..Rules::kind() });
                let (mut desk, model) = (Desk::new(), batched(provider, &server, ""));
                desk.options.retry.longest_pause = std::time::Duration::from_millis(2);
                let summary = desk.ask(&model, asks(30, 1));
                let of = &summary.models[0];
                assert_eq!((of.answers, of.failed, &of.stopped), (30, 0, &None), "{provider} {part:?} {trouble:?}");
                let state = server.state();
                assert!(state.asked.values().all(|asked| *asked == (1, 1)), "{provider} {part:?} {trouble:?}");
            }
        }
    }
}

#[test]
fn a_service_that_takes_no_batch_stops_its_model_and_what_it_has_is_collected_later() {
    for provider in PROVIDERS {
        let refuse = |seen: &Seen<'_>| (seen.method == "POST").then_some(Trouble::Status(500));
        let server = Server::start(Rules { trouble: Box::new(refuse), ..Rules::kind() });
        let (mut desk, model) = (Desk::new(), batched(provider, &server, ""));
        desk.options.retry.tries = 3;
        let stopped = desk.ask(&model, asks(5, 1)).models[0].stopped.clone();
        assert_eq!(stopped.map(|failure| failure.cause), Some(Cause::Server), "{provider}");

        // It has the batch, and nobody can be told how it stands.
        let hide = |seen: &Seen<'_>| {
            (seen.method == "GET" && seen.times > 2 && seen.times < 40).then_some(Trouble::Status(401))
        };
        let server = Server::start(Rules { trouble: Box::new(hide), ..Rules::kind() });
        let (desk, model) = (Desk::new(), batched(provider, &server, ""));
        let stopped = desk.ask(&model, asks(5, 1)).models[0].stopped.clone();
        assert_eq!(stopped.map(|failure| failure.cause), Some(Cause::Key), "{provider}");
        let mut runs = 0;
        while desk.ask(&model, asks(5, 1)).models[0].answers == 0 {
            runs += 1;
            assert!(runs < 50, "{provider}");
        }
        assert!(server.state().asked.values().all(|asked| *asked == (1, 1)), "{provider}: asked once in all runs");
    }
}

#[test]
fn a_batch_that_is_gone_stops_its_model_and_says_what_to_do() {
    for provider in PROVIDERS {
        let gone = |seen: &Seen<'_>| (seen.method == "GET").then_some(Trouble::Status(404));
        let server = Server::start(Rules { trouble: Box::new(gone), ..Rules::kind() });
        let (desk, model) = (Desk::new(), batched(provider, &server, ""));
        let stopped = desk.ask(&model, asks(5, 1)).models[0].stopped.clone().expect("it is stopped");
        assert!(stopped.message.contains("prune --batches"), "{provider}: {}", stopped.message);
    }
}
