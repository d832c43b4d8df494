//! `history`: the runs, one of them, or whether all records stand as they were written.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{load, print, status, trouble};
use crate::{
    catalogue::{Fill, say},
    config::Config,
    finding::{Code, Trouble},
    history::{History, Unnamed},
    report::{EXIT_FAILED, EXIT_OK},
};

const UNKNOWN: Code = Code::new("run-unknown");
const AMBIGUOUS: Code = Code::new("run-ambiguous");
const BROKEN: Code = Code::new("history-broken");

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// How many runs to list, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print it as JSON: the records as they were written
    #[arg(long, global = true)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show what one run read, changed and held, and how long it took
    #[command(after_help = "Example: sheetbridge history show 019abc12")]
    Show {
        /// The beginning of its id, or `last`
        #[arg(value_name = "RUN")]
        run: String,
    },
    /// Check that no record was changed, added or taken out since it was written
    #[command(after_help = "Example: sheetbridge history verify")]
    Verify,
}

pub(super) fn history(args: &Args) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    let told = status::history(&config).and_then(|history| match &args.command {
        None => Ok(list(&config, &history, args)),
        Some(Command::Show { run }) => show(&config, &history, run, args.json),
        Some(Command::Verify) => verify(&config, &history, args.json),
    });
    match told {
        Ok(text) => {
            print(&text);
            EXIT_OK
        }
        Err(why) => trouble(&why, &config.path.display().to_string(), config.operator.language),
    }
}

fn list(config: &Config, history: &History, args: &Args) -> String {
    if args.json {
        let newest = (0..history.runs.len()).rev().take(args.limit).map(|place| history.record(place));
        return pretty(&json!({ "runs": newest.collect::<Vec<_>>() }));
    }
    if history.runs.is_empty() {
        return say("history-none", config.operator.language, &[]) + "\n";
    }
    history.lines(args.limit, config.operator.language)
}

fn show(config: &Config, history: &History, name: &str, json: bool) -> Result<String, Trouble> {
    let place = history.find(name).map_err(|why| match why {
        Unnamed::Unknown => Trouble::new(UNKNOWN, format!("`{name}`")),
        Unnamed::Several(n) => Trouble::new(AMBIGUOUS, format!("`{name}` ({n})")),
    })?;
    Ok(if json { pretty(&history.record(place)) } else { history.show(place, config.operator.language) })
}

fn verify(config: &Config, history: &History, json: bool) -> Result<String, Trouble> {
    if let Some(place) = history.broken() {
        let run = &history.runs[place];
        let trouble = Trouble::new(BROKEN, format!("{} {} {}", run.run, run.at, run.command));
        return Err(trouble.at_row(u32::try_from(place + 1).unwrap_or(u32::MAX)));
    }
    let (n, hash) = (history.runs.len(), history.head().unwrap_or_else(|| "-".to_owned()));
    if json {
        return Ok(pretty(&json!({ "whole": true, "records": n, "hash": hash })));
    }
    let fills = [("n", Fill::Number(n as u64)), ("hash", Fill::Text(&hash))];
    Ok(say("history-whole", config.operator.language, &fills) + "\n")
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
