//! Which connector, and its settings.

use super::{
    secret::{Secret, holds_password},
    tree::{Node, Section},
};
use crate::{check::kind::Takes, connector::ConnectorOption};

/// Reads those of its settings that a connector is given.
pub(super) fn read(section: &Section<'_>, known: &'static [ConnectorOption]) -> Vec<(&'static str, String)> {
    let mut options = Vec::new();
    for option in known {
        let Some(node) = section.get(option.name) else { continue };
        let Some(text) = node.text() else { continue };
        match (option.check)(text) {
            Ok(()) => options.push((option.name, text.to_owned())),
            Err(_) if option.takes == Takes::Pointer => secret_inline(node),
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

/// An address: a path, a URL without secrets, or where to find one that has them.
pub(super) fn location(node: Node<'_>) -> Option<Secret> {
    let secret = Secret::parse(node.text()?);
    if let Secret::Plain(text) = &secret
        && holds_password(text)
    {
        secret_inline(node);
    }
    Some(secret)
}

/// The kind of connector that an address tells: by the extension of its file, or by its start. `ends` gives
/// a kind's extensions and starts.
pub(super) fn kind_of_path<K>(node: Node<'_>, kinds: &'static [K], ends: fn(&K) -> Ends) -> Option<&'static K> {
    let text = node.text()?;
    let known = || kinds.iter().flat_map(|k| ends(k).0.iter().chain(ends(k).1)).copied().collect::<Vec<_>>().join(", ");
    if !matches!(Secret::parse(text), Secret::Plain(_)) {
        node.gathered().add(node.problem("config-kind-elsewhere"));
        return None;
    }
    let extension = text.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
    let is_of = |(extensions, schemes): Ends| {
        schemes.iter().any(|s| text.starts_with(s))
            || (!text.contains("://") && extensions.contains(&extension.as_str()))
    };
    let kind = kinds.iter().find(|k| is_of(ends(k)));
    if kind.is_none() {
        node.gathered().add(node.problem("config-unknown-extension").with("known", known()));
    }
    kind
}

/// The extensions of a kind, and the starts of its addresses.
pub(super) type Ends = (&'static [&'static str], &'static [&'static str]);

/// Reports a secret that stands in the config itself.
pub(super) fn secret_inline(node: Node<'_>) {
    node.gathered().add(node.problem(super::problem::SECRET_INLINE.name()));
}
