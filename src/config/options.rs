//! Which connector, and its settings.

use super::tree::{Node, Section};
use crate::connector::ConnectorOption;

/// A setting that is a secret, whatever the connector.
const SECRET: &str = "password";

/// Reads those of its settings that a connector is given.
pub(super) fn read(section: &Section<'_>, known: &'static [ConnectorOption]) -> Vec<(&'static str, String)> {
    let mut options = Vec::new();
    for option in known {
        let Some(node) = section.get(option.name) else { continue };
        let Some(text) = node.text() else { continue };
        match (option.check)(text) {
            Ok(()) => options.push((option.name, text.to_owned())),
            Err(_) if option.name == SECRET => secret_inline(node),
            Err(expected) => node.wrong_setting(expected),
        }
    }
    options
}

/// The kind of connector that a node names.
pub(super) fn named_kind<K>(node: Node<'_>, kinds: &'static [K], name: fn(&K) -> &'static str) -> Option<&'static K> {
    let text = node.text()?;
    let kind = kinds.iter().find(|kind| name(kind) == text);
    if kind.is_none() {
        node.unknown(text, kinds.iter().map(name));
    }
    kind
}

/// Reports a secret that stands in the config itself.
pub(super) fn secret_inline(node: Node<'_>) {
    node.gathered().add(node.problem(super::problem::SECRET_INLINE.name()));
}
