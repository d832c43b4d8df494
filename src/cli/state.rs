//! `state backup` and `state restore`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{confirm, load, print, run, settled};
use crate::{
    catalogue::{Fill, say},
    config::Config,
    finding::{Code, Trouble},
    ledger::{self, Copied},
    recover,
    report::{EXIT_FAILED, EXIT_OK},
};

const EXISTS: Code = Code::new("backup-exists");
const UNASKED: Code = Code::new("restore-unasked");

#[derive(clap::Args)]
pub(in crate::cli) struct State {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Copy the ledger, refusals included and the key not, into one file; also while a run is at work
    #[command(after_help = "Example: sheetbridge state backup /backups/ledger.db -c shop.toml")]
    Backup(Copy),
    /// Put such a copy in the place of the ledger, which is kept aside; no refusal is lost
    #[command(after_help = "Example: sheetbridge state restore /backups/ledger.db -c shop.toml")]
    Restore(Copy),
}

#[derive(clap::Args)]
struct Copy {
    /// The file of the copy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Don't ask before something is replaced
    #[arg(long)]
    yes: bool,
}

pub(super) fn state(args: &State) -> u8 {
    let (What::Backup(copy) | What::Restore(copy)) = &args.what;
    let Ok(config) = load(copy.config.as_deref()) else { return EXIT_FAILED };
    let outcome = match &args.what {
        What::Backup(copy) => backup(copy, &config),
        What::Restore(copy) => restore(copy, &config),
    };
    settled(outcome, &config)
}

fn backup(args: &Copy, config: &Config) -> Result<u8, Trouble> {
    let (language, file) = (config.operator.language, args.file.display().to_string());
    if args.file.exists() {
        match confirm::agreed(&say("backup-ask", language, &[("file", Fill::Text(&file))]), args.yes, language) {
            Some(true) => {}
            Some(false) => return Ok(confirm::left(language)),
            None => return Err(Trouble::new(EXISTS, &file)),
        }
    }
    let copied = ledger::backup(&config.state, &config.folder(), &args.file, args.file.exists())?;
    print(&format!("{}\n{}\n", told("backup-done", &copied, config), told("backup-key", &copied, config)));
    Ok(EXIT_OK)
}

fn restore(args: &Copy, config: &Config) -> Result<u8, Trouble> {
    let language = config.operator.language;
    if config.state.folder.join("ledger.db").exists() {
        match confirm::agreed(&say("restore-ask", language, &[]), args.yes, language) {
            Some(true) => {}
            Some(false) => return Ok(confirm::left(language)),
            None => return Err(Trouble::new(UNASKED, args.file.display().to_string())),
        }
    }
    let (ledger, copied) = ledger::restore(&config.state, &config.folder(), &args.file, &run::stamp())?;
    drop(ledger);
    run::in_world(config, async |mut world| recover::restored(config, &mut world, &copied))?;
    print(&(told("restore-done", &copied, config) + "\n"));
    if copied.aside.is_some() {
        print(&(told("restore-aside", &copied, config) + "\n"));
    }
    print(&(say("restore-next", language, &[]) + "\n"));
    Ok(EXIT_OK)
}

fn told(name: &str, copied: &Copied, config: &Config) -> String {
    let file = copied.file.display().to_string();
    let aside = copied.aside.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let fills = [
        ("file", Fill::Text(&file)),
        ("runs", Fill::Number(copied.runs as u64)),
        ("refusals", Fill::Number(copied.refusals as u64)),
        ("key", Fill::Text(&copied.key)),
        ("aside", Fill::Text(&aside)),
    ];
    say(name, config.operator.language, &fills)
}
