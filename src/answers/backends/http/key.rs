//! Keys from where the configuration says that they are.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::failure;
use crate::answers::{Cause, Failure};
use crate::configuration::{KeySource, Secret};

/// How long a command may take to print a key: somebody may have to unlock it.
const LONGEST: Duration = Duration::from_mins(2);
/// No key is longer.
const LARGEST: u64 = 64 << 10;

/// Finds the key of the model `model`. `environment` looks a variable up; a command is run by the system's shell.
///
/// # Errors
///
/// There is no key. The message never holds what a command printed.
pub fn look_up(
    model: &str,
    source: &KeySource,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Secret, Failure> {
    match source {
        KeySource::Variable(variable) => match environment(variable) {
            Some(key) if !key.trim().is_empty() => Ok(Secret::new(key.trim())),
            _ => Err(missing(format!(
                "`{model}` takes its key from the environment variable {variable}, which is not set"
            ))),
        },
        KeySource::Command(command) => {
            printed(command).map_err(|why| missing(format!("the `key_command` of `{model}` {why}")))
        }
    }
}

fn missing(message: String) -> Failure {
    failure(Cause::Key, message)
}

fn printed(command: &str) -> Result<Secret, String> {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    shell.args([if cfg!(windows) { "/C" } else { "-c" }, command]);
    // What it complains of may hold the key too, so nobody reads it.
    let mut child = shell
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let printed = read(&mut child);
    if printed.is_none() {
        // It may have ended by itself in the meantime.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("was lost: {error}"))?;
    let Some(printed) = printed else {
        return Err(format!("printed no key within {} seconds", LONGEST.as_secs()));
    };
    match printed.expose().trim() {
        _ if !status.success() => Err(format!("failed ({status}); run it by itself to see why")),
        "" => Err("printed nothing".to_owned()),
        key if key.contains(['\n', '\r']) => Err("printed more than one line".to_owned()),
        key => Ok(Secret::new(key)),
    }
}

/// Reads what a command prints, until it ends or its time is over.
fn read(child: &mut Child) -> Option<Secret> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.take(LARGEST).read_to_string(&mut text).map(|_| Secret::new(text));
        // Nobody waits any more where the time was over.
        let _ = sender.send(read.ok());
    });
    receiver.recv_timeout(LONGEST).ok().flatten()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn found(command: &str) -> Result<String, Failure> {
        let source = KeySource::Command(command.to_owned());
        look_up("m", &source, &|_| None).map(|key| key.expose().to_owned())
    }

    #[test]
    fn a_command_prints_the_key_on_one_line() {
        assert_eq!(found("echo '  sk-planted-7f3a91  '"), Ok("sk-planted-7f3a91".to_owned()));
        for (command, why) in [("true", "printed nothing"), ("printf 'a\\nb'", "one line"), ("exit 3", "failed")] {
            let failure = found(command).expect_err("no key");
            assert!(failure.cause == Cause::Key && failure.message.contains(why), "{failure:?}");
        }
    }

    #[test]
    fn what_a_failing_command_says_is_not_repeated() {
        let failure = found("echo sk-planted-7f3a91; echo sk-planted-7f3a91 >&2; exit 1").expect_err("no key");
        assert!(!failure.message.contains("planted"), "{}", failure.message);
    }
}
