//! What lies between the program and a service: names, encryption, connections that never come about, several models.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use introspec::answers::Cause;
use tokio::net::{TcpSocket, TcpStream};

use crate::desk::{Desk, respondent, texts_of};
use crate::server::{Server, texts};

/// Asks an address once or twice, and returns why there is no answer.
fn failure(base_url: &str, settings: &str) -> (Cause, String) {
    let (mut desk, model) = (Desk::new(), respondent(base_url, settings));
    desk.options.retry.tries = 2;
    let summary = desk.ask(&model, vec![texts_of("a", 1)]);
    let stopped = summary.models[0].stopped.clone().expect("a model that gave nothing has stopped");
    assert_eq!(desk.log.lines("Retried").len(), 1, "it is tried again");
    (stopped.cause, stopped.message)
}

#[test]
fn a_name_that_nobody_has_is_a_connection_that_failed() {
    // No name has such a long part, so that nobody outside is asked for it.
    let (cause, message) = failure(&format!("http://{}.invalid/v1", "a".repeat(64)), "");
    assert_eq!(cause, Cause::Connection);
    assert!(message.contains("cannot be reached"), "{message}");
}

#[test]
fn a_server_without_encryption_where_it_was_due_is_a_connection_that_failed() {
    let server = Server::obliging();
    let (cause, message) = failure(&server.base_url.replace("http:", "https:"), "");
    assert_eq!(cause, Cause::Connection);
    assert!(message.contains("cannot be reached"), "{message}");
    assert_eq!(server.total(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_never_comes_about_is_given_up() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Nobody accepts, and the queue is full: further connections hang.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let _queued: Vec<_> = (0..8).map(|_| runtime.spawn(async move { TcpStream::connect(address).await })).collect();
    sleep(Duration::from_millis(100));
    let clock = Instant::now();
    let (cause, message) = failure(&format!("http://{address}/v1"), "timeout: 0.3");
    assert_eq!(cause, Cause::TimedOut, "{message}");
    assert!(clock.elapsed() < Duration::from_secs(10), "{:?}", clock.elapsed());
}

#[test]
fn a_slow_model_holds_no_other_up() {
    let answered = Arc::new(AtomicUsize::new(0));
    let (seen_by_slow, seen_by_fast) = (Arc::clone(&answered), Arc::clone(&answered));
    // Its first answer comes when the other model has had all of its own.
    let slow = Server::start(move |seen| {
        let clock = Instant::now();
        while seen_by_slow.load(Ordering::Relaxed) < 500 && clock.elapsed() < Duration::from_mins(1) {
            sleep(Duration::from_millis(5));
        }
        assert!(seen_by_slow.load(Ordering::Relaxed) >= 500, "the fast model waits for the slow one");
        texts(&seen.body)
    });
    let fast = Server::start(move |seen| {
        seen_by_fast.fetch_add(1, Ordering::Relaxed);
        texts(&seen.body)
    });
    let settings = "concurrency: 4, timeout: 120";
    let (slow, fast) = (respondent(&slow.base_url, settings), respondent(&fast.base_url, settings));
    let asks = |count: usize| (0..count).map(|number| texts_of(&number.to_string(), 1)).collect::<Vec<_>>();
    let summary = Desk::new().run(vec![(&slow, asks(40)), (&fast, asks(500))]).expect("the run ends");
    assert_eq!(
        summary.models.iter().map(|model| (model.answers, model.failed)).collect::<Vec<_>>(),
        [(40, 0), (500, 0)]
    );
}
