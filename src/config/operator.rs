//! `[operator]` and `[state]`.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::{
    model::{Operator, Profile, StateConfig},
    secret::Secret,
    tree::Section,
};
use crate::{language::Language, nearest::nearest};

pub(super) const PROFILES: [(&str, Profile); 3] = [("ru", Profile::Ru), ("eu", Profile::Eu), ("none", Profile::None)];
pub(super) const LANGUAGES: [(&str, Language); 2] = [("en", Language::English), ("ru", Language::Russian)];

/// Reads `[operator]`. Time zone: "today" is a legal date, so it is never guessed.
pub(super) fn operator(section: Section<'_>) -> Option<Operator> {
    let name = section.need("name").and_then(super::tree::Node::text);
    let profile = section.need("profile").and_then(|n| n.word(&PROFILES));
    let language = section.get("language").map_or(Some(Language::English), |n| n.word(&LANGUAGES));
    let time_zone = section.need("time_zone").and_then(|node| {
        let text = node.text()?;
        let zone = TimeZone::get(text).ok();
        if zone.is_none() {
            let meant = meant_zone(text);
            node.gathered().add(node.problem("config-unknown-time-zone").with("word", text).meant(meant.as_deref()));
        }
        zone
    });
    section.finish();
    Some(Operator { name: name?.to_owned(), profile: profile?, language: language?, time_zone: time_zone? })
}

/// The zone of that city, or the one that is spelt alike.
fn meant_zone(text: &str) -> Option<String> {
    let names: Vec<String> = jiff::tz::db().available().map(|n| n.to_string()).filter(|n| n.contains('/')).collect();
    let city = |name: &str| name.rsplit('/').next().map(|c| c.to_lowercase().replace('_', " "));
    let wanted = city(text).map(|c| c.replace('_', " "));
    let of_city = names.iter().find(|name| city(name) == wanted);
    of_city.map(String::as_str).or_else(|| nearest(text, names.iter().map(String::as_str))).map(str::to_owned)
}

/// The language of a config that may be broken elsewhere.
pub(super) fn language(root: &Section<'_>) -> Language {
    let text = root.peek("operator").and_then(|o| o.raw().as_table()?.get("language")?.get_ref().as_str());
    LANGUAGES.iter().find(|(word, _)| Some(*word) == text).map(|(_, l)| *l).unwrap_or_default()
}

/// Reads `[state]`; without it, the state is kept in `state` beside the config.
pub(super) fn state(section: Option<Section<'_>>, folder: &Path) -> StateConfig {
    let mut state = StateConfig { folder: folder.join("state"), key: None, refusals: None };
    let Some(section) = section else { return state };
    if let Some(path) = section.get("path").and_then(super::tree::Node::text) {
        state.folder = folder.join(path);
    }
    if let Some(node) = section.get("key") {
        match node.text().map(Secret::parse) {
            Some(Secret::Plain(_)) => super::options::secret_inline(node),
            secret => state.key = secret,
        }
    }
    state.refusals = section.get("refusals").and_then(super::tree::Node::text).map(|p| PathBuf::from(folder).join(p));
    section.finish();
    state
}
