//! `recover`.

use super::{confirm, load, print, run, settled};
use crate::{
    catalogue::say,
    config::Config,
    finding::{Code, Trouble},
    ledger, recover,
    report::{EXIT_FAILED, EXIT_OK},
};

const UNASKED: Code = Code::new("recover-unasked");

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches")]
pub(in crate::cli) struct Recover {
    /// The config file [default: ./bridge.toml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Only this destination; may be given several times
    #[arg(long = "route", value_name = "NAME")]
    routes: Vec<String>,
    /// Say that the refusals are complete, so that runs send again
    #[arg(long, conflicts_with_all = ["routes", "lost_key"])]
    confirm: bool,
    /// The key is lost for good: set aside what was hashed with it, and make a new one
    #[arg(long)]
    lost_key: bool,
    /// Don't ask
    #[arg(long)]
    yes: bool,
    /// Print everything as JSON
    #[arg(long, conflicts_with = "confirm")]
    json: bool,
}

pub(super) fn recover(args: &Recover) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    let outcome = if args.confirm { confirm(args, &config) } else { go(args, &config) };
    settled(outcome, &config)
}

fn go(args: &Recover, config: &Config) -> Result<u8, Trouble> {
    args.routes.iter().try_for_each(|route| run::known(config, route))?;
    let language = config.operator.language;
    if args.lost_key {
        match confirm::agreed(&say("recover-lost-ask", language, &[]), args.yes, language) {
            Some(true) => {}
            Some(false) => return Ok(confirm::left(language)),
            None => return Err(Trouble::new(UNASKED, "--lost-key")),
        }
        ledger::give_up_key(&config.state, &config.folder(), &run::stamp())?;
    }
    let recovered = run::in_world(config, async |world| recover::recover(config, world, &args.routes).await)?;
    print(&if args.json { format!("{:#}\n", recovered.to_json()) } else { recovered.text() });
    Ok(recovered.exit())
}

fn confirm(args: &Recover, config: &Config) -> Result<u8, Trouble> {
    let language = config.operator.language;
    let known = run::in_world(config, async |world| {
        let unconfirmed = world.ledger.unconfirmed()?;
        Ok(if unconfirmed.is_some() { Some(world.ledger.known_refusals()?) } else { None })
    })?;
    let Some(known) = known else {
        print(&(say("recover-nothing", language, &[]) + "\n"));
        return Ok(EXIT_OK);
    };
    print(&(known.text(language) + "\n"));
    match confirm::agreed(&say("recover-ask", language, &[]), args.yes, language) {
        Some(true) => {}
        Some(false) => return Ok(confirm::left(language)),
        None => return Err(Trouble::new(UNASKED, "--confirm")),
    }
    run::in_world(config, async |mut world| recover::confirm(config, &mut world))?;
    print(&(say("recover-confirmed", language, &[]) + "\n"));
    Ok(EXIT_OK)
}
