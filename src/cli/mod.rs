//! The command line: arguments in, exit code out. The only part of the library that talks.

mod args;
mod check;
mod confirm;
mod explain;
mod flows;
mod history;
mod init;
mod page;
mod progress;
mod recover;
mod rejects;
mod report;
mod review;
mod run;
mod schema;
mod shell;
mod state;
mod status;
mod undo;
mod why;

use std::{
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    path::{Path, PathBuf},
    sync::Mutex,
};

use clap::Parser as _;

use crate::{
    config::{self, Config, Problems},
    finding::{Code, Trouble},
    language::Language,
    ledger,
    report::{EXIT_FAILED, EXIT_LOCKED},
};

const NO_CONFIG: Code = Code::new("config-not-found");
const UNREADABLE: Code = Code::new("config-unreadable");
const NOT_UTF8: Code = Code::new("config-not-utf8");
const BUG: Code = Code::new("run-bug");

/// Where the last panic was.
static BUG_AT: Mutex<String> = Mutex::new(String::new());

/// Runs the command that the process was started with, and returns its exit code.
#[must_use]
pub fn main() -> u8 {
    let args = args::Args::parse();
    log();
    panic::set_hook(Box::new(remember));
    caught(|| match args.command {
        args::Command::Init(args) => init::init(&args),
        args::Command::Check(args) => check::check(&args),
        args::Command::Plan(args) => run::plan(&args),
        args::Command::Sync(args) => run::sync(&args),
        args::Command::Apply(args) => run::apply(&args),
        args::Command::Why(args) => why::why(&args),
        args::Command::Review(args) => review::review(&args),
        args::Command::Undo(args) => undo::undo(&args),
        args::Command::Status(args) => status::status(&args),
        args::Command::History(args) => history::history(&args),
        args::Command::Report(args) => report::report(&args),
        args::Command::Flows(args) => flows::flows(&args),
        args::Command::Recover(args) => recover::recover(&args),
        args::Command::State(args) => state::state(&args),
        args::Command::Explain(args) => explain::explain(&args),
        args::Command::Schema => schema::schema(),
        args::Command::Completions(args) => shell::completions(&args),
        args::Command::Man => shell::man(),
    })
}

/// Of a panic only the place is told: its message may quote a value.
fn remember(panic: &PanicHookInfo<'_>) {
    let at = panic.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
    *BUG_AT.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
}

/// The exit code of a command, also of one that panics.
fn caught(command: impl FnOnce() -> u8) -> u8 {
    panic::catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|_| {
        let at = BUG_AT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        trouble(&Trouble::new(BUG, at.as_str()), "sheetbridge", Language::English)
    })
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

/// Prints a text. That nobody reads it is no failure of what was done.
fn print(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The same on standard error.
fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A config that passed; what is wrong with it is printed.
fn load(path: Option<&Path>) -> Result<Config, u8> {
    let path = path.map_or_else(|| PathBuf::from("bridge.toml"), Path::to_path_buf);
    let text = match text(&path) {
        Ok(text) => text,
        Err((why, language)) => return Err(trouble(&why, &path.display().to_string(), language)),
    };
    match config::parse_with(&text, &path, &base) {
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

/// The text of a file that a config extends.
fn base(path: &Path) -> Result<String, Trouble> {
    text(path).map_err(|(why, _)| why)
}

/// The text of a config, or why there is none, in the language of its reader.
fn text(path: &Path) -> Result<String, (Trouble, Language)> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => (Trouble::new(NO_CONFIG, &shown), Language::English),
        kind => (Trouble::new(UNREADABLE, format!("{shown}: {kind}")), Language::English),
    })?;
    String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let row = memchr::memchr_iter(b'\n', before).count() + 1;
        let language = language_of(&String::from_utf8_lossy(e.as_bytes()), path);
        (Trouble::new(NOT_UTF8, &shown).at_row(row as u32), language)
    })
}

/// The language of a config, whatever else is wrong with it.
fn language_of(text: &str, path: &Path) -> Language {
    match config::parse_with(text, path, &base) {
        Ok(passed) => passed.config.operator.language,
        Err(problems) => problems.language,
    }
}

fn print_problems(problems: &Problems) {
    if !problems.list.is_empty() {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        complain(&problems.render(colours));
    }
}

/// The exit code of a command; why it could not be done is printed.
fn settled(outcome: Result<u8, Trouble>, config: &Config) -> u8 {
    outcome.unwrap_or_else(|why| trouble(&why, &config.path.display().to_string(), config.operator.language))
}

/// Prints why something could not be done, and returns the exit code.
fn trouble(trouble: &Trouble, place: &str, language: Language) -> u8 {
    complain(&trouble.render(place, language));
    if ledger::is_locked(trouble) { EXIT_LOCKED } else { EXIT_FAILED }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_a_run_that_could_not_do_its_work() {
        assert_eq!(caught(|| 75), 75);
        assert_eq!(caught(|| panic!("canary")), EXIT_FAILED);
    }
}
