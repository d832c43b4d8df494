//! `[sources]`: where rows come from, and what stands behind them.

use super::{
    Secret,
    model::{Consent, Feed, Field, SourceConfig, Whole, WriteBack},
    options,
    purposes::{ConsentText, purpose_named},
    sql,
    tree::{Key, Node, Section},
};
use crate::{
    address::SourceId,
    check::kind::Identity,
    connector::{SOURCES, Select, SourceKind, guarded},
    purpose::Purpose,
    read::normal,
    record::LIST_COLUMNS_MAX,
    set::{FieldId, FieldSet, PurposeSet},
};

/// The key that files and databases have for their address.
const PATH: &str = "path";

/// What sources are checked against.
pub(super) struct Known<'a> {
    pub(super) fields: &'a [Field],
    pub(super) purposes: &'a [Purpose],
    pub(super) names: &'a [&'a str],
    pub(super) texts: &'a [ConsentText],
    /// Purposes that could not be read as a whole.
    pub(super) unsure: PurposeSet,
}

/// Reads `[sources]`.
pub(super) fn sources(section: &Section<'_>, known: &Known<'_>) -> Vec<SourceConfig> {
    let entries = section.entries();
    entries.iter().enumerate().filter_map(|(i, (key, node))| source(SourceId(i as u16), key, *node, known)).collect()
}

fn source(id: SourceId, key: &Key<'_>, node: Node<'_>, known: &Known<'_>) -> Option<SourceConfig> {
    let section = node.section(format!("sources.{}", key.name))?;
    let (location, kind) = place(&section);
    let select = select(&section, kind);
    let gathered = section.gathered();
    let before = gathered.count();
    let consents = section.section("consent").map(|s| consents(&s, known)).unwrap_or_default();
    let purposes = section.get("purposes").map(|n| declared(n, known)).unwrap_or_default();
    let refuses = section.get("refuses").map(|n| refuses(n, known)).unwrap_or_default();
    let rights_are_whole = gathered.count() == before;
    let before = gathered.count();
    let columns = section.need("columns").map(|n| columns(n, known.fields)).unwrap_or_default();
    let columns_are_whole = gathered.count() == before;
    let source = SourceConfig {
        id,
        name: key.name.to_owned(),
        kind: kind?,
        location: location?,
        select,
        tabs: section.offered("tabs", kind?.tabs).map(|n| tabs(n, kind)),
        header: section.offered("header", !kind?.tables).and_then(|n| header(n, kind)),
        dated: section.get("dated").and_then(super::tree::Node::text).map(str::to_owned),
        key: section.get("key").and_then(super::tree::Node::text).map(str::to_owned),
        purposes,
        refuses,
        columns,
        consents,
        write_back: section.offered("write_back", kind?.writes_back).and_then(|n| write_back(n, kind?)),
        options: options::read(&section, kind?.options),
    };
    // What was dropped as broken must not be reported as missing too.
    if rights_are_whole {
        judge_rights(&source, &section);
    }
    if columns_are_whole {
        judge_columns(&source, &section, known);
    }
    judge_own_columns(&source, &section);
    if let (Some(node), Some(WriteBack { id: Some(_), .. })) = (section.peek("key"), &source.write_back) {
        node.gathered().add(node.problem("config-key-and-id"));
    }
    section.finish();
    Some(source)
}

/// Where the rows are, under the key that the kind has for it, and what kind that is.
fn place(section: &Section<'_>) -> (Option<Secret>, Option<&'static SourceKind>) {
    let own_key = SOURCES.iter().find(|kind| kind.address != PATH && section.peek(kind.address).is_some());
    let node = match own_key {
        Some(kind) => section.get(kind.address),
        None => section.need(PATH),
    };
    let location = node.and_then(options::location);
    let ends = |kind: &SourceKind| (kind.extensions, kind.schemes);
    let kind = match (section.get("kind"), own_key) {
        (Some(node), _) => options::named_kind(node, SOURCES, |kind| kind.name),
        (None, Some(kind)) => Some(kind),
        (None, None) => node.and_then(|n| options::kind_of_path(n, SOURCES, ends)),
    };
    let (Some(node), Some(kind)) = (node, kind) else { return (location, kind) };
    let key = own_key.map_or(PATH, |kind| kind.address);
    if kind.address != key {
        let problem = node.problem("config-other-key").with("key", key).with("kind", kind.name);
        node.gathered().add(problem.with("own", kind.address));
    } else if let (Some(link), Some(Secret::Plain(text))) = (kind.link, &location)
        && let Err(code) = link(text)
    {
        node.gathered().add(node.problem(code.name()));
    }
    (location, Some(kind))
}

/// `write_back`: columns of ours in the sheet itself.
fn write_back(node: Node<'_>, kind: &SourceKind) -> Option<WriteBack> {
    if !kind.writes_back {
        node.gathered().add(node.problem("config-no-write-back").with("kind", kind.name));
        return None;
    }
    let section = node.section("sources.write_back")?;
    let name = |key| section.get(key).and_then(Node::text).map(str::to_owned);
    let write_back = WriteBack { status: name("status"), message: name("message"), id: name("id") };
    if write_back == WriteBack::default() {
        section.add(section.problem("config-writes-nothing-back"));
    }
    section.finish();
    Some(write_back)
}

/// What of a database is read: `table` or `query`.
fn select(section: &Section<'_>, kind: Option<&SourceKind>) -> Option<Select> {
    let kind = kind?;
    let given = |key| section.offered(key, kind.tables);
    match (given("table"), given("query")) {
        (None, None) if !kind.tables => None,
        (Some(node), _) | (_, Some(node)) if !kind.tables => {
            node.gathered().add(node.problem("config-no-table").with("kind", kind.name));
            None
        }
        (Some(node), None) => node.text().map(|t| Select::Table(t.to_owned())),
        (None, Some(node)) => query_text(node).map(Select::Query),
        (None, None) => {
            section.add(section.problem("config-neither-table-nor-query"));
            None
        }
        (Some(_), Some(node)) => {
            node.gathered().add(node.problem("config-table-and-query"));
            None
        }
    }
}

/// A query that can only read, as far as its first word tells; the database sees to the rest.
fn query_text(node: Node<'_>) -> Option<String> {
    let text = node.text()?;
    if !sql::is_query(text) {
        node.gathered().add(node.problem("config-query-reads-not"));
    }
    Some(text.to_owned())
}

fn tabs(node: Node<'_>, kind: Option<&SourceKind>) -> Vec<String> {
    if let Some(kind) = kind.filter(|k| !k.tabs) {
        node.gathered().add(node.problem("config-no-tabs").with("kind", kind.name));
    }
    node.some_texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect()
}

fn header(node: Node<'_>, kind: Option<&SourceKind>) -> Option<u32> {
    if kind.is_some_and(|k| k.tables) {
        node.gathered().add(node.problem("config-no-header"));
    }
    let row = node.raw().as_integer().and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
    let row = row.filter(|row| *row > 0);
    if row.is_none() {
        node.wrong_setting("`1`, `2`, …");
    }
    row
}

/// `purposes`: a basis that stands behind every row, which consent never does.
fn declared(node: Node<'_>, known: &Known<'_>) -> PurposeSet {
    let mut set = PurposeSet::EMPTY;
    for node in node.texts() {
        let Some(id) = purpose_named(node, known.names) else { continue };
        let purpose = &known.purposes[usize::from(id.0)];
        if purpose.basis.is_consent() && !known.unsure.has(id) {
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
    let mut set = PurposeSet::EMPTY;
    for node in node.some_texts() {
        let Some(id) = purpose_named(node, known.names) else { continue };
        if all.has(id) || known.unsure.has(id) {
            set.insert(id);
        } else {
            let name = &known.purposes[usize::from(id.0)].name;
            node.gathered().add(node.problem("config-refusal-closes-nothing").with("purpose", name));
        }
    }
    set
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
            node.gathered().unknown(key.span.clone(), key.name, fields.iter().map(|f| f.name.as_str()));
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
    if node.raw().as_table().is_some_and(|t| t.contains_key("all")) {
        let section = node.section("columns")?;
        let listed = section.get("all")?;
        let names: Vec<String> = listed.some_texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect();
        section.finish();
        if !field.kind.list {
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
        node.not_empty();
        return None;
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
            None => node.gathered().unknown(key.span.clone(), key.name, field.kind.parts.iter().copied()),
        }
    }
    parts.sort_unstable();
    Some(Whole::Parts(parts))
}

fn consents(section: &Section<'_>, known: &Known<'_>) -> Vec<Consent> {
    section.entries().into_iter().filter_map(|(key, node)| consent(&key, node, section, known)).collect()
}

fn consent(key: &Key<'_>, node: Node<'_>, parent: &Section<'_>, known: &Known<'_>) -> Option<Consent> {
    let section = node.section(parent.titled(key.name))?;
    let given = section.need("given").and_then(super::tree::Node::text);
    let date = section.get("date").and_then(super::tree::Node::text).map(str::to_owned);
    let withdrawn = section.get("withdrawn").and_then(super::tree::Node::text).map(str::to_owned);
    let text = section.get("text");
    let Some(index) = known.names.iter().position(|n| *n == key.name) else {
        node.gathered().unknown(key.span.clone(), key.name, known.names.iter().copied());
        return None;
    };
    let purpose = &known.purposes[index];
    let id = crate::set::PurposeId(index as u8);
    if !purpose.basis.is_consent() && !known.unsure.has(id) {
        section.add(section.problem("config-consent-for-other-basis").with("purpose", &purpose.name));
    }
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

/// Whether anything makes the use of a source lawful.
fn judge_rights(source: &SourceConfig, section: &Section<'_>) {
    if source.grants().is_empty() && source.refuses.is_empty() {
        section.add(section.problem("config-source-for-nothing"));
    }
    if !source.grants().is_empty() && !source.refuses.is_empty() {
        section.add(section.problem("config-source-for-both"));
    }
}

/// Whether nothing is read from a column of ours.
fn judge_own_columns(source: &SourceConfig, section: &Section<'_>) {
    let Some(own) = &source.write_back else { return };
    for name in own.names().filter(|name| guarded(name) != *name) {
        section.add(section.problem("config-own-column-formula").with("header", name));
    }
    let own: Vec<String> = own.names().map(normal).collect();
    let read: Vec<String> = source.column_names().into_iter().map(normal).collect();
    for (i, name) in own.iter().enumerate() {
        if read.contains(name) || own[..i].contains(name) {
            section.add(section.problem("config-own-column").with("header", name));
        }
    }
}

/// Whether the columns of a source are enough for what it is there for.
fn judge_columns(source: &SourceConfig, section: &Section<'_>, known: &Known<'_>) {
    let fed = source.fields();
    if !source.refuses.is_empty() {
        if !names_somebody(fed, known.fields) {
            section.add(section.problem("config-refusals-name-nobody"));
        }
        return;
    }
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
}

/// Whether these fields can identify a person: one that does alone, or a name beside a birth date.
fn names_somebody(fed: FieldSet, fields: &[Field]) -> bool {
    let identity = |id: FieldId| {
        let field = &fields[usize::from(id.0)];
        if field.how.birth { Some(Identity::Birth) } else { field.kind.identity }
    };
    let found: Vec<Identity> = fed.iter().filter_map(identity).collect();
    let alone = found.iter().any(|i| !matches!(i, Identity::Name | Identity::Birth));
    alone || (found.contains(&Identity::Name) && found.contains(&Identity::Birth))
}
