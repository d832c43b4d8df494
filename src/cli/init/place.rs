//! Where things are, as a config says it: relative to itself.

use std::path::{Component, Path, PathBuf};

use crate::{
    config::holds_password,
    connector::{DESTINATIONS, DestinationKind},
    finding::{Code, Trouble},
    init::{List, Place},
};

const UNKNOWN: Code = Code::new("init-unknown-kind");
const ADDRESS: Code = Code::new("init-needs-address");
const PASSWORD: Code = Code::new("init-password");

/// The folder that a config's paths are relative to.
pub(super) fn folder(config: &Path) -> PathBuf {
    match config.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// A path that was typed here, as a config in `folder` is to say it.
pub(super) fn seen_from(folder: &Path, typed: &str) -> String {
    let plain = |path: &Path| path.components().filter(|c| *c != Component::CurDir).collect::<PathBuf>();
    let (typed_path, folder) = (plain(Path::new(typed)), plain(folder));
    if folder.as_os_str().is_empty() || typed_path.is_absolute() {
        return typed_path.to_string_lossy().into_owned();
    }
    if let Ok(inside) = typed_path.strip_prefix(&folder) {
        return inside.to_string_lossy().into_owned();
    }
    let whole = std::path::absolute(&typed_path).unwrap_or(typed_path);
    whole.to_string_lossy().into_owned()
}

/// The file beside which clean ones are to stand: the list itself, or one that is called like it.
pub(super) fn beside(list: &List) -> String {
    let is_odd = |c: char| !c.is_alphanumeric() && !"_ ".contains(c);
    list.title.as_ref().map_or_else(|| list.location.clone(), |title| title.replace(is_odd, "-"))
}

/// The destinations for `to`, of all and of who agreed to a newsletter: files beside the first list, under names that
/// are free.
pub(super) fn places(to: &str, list: &str, folder: &Path) -> Result<(Place, Place), Trouble> {
    if let Some(kind) = DESTINATIONS.iter().find(|k| k.name == to || k.extensions.contains(&to)) {
        let Some(extension) = kind.extensions.first() else { return Err(Trouble::new(ADDRESS, kind.name)) };
        let place = |what: &str| Place { kind: None, path: free(list, what, extension, folder), is_file: kind.is_file };
        let main = place("clean");
        // A database has a table for each.
        let newsletter = if kind.tables { main.clone() } else { place("newsletter") };
        return Ok((main, newsletter));
    }
    if holds_password(to) {
        return Err(Trouble::new(PASSWORD, ""));
    }
    let hidden = to.starts_with("env:") || to.starts_with("file:");
    let known = |k: &&DestinationKind| k.tables && (hidden && !k.schemes.is_empty() || is_address(k, to));
    let Some(kind) = DESTINATIONS.iter().find(known) else {
        let names = DESTINATIONS.iter().map(|k| format!("`{}`", k.name)).collect::<Vec<_>>().join(", ");
        return Err(Trouble::new(UNKNOWN, format!("`{to}`; {names}")));
    };
    let kind = hidden.then(|| kind.name.to_owned());
    let place = Place { kind, path: to.to_owned(), is_file: false };
    Ok((place.clone(), place))
}

fn is_address(kind: &DestinationKind, to: &str) -> bool {
    kind.schemes.iter().any(|scheme| to.starts_with(scheme))
}

/// `clients-clean.xlsx` beside `clients.csv`, or `clients-clean-2.xlsx` where that is there.
fn free(list: &str, what: &str, extension: &str, folder: &Path) -> String {
    let path = Path::new(list);
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let stem: String = stem.chars().filter(|c| !matches!(c, '*' | '?' | '[' | ']')).collect();
    let stem = stem.trim_matches(['-', '_', ' ', '.']);
    let stem = if stem.is_empty() { "clients" } else { stem };
    // The folder of a pattern may be a pattern too.
    let beside = path.parent().filter(|p| !p.to_string_lossy().contains(['*', '?', '['])).unwrap_or(Path::new(""));
    let name =
        |n: u32| if n == 1 { format!("{stem}-{what}.{extension}") } else { format!("{stem}-{what}-{n}.{extension}") };
    let is_taken = |n: &u32| folder.join(beside).join(name(*n)).exists();
    let number = (1..u32::MAX).find(|n| !is_taken(n)).unwrap_or(1);
    beside.join(name(number)).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_said_as_the_config_sees_them() {
        for (folder, typed, expected) in [
            (".", "clients.xlsx", "clients.xlsx"),
            (".", "./lists/clients.xlsx", "lists/clients.xlsx"),
            ("shop", "shop/clients.xlsx", "clients.xlsx"),
            ("./shop", "shop/lists/клиенты 1.csv", "lists/клиенты 1.csv"),
            ("shop", "/srv/clients.xlsx", "/srv/clients.xlsx"),
        ] {
            assert_eq!(seen_from(Path::new(folder), typed), expected, "{folder} {typed}");
        }
        assert!(Path::new(&seen_from(Path::new("shop"), "clients.xlsx")).is_absolute());
    }

    #[test]
    fn what_is_made_of_a_sheet_is_called_like_it() {
        for (title, expected) in [
            (None, "lists/clients.xlsx"),
            (Some("Клиенты 2026"), "Клиенты 2026"),
            (Some("A/B: \"new\"*?.xlsx"), "A-B- -new----xlsx"),
        ] {
            let list = List {
                location: "lists/clients.xlsx".to_owned(),
                address: "path",
                title: title.map(str::to_owned),
                settings: Vec::new(),
                kind: "",
                tabs: Vec::new(),
                has_others: false,
            };
            assert_eq!(beside(&list), expected);
        }
    }

    #[test]
    fn clean_files_stand_beside_the_list_and_overwrite_none() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("clients-clean.csv"), "").expect("written");
        for (to, list, expected) in [
            ("xlsx", "clients.csv", Some("clients-clean.xlsx")),
            ("csv", "clients.csv", Some("clients-clean-2.csv")),
            ("db", "lists/a b.csv", Some("lists/a b-clean.db")),
            ("xlsx", "visits/*.xlsx", Some("visits/clients-clean.xlsx")),
            ("csv", "v*/2026-*.csv", Some("2026-clean.csv")),
            ("postgres://localhost/shop", "a.csv", Some("postgres://localhost/shop")),
            ("env:DB", "a.csv", Some("env:DB")),
            ("postgres", "a.csv", None),
            ("postgres://anna:pw@db/shop", "a.csv", None),
            ("excel", "a.csv", None),
        ] {
            let found = places(to, list, folder.path()).ok().map(|(main, _)| main.path);
            assert_eq!(found.as_deref(), expected, "{to} {list}");
        }
    }
}
