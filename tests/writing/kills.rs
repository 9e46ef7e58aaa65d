//! The program, killed at any moment while it writes, and started again: the same tables as without, and no request
//! asked twice but those under way.

use std::thread::sleep;
use std::time::Duration;

use introspec::answers::GROUP;

use crate::amount;
use crate::project::{Project, last, lot, model, said_by, says};
use crate::server::{Play, Seen, Server};
use crate::tables;

/// Kills the program so many times, at moments that are spread over the requests, and lets it end.
fn killed(project: &Project, server: &Server, kills: usize, requests: usize) {
    let hash = |kill: usize| u64::from_le_bytes(blake3::hash(&kill.to_le_bytes()).as_bytes()[..8].try_into().unwrap());
    for kill in 0..kills {
        let mut child = project.start(&["write", "spec.ispec"]);
        let further = hash(kill) % (2 * requests as u64 / kills as u64).max(1);
        let moment = server.total() + usize::try_from(further).unwrap();
        while server.total() < moment && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(hash(kill + 1000) % 60));
        // This is SIGKILL. A process that has ended already has nothing to lose.
        let _ = child.kill();
        child.wait().unwrap();
    }
}

/// What became of the tables. What would be asked is not said where nothing is left to ask.
fn summary(out: &str) -> Vec<&str> {
    out.lines().filter(|line| !line.contains(" requests to ")).collect()
}

fn compared(spec: &str, script: fn(&Seen) -> Play, kills: usize) {
    let undisturbed = Server::start(script);
    let whole = Project::new(spec, &undisturbed.base_url);
    let ended = whole.run(&["write", "spec.ispec"]);
    let requests = undisturbed.total();

    let server = Server::start(script);
    let project = Project::new(spec, &server.base_url);
    killed(&project, &server, kills, requests);
    let again = project.run(&["write", "spec.ispec"]);
    assert_eq!(again.code, ended.code, "{}", again.err);
    assert_eq!(summary(&again.out), summary(&ended.out));
    assert_eq!(project.kept(), whole.kept(), "the same tables and locks");

    let counts = server.counts();
    assert_eq!(counts.len(), undisturbed.counts().len(), "the same requests");
    let twice: usize = counts.iter().map(|(_, times)| times - 1).sum();
    // What a kill can lose: what was under way, and what one commit group had not written yet.
    let bound = kills * (32 + GROUP);
    println!("{requests} requests, {kills} kills: {twice} asked twice, at most {bound}");
    assert!(twice <= bound);
    assert!(counts.iter().all(|(_, times)| *times <= kills + 1));
}

#[test]
fn a_table_killed_at_any_moment_is_the_same_table() {
    compared(&tables::spec(amount("ROWS", 90), amount("ROWS", 90) * 6), tables::script, amount("KILLS", 6));
}

const TALKS: &str = r#"
words words_of_five = ["bark", "ring", "stone", "green", "cloud"]
dialogue talk {
  let goal = one of words_of_five
  speaker one as assistant { model writer  system "Lead them to {{ goal }}." }
  speaker two as user      { model partner }
  opens two
  turns 3 each
  let guess = two answers { ask "Which word?"  answer word }
  outcome said    where {{ said(one, goal) }}
  outcome guessed where {{ guess == goal }}
  outcome calm    else
}
table talks from dialogue talk { rows ROWS  attempts ATTEMPTS  keep where {{ outcome != "said" }} }
"#;

fn talk(seen: &Seen) -> Play {
    let turn = said_by(seen, "assistant").len();
    says(match model(seen).as_str() {
        "partner" if last(seen).ends_with("Which word?") => "bark".to_owned(),
        "writer" if lot(seen, 12) == 0 => "bark ring stone green cloud".to_owned(),
        name => format!("{name} {turn} {:x}", lot(seen, 1 << 40)),
    })
}

#[test]
fn dialogues_killed_at_any_moment_are_the_same_dialogues() {
    let games = amount("GAMES", 40);
    let spec = TALKS.replace("ROWS", &games.to_string()).replace("ATTEMPTS", &(games * 4).to_string());
    compared(&spec, talk, amount("KILLS", 6));
}
