//! `[purposes]` and `[texts]`: why data are used, and what was agreed to.

use jiff::Span;

use super::{
    fields::{named, too_many},
    model::Field,
    tree::{Key, Node, Section},
};
use crate::{
    purpose::{After, Basis, Channel, Keep, Purpose},
    set::{FieldId, FieldSet, MEMBERS_MAX, PurposeId, PurposeSet},
};

/// A consent text and the purposes that it covers.
pub(super) struct ConsentText {
    pub(super) name: String,
    pub(super) purposes: PurposeSet,
}

/// Reads `[purposes]`; says which of them could not be read as a whole, so that nobody is blamed for them.
pub(super) fn purposes(section: &Section<'_>, fields: &[Field]) -> (Vec<Purpose>, PurposeSet) {
    let entries = section.entries();
    if let Some((key, _)) = entries.get(MEMBERS_MAX) {
        section.add(too_many(key));
    }
    let names: Vec<&str> = entries.iter().map(|(key, _)| key.name).collect();
    let mut unsure = PurposeSet::EMPTY;
    let mut list = Vec::new();
    for (i, (key, node)) in entries.iter().take(MEMBERS_MAX).enumerate() {
        let before = node.gathered().count();
        list.push(purpose(key, *node, &names, fields));
        if node.gathered().count() > before {
            unsure.insert(PurposeId(i as u8));
        }
    }
    (list, unsure)
}

/// A purpose that can't be read keeps its name, so that nobody who names it is blamed.
fn purpose(key: &Key<'_>, node: Node<'_>, names: &[&str], fields: &[Field]) -> Purpose {
    let mut purpose = Purpose {
        name: key.name.to_owned(),
        title: String::new(),
        basis: Basis::Contract,
        needs: FieldSet::EMPTY,
        required: FieldSet::EMPTY,
        keep: Keep::UntilWithdrawn,
        channels: Vec::new(),
        compatible_with: Vec::new(),
        prohibits: PurposeSet::EMPTY,
        was: Vec::new(),
    };
    if let Some(section) = node.section(format!("purposes.{}", key.name)) {
        fill(&mut purpose, &section, names, fields);
        section.finish();
    }
    purpose
}

fn fill(purpose: &mut Purpose, section: &Section<'_>, names: &[&str], fields: &[Field]) {
    purpose.title = section.need("title").and_then(super::tree::Node::text).unwrap_or_default().into();
    let basis = section.need("basis").and_then(|n| n.word(&Basis::ALL));
    purpose.basis = basis.unwrap_or(Basis::Consent);
    let before = section.gathered().count();
    let needs = section.need("needs");
    needs.iter().for_each(|n| n.not_empty());
    purpose.needs = needs.map(|n| field_set(n, fields)).unwrap_or_default();
    let needs_are_whole = section.gathered().count() == before;
    for node in section.get("required").map(Node::texts).unwrap_or_default() {
        let Some(field) = named(node, fields) else { continue };
        purpose.required.insert(field);
        if needs_are_whole && !purpose.needs.has(field) {
            let name = &fields[usize::from(field.0)].name;
            node.gathered().add(node.problem("config-required-not-needed").with("field", name));
        }
    }
    if let Some(keep) = section.need("keep").and_then(|n| keep(n, basis, fields)) {
        purpose.keep = keep;
    }
    purpose.channels = section.get("channels").map(channels).unwrap_or_default();
    purpose.compatible_with = section.get("compatible_with").map(|n| compatible(n, names)).unwrap_or_default();
    purpose.prohibits = section.get("prohibits").map(|n| purpose_set(n, names)).unwrap_or_default();
    purpose.was = section.get("was").map(texts).unwrap_or_default();
}

fn texts(node: Node<'_>) -> Vec<String> {
    node.texts().iter().filter_map(|n| n.text()).map(str::to_owned).collect()
}

fn field_set(node: Node<'_>, fields: &[Field]) -> FieldSet {
    node.texts().into_iter().filter_map(|n| named(n, fields)).collect()
}

fn channels(node: Node<'_>) -> Vec<Channel> {
    let words: Vec<_> = Channel::ALL.iter().map(|(word, channel, _)| (*word, *channel)).collect();
    node.texts().into_iter().filter_map(|n| n.word(&words)).collect()
}

/// The purposes that a list names.
pub(super) fn purpose_set(node: Node<'_>, names: &[&str]) -> PurposeSet {
    node.texts().into_iter().filter_map(|n| purpose_named(n, names)).collect()
}

/// The purpose that a node names.
pub(super) fn purpose_named(node: Node<'_>, names: &[&str]) -> Option<PurposeId> {
    let text = node.text()?;
    let found = names.iter().position(|n| *n == text).map(|i| PurposeId(i as u8));
    if found.is_none() {
        node.unknown(text, names.iter().copied());
    }
    found
}

/// `{ newsletter = "the reason in writing" }`
fn compatible(node: Node<'_>, names: &[&str]) -> Vec<(PurposeId, String)> {
    let Some(section) = node.section("compatible_with") else { return Vec::new() };
    let mut list = Vec::new();
    for (key, node) in section.entries() {
        match (names.iter().position(|n| *n == key.name), node.text()) {
            (Some(i), Some(reason)) => list.push((PurposeId(i as u8), reason.to_owned())),
            (None, _) => node.gathered().unknown(key.span.clone(), key.name, names.to_vec()),
            (Some(_), None) => {}
        }
    }
    list
}

/// `"until withdrawn"`, or `{ for = "3 years", after = "delivered_at" }`
fn keep(node: Node<'_>, basis: Option<Basis>, fields: &[Field]) -> Option<Keep> {
    if node.raw().is_str() {
        let text = node.text()?;
        if text != "until withdrawn" {
            node.gathered().add(node.problem("config-bad-keep").with("word", text));
            return None;
        }
        let keep = Keep::UntilWithdrawn;
        if basis.is_some_and(|b| !b.can_be_refused()) {
            node.gathered().add(node.problem("config-keep-open-end"));
        }
        return Some(keep);
    }
    let section = node.section("keep")?;
    let term = section.need("for").and_then(term);
    let after = section.need("after").and_then(|n| after(n, fields));
    section.finish();
    Some(Keep::For { term: term?, after: after? })
}

fn term(node: Node<'_>) -> Option<Span> {
    let text = node.text()?;
    let whole_days = whole_days(text);
    if whole_days.is_none() {
        node.gathered().add(node.problem("config-bad-term").with("word", text));
    }
    whole_days
}

/// A term such as `3 years`: at least a day, and no hours.
pub(crate) fn whole_days(text: &str) -> Option<Span> {
    let span: Option<Span> = text.parse().ok();
    span.filter(|s| {
        s.is_positive()
            && s.get_hours() == 0
            && s.get_minutes() == 0
            && s.get_seconds() == 0
            && s.get_milliseconds() == 0
            && s.get_microseconds() == 0
            && s.get_nanoseconds() == 0
    })
}

fn after(node: Node<'_>, fields: &[Field]) -> Option<After> {
    if node.raw().as_str() == Some("grant") {
        return Some(After::Grant);
    }
    let field: FieldId = named(node, fields)?;
    if fields[usize::from(field.0)].kind.name != "date" {
        node.gathered().add(node.problem("config-not-a-date").with("field", &fields[usize::from(field.0)].name));
        return None;
    }
    Some(After::Field(field))
}

/// Reads `[texts]`.
pub(super) fn consent_texts(section: &Section<'_>, names: &[&str]) -> Vec<ConsentText> {
    let text = |(key, node): (Key<'_>, Node<'_>)| {
        let section = node.section(format!("texts.{}", key.name))?;
        let listed = section.need("purposes");
        listed.iter().for_each(|n| n.not_empty());
        let purposes = listed.map(|n| purpose_set(n, names)).unwrap_or_default();
        section.finish();
        Some(ConsentText { name: key.name.to_owned(), purposes })
    };
    section.entries().into_iter().filter_map(text).collect()
}
