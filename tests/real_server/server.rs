//! llama.cpp's own server, from the Python package that carries it, on a loopback address.

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
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real_server/serve.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(model)
            .args([parallel.to_string(), context.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line of text");
        let address = line.trim().to_owned();
        assert!(
            address.starts_with("http://127.0.0.1:"),
            "the server did not start on {}: `{address}`",
            model.display()
        );
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

/// A Python that has the package. Without one the test is skipped, and says so; not in CI, where it fails.
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
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real_server_python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if run(&python, &["-c", "import xllamacpp"]).is_err() {
        let system = if cfg!(windows) { "python" } else { "python3" };
        run(Path::new(system), &["-m", "venv", "--clear", &folder.display().to_string()])?;
        run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "xllamacpp"])?;
        run(&python, &["-c", "import xllamacpp"])?;
    }
    Ok(python)
}

fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let shown = format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{shown}: {}", String::from_utf8_lossy(&output.stderr))) }
}
