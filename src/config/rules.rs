//! What no section can know alone.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::{
    model::{Config, Profile, RouteConfig, SourceConfig},
    secret::{Secret, without_userinfo},
    sql,
    tree::Section,
};
use crate::{
    check::kind::Setting,
    connector::Select,
    purpose::Purpose,
    set::{PurposeId, PurposeSet},
};

/// Reports what doesn't fit together; `own` is where the client's own file starts.
pub(super) fn across(
    root: &Section<'_>,
    own: usize,
    purposes: &[Purpose],
    sources: &[SourceConfig],
    routes: &[RouteConfig],
) {
    let granted = sources.iter().map(SourceConfig::grants).fold(PurposeSet::EMPTY, PurposeSet::union);
    let routed = routes.iter().map(|r| r.purposes).fold(PurposeSet::EMPTY, PurposeSet::union);
    for (i, purpose) in purposes.iter().enumerate() {
        let id = PurposeId(i as u8);
        if let Some(node) = root.peek("purposes").and_then(|n| n.section("purposes")?.peek(&purpose.name)) {
            if routed.has(id) && !granted.has(id) {
                node.gathered().add(node.problem("config-purpose-not-granted").with("purpose", &purpose.name));
            } else if !routed.has(id) && node.span().start >= own {
                // A purpose that many share need not be everybody's.
                node.gathered().add(node.problem("config-purpose-unused").with("purpose", &purpose.name));
            }
        }
    }
    same_place_twice(root, sources, routes);
}

/// Two routes into one place would undo each other; a route into a source would feed on itself.
fn same_place_twice(root: &Section<'_>, sources: &[SourceConfig], routes: &[RouteConfig]) {
    let Some(section) = root.peek("destinations").and_then(|n| n.section("destinations")) else { return };
    for (i, route) in routes.iter().enumerate() {
        let place = |r: &RouteConfig| (normal(&r.location), r.kind.tables.then(|| r.table.clone()));
        let Some(node) = section.peek(&route.name) else { continue };
        if let Some(other) = routes[..i].iter().find(|other| place(other) == place(route)) {
            node.gathered().add(node.problem("config-same-place").with("other", &other.name));
        }
        for source in sources {
            let problem = match feeds(route, source) {
                Some(Feeds::File) => node.problem("config-route-into-source"),
                Some(Feeds::Table) => node.problem("config-route-into-table"),
                None => continue,
            };
            node.gathered().add(problem.with("other", &source.name));
            break;
        }
    }
}

/// What of a route's a source reads.
enum Feeds {
    File,
    Table,
}

/// Another table of the same database is another place.
fn feeds(route: &RouteConfig, source: &SourceConfig) -> Option<Feeds> {
    match &source.select {
        Some(select) if route.kind.tables => {
            let same_table = match select {
                Select::Table(table) => sql::same_table(table, &route.table),
                Select::Query(query) => sql::reads(query, &route.table),
            };
            (same_table && database(&route.location) == database(&source.location)).then_some(Feeds::Table)
        }
        _ => match (&source.location, &route.location) {
            (Secret::Plain(source), Secret::Plain(file)) => reads(source, file).then_some(Feeds::File),
            (source, file) => (source == file).then_some(Feeds::File),
        },
    }
}

/// Which database an address names, whoever asks and however.
fn database(location: &Secret) -> Secret {
    match location {
        Secret::Plain(url) if url.contains("://") && !url.contains("options=") => {
            Secret::Plain(without_userinfo(url).replacen("postgresql://", "postgres://", 1).replacen(":5432/", "/", 1))
        }
        other => normal(other),
    }
}

/// A place without what makes two spellings of it differ.
fn normal(location: &Secret) -> Secret {
    match location {
        Secret::Plain(text) if !text.contains("://") => Secret::Plain(path(text)),
        other => other.clone(),
    }
}

/// A path without `.` and what `..` takes back.
pub(super) fn path(text: &str) -> String {
    let mut out = PathBuf::new();
    for part in Path::new(text).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out.to_string_lossy().into_owned()
}

/// Whether a source's path or pattern is or matches a file.
fn reads(source: &str, file: &str) -> bool {
    let (source, file) = (path(source), path(file));
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    source == file || Pattern::new(&source).is_ok_and(|p| p.matches_with(&file, options))
}

/// What the operator's profile and language say where the fields don't.
pub(super) fn defaults(config: &mut Config) {
    let region = (config.operator.profile == Profile::Ru).then(|| Setting::Text("RU".into()));
    for field in &mut config.fields {
        if let Some(option) = field.kind.options.iter().find(|o| o.name == "region" && !field.set.contains(&"region"))
            && let Some(region) = &region
        {
            let _ = (option.set)(&mut field.how, region);
        }
    }
}
