//! `why`.

use std::path::PathBuf;

use super::{load, print, run, trouble};
use crate::{
    ask::Ask,
    report::{Command, EXIT_FAILED, EXIT_OK},
};

#[derive(clap::Args)]
pub(super) struct Why {
    /// The destination
    #[arg(value_name = "ROUTE")]
    route: String,
    /// A phone, e-mail, full name, document number, key or card id; or a row, such as "orders.xlsx, row 9"
    #[arg(value_name = "WHO")]
    who: String,
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn why(args: &Why) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    let (routes, why) = (vec![args.route.clone()], Some(args.who.clone()));
    let failed = |why| trouble(why, &config.path.display().to_string(), config.operator.language);
    let report = match run::go(&config, &Ask { routes, why, ..Ask::new(Command::Plan) }) {
        Ok(report) => report,
        Err(why) => return failed(&why),
    };
    let Some(route) = report.routes.first() else { return EXIT_FAILED };
    match (&route.why, &route.trouble) {
        (Some(answer), _) if args.json => print(&format!("{:#}\n", answer.to_json(&report, &config, &args.route))),
        (Some(answer), _) => print(&answer.text(&report, &config, &args.route)),
        (None, Some(why)) => return failed(why),
        (None, None) => return EXIT_FAILED,
    }
    EXIT_OK
}
