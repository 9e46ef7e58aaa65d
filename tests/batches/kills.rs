//! The program itself, killed at any moment and started again, in front of a service that fails in many ways.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::project::{Project, spec};
use crate::server::{Fate, Rules, Seen, Server, Trouble};
use crate::{PROVIDERS, amount};

fn hash(text: &str) -> u64 {
    u64::from_le_bytes(blake3::hash(text.as_bytes()).as_bytes()[..8].try_into().unwrap())
}

/// Requests that expire or fail at first, files that are cut off, and connections that break when the service has done
/// what it was asked.
fn unkind() -> Rules {
    let fate = |body: &Value, times: usize| match hash(&body.to_string()) % 10 {
        0 if times < 2 => Fate::Expired,
        1 if times < 2 => Fate::Refused(500, json!({ "type": "api_error", "message": "tired" })),
        _ => Fate::Answered,
    };
    let trouble = |seen: &Seen<'_>| {
        let drawn = hash(&format!("{} {} {}", seen.method, seen.path, seen.times));
        match drawn % 40 {
            0 => Some(Trouble::Deaf),
            1 => Some(Trouble::Status(500)),
            _ => None,
        }
    };
    let cut = |fetched: usize| (fetched == 1).then_some(1500);
    Rules { fate: Box::new(fate), trouble: Box::new(trouble), cut: Box::new(cut), ..Rules::kind() }
}

#[test]
fn killed_at_any_moment_it_goes_on_and_asks_nothing_twice() {
    let kills = amount("KILLS", 5);
    let wordings = 40 * kills;
    for provider in PROVIDERS {
        let settings = "batch: { poll: 0.01, most: 30 }";
        let server = Server::start(unkind());
        let run = Project::new(&spec(wordings, 1), provider, &server.base_url, settings);
        let mut killed = 0;
        for kill in 0..kills {
            let mut child = run.start();
            // Up to so many requests later, and then up to 60 ms: a moment like any other.
            let moment = server.total() + (hash(&format!("{provider} {kill}")) % 16) as usize;
            while server.total() < moment && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_millis(1));
            }
            sleep(Duration::from_millis(hash(&format!("{provider} {kill} then")) % 60));
            killed += usize::from(child.try_wait().unwrap().is_none());
            // This is SIGKILL. A process that has ended already has nothing to lose.
            let _ = child.kill();
            child.wait().unwrap();
        }
        let ended = run.run(&[]);
        assert_eq!(ended.status.code(), Some(0), "{provider}: {}", crate::project::said(&ended));

        let right = Server::start(Rules::kind());
        let undisturbed = Project::new(&spec(wordings, 1), provider, &right.base_url, settings);
        assert_eq!(undisturbed.run(&[]).status.code(), Some(0));
        assert_eq!(run.results(), undisturbed.results(), "{provider}");
        let (state, right) = (server.state(), right.state());
        let answered: BTreeMap<String, usize> = state.answered();
        assert_eq!(answered, right.answered(), "{provider}: what was answered is not asked again");
        println!("{provider}: {wordings} requests in {} batches, {killed} kills", state.batches.len());
    }
}
