//! `undo`.

use super::{confirm, load, print, run, settled};
use crate::{
    config::Config,
    finding::{Code, Trouble},
    report::EXIT_FAILED,
    undo::{self, Ask, Undone},
};

const UNASKED: Code = Code::new("undo-unconfirmed");

#[derive(clap::Args)]
pub(in crate::cli) struct Undo {
    /// The run: its id, the start of its id, or `last`
    #[arg(value_name = "RUN")]
    run: String,
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Only at this destination; may be given several times
    #[arg(long = "route", value_name = "NAME")]
    routes: Vec<String>,
    /// Remove without asking
    #[arg(long)]
    yes: bool,
    /// Print everything as JSON; without --yes nothing is removed
    #[arg(long)]
    json: bool,
}

pub(super) fn undo(args: &Undo) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    settled(go(args, &config), &config)
}

fn go(args: &Undo, config: &Config) -> Result<u8, Trouble> {
    args.routes.iter().try_for_each(|route| run::known(config, route))?;
    let mut ask = Ask { run: args.run.clone(), routes: args.routes.clone(), agreed: None };
    let shown = run::in_world(config, async |world| undo::undo(config, world, &ask).await)?;
    if !args.json {
        print(&shown.text());
    }
    if shown.goes() > 0 && (args.yes || !args.json) {
        match confirm::agreed(&shown.question(), args.yes, config.operator.language) {
            Some(true) => {}
            Some(false) => return Ok(confirm::left(config.operator.language)),
            None => return Err(Trouble::new(UNASKED, &args.run)),
        }
        // The very run that was shown, whatever is the last one by now.
        ask = Ask { run: shown.of.run.to_string(), agreed: Some(shown.digests()), ..ask };
        let done = run::in_world(config, async |world| undo::undo(config, world, &ask).await)?;
        return Ok(told(args, &done));
    }
    if args.json {
        print(&format!("{:#}\n", shown.to_json()));
    }
    Ok(shown.exit())
}

fn told(args: &Undo, done: &Undone) -> u8 {
    print(&if args.json { format!("{:#}\n", done.to_json()) } else { format!("\n{}", done.outcome()) });
    done.exit()
}
