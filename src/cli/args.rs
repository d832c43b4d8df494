//! What may be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Moves client lists out of spreadsheets, lawfully.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    // A screen has 24 lines.
    help_template = "{about}\n\n{usage-heading} {usage}\n\n{subcommands}{after-help}",
    after_help = "Start with: sheetbridge init clients.xlsx\n\n\
        `sheetbridge COMMAND --help` tells more. Also: schema, completions, man, --version"
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Look at your lists, ask a few questions, and write a first config for them
    #[command(
        after_help = "Example: sheetbridge init clients.xlsx\n         sheetbridge init orders.xlsx stops.csv --to db --why interest --yes\n         sheetbridge init \"https://docs.google.com/spreadsheets/d/1AbC/edit\""
    )]
    Init(super::init::Init),
    /// Check the config, touching nothing else
    #[command(after_help = "Example: sheetbridge check bridge.toml")]
    Check(Config),
    /// Show what a sync would change, and write nothing
    #[command(after_help = "Example: sheetbridge plan --out plan.json && sheetbridge apply plan.json")]
    Plan(Plan),
    /// Read the lists, and bring every destination up to date
    #[command(after_help = "Example: sheetbridge sync -c shop.toml --route crm\n\n\
        Exit code: 0 all in place, 1 new for a person, 2 not done, 75 another run is at work")]
    Sync(Sync),
    /// Do what a plan showed, if it would still do the same
    #[command(after_help = "Example: sheetbridge apply plan.json -c shop.toml")]
    Apply(Apply),
    /// Say why somebody is at a destination, or isn't
    #[command(after_help = "Example: sheetbridge why mailing anna@example.com")]
    Why(super::why::Why),
    /// Decide who is who, where the lists don't say
    #[command(
        after_help = "Example: sheetbridge review --out open.toml; fill it in; sheetbridge review --answers open.toml"
    )]
    Review(super::review::Review),
    /// Remove the cards that a run created and nobody touched since, and list the rest
    #[command(after_help = "Example: sheetbridge undo last -c shop.toml --route crm\n\n\
        Exit code: 0 undone, 1 somebody touched cards of it, which stay, 2 not done, 75 another run is at work")]
    Undo(super::undo::Undo),
    /// Tell whether all is well: the last good run, what failed since, what waits
    #[command(after_help = "Example: sheetbridge status --max-age 26h || notify-me\n\n\
        Exit code: 0 the last run of every destination was good (with --max-age: one that is young enough was), \
        2 it was not")]
    Status(super::status::Args),
    /// List the runs, show one, or verify that none was changed
    #[command(after_help = "Example: sheetbridge history show last")]
    History(super::history::Args),
    /// Make one page of it all, with plots, to send or to print; no personal value is on it
    #[command(after_help = "Example: sheetbridge report --html report.html")]
    Report(super::report::Args),
    /// Print what flows where, why, and for how long: one page to sign
    #[command(after_help = "Example: sheetbridge flows --html flows.html")]
    Flows(super::flows::Args),
    /// Make a lost ledger anew of what stands at the destinations
    #[command(after_help = "Example: sheetbridge recover -c shop.toml && sheetbridge recover --confirm -c shop.toml")]
    Recover(super::recover::Recover),
    /// Back up the ledger, or restore it
    #[command(after_help = "Example: sheetbridge state backup /backups/ledger.db")]
    State(super::state::State),
    /// Explain the code of a finding, or list them all
    #[command(after_help = "Example: sheetbridge explain phone-letters")]
    Explain(Explain),
    /// Print a JSON Schema of the config, with which editors complete it
    #[command(after_help = "Example: sheetbridge schema > bridge.schema.json\n\n\
        Editors with taplo (VS Code: Even Better TOML) find it by the first line of the config:\n  \
        #:schema ./bridge.schema.json")]
    #[command(hide = true)]
    Schema,
    /// Print a script with which a shell completes commands and options
    #[command(after_help = "Example: sheetbridge completions bash \
        > ~/.local/share/bash-completion/completions/sheetbridge")]
    #[command(hide = true)]
    Completions(super::shell::Completions),
    /// Print the man page
    #[command(after_help = "Example: sheetbridge man > ~/.local/share/man/man1/sheetbridge.1")]
    #[command(hide = true)]
    Man,
}

/// Which config.
#[derive(clap::Args)]
pub(super) struct Config {
    /// The config file [default: ./bridge.toml]
    #[arg(value_name = "CONFIG")]
    positional: Option<PathBuf>,
    /// The same, as an option
    #[arg(short = 'c', long = "config", value_name = "FILE", conflicts_with = "positional")]
    option: Option<PathBuf>,
}

impl Config {
    pub(super) fn path(&self) -> Option<&std::path::Path> {
        self.positional.as_deref().or(self.option.as_deref())
    }
}

/// How a run is to go.
#[derive(clap::Args)]
pub(super) struct Run {
    /// Only this destination; may be given several times
    #[arg(long = "route", value_name = "NAME")]
    pub(super) routes: Vec<String>,
    /// For this run, let so many of a destination's cards go or be rewritten [default: 10%]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) guard: Option<usize>,
    /// Go on though the clock is behind the last run: that run's clock was wrong
    #[arg(long)]
    pub(super) clock_is_right: bool,
    /// Print everything as JSON: ids, addresses and codes, no personal value
    #[arg(long)]
    pub(super) json: bool,
    /// Print the whole summary even when no terminal is there
    #[arg(short, long, conflicts_with = "json")]
    pub(super) verbose: bool,
    /// Write the rows that wait to a new file of your own, to be corrected
    #[arg(long, value_name = "FILE")]
    pub(super) rejects: Option<PathBuf>,
}

/// Whether values are shown.
#[derive(clap::Args)]
pub(super) struct Reveal {
    /// Show values too, on a terminal only; that you looked is recorded
    #[arg(long, conflicts_with = "json")]
    pub(super) reveal: bool,
}

/// A few cards first.
#[derive(clap::Args)]
pub(super) struct Few {
    /// Create or change only so many cards of a database first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: Option<u32>,
    /// Only the card of this row, such as "orders.xlsx, row 9"
    #[arg(long, value_name = "ADDRESS")]
    pub(super) only: Vec<String>,
}

#[derive(clap::Args)]
pub(super) struct Sync {
    #[command(flatten)]
    pub(super) config: Config,
    #[command(flatten)]
    pub(super) run: Run,
    #[command(flatten)]
    pub(super) few: Few,
    #[command(flatten)]
    pub(super) reveal: Reveal,
}

#[derive(clap::Args)]
pub(super) struct Plan {
    #[command(flatten)]
    pub(super) config: Config,
    #[command(flatten)]
    pub(super) run: Run,
    #[command(flatten)]
    pub(super) few: Few,
    #[command(flatten)]
    pub(super) reveal: Reveal,
    /// List every change, however many
    #[arg(long, conflicts_with = "json")]
    pub(super) all: bool,
    /// Write the plan to a file, for `sheetbridge apply`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct Apply {
    /// The file that `sheetbridge plan --out` wrote
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) run: Run,
}

#[derive(clap::Args)]
pub(super) struct Explain {
    /// The code, such as `phone-letters`
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
    /// The language to explain in
    #[arg(long, value_enum)]
    pub(super) language: Option<Language>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Language {
    /// English
    En,
    /// Russian
    Ru,
}

/// `40%` or `40`.
fn percent(text: &str) -> Result<usize, String> {
    let number: usize =
        text.trim_end_matches('%').trim().parse().map_err(|_| "a percentage, such as 40%".to_owned())?;
    if number <= 100 { Ok(number) } else { Err("between 0% and 100%".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }

    #[test]
    fn a_percentage_has_its_bounds() {
        assert_eq!(percent("40%"), Ok(40));
        assert_eq!(percent("100"), Ok(100));
        assert!(percent("140%").is_err() && percent("some").is_err());
    }
}
