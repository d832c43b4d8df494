//! `[sources]`: where rows come from, and what stands behind them.

use super::{
    model::{Consent, Feed, Field, SourceConfig, Whole},
    purposes::{ConsentText, purpose_named, purpose_set},
    tree::{Key, Node, Section},
};
use crate::{
    address::SourceId,
    connector::{SOURCES, SourceKind},
    purpose::Purpose,
    record::LIST_COLUMNS_MAX,
    set::{FieldId, PurposeSet},
};

/// What sources are checked against.
pub(super) struct Known<'a> {
    pub(super) fields: &'a [Field],
    pub(super) purposes: &'a [Purpose],
    pub(super) names: &'a [&'a str],
    pub(super) texts: &'a [ConsentText],
}

/// Reads `[sources]`.
pub(super) fn sources(section: &Section<'_>, known: &Known<'_>) -> Vec<SourceConfig> {
    let entries = section.entries();
    entries.iter().enumerate().filter_map(|(i, (key, node))| source(SourceId(i as u16), key, *node, known)).collect()
}

fn source(id: SourceId, key: &Key<'_>, node: Node<'_>, known: &Known<'_>) -> Option<SourceConfig> {
    let section = node.section(format!("sources.{}", key.name))?;
    let path = section.need("path");
    let location = path.and_then(super::tree::Node::text);
    let kind = match section.get("kind") {
        Some(node) => named_kind(node),
        None => path.and_then(kind_of_path),
    };
    let consents = section.section("consent").map(|s| consents(&s, known)).unwrap_or_default();
    let source = SourceConfig {
        id,
        name: key.name.to_owned(),
        kind: kind?,
        location: location?.to_owned(),
        tabs: section.get("tabs").map(|n| tabs(n, kind)),
        header: section.get("header").and_then(header),
        dated: section.get("dated").and_then(super::tree::Node::text).map(str::to_owned),
        key: section.get("key").and_then(super::tree::Node::text).map(str::to_owned),
        purposes: section.get("purposes").map(|n| declared(n, known)).unwrap_or_default(),
        refuses: section.get("refuses").map(|n| refuses(n, known)).unwrap_or_default(),
        columns: section.need("columns").map(|n| columns(n, known.fields)).unwrap_or_default(),
        consents,
        options: options(&section, kind?),
    };
    judge(&source, &section, known);
    section.finish();
    Some(source)
}

fn named_kind(node: Node<'_>) -> Option<&'static SourceKind> {
    let text = node.text()?;
    let kind = SOURCES.iter().find(|k| k.name == text);
    if kind.is_none() {
        node.unknown(text, SOURCES.iter().map(|k| k.name));
    }
    kind
}

fn kind_of_path(node: Node<'_>) -> Option<&'static SourceKind> {
    let text = node.text()?;
    let extension = text.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
    let kind = SOURCES.iter().find(|k| k.extensions.contains(&extension.as_str()));
    if kind.is_none() {
        let known: Vec<&str> = SOURCES.iter().flat_map(|k| k.extensions).copied().collect();
        node.gathered().add(node.problem("config-unknown-extension").with("known", known.join(", ")));
    }
    kind
}

fn tabs(node: Node<'_>, kind: Option<&SourceKind>) -> Vec<String> {
    if let Some(kind) = kind.filter(|k| !k.tabs) {
        node.gathered().add(node.problem("config-no-tabs").with("kind", kind.name));
    }
    node.texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect()
}

fn header(node: Node<'_>) -> Option<u32> {
    let row = node.number()?;
    if row == 0 {
        return node.wrong("1");
    }
    Some(row)
}

/// The settings that the connector knows.
fn options(section: &Section<'_>, kind: &SourceKind) -> Vec<(&'static str, String)> {
    let mut options = Vec::new();
    for option in kind.options {
        let Some(node) = section.get(option.name) else { continue };
        let Some(text) = node.text() else { continue };
        match (option.check)(text) {
            Ok(()) => options.push((option.name, text.to_owned())),
            Err(expected) => node.gathered().add(node.problem("config-wrong-setting").with("expected", expected)),
        }
    }
    options
}

/// `purposes`: a basis that stands behind every row, which consent never does.
fn declared(node: Node<'_>, known: &Known<'_>) -> PurposeSet {
    let mut set = PurposeSet::EMPTY;
    for node in node.texts() {
        let Some(id) = purpose_named(node, known.names) else { continue };
        let purpose = &known.purposes[usize::from(id.0)];
        if purpose.basis.is_consent() {
            node.gathered().add(node.problem("config-consent-not-declared").with("purpose", &purpose.name));
        } else {
            set.insert(id);
        }
    }
    set
}

/// `refuses`: purposes that a person's no can end, or `all` of them.
fn refuses(node: Node<'_>, known: &Known<'_>) -> PurposeSet {
    let all: PurposeSet = closable(known).collect();
    if node.raw().as_str() == Some("all") {
        return all;
    }
    let set = purpose_set(node, known.names);
    for id in set.without(all).iter() {
        let name = &known.purposes[usize::from(id.0)].name;
        node.gathered().add(node.problem("config-refusal-closes-nothing").with("purpose", name));
    }
    set.intersection(all)
}

fn closable<'a>(known: &'a Known<'_>) -> impl Iterator<Item = crate::set::PurposeId> + 'a {
    let purposes = known.purposes.iter().enumerate();
    purposes.filter(|(_, p)| p.basis.can_be_refused()).map(|(i, _)| crate::set::PurposeId(i as u8))
}

fn columns(node: Node<'_>, fields: &[Field]) -> Vec<(FieldId, Feed)> {
    let Some(section) = node.section("columns") else { return Vec::new() };
    let mut list = Vec::new();
    for (key, node) in section.entries() {
        let Some(i) = fields.iter().position(|f| f.name == key.name) else {
            node.unknown(key.name, fields.iter().map(|f| f.name.as_str()));
            continue;
        };
        if let Some(feed) = feed(node, &fields[i]) {
            list.push((FieldId(i as u8), feed));
        }
    }
    list
}

/// `"Имя"`, `["ФИО", { family = "Фамилия", given = "Имя" }]` or `{ all = ["Телефон", "Тел. 2"] }`
fn feed(node: Node<'_>, field: &Field) -> Option<Feed> {
    if let Some(all) = node.raw().as_table().filter(|t| t.contains_key("all")) {
        let section = node.section("columns")?;
        let listed = section.get("all")?;
        let names: Vec<String> = listed.texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect();
        section.finish();
        if !field.kind.list || all.len() > 1 {
            node.gathered().add(node.problem("config-all-needs-list").with("kind", field.kind.name));
        }
        if names.len() > LIST_COLUMNS_MAX {
            node.gathered().add(node.problem("config-too-many").with("max", LIST_COLUMNS_MAX.to_string()));
            return None;
        }
        return Some(Feed::All(names));
    }
    let items = if node.raw().is_array() { node.list() } else { vec![node] };
    if items.is_empty() {
        return node.wrong("[\"…\"]");
    }
    items.into_iter().map(|n| whole(n, field)).collect::<Option<Vec<_>>>().map(Feed::First)
}

fn whole(node: Node<'_>, field: &Field) -> Option<Whole> {
    if node.raw().is_str() {
        return node.text().map(|t| Whole::Column(t.to_owned()));
    }
    let mut parts = Vec::new();
    for (key, node) in node.section("columns")?.entries() {
        match field.kind.parts.iter().position(|p| *p == key.name) {
            Some(part) => parts.extend(node.text().map(|t| (part, t.to_owned()))),
            None if field.kind.parts.is_empty() => {
                node.gathered().add(node.problem("config-no-parts").with("kind", field.kind.name));
            }
            None => node.unknown(key.name, field.kind.parts.iter().copied()),
        }
    }
    parts.sort_unstable();
    Some(Whole::Parts(parts))
}

fn consents(section: &Section<'_>, known: &Known<'_>) -> Vec<Consent> {
    section.entries().into_iter().filter_map(|(key, node)| consent(&key, node, known)).collect()
}

fn consent(key: &Key<'_>, node: Node<'_>, known: &Known<'_>) -> Option<Consent> {
    let section = node.section(format!("consent.{}", key.name))?;
    let given = section.need("given").and_then(super::tree::Node::text);
    let date = section.get("date").and_then(super::tree::Node::text).map(str::to_owned);
    let withdrawn = section.get("withdrawn").and_then(super::tree::Node::text).map(str::to_owned);
    let text = section.get("text");
    let Some(index) = known.names.iter().position(|n| *n == key.name) else {
        node.unknown(key.name, known.names.iter().copied());
        return None;
    };
    let purpose = &known.purposes[index];
    if !purpose.basis.is_consent() {
        section.add(section.problem("config-consent-for-other-basis").with("purpose", &purpose.name));
    }
    let id = crate::set::PurposeId(index as u8);
    let agreed = text.and_then(|n| agreed(n, id, known));
    section.finish();
    Some(Consent { purpose: id, given: given?.to_owned(), date, withdrawn, text: agreed })
}

fn agreed(node: Node<'_>, purpose: crate::set::PurposeId, known: &Known<'_>) -> Option<String> {
    let name = node.text()?;
    let Some(text) = known.texts.iter().find(|t| t.name == name) else {
        node.unknown(name, known.texts.iter().map(|t| t.name.as_str()));
        return None;
    };
    if !text.purposes.has(purpose) {
        let purpose = &known.purposes[usize::from(purpose.0)].name;
        node.gathered().add(node.problem("config-text-lacks-purpose").with("purpose", purpose).with("text", name));
    }
    Some(name.to_owned())
}

/// What only the source as a whole can get wrong.
fn judge(source: &SourceConfig, section: &Section<'_>, known: &Known<'_>) {
    if source.grants().is_empty() && source.refuses.is_empty() {
        section.add(section.problem("config-source-for-nothing"));
    }
    if !source.grants().is_empty() && !source.refuses.is_empty() {
        section.add(section.problem("config-source-for-both"));
    }
    let fed = source.fields();
    for purpose in source.grants().iter().map(|id| &known.purposes[usize::from(id.0)]) {
        for field in purpose.required.without(fed).iter() {
            let field = &known.fields[usize::from(field.0)].name;
            section.add(section.problem("config-required-not-fed").with("field", field).with("purpose", &purpose.name));
        }
        if let crate::purpose::Keep::For { after: crate::purpose::After::Field(event), .. } = purpose.keep
            && !fed.has(event)
        {
            let field = &known.fields[usize::from(event.0)].name;
            section.add(section.problem("config-event-not-fed").with("field", field).with("purpose", &purpose.name));
        }
        if let crate::purpose::Keep::For { after: crate::purpose::After::Grant, .. } = purpose.keep
            && source.dated.is_none()
            && !source
                .consents
                .iter()
                .any(|c| known.names[usize::from(c.purpose.0)] == purpose.name && c.date.is_some())
        {
            section.add(section.problem("config-grant-undated").with("purpose", &purpose.name));
        }
    }
    if !source.refuses.is_empty() {
        let names_contact = source.columns.iter().any(|(f, _)| known.fields[usize::from(f.0)].kind.identity.is_some());
        if !names_contact {
            section.add(section.problem("config-refusals-name-nobody"));
        }
    }
}
