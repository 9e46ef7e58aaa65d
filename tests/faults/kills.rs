//! The program itself, killed at any moment and started again, in front of a server that fails in every way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use introspec::answers::{Answers, GROUP, Identity, Inquiry};
use introspec::configuration::Configuration;
use introspec::plan::plan;
use introspec::spec::resolve;
use introspec::world::Folder;

use crate::amount;
use crate::server::{Character, Server};

const CONCURRENCY: usize = 32;

struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    fn new(base_url: &str, prompts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let wordings: Vec<String> = (0..prompts).map(|number| format!("    \"{number}: red or blue?\"")).collect();
        let spec = format!(
            "question colour {{\n  ask [\n{}\n  ]\n  answer word\n  score {{ \"red\": 1, \"blue\": 0 }}\n}}\n\
             suite asked {{ ask colour;  samples 1 }}\n\
             experiment colours {{\n  arms base\n  run asked\n  claim some \"Some\" {{{{ mean(asked, base) > 0.1 }}}}\n}}\n",
            wordings.join("\n")
        );
        fs::write(folder.path().join("spec.ispec"), spec).unwrap();
        // Another address is the same model here, so that results can be compared.
        let config = format!(
            "models:\n  m: {{ provider: openai, base_url: \"{base_url}\", model: m, identity: m, \
             concurrency: {CONCURRENCY}, timeout: 5 }}\nroles: {{ base: m, reviewer: m }}\n"
        );
        fs::write(folder.path().join("introspec.yaml"), config).unwrap();
        Run { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_introspec"))
            .args(["run", "spec.ispec", "--out", "out"])
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Returns the prompts whose answers are committed, with what was answered.
    fn committed(&self) -> BTreeMap<String, String> {
        let store = introspec::answers::store_path(&self.path("out"));
        let Ok(answers) = Answers::open(&store) else { return BTreeMap::new() };
        let world = Folder::new(self.folder.path(), &[]);
        let spec = resolve(&self.path("spec.ispec"), &world).spec.unwrap();
        let plan = plan(&spec).unwrap();
        let text = fs::read_to_string(self.path("introspec.yaml")).unwrap();
        let configuration = Configuration::read(&text, "introspec.yaml").unwrap();
        let inquiry = Inquiry::new(&spec, &plan, &spec.experiments[0], &configuration).unwrap();
        let subject = &inquiry.subjects[0];
        let identity = Arc::new(Identity::of(&subject.model));
        let answered = inquiry.posed().filter_map(|posed| {
            let ask = inquiry.ask(subject, &posed);
            let answered = answers.answers(&ask, &identity).unwrap();
            let answer = answered.samples.into_iter().flatten().flatten().next()?;
            Some((ask.messages[0].content.clone(), format!("{answer:?}")))
        });
        answered.collect()
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_was() {
    let (prompts, kills) = (amount("FAULTS", 1200), amount("KILLS", 6));
    let character = Character {
        seed: 5,
        per_mille: 250,
        most: 3,
        stall: Duration::from_secs(6),
        deaf_every: Some(prompts / 3),
        latency: Duration::from_millis(3),
    };
    let server = Server::start(character);
    let run = Run::new(&server.base_url, prompts);
    let hash = |kill: usize| u64::from_le_bytes(blake3::hash(&kill.to_le_bytes()).as_bytes()[..8].try_into().unwrap());
    // What was committed when the process was killed, by kill.
    let mut kept: Vec<BTreeSet<String>> = Vec::new();
    for kill in 0..kills {
        let mut child = run.start();
        // Up to twice a fair part of the requests, then up to a group's longest wait: a moment like any other.
        let moment = server.total() + (hash(kill) % (2 * prompts as u64 / kills as u64)) as usize;
        while server.total() < moment && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(hash(kill + 1000) % 60));
        // This is SIGKILL. A process that has ended already has nothing to lose.
        let _ = child.kill();
        child.wait().unwrap();
        // What was on its way when the process died belongs to its time.
        sleep(Duration::from_millis(30));
        server.log(|log| log.epoch = kill + 1);
        kept.push(run.committed().into_keys().collect());
    }
    let status = run.start().wait().unwrap();
    assert_eq!(status.code(), Some(0), "about half of the answers are red");

    server.log(|log| {
        for (prompt, epoch) in &log.prompts {
            let asked_before = kept[..*epoch].iter().position(|kept| kept.contains(prompt));
            assert_eq!(asked_before, None, "{prompt} was committed, and asked again after kill {epoch}");
        }
        let mut repeated = vec![0; kills + 1];
        for epochs in log.answered.values() {
            for epoch in &epochs[..epochs.len() - 1] {
                repeated[*epoch] += 1;
            }
        }
        assert!(repeated.iter().all(|answers| *answers <= CONCURRENCY + GROUP), "{repeated:?}");
        assert_eq!(repeated[kills], 0, "the last run is not killed");
        println!("{prompts} prompts, {} requests, {kills} kills, asked twice: {repeated:?}", log.total);
    });

    let right = Server::start(Character::kind());
    let undisturbed = Run::new(&right.base_url, prompts);
    assert_eq!(undisturbed.start().wait().unwrap().code(), status.code());
    assert_eq!(run.committed(), undisturbed.committed());
    assert_eq!(run.committed().len(), prompts);
    let results = |run: &Run| fs::read_to_string(run.path("out/results.json")).unwrap();
    assert_eq!(results(&run), results(&undisturbed));
}
