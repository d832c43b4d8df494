//! `[destinations]`: where clean lists go, and for which purposes.

use super::{
    model::{Field, Mode, RouteConfig},
    options,
    purposes::purpose_set,
    tree::{Key, Node, Section},
};
use crate::{
    change::ID_COLUMN,
    connector::{DESTINATIONS, DestinationKind},
    purpose::{Channel, Purpose},
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
};

/// Reads `[destinations]`.
pub(super) fn destinations(
    section: &Section<'_>,
    fields: &[Field],
    purposes: &[Purpose],
    names: &[&str],
) -> Vec<RouteConfig> {
    let entries = section.entries();
    entries.iter().filter_map(|(key, node)| destination(key, *node, fields, purposes, names)).collect()
}

fn destination(
    key: &Key<'_>,
    node: Node<'_>,
    fields: &[Field],
    purposes: &[Purpose],
    names: &[&str],
) -> Option<RouteConfig> {
    let section = node.section(format!("destinations.{}", key.name))?;
    let path = section.need("path");
    let location = path.and_then(options::location);
    let kind = match section.get("kind") {
        Some(node) => options::named_kind(node, DESTINATIONS, |kind| kind.name),
        None => path.and_then(|n| options::kind_of_path(n, DESTINATIONS, |kind| (kind.extensions, kind.schemes))),
    };
    let listed = section.need("purposes");
    listed.iter().for_each(|n| n.not_empty());
    let set = listed.map(|n| purpose_set(n, names)).unwrap_or_default();
    if let Some(node) = listed {
        compatible(node, set, purposes);
    }
    let kind = kind?;
    let default_mode = if kind.is_file || kind.tables { Mode::Mirror } else { Mode::Upsert };
    let mode = section.get("mode").map_or(Some(default_mode), |n| mode(n, kind));
    let clear = section.get("clear").and_then(super::tree::Node::bool).unwrap_or(false);
    let table =
        section.offered("table", kind.tables).and_then(|n| table(n, kind)).unwrap_or_else(|| key.name.to_owned());
    let headings = section.section("columns").map(|s| headings(&s, fields, set, purposes)).unwrap_or_default();
    let options = options::read(&section, kind.options);
    let columns = columns(set, fields, purposes, &headings);
    let flags = flags(set, purposes);
    same_column_twice(&section, &columns, &flags);
    section.finish();
    Some(RouteConfig {
        name: key.name.to_owned(),
        kind,
        location: location?,
        table,
        purposes: set,
        mode: mode?,
        clear,
        columns,
        flags,
        options,
    })
}

fn mode(node: Node<'_>, kind: &DestinationKind) -> Option<Mode> {
    let mode = node.word(&Mode::ALL)?;
    if kind.is_file && mode != Mode::Mirror {
        node.gathered().add(node.problem("config-file-is-mirror"));
    }
    Some(mode)
}

fn table(node: Node<'_>, kind: &DestinationKind) -> Option<String> {
    if !kind.tables {
        node.gathered().add(node.problem("config-no-table").with("kind", kind.name));
    }
    node.text().map(str::to_owned)
}

/// Purposes share a card only where each pair says why it may.
fn compatible(node: Node<'_>, set: PurposeSet, purposes: &[Purpose]) {
    let named = |id: PurposeId| &purposes[usize::from(id.0)];
    let says = |a: PurposeId, b: PurposeId| named(a).compatible_with.iter().any(|(other, _)| *other == b);
    for a in set.iter() {
        for b in set.iter().filter(|b| b.0 > a.0) {
            if !says(a, b) && !says(b, a) {
                let problem = node.problem("config-incompatible-purposes");
                node.gathered().add(problem.with("one", &named(a).name).with("other", &named(b).name));
            }
        }
    }
}

fn needs(set: PurposeSet, purposes: &[Purpose]) -> FieldSet {
    set.iter().map(|id| purposes[usize::from(id.0)].needs).fold(FieldSet::EMPTY, FieldSet::union)
}

/// `columns = { phone = "Телефон" }`: what our fields are called there, which also orders them.
fn headings(section: &Section<'_>, fields: &[Field], set: PurposeSet, purposes: &[Purpose]) -> Vec<(FieldId, String)> {
    let needs = needs(set, purposes);
    let mut list = Vec::new();
    for (key, node) in section.entries() {
        let Some(i) = fields.iter().position(|f| f.name == key.name) else {
            node.gathered().unknown(key.span.clone(), key.name, fields.iter().map(|f| f.name.as_str()));
            continue;
        };
        let field = FieldId(i as u8);
        if !needs.has(field) {
            node.gathered().add(node.problem("config-column-not-needed").with("field", key.name));
        }
        list.extend(node.text().map(|t| (field, t.to_owned())));
    }
    list
}

fn columns(
    set: PurposeSet,
    fields: &[Field],
    purposes: &[Purpose],
    headings: &[(FieldId, String)],
) -> Vec<(FieldId, String)> {
    let needs = needs(set, purposes);
    let named: FieldSet = headings.iter().map(|(f, _)| *f).collect();
    let rest = needs.without(named).iter().map(|f| (f, fields[usize::from(f.0)].name.clone()));
    headings.iter().filter(|(f, _)| needs.has(*f)).cloned().chain(rest).collect()
}

/// Where purposes share a card, each channel of each says whether it may be used.
fn flags(set: PurposeSet, purposes: &[Purpose]) -> Vec<(PurposeId, Channel, String)> {
    if set.len() < 2 {
        return Vec::new();
    }
    let flag = |id: PurposeId, channel: Channel| {
        (id, channel, format!("may_{}_{}", channel.name(), purposes[usize::from(id.0)].name))
    };
    set.iter().flat_map(|id| purposes[usize::from(id.0)].channels.iter().map(move |c| flag(id, *c))).collect()
}

fn same_column_twice(section: &Section<'_>, columns: &[(FieldId, String)], flags: &[(PurposeId, Channel, String)]) {
    let mut names: Vec<String> = columns.iter().map(|(_, n)| n).chain(flags.iter().map(|(.., n)| n)).cloned().collect();
    names.push(ID_COLUMN.to_owned());
    names.sort_by_key(|n| n.to_lowercase());
    if let Some([_, name]) = names.array_windows().find(|[a, b]| a.to_lowercase() == b.to_lowercase()) {
        section.add(section.problem("config-same-column").with("column", name));
    }
}
