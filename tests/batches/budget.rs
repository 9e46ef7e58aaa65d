//! What a run may spend holds for batches as it does for calls.

use std::sync::Arc;

use introspec::answers::budget::{Budget, Limits, Reached, Spent};
use introspec::configuration::Price;

use crate::PROVIDERS;
use crate::desk::Desk;
use crate::fates::{asks, batched};
use crate::server::{Rules, Server};

/// Asks 30 requests within a limit, of which `before` was spent.
fn within(provider: &str, server: &Server, desk: &Desk, limits: Limits, before: Spent) -> (u64, Arc<Budget>) {
    let mut model = batched(provider, server, "");
    let budget = Budget::new(limits, before, desk.cancel.clone());
    model.backend = budget.around(model.backend, Some(Price { input: 1.0, output: 1.0, per: 1.0 }));
    (desk.ask(&model, asks(30, 1)).models[0].answers, budget)
}

#[test]
fn a_limit_ends_a_batch_early_and_what_turns_out_cheaper_makes_room_for_another() {
    for provider in PROVIDERS {
        let server = Server::start(Rules::kind());
        let desk = Desk::new();
        let limits = Limits { requests: Some(12), ..Limits::default() };
        let (answers, budget) = within(provider, &server, &desk, limits, Spent::default());
        assert_eq!((answers, budget.reached()), (12, Some(Reached::Requests)), "{provider}");
        assert_eq!(server.state().batches.len(), 1, "{provider}");

        // Each may cost 64 + 8 + 2 of the prompt and 8 of the answer, and costs 11.
        let server = Server::start(Rules::kind());
        let desk = Desk::new();
        let limits = Limits { tokens: Some(30 * 11 + 80), ..Limits::default() };
        let (answers, budget) = within(provider, &server, &desk, limits, Spent::default());
        assert_eq!((answers, budget.reached(), budget.spent().tokens), (30, None, 330), "{provider}");
        assert!(server.state().batches.len() > 3, "{provider}");
    }
}

#[test]
fn what_an_earlier_process_has_submitted_is_set_aside() {
    let server = Server::start(Rules { words: vec!["in_progress"; 30], ..Rules::kind() });
    let mut desk = Desk::new();
    let stop = desk.cancel.clone();
    let model = batched("openai", &server, "most: 20");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.state().batches.len() < 2 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            stop.cancel();
        });
        desk.ask(&model, asks(30, 1));
    });
    desk.cancel = tokio_util::sync::CancellationToken::new();
    let limits = Limits { requests: Some(30), ..Limits::default() };
    let (answers, budget) = within("openai", &server, &desk, limits, Spent::default());
    assert_eq!((answers, budget.reached(), budget.spent().requests), (30, None, 30));
    assert!(server.state().asked.values().all(|asked| *asked == (1, 1)), "nothing is asked twice");
}
