//! `[fields]`: our words and the kinds of their values.

use super::{
    model::{Field, Survivorship},
    tree::{Key, Node, Section},
};
use crate::{
    change::ID_COLUMN,
    check::{
        kind::{FieldKind, How, Setting},
        kinds,
    },
    day::Day,
    set::{FieldId, MEMBERS_MAX},
};

pub(super) const SURVIVORSHIPS: [(&str, Survivorship); 3] =
    [("newest", Survivorship::Newest), ("source_order", Survivorship::SourceOrder), ("all", Survivorship::All)];

/// Reads `[fields]`.
pub(super) fn fields(section: &Section<'_>) -> Vec<Field> {
    let entries = section.entries();
    if let Some((key, _)) = entries.get(MEMBERS_MAX) {
        section.add(too_many(key));
    }
    entries.into_iter().take(MEMBERS_MAX).map(|(key, node)| field(&key, node)).collect()
}

/// The problem of an entry beyond the 64th.
pub(super) fn too_many(key: &Key<'_>) -> super::problem::Problem {
    let code = crate::finding::Code::new("config-too-many");
    super::problem::Problem::new(code, key.span.clone()).with("max", MEMBERS_MAX.to_string())
}

/// A field whose kind can't be read counts as a text, so that nobody who names it is blamed.
fn field(key: &Key<'_>, node: Node<'_>) -> Field {
    if key.name == ID_COLUMN {
        let code = crate::finding::Code::new("config-reserved-name");
        node.gathered().add(super::problem::Problem::new(code, key.span.clone()).with("name", ID_COLUMN));
    }
    let unread = || plain(key, kinds::text());
    if node.raw().is_str() {
        return kind(node).map_or_else(unread, |kind| plain(key, kind));
    }
    let Some(section) = node.section(format!("fields.{}", key.name)) else { return unread() };
    let Some(kind) = section.need("kind").and_then(kind) else { return unread() };
    let mut field = plain(key, kind);
    for option in kind.options {
        if let Some(node) = section.get(option.name) {
            field.set.push(option.name);
            set(option.set, &mut field.how, node);
        }
    }
    if let Some(node) = section.get("survivorship") {
        field.survivorship = node.word(&SURVIVORSHIPS).unwrap_or_default();
        if field.survivorship == Survivorship::All && !kind.list {
            node.gathered().add(node.problem("config-survivorship-all").with("kind", kind.name));
        }
    }
    section.finish();
    field
}

fn plain(key: &Key<'_>, kind: &'static FieldKind) -> Field {
    let how = How::new(Day::NEVER);
    Field { name: key.name.to_owned(), kind, how, set: Vec::new(), survivorship: Survivorship::Newest }
}

fn kind(node: Node<'_>) -> Option<&'static FieldKind> {
    let text = node.text()?;
    let kind = kinds::find(text);
    if kind.is_none() {
        node.unknown(text, kinds::KINDS.iter().map(|k| k.name));
    }
    kind
}

fn set(set: fn(&mut How, &Setting) -> Result<(), String>, how: &mut How, node: Node<'_>) {
    let Some(setting) = setting(node) else { return };
    if let Err(expected) = set(how, &setting) {
        node.wrong_setting(expected);
    }
}

fn setting(node: Node<'_>) -> Option<Setting> {
    let raw = node.raw();
    if let Some(text) = raw.as_str() {
        return Some(Setting::Text(text.to_owned()));
    }
    if let Some(switch) = raw.as_bool() {
        return Some(Setting::Bool(switch));
    }
    let texts = |node: Node<'_>| node.texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect();
    if raw.is_array() {
        return Some(Setting::List(texts(node)));
    }
    let entries = node.section("")?.entries();
    Some(Setting::Table(entries.into_iter().map(|(key, node)| (key.name.to_owned(), texts(node))).collect()))
}

/// The field that a node names.
pub(super) fn named(node: Node<'_>, fields: &[Field]) -> Option<FieldId> {
    let text = node.text()?;
    let found = fields.iter().position(|f| f.name == text).map(|i| FieldId(i as u8));
    if found.is_none() {
        node.unknown(text, fields.iter().map(|f| f.name.as_str()));
    }
    found
}
