//! Faults of the server, and a client that lives through them.

use std::time::Duration;

use introspec::answers::Ask;

use crate::amount;
use crate::desk::{Desk, respondent, texts_of};
use crate::kind::Kind;
use crate::server::{Character, Server};

/// How long the client waits for a whole reply. A machine under load takes long for a right one too.
const TIMEOUT: u64 = 4;

fn faulty(seed: u64, requests: usize) -> Character {
    Character {
        seed,
        per_mille: 350,
        most: 3,
        stall: Duration::from_secs(TIMEOUT + 1),
        deaf_every: Some(requests / 2),
        ..Character::kind()
    }
}

fn asks(count: usize) -> Vec<Ask> {
    (0..count).map(|number| texts_of(&format!("prompt {number}"), 1 + u32::from(number % 10 == 0))).collect()
}

#[test]
fn every_kind_of_fault_ends_in_the_answers_of_a_run_without_faults() {
    let count = amount("FAULTS", 2000);
    let (server, right) = (Server::start(faulty(7, count)), Server::start(Character::kind()));
    let settings = format!("concurrency: 64, timeout: {TIMEOUT}");
    let (model, model_of_right) = (respondent(&server.base_url, &settings), respondent(&right.base_url, &settings));
    let (mut desk, desk_of_right) = (Desk::new(), Desk::new());
    // Three faults and a moment without a listener are outlived by six tries.
    desk.options.retry.first_wait = Duration::from_millis(20);
    let summary = desk.ask(&model, asks(count));
    desk_of_right.ask(&model_of_right, asks(count));

    assert_eq!((summary.models[0].failed, &summary.models[0].stopped), (0, &None));
    for ask in asks(count).iter().step_by(7) {
        assert_eq!(desk.texts(&model, ask), desk_of_right.texts(&model_of_right, ask), "{}", ask.place);
    }
    server.log(|log| {
        let kinds = Kind::ALL.iter().filter(|kind| log.faults.contains_key(kind)).count();
        let faults: usize = log.faults.values().sum();
        assert!(kinds >= 50 && faults > count / 4, "{faults} faults of {kinds} kinds");
        assert!(log.deaf > 0, "connections were refused for a while");
        for (body, epochs) in &log.answered {
            assert_eq!(epochs.len(), 1, "{body} was answered, and asked again");
        }
        println!("{count} asks, {} requests, {faults} faults of {kinds} kinds, {} times deaf", log.total, log.deaf);
    });

    // What is committed is asked no more.
    let before = server.total();
    let again = desk.ask(&model, asks(count));
    assert_eq!((server.total(), again.models[0].known), (before, count as u64));
}

#[test]
fn what_comes_of_faults_does_not_depend_on_their_order() {
    let answered = |concurrency: usize| {
        let server = Server::start(Character { deaf_every: None, ..faulty(11, 300) });
        let model = respondent(&server.base_url, &format!("concurrency: {concurrency}, timeout: {TIMEOUT}"));
        let desk = Desk::new();
        desk.ask(&model, asks(300));
        let texts: Vec<Vec<String>> = asks(300).iter().map(|ask| desk.texts(&model, ask)).collect();
        texts
    };
    assert_eq!(answered(3), answered(40));
}
