//! A server that speaks HTTP by hand, so that it can do everything wrong. What it does to a request is drawn from a
//! seed, the request and how often it has come: the same on every machine, in whatever order requests arrive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;

use crate::kind::Kind;

/// What the server does.
#[derive(Clone, Copy)]
pub(crate) struct Character {
    pub(crate) seed: u64,
    /// The share of requests that something is done to, per mille.
    pub(crate) per_mille: u64,
    /// How often at most one request is failed.
    pub(crate) most: usize,
    /// How long it stalls where it does; longer than clients wait.
    pub(crate) stall: Duration,
    /// After so many requests, and as many again, it listens to nobody for a moment.
    pub(crate) deaf_every: Option<usize>,
    /// How long it takes for a right answer.
    pub(crate) latency: Duration,
}

impl Character {
    pub(crate) fn kind() -> Self {
        Self { seed: 0, per_mille: 0, most: 0, stall: Duration::ZERO, deaf_every: None, latency: Duration::ZERO }
    }
}

/// What came, and what was done about it.
#[derive(Default)]
pub(crate) struct Log {
    /// By body: how often it came.
    pub(crate) came: BTreeMap<String, usize>,
    /// By body: the epochs in which it was answered rightly and wholly.
    pub(crate) answered: BTreeMap<String, Vec<usize>>,
    /// The last message of each request, with the epoch it came in.
    pub(crate) prompts: Vec<(String, usize)>,
    pub(crate) faults: BTreeMap<Kind, usize>,
    pub(crate) total: usize,
    pub(crate) deaf: usize,
    /// Counts kills: the client is another process in each.
    pub(crate) epoch: usize,
}

pub(crate) struct Server {
    pub(crate) base_url: String,
    log: Arc<Mutex<Log>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Server {
    pub(crate) fn start(character: Character) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(async { listen(0) }).unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Log::default()));
        runtime.spawn(serve(listener, port, character, Arc::clone(&log)));
        Self { base_url: format!("http://127.0.0.1:{port}/v1"), log, runtime: Some(runtime) }
    }

    pub(crate) fn log<T>(&self, look: impl FnOnce(&mut Log) -> T) -> T {
        look(&mut self.log.lock().unwrap())
    }

    pub(crate) fn total(&self) -> usize {
        self.log(|log| log.total)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    socket.listen(1024)
}

async fn serve(listener: TcpListener, port: u16, character: Character, log: Arc<Mutex<Log>>) {
    let mut listening = Some(listener);
    let mut next_deaf = character.deaf_every;
    loop {
        let Some(listener) = &listening else {
            sleep(Duration::from_millis(60)).await;
            listening = listen(port).ok();
            continue;
        };
        let accepted = tokio::time::timeout(Duration::from_millis(20), listener.accept()).await;
        if let Ok(Ok((stream, _))) = accepted {
            tokio::spawn(converse(stream, character, Arc::clone(&log)));
        }
        let mut log = log.lock().unwrap();
        if next_deaf.is_some_and(|at| log.total >= at) {
            next_deaf = character.deaf_every.map(|every| log.total + every);
            log.deaf += 1;
            // Whoever connects now is refused.
            listening = None;
        }
    }
}

/// Answers the requests of one connection, until one of them ends it.
async fn converse(stream: TcpStream, character: Character, log: Arc<Mutex<Log>>) {
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Some(body) = request(&mut stream).await {
        let (times, epoch) = {
            let mut log = log.lock().unwrap();
            log.total += 1;
            let times = log.came.entry(body.to_string()).or_default();
            *times += 1;
            let (times, epoch) = (*times, log.epoch);
            let prompt = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
            log.prompts.push((prompt, epoch));
            (times, epoch)
        };
        let kind = drawn(character, &body, times);
        let (bytes, keeps) = match kind {
            None => {
                sleep(character.latency).await;
                (json_reply(&completion(&body)), true)
            }
            Some(kind) => {
                *log.lock().unwrap().faults.entry(kind).or_default() += 1;
                match play(kind, &body, character, &mut stream).await {
                    Some(played) => played,
                    None => return,
                }
            }
        };
        // It is noted before it is sent: what has reached a client has been noted.
        if kind.is_none_or(Kind::answers) {
            log.lock().unwrap().answered.entry(body.to_string()).or_default().push(epoch);
        }
        if stream.get_mut().write_all(&bytes).await.is_err() || !keeps {
            return;
        }
    }
}

/// Reads one request and returns its body.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("post /v1/chat/completions "), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().trim().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// Draws what is done to a request.
fn drawn(character: Character, body: &Value, times: usize) -> Option<Kind> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&character.seed.to_le_bytes());
    hasher.update(body.to_string().as_bytes());
    hasher.update(&(times as u64).to_le_bytes());
    let hash = hasher.finalize();
    let word = |at: usize| u64::from_le_bytes(hash.as_bytes()[at..at + 8].try_into().unwrap());
    if times > character.most || word(0) % 1000 >= character.per_mille {
        return None;
    }
    let kind = Kind::ALL[(word(8) % Kind::ALL.len() as u64) as usize];
    // Those that take a whole time-out are drawn more seldom.
    (!kind.is_slow() || word(16).is_multiple_of(8)).then_some(kind)
}

/// Does something to a request. What is returned is still to be sent, with whether the connection lives on.
async fn play(
    kind: Kind,
    body: &Value,
    character: Character,
    stream: &mut BufReader<TcpStream>,
) -> Option<(Vec<u8>, bool)> {
    let right = json_reply(&completion(body));
    let error = json!({ "error": { "message": "a fault of the test" } }).to_string();
    let status = |line: &str, headers: &str| plain(line, headers, &error);
    let as_json = |text: &str| plain("200 OK", "content-type: application/json\r\n", text);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = completion(body);
        change(&mut value);
        as_json(&value.to_string())
    };
    let send = |bytes: Vec<u8>| (bytes, true);
    let cut = |bytes: &[u8], at: usize| (bytes[..at].to_vec(), false);
    let head = right.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
    Some(match kind {
        Kind::Reset => {
            let _ = stream.get_mut().set_zero_linger();
            return None;
        }
        Kind::Closed => return None,
        Kind::CutInStatusLine => cut(&right, 7),
        Kind::CutInHeaders => cut(&right, head - 20),
        Kind::CutInBody => cut(&right, right.len() - 20),
        Kind::CutInChunks => {
            let chunk = &right[head..right.len() - 10];
            let headers = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
            let mut bytes = format!("{headers}{:x}\r\n", chunk.len()).into_bytes();
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
            (bytes, false)
        }
        Kind::BadChunkSize => {
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n{}\r\n0\r\n\r\n".to_vec(), false)
        }
        Kind::NotHttp => (b"220 mail.example ESMTP ready\r\n\r\n".to_vec(), false),
        Kind::EndlessHeaders => {
            let mut bytes = b"HTTP/1.1 200 OK\r\n".to_vec();
            for number in 0..20_000 {
                bytes.extend_from_slice(format!("x-header-{number}: {number:040}\r\n").as_bytes());
            }
            (bytes, false)
        }
        Kind::StalledBody => {
            let _ = stream.get_mut().write_all(&right[..right.len() - 20]).await;
            sleep(character.stall).await;
            return None;
        }
        Kind::TricklingBody => {
            let _ = stream.get_mut().write_all(&right[..head]).await;
            let step = character.stall / (right.len() - head) as u32;
            for byte in &right[head..] {
                sleep(step).await;
                stream.get_mut().write_all(&[*byte]).await.ok()?;
            }
            return None;
        }
        Kind::LateHeaders => {
            sleep(character.stall).await;
            let _ = stream.get_mut().write_all(&right).await;
            return None;
        }
        Kind::LateBody => {
            let _ = stream.get_mut().write_all(&right[..head]).await;
            sleep(character.stall).await;
            let _ = stream.get_mut().write_all(&right[head..]).await;
            return None;
        }
        Kind::LimitedWithSeconds => send(status("429 Too Many Requests", "retry-after: 0.02\r\n")),
        Kind::LimitedWithMilliseconds => send(status("429 Too Many Requests", "retry-after-ms: 15\r\n")),
        Kind::LimitedWithDate => {
            let header = format!("retry-after: {}\r\n", httpdate::fmt_http_date(SystemTime::now()));
            send(status("429 Too Many Requests", &header))
        }
        Kind::LimitedWithReset => {
            let header = "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 20ms\r\n";
            send(status("429 Too Many Requests", header))
        }
        Kind::LimitedWithoutTime => send(status("429 Too Many Requests", "")),
        Kind::LimitedUnderSuccess => send(as_json(r#"{"error":{"code":429,"message":"slow down"}}"#)),
        Kind::InternalError => send(status("500 Internal Server Error", "")),
        Kind::BadGateway => {
            send(plain("502 Bad Gateway", "content-type: text/html\r\n", "<html><h1>502</h1>nginx</html>"))
        }
        Kind::UnavailableWithWait => send(status("503 Service Unavailable", "retry-after: 0.01\r\n")),
        Kind::GatewayTimeout => send(plain("504 Gateway Timeout", "", "")),
        Kind::Overloaded => send(status("529 Overloaded", "")),
        Kind::RequestTimeout => send(status("408 Request Timeout", "")),
        Kind::NoContent => send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        Kind::EmptyBody => send(as_json("")),
        Kind::Html => send(plain("200 OK", "content-type: text/html\r\n", "<html>Please log in</html>")),
        Kind::HtmlAsJson => send(as_json("<html>Please log in</html>")),
        Kind::GzipGarbage => {
            send(plain("200 OK", "content-type: application/json\r\ncontent-encoding: gzip\r\n", "not gzip at all"))
        }
        Kind::GzipCut => {
            // The first bytes of a gzip stream, and nothing after them.
            let start = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab";
            let mut bytes = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                start.len()
            )
            .into_bytes();
            bytes.extend_from_slice(start);
            send(bytes)
        }
        Kind::NotJson => send(as_json("upstream connect error or disconnect/reset before headers")),
        Kind::HalfJson => {
            let text = completion(body).to_string();
            send(as_json(&text[..text.len() / 2]))
        }
        Kind::ByteOrderMark => send(as_json("\u{feff}{}")),
        Kind::NotUtf8 => {
            let text = b"{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len());
            send([head.as_bytes(), text].concat())
        }
        Kind::DeepJson => send(as_json(&format!("{{\"choices\":{}", "[".repeat(5000)))),
        Kind::NotANumber => send(as_json(r#"{"choices":[{"index":NaN,"message":{"content":"x"}}]}"#)),
        Kind::JsonList => send(as_json("[1, 2, 3]")),
        Kind::JsonText => send(as_json("\"ok\"")),
        Kind::Embeddings => send(as_json(r#"{"object":"list","data":[{"object":"embedding","embedding":[0.1]}]}"#)),
        Kind::ErrorUnderSuccess => send(as_json(&error)),
        Kind::NoChoices => send(changed(&|value| drop(value.as_object_mut().unwrap().remove("choices")))),
        Kind::EmptyChoices => send(changed(&|value| value["choices"] = json!([]))),
        Kind::NullContent => send(changed(&|value| value["choices"][0]["message"]["content"] = Value::Null)),
        Kind::NoMessage => send(changed(&|value| drop(value["choices"][0].as_object_mut().unwrap().remove("message")))),
        Kind::BrokenOff => send(changed(&|value| value["choices"][0]["finish_reason"] = json!("error"))),
        Kind::FewerChoices => send(changed(&|value| value["choices"].as_array_mut().unwrap().truncate(1))),
        Kind::MoreChoices => send(changed(&|value| {
            let choices = value["choices"].as_array_mut().unwrap();
            let mut more = choices[0].clone();
            more["index"] = json!(choices.len());
            more["message"]["content"] = json!("one too many");
            choices.push(more);
        })),
        Kind::ChoicesBackwards => send(changed(&|value| value["choices"].as_array_mut().unwrap().reverse())),
        Kind::NoUsage => send(changed(&|value| drop(value.as_object_mut().unwrap().remove("usage")))),
        Kind::NullUsage => send(changed(&|value| value["usage"] = Value::Null)),
        Kind::Informational => send([b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".to_vec(), right].concat()),
        Kind::OldHttp => {
            ([b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n", &right[head..]].concat(), false)
        }
        Kind::SaidTwice => (right.repeat(2), true),
        Kind::LastOfTheConnection => (right, false),
    })
}

/// The right answer: each text says the prompt and the seed that it was drawn under, or a colour by that seed.
fn completion(body: &Value) -> Value {
    let prompt = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    let seed = body["seed"].as_u64().unwrap();
    let choice = |index: u64| {
        let content = if prompt.ends_with("red or blue?") {
            ["red", "blue"][(seed + index) as usize % 2].to_owned()
        } else {
            format!("{prompt}/{}", seed + index)
        };
        json!({ "index": index, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" })
    };
    let choices: Vec<Value> = (0..body["n"].as_u64().unwrap_or(1)).map(choice).collect();
    let usage = json!({ "prompt_tokens": 7, "completion_tokens": choices.len(), "total_tokens": 7 + choices.len() });
    json!({ "object": "chat.completion", "model": body["model"], "choices": choices, "usage": usage })
}

fn json_reply(value: &Value) -> Vec<u8> {
    plain("200 OK", "content-type: application/json\r\n", &value.to_string())
}

fn plain(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
