//! The store: what it survives and what it refuses.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use introspec::answers::{GROUP, Store, StoreError};
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, respondent, texts_of};
use crate::server::{Server, texts};

#[test]
fn a_cancelled_run_keeps_what_came_and_is_continued() {
    let desk = Desk::new();
    let (cancel, answered) = (desk.cancel.clone(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&answered);
    let server = Server::start(move |seen| {
        if counter.fetch_add(1, Ordering::SeqCst) == 100 {
            cancel.cancel();
        }
        texts(&seen.body)
    });
    let model = respondent(&server.base_url, "concurrency: 4");
    let asks: Vec<_> = (0..2000).map(|i| texts_of(&i.to_string(), 1)).collect();
    let stopped = desk.ask(&model, asks.clone());
    assert!(stopped.cancelled);
    let (sent, kept) = (server.total(), stopped.models[0].answers as usize);
    assert!((96..1000).contains(&kept) && sent - kept <= 4, "{sent} sent, {kept} kept");

    let desk = Desk { cancel: CancellationToken::new(), ..desk };
    let rest = desk.ask(&model, asks);
    assert_eq!((rest.models[0].known as usize, rest.models[0].answers as usize), (kept, 2000 - kept));
}

#[test]
fn a_store_of_another_version_is_refused_and_left_alone() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    let connection = Connection::open(desk.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(desk.path()).unwrap();

    let error = desk.run(vec![(&model, vec![texts_of("b", 1)])]).expect_err("another version");
    assert!(error.to_string().contains("is a store of version 99"), "{error}");
    assert_eq!(fs::read(desk.path()).unwrap(), before);
}

#[test]
fn a_file_that_is_not_a_store_is_refused_and_left_alone() {
    let desk = Desk::new();
    let text = "dear diary, ".repeat(500);
    fs::write(desk.path(), &text).unwrap();
    let error = Store::open(&desk.path()).expect_err("a text");
    assert_eq!(error, StoreError::NotAStore { path: desk.path() });
    assert_eq!(fs::read_to_string(desk.path()).unwrap(), text);

    fs::remove_file(desk.path()).unwrap();
    Connection::open(desk.path()).unwrap().execute_batch("CREATE TABLE mine (a)").unwrap();
    let error = Store::open(&desk.path()).expect_err("another database");
    assert_eq!(error, StoreError::NotAStore { path: desk.path() });
}

#[test]
fn a_missing_folder_is_named() {
    let desk = Desk::new();
    let path = desk.folder.path().join("none/answers.sqlite");
    let error = Store::open(&path).expect_err("no folder");
    assert!(error.to_string().contains("none/answers.sqlite"), "{error}");
}

#[test]
fn a_locked_store_is_refused() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    let other = Connection::open(desk.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = desk.run(vec![(&model, vec![texts_of("b", 1)])]).expect_err("a lock");
    assert!(error.to_string().contains("is locked by another process"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
}

/// The other process of [`a_killed_run_repeats_no_more_than_is_stated`]; in an ordinary run it does nothing.
#[test]
fn a_run_to_be_killed() {
    let (Ok(base_url), Some(path)) = (env::var("KILLED_BASE_URL"), env::var_os("KILLED_STORE")) else {
        return;
    };
    let desk = Desk::new();
    let store = Store::open(path.as_ref()).unwrap();
    desk.fill(&store, vec![(&respondent(&base_url, KILLED), numbered(KILLED_ASKS))]).unwrap();
}

const KILLED: &str = "concurrency: 20";
const KILLED_ASKS: u32 = 20_000;

#[test]
fn a_killed_run_repeats_no_more_than_is_stated() {
    let server = Server::obliging();
    let desk = Desk::new();
    let mut committed = 0;
    for round in 1..=3 {
        let mut run = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::a_run_to_be_killed"])
            .env("KILLED_BASE_URL", &server.base_url)
            .env("KILLED_STORE", desk.path())
            .spawn()
            .unwrap();
        while server.total() < round * 2000 {
            assert!(run.try_wait().unwrap().is_none(), "the run ended before it was killed");
            thread::sleep(Duration::from_millis(1));
        }
        run.kill().unwrap();
        run.wait().unwrap();

        // Whatever was sent and not committed was in flight or in the group that was not committed.
        let answers = Connection::open(desk.path()).unwrap();
        let now: usize =
            answers.query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, u32>(0)).unwrap() as usize;
        assert!(now > committed);
        committed = now;
        let repeated = server.total() - server.counts().len();
        assert!(repeated <= round * (20 + GROUP), "{repeated} requests were sent again");
        assert!(server.counts().len() - committed <= 20 + GROUP, "{committed} of {} committed", server.counts().len());
    }
    let model = respondent(&server.base_url, KILLED);
    let before = server.total();
    let rest = desk.ask(&model, numbered(KILLED_ASKS));
    assert_eq!(rest.models[0].known as usize, committed);
    assert_eq!(server.total() - before, KILLED_ASKS as usize - committed);
    assert_eq!(server.counts().len(), KILLED_ASKS as usize);
}

fn numbered(count: u32) -> Vec<introspec::answers::Ask> {
    (0..count).map(|number| texts_of(&number.to_string(), 1)).collect()
}
