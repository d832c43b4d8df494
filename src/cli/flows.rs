//! `flows`: what flows where, by the config alone.

use std::path::PathBuf;

use super::{args, load, page, print, trouble};
use crate::{
    flows::Flows,
    report::{EXIT_FAILED, EXIT_OK},
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: args::Config,
    /// Write it as a page to print and to sign
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn flows(args: &Args) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let (flows, language) = (Flows::of(&config), config.operator.language);
    if let Some(path) = &args.html {
        return match page::write(&config, path, &flows.page(language)) {
            Ok(()) => EXIT_OK,
            Err(why) => trouble(&why, &config.path.display().to_string(), language),
        };
    }
    let json = serde_json::to_value(&flows).unwrap_or_default();
    print(&if args.json { format!("{json:#}\n") } else { flows.text(language) });
    EXIT_OK
}
