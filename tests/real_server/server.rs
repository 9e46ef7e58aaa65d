//! Servers from Python packages, on loopback addresses: llama.cpp's own, and a proxy with other dialects in front of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// A running server. It ends when its standard input does, at the latest with this process.
pub(crate) struct Server {
    address: String,
    child: Child,
    input: Option<ChildStdin>,
}

impl Server {
    /// Serves a GGUF file to `parallel` requests at once, each with `context` tokens at most.
    pub(crate) fn start(python: &Path, model: &Path, parallel: u32, context: u32) -> Self {
        Self::of(python, "serve.py", &[&model.display().to_string(), &parallel.to_string(), &context.to_string()])
    }

    /// Puts the proxy of `LiteLLM` in front of another server, which it calls `model`.
    pub(crate) fn proxy(&self, python: &Path, model: &str, key: &str) -> Self {
        Self::of(python, "proxy.py", &[self.address(), model, key])
    }

    fn of(python: &Path, script: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(python)
            .arg(folder().join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line of text");
        let address = line.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{script} did not start on {arguments:?}: `{address}`");
        Self { address, child, input }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a JSON document and returns the one that comes back.
    pub(crate) async fn post(&self, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let reply = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client")
            .post(format!("{}{path}", self.address))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .expect("the server answers");
        let status = reply.status();
        let text = reply.text().await.expect("a whole answer");
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the servers' scripts are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_server")
}

/// A Python that has the packages. Without one the test is skipped, and says so; not in CI, where it fails.
pub(crate) fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PYTHON.get_or_init(make_environment) {
        Ok(python) => Some(python),
        Err(reason) => {
            let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!in_ci, "no llama.cpp to compare with: {reason}");
            eprintln!("skipped, since there is no llama.cpp to compare with: {reason}");
            None
        }
    }
}

fn make_environment() -> Result<PathBuf, String> {
    let requirements = folder().join("requirements.txt");
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real_server_python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // What was installed is written down, so that other requirements make another environment.
    let (wanted, installed) =
        (fs::read(&requirements).map_err(|error| error.to_string())?, environment.join("installed"));
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    run(Path::new(system), &["-m", "venv", "--clear", &environment.display().to_string()])?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(&python, &[&install[..], &[&requirements.display().to_string()]].concat())?;
    run(&python, &["-c", "import xllamacpp"])?;
    fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let shown = format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{shown}: {}", String::from_utf8_lossy(&output.stderr))) }
}
