//! Whether anything changed since the last complete run: sources, config, day, program, ledger and
//! destinations. If nothing did, there is nothing to do.

use crate::{
    change::Layout,
    config::Config,
    finding::Trouble,
    keys::Use,
    pipeline::World,
    plan::Columns,
    report::{EXIT_FAILED, Report},
    sheet::SeenTab,
};

/// Whether everything is as the last complete run left it.
pub(crate) async fn holds(
    config: &Config,
    world: &mut World<'_>,
    versions: &[Option<String>],
) -> Result<bool, Trouble> {
    let (Some(seal), Some(now)) = (world.ledger.seal()?, digest(config, world, versions)?) else { return Ok(false) };
    if seal != now {
        return Ok(false);
    }
    for route in &config.routes {
        let layout: Layout = Columns::new(config, route).layout();
        let Ok(mut whole) = (world.destination)(route, layout) else { return Ok(false) };
        let Ok(mut found) = whole.found().await else { return Ok(false) };
        let Some(kept) = world.ledger.standing(&route.name)? else { return Ok(false) };
        found.ids.sort_unstable();
        let same = if route.kind.is_file {
            found.digest.is_some() && found.digest == kept.digest
        } else {
            found.run == Some(kept.run) && found.ids.iter().eq(kept.written.standing_ids())
        };
        if !same || world.ledger.intended(&route.name)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Seals a run that was complete, and breaks the seal after any other.
pub(crate) fn set(
    config: &Config,
    world: &mut World<'_>,
    versions: &[Option<String>],
    report: &Report,
    complete: bool,
) -> Result<(), Trouble> {
    let failed = report.exit() == EXIT_FAILED;
    // That a list is empty was seen once all routes have stood it.
    let all_routes = report.routes.len() == config.routes.len() && !failed && !report.is_few;
    for source in report.sources.iter().filter(|s| s.rows > 0 || (s.trouble.is_none() && all_routes)) {
        world.ledger.set_had_rows(&config.source(source.id).name, source.rows)?;
    }
    for source in report.sources.iter().filter(|s| s.trouble.is_none() && !s.tabs.is_empty()) {
        let name = &config.source(source.id).name;
        let mut tabs: Vec<SeenTab> = source.tabs.iter().filter(|tab| tab.rows > 0).cloned().collect();
        if !all_routes {
            let known = world.ledger.tabs(name)?.into_iter();
            tabs.extend(known.filter(|seen| !source.tabs.iter().any(|tab| tab.id == seen.id && tab.rows > 0)));
        }
        world.ledger.set_tabs(name, &tabs)?;
    }
    let seal = if complete && !failed { digest(config, world, versions)? } else { None };
    world.ledger.set_seal(seal.as_ref().map(<[u8; 32]>::as_slice))
}

/// A keyed digest of everything that decides what a run does; `None` when a source could not be opened.
fn digest(config: &Config, world: &World<'_>, versions: &[Option<String>]) -> Result<Option<[u8; 32]>, Trouble> {
    let mut stream = world.ledger.keys().hasher(Use::Seal, "").stream();
    stream.part(env!("CARGO_PKG_VERSION").as_bytes());
    stream.part(config.text.as_bytes());
    stream.part(world.today.to_string().as_bytes());
    for version in versions {
        let Some(version) = version else { return Ok(None) };
        stream.part(version.as_bytes());
    }
    for refusal in world.ledger.refusals()? {
        stream.part(&refusal.value);
        stream.part(&refusal.since.0.to_be_bytes());
    }
    Ok(Some(stream.finish()))
}
