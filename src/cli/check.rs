//! `check`: the config alone, every problem at once.

use super::{args, load, print};
use crate::{
    catalogue::{Fill, say},
    config::{Config, Secret},
    report::{EXIT_FAILED, EXIT_OK},
};

pub(super) fn check(args: &args::Config) -> u8 {
    let Ok(config) = load(args.path()) else { return EXIT_FAILED };
    let n = |n: usize| Fill::Number(n as u64);
    let path = config.path.display().to_string();
    let fills = [
        ("path", Fill::Text(&path)),
        ("sources", n(config.sources.len())),
        ("purposes", n(config.purposes.len())),
        ("destinations", n(config.routes.len())),
    ];
    print(&(say("check-passed", config.operator.language, &fills) + "\n"));
    extended(&config);
    key_beside_ledger(&config);
    EXIT_OK
}

/// From which files the rest comes, and what of it is said otherwise here.
fn extended(config: &Config) {
    if config.bases.is_empty() {
        return;
    }
    let bases = config.bases.join(", ");
    let replaced = config.replaced.iter().map(|r| format!("`{r}`")).collect::<Vec<_>>().join(", ");
    let name = if replaced.is_empty() { "check-extends" } else { "check-extends-replaced" };
    let fills = [("bases", Fill::Text(&bases)), ("replaced", Fill::Text(&replaced))];
    print(&(say(name, config.operator.language, &fills) + "\n"));
}

/// Who copies the folder copies both, and the hashes are worth no more than the key's hiding place.
fn key_beside_ledger(config: &Config) {
    let is_beside = match &config.state.key {
        None => true,
        Some(Secret::File(path)) => config.path.with_file_name(path).starts_with(&config.state.folder),
        Some(_) => false,
    };
    if is_beside {
        let folder = config.state.folder.display().to_string();
        let warning = say("check-key-beside-ledger", config.operator.language, &[("folder", Fill::Text(&folder))]);
        print(&(warning + "\n"));
    }
}
