//! `report`: one page of what the ledger recorded.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{args, load, page, status, trouble};
use crate::{
    history::Reader,
    report::{EXIT_FAILED, EXIT_OK},
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: args::Config,
    /// The file to write; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
}

pub(super) fn report(args: &Args) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let told = status::history(&config).and_then(|history| {
        let operator = &config.operator;
        let reader = Reader {
            operator: &operator.name,
            language: operator.language,
            time_zone: operator.time_zone.clone(),
            now: Timestamp::now(),
        };
        let status = status::of(&config, &history, reader.now, None);
        page::write(&config, &args.html, &history.page(&status, &reader))
    });
    match told {
        Ok(()) => EXIT_OK,
        Err(why) => trouble(&why, &config.path.display().to_string(), config.operator.language),
    }
}
