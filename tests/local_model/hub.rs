//! Files of the hub, from a server on loopback that answers as the hub does.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::locating::locate_under;

const CONTENT: &[u8] = b"GGUF and whatever follows";

fn answer(request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if request.uri().path() != "/org/repo/resolve/main/sub/model.gguf" {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Full::default()).unwrap();
    }
    // The library first asks for one byte to learn the size, and then for everything from a byte on.
    let range = request.headers().get("range").and_then(|range| range.to_str().ok()).unwrap_or("bytes=0-");
    let (start, end) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let start: usize = start.parse().unwrap();
    let end = end.parse().map_or(CONTENT.len(), |end: usize| end + 1);
    Response::builder()
        .status(StatusCode::PARTIAL_CONTENT)
        .header("etag", "\"0123abcd\"")
        .header("x-repo-commit", "fedcba9876543210")
        .header("content-range", format!("bytes {start}-{}/{}", end - 1, CONTENT.len()))
        .body(Full::new(Bytes::from_static(&CONTENT[start..end])))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_hub_is_fetched_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let counted = Arc::clone(&counted);
            let service = service_fn(move |request: Request<Incoming>| {
                counted.fetch_add(1, Ordering::SeqCst);
                async move { Ok::<_, Infallible>(answer(&request)) }
            });
            tokio::spawn(async move {
                // A client that hangs up is no failure of the server.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });

    let cache = tempfile::tempdir().unwrap();
    let find = move |model: &'static str, endpoint: String| {
        let cache = cache.path().to_str().unwrap().to_owned();
        let variables =
            [("INTROSPEC_CACHE", cache.as_str()), ("HF_ENDPOINT", endpoint.as_str()), ("NO_PROXY", "127.0.0.1")];
        locate_under(model, &variables)
    };
    tokio::task::spawn_blocking(move || {
        let path = find("hf:org/repo/sub/model.gguf", endpoint.clone()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), CONTENT);
        let first = requests.load(Ordering::SeqCst);
        assert!(first > 0);
        // The second time nothing is asked: an address that answers nothing does as well.
        assert_eq!(find("hf:org/repo/sub/model.gguf", "http://127.0.0.1:9".to_owned()).unwrap(), path);
        assert_eq!(requests.load(Ordering::SeqCst), first);

        let missing = find("hf:org/repo/other.gguf", endpoint.clone()).unwrap_err();
        assert!(
            missing.contains("hf:org/repo/other.gguf could not be fetched") && missing.contains("404"),
            "{missing}"
        );
    })
    .await
    .unwrap();
}
