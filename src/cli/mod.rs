//! The command line: arguments in, exit code out. The only part of the library that talks.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "talking is what it is for")]

mod args;
mod check;
mod explain;
mod progress;
mod run;

use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::{
    address::{Place, SourceId},
    config::{self, Config, Problems},
    finding::{Code, Finding, Trouble},
    language::Language,
    ledger,
    report::{EXIT_FAILED, EXIT_LOCKED},
};

const NO_CONFIG: Code = Code::new("config-not-found");

/// Runs the command that the process was started with, and returns its exit code.
#[must_use]
pub fn main() -> u8 {
    let args = args::Args::parse();
    log();
    match args.command {
        args::Command::Sync(args) => run::sync(&args),
        args::Command::Plan(args) => run::plan(&args),
        args::Command::Apply(args) => run::apply(&args),
        args::Command::Check(args) => check::check(&args),
        args::Command::Explain(args) => explain::explain(&args),
    }
}

/// Log lines go to standard error as `RUST_LOG` says; without it, warnings and the progress of what takes long.
/// They are our own alone: other crates don't know what is personal, and the one that reads phone numbers
/// logs every one of them.
fn log() {
    use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, prelude::*};
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,sheetbridge::progress=info"));
    let ours = filter_fn(|line| line.target().starts_with("sheetbridge"));
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_filter(ours);
    // Not `init`, which would have the lines of the `log` crate too.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(filter).with(lines));
}

/// A config that passed; what is wrong with it is printed.
fn load(path: Option<&Path>) -> Result<Config, u8> {
    let path = path.map_or_else(|| PathBuf::from("bridge.toml"), Path::to_path_buf);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) => {
            let hint = format!("{}: {}", path.display(), e.kind());
            return Err(trouble(&Trouble::new(NO_CONFIG, hint), "sheetbridge", Language::English));
        }
    };
    match config::parse(&text, &path) {
        Ok(passed) => {
            print_problems(&passed.warnings);
            Ok(passed.config)
        }
        Err(problems) => {
            print_problems(&problems);
            Err(EXIT_FAILED)
        }
    }
}

fn print_problems(problems: &Problems) {
    if !problems.list.is_empty() {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        eprint!("{}", problems.render(colours));
    }
}

/// Prints why something could not be done, and returns the exit code.
fn trouble(trouble: &Trouble, place: &str, language: Language) -> u8 {
    let finding = Finding::at(trouble.code, Place::source(SourceId(0))).hint(trouble.hint.as_str());
    eprint!("{}", finding.render(place, language));
    if ledger::is_locked(trouble) { EXIT_LOCKED } else { EXIT_FAILED }
}
