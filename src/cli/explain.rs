use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem, explain, nearest};
use introspec::text::Sources;

use super::console;
use super::exit::Exit;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec explain E0206")]
pub(crate) struct Explain {
    /// The code that a diagnostic shows in brackets
    code: String,
}

impl Explain {
    pub(crate) fn run(&self) -> Exit {
        if let Some(text) = explain(&self.code) {
            console::say(text);
            return Exit::Well;
        }
        let code = self.code.to_uppercase();
        let nearest = nearest(&code, Problem::CODES.iter().copied()).map(str::to_owned);
        console::show(&[Diagnostic::new(Problem::UnknownCode { code, nearest })], &Sources::default());
        Exit::Usage
    }
}
