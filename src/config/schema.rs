//! A config as JSON Schema, so that editors complete it. Draft 4, which is what those that know TOML read (taplo,
//! and what is built on it).
//!
//! Kinds, connectors and their settings are loops over the lists that the reader uses, and what a key does is
//! said by its comment in `config/bridge.toml`. The reader has the last word: what a name refers to, and what fits
//! together, no schema can say.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use super::{
    fields::SURVIVORSHIPS,
    model::Mode,
    operator::{LANGUAGES, PROFILES},
};
use crate::{
    check::{
        kind::{FieldKind, Takes},
        kinds::KINDS,
    },
    connector::{ConnectorOption, DESTINATIONS, DestinationKind, SOURCES, SourceKind},
    purpose::{Basis, Channel},
};

/// The schema of a config.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table(
        "",
        [
            ("extends", text()),
            ("operator", operator()),
            ("fields", entries(&field())),
            ("purposes", entries(&purpose())),
            ("texts", entries(&table("texts.*", [("purposes", some_texts())], &["purposes"]))),
            ("sources", entries(&any_of(SOURCES.iter().map(source)))),
            ("destinations", entries(&any_of(DESTINATIONS.iter().map(destination)))),
            ("state", table("state", [("path", text()), ("key", pointer()), ("refusals", text())], &[])),
        ],
        &[],
    );
    schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
    schema["title"] = json!("The config of sheetbridge");
    schema
}

fn operator() -> Value {
    let keys = [
        ("name", text()),
        ("profile", words(PROFILES.iter().map(|(word, _)| *word))),
        ("language", words(LANGUAGES.iter().map(|(word, _)| *word))),
        ("time_zone", text()),
    ];
    // None is required here: a file that this one extends may have it.
    table("operator", keys, &[])
}

fn field() -> Value {
    let kind = described_words(KINDS.iter().map(|k| (k.name, k.about)));
    any_of(std::iter::once(kind).chain(KINDS.iter().map(field_of)))
}

fn field_of(kind: &FieldKind) -> Value {
    let options = kind.options.iter().map(|o| (o.name, described(takes(o.takes), o.about)));
    let survivorship = "which of several values of one person stays: the newest row's (the default), that of the \
                        source which the config names first, or all of them as a list";
    let survives = words(SURVIVORSHIPS.iter().map(|(word, _)| *word).filter(|word| *word != "all" || kind.list));
    let kind = ("kind", described(words([kind.name]), kind.about));
    table("fields.*", [kind, ("survivorship", described(survives, survivorship))].into_iter().chain(options), &["kind"])
}

fn purpose() -> Value {
    let keep = [("for", text()), ("after", text())];
    let keep = any_of([words(["until withdrawn"]), table("purposes.*.keep", keep, &["for", "after"])]);
    let keys = [
        ("title", text()),
        ("basis", words(Basis::ALL.iter().map(|(word, _)| *word))),
        ("needs", some_texts()),
        ("required", texts()),
        ("keep", keep),
        ("channels", one_or_list(&words(Channel::ALL.iter().map(|(word, ..)| *word)))),
        ("compatible_with", entries(&text())),
        ("prohibits", texts()),
        ("was", texts()),
    ];
    table("purposes.*", keys, &["title", "basis", "needs", "keep"])
}

fn source(kind: &SourceKind) -> Value {
    let consent = [("given", text()), ("date", text()), ("withdrawn", text()), ("text", text())];
    let mut keys = vec![
        (kind.address, text()),
        ("kind", described(words([kind.name]), kind.about)),
        ("dated", text()),
        ("key", text()),
        ("purposes", texts()),
        ("refuses", some_texts()),
        ("columns", entries(&feed())),
        ("consent", entries(&table("sources.*.consent.*", consent, &["given"]))),
    ];
    if kind.tabs {
        keys.push(("tabs", some_texts()));
    }
    keys.extend(if kind.tables {
        [("table", text()), ("query", text())].to_vec()
    } else {
        vec![("header", json!({ "type": "integer", "minimum": 1 }))]
    });
    if kind.writes_back {
        let columns = [("status", text()), ("message", text()), ("id", text())];
        let mut written = table("sources.*.write_back", columns, &[]);
        written["minProperties"] = json!(1);
        keys.push(("write_back", written));
    }
    let keys = keys.into_iter().chain(options(kind.options));
    let entry = table("sources.*", keys, &[kind.address, "columns"]);
    if kind.address == "path" { of_kind(entry, kind.extensions, kind.schemes) } else { entry }
}

fn destination(kind: &DestinationKind) -> Value {
    let modes = Mode::ALL.iter().filter(|(_, mode)| !kind.is_file || *mode == Mode::Mirror);
    let mut keys = vec![
        ("path", text()),
        ("kind", described(words([kind.name]), kind.about)),
        ("purposes", some_texts()),
        ("mode", words(modes.map(|(word, _)| *word))),
        ("clear", json!({ "type": "boolean" })),
        ("columns", entries(&text())),
    ];
    if kind.tables {
        keys.push(("table", text()));
    }
    let keys = keys.into_iter().chain(options(kind.options));
    of_kind(table("destinations.*", keys, &["path", "purposes"]), kind.extensions, kind.schemes)
}

/// A kind is said, or told by the address.
fn of_kind(mut entry: Value, extensions: &[&str], schemes: &[&str]) -> Value {
    let letter = |c: char| format!("[{}{}]", c.to_lowercase(), c.to_uppercase());
    let ends = extensions.iter().map(|e| format!("\\.{}$", e.chars().map(letter).collect::<String>()));
    let told: Vec<String> = ends.chain(schemes.iter().map(|s| format!("^{s}"))).collect();
    let told = json!({ "properties": { "path": { "pattern": told.join("|") } } });
    entry["anyOf"] = json!([{ "required": ["kind"] }, told]);
    entry
}

fn options(options: &[ConnectorOption]) -> impl Iterator<Item = (&'static str, Value)> {
    options.iter().map(|o| (o.name, described(takes(o.takes), o.about)))
}

fn takes(takes: Takes) -> Value {
    match takes {
        Takes::Switch => json!({ "type": "boolean" }),
        Takes::Words(list) => words(list.iter().copied()),
        Takes::Text => text(),
        Takes::Pointer => pointer(),
        Takes::Lists => any_of([list_of(&text()), entries(&texts())]),
    }
}

/// `"Имя"`, `["ФИО", { family = "Фамилия", given = "Имя" }]` or `{ all = ["Телефон", "Тел. 2"] }`
fn feed() -> Value {
    let parts: BTreeMap<&str, Value> = KINDS.iter().flat_map(|k| k.parts).map(|part| (*part, text())).collect();
    let whole = any_of([text(), table("sources.*.columns.*", parts, &[])]);
    let mut several = list_of(&whole);
    several["minItems"] = json!(1);
    let all = table("sources.*.columns.*", [("all", some_texts())], &["all"]);
    any_of([whole, several, all])
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn pointer() -> Value {
    json!({ "type": "string", "pattern": "^(env|file):." })
}

fn list_of(item: &Value) -> Value {
    json!({ "type": "array", "items": item })
}

/// A list, or one instead of a list of one.
fn one_or_list(item: &Value) -> Value {
    any_of([item.clone(), list_of(item)])
}

fn texts() -> Value {
    one_or_list(&text())
}

fn some_texts() -> Value {
    let mut list = list_of(&text());
    list["minItems"] = json!(1);
    any_of([text(), list])
}

fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

/// Words, each with what it means, where an editor shows that.
fn described_words<'w>(words: impl Iterator<Item = (&'w str, &'w str)>) -> Value {
    let (words, abouts): (Vec<&str>, Vec<&str>) = words.unzip();
    json!({ "type": "string", "enum": words, "x-taplo": { "docs": { "enumValues": abouts } } })
}

fn any_of(choices: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": choices.into_iter().collect::<Vec<_>>() })
}

/// A table whose keys the owner chooses.
fn entries(entry: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": entry })
}

/// A table with keys of ours, each with what the config to copy says of it.
fn table<'k>(path: &str, keys: impl IntoIterator<Item = (&'k str, Value)>, required: &[&str]) -> Value {
    let within = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let about = |(key, value): (&str, Value)| {
        let value = match ABOUT.get(&within(key)).filter(|_| value.get("description").is_none()) {
            Some(about) => described(value, about),
            None => value,
        };
        (key.to_owned(), value)
    };
    let properties: Map<String, Value> = keys.into_iter().map(about).collect();
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    // Draft 4 wants no empty list.
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn described(mut value: Value, about: &str) -> Value {
    value["description"] = json!(about);
    value
}

/// What each key does, by its path, such as `sources.*.tabs`: the comments of the config to copy.
static ABOUT: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut about: BTreeMap<String, String> = BTreeMap::new();
    let (mut section, mut last, mut heading) = (String::new(), String::new(), None);
    for line in include_str!("../../config/bridge.toml").lines() {
        let (code, comment) = comment_of(line);
        if let Some(title) = line.strip_prefix("# ---- ") {
            heading = Some(title.trim_end_matches(['-', ' ']).to_owned());
            continue;
        }
        let path = if let Some(title) = code.strip_prefix('[') {
            section = any_name(title.trim_end_matches(']'));
            let top = section.split('.').next().unwrap_or_default().to_owned();
            heading.take().map(|h| about.entry(top).or_insert(h));
            section.strip_suffix(".*").filter(|s| s.contains(".*")).unwrap_or(&section).to_owned()
        } else if let Some((key, _)) = code.split_once('=') {
            format!("{section}.{}", key.trim()).trim_start_matches('.').to_owned()
        } else if let Some(more) = comment.filter(|_| line.starts_with(' ')) {
            about.entry(last.clone()).and_modify(|said| said.extend([" ", more]));
            continue;
        } else {
            continue;
        };
        if let Some(comment) = comment.filter(|_| !about.contains_key(&path)) {
            about.insert(path.clone(), comment.to_owned());
            last = path;
        }
    }
    about
});

/// A section's title, with a star for each name that the owner chooses.
fn any_name(title: &str) -> String {
    let parts = title.split('.').enumerate().map(|(i, part)| if i % 2 == 1 { "*" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// A line's part that counts, and its comment. A line that is one setting in a comment counts too.
fn comment_of(line: &str) -> (&str, Option<&str>) {
    let is_setting = |l: &&str| l.split_once('=').is_some_and(|(key, _)| key.trim().chars().all(char::is_alphanumeric));
    let line = line.strip_prefix("# ").filter(is_setting).unwrap_or(line);
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return (line[..at].trim(), Some(line[at + 1..].trim())),
            _ => {}
        }
    }
    (line.trim(), None)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fmt::Write as _, path::Path};

    use super::*;
    use crate::check::kind::{How, Setting};

    /// A config with a key that nobody knows in every table: `(its name, where the schema has that table)`.
    fn with_unknown_keys() -> (String, Vec<(String, String)>) {
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut unknown = |place: String| {
            let name = format!("zzz{}", places.len());
            places.push((name.clone(), place));
            format!("{name} = 1")
        };
        let entry = |section: &str| format!("/properties/{section}/additionalProperties");
        let _ = writeln!(
            text,
            "{}\n[operator]\n{}\n[fields]",
            unknown(String::new()),
            unknown("/properties/operator".into())
        );
        for (i, kind) in KINDS.iter().enumerate() {
            let place = format!("{}/anyOf/{}", entry("fields"), i + 1);
            let _ = writeln!(text, "{name} = {{ kind = \"{name}\", {} }}", unknown(place), name = kind.name);
        }
        let keep = format!("{}/properties/keep/anyOf/1", entry("purposes"));
        let _ = writeln!(
            text,
            "[purposes.p]\nbasis = \"consent\"\nkeep = {{ {} }}\n{}",
            unknown(keep),
            unknown(entry("purposes"))
        );
        let _ = writeln!(text, "[texts.t]\n{}", unknown(entry("texts")));
        for (i, kind) in SOURCES.iter().enumerate() {
            let place = format!("{}/anyOf/{i}", entry("sources"));
            let all = unknown(format!("{place}/properties/columns/additionalProperties/anyOf/2"));
            let consent = unknown(format!("{place}/properties/consent/additionalProperties"));
            let _ = writeln!(
                text,
                "[sources.s{i}]\nkind = \"{}\"\n{} = \"x\"\n{}\ncolumns.phone = {{ all = [\"x\"], {all} }}\n\
                 [sources.s{i}.consent.p]\n{consent}",
                kind.name,
                kind.address,
                unknown(place.clone()),
            );
            if kind.writes_back {
                let own = unknown(format!("{place}/properties/write_back"));
                let _ = writeln!(text, "[sources.s{i}.write_back]\n{own}");
            }
        }
        for (i, kind) in DESTINATIONS.iter().enumerate() {
            let place = format!("{}/anyOf/{i}", entry("destinations"));
            let _ = writeln!(text, "[destinations.d{i}]\nkind = \"{}\"\npath = \"x\"\n{}", kind.name, unknown(place));
        }
        let _ = writeln!(text, "[state]\n{}", unknown("/properties/state".into()));
        (text, places)
    }

    #[test]
    fn the_schema_has_the_keys_that_the_reader_asks_for_and_no_other() {
        let (text, places) = with_unknown_keys();
        let problems = super::super::parse(&text, Path::new("bridge.toml")).expect_err("unknown keys");
        let schema = schema();
        for (name, place) in places {
            let fill =
                |p: &super::super::Problem, what| p.fills.iter().find(|(n, _)| *n == what).map(|(_, t)| t.clone());
            let known =
                problems.list.iter().find(|p| fill(p, "key").as_deref() == Some(&name)).and_then(|p| fill(p, "known"));
            let known = known.unwrap_or_else(|| panic!("nobody looked at {place}"));
            let asked: BTreeSet<&str> = known.split(", ").map(|k| k.trim_matches('`')).collect();
            let table = schema.pointer(&place).unwrap_or_else(|| panic!("the schema lacks {place}"));
            let keys =
                table["properties"].as_object().expect("keys").keys().map(String::as_str).collect::<BTreeSet<_>>();
            assert_eq!(keys, asked, "{place}");
            assert_eq!(table["additionalProperties"], false, "{place}");
        }
    }

    #[test]
    fn every_key_says_what_it_does() {
        fn look(value: &Value, place: &str, silent: &mut Vec<String>) {
            let properties = value.get("properties").and_then(Value::as_object);
            for (key, property) in properties.into_iter().flatten() {
                let said = property.get("description").is_some() || property.get("pattern").is_some();
                // The parts of a value and of a term speak for themselves, and so does the list of all columns.
                if !said && !place.ends_with("columns") && !place.ends_with("keep") {
                    silent.push(format!("{place}.{key}"));
                }
                look(property, &format!("{place}.{key}"), silent);
            }
            for choice in value.get("anyOf").and_then(Value::as_array).into_iter().flatten().chain(value.get("items")) {
                look(choice, place, silent);
            }
            if let Some(entry) = value.get("additionalProperties").filter(|e| e.is_object()) {
                look(entry, place, silent);
            }
        }
        let mut silent = Vec::new();
        look(&schema(), "", &mut silent);
        silent.dedup();
        assert_eq!(silent, Vec::<String>::new(), "give these a comment in config/bridge.toml");
    }

    #[test]
    fn settings_take_what_the_schema_says() {
        let fields = KINDS.iter().flat_map(|k| k.options);
        for option in fields {
            let takes = |setting: Setting| (option.set)(&mut How::new(crate::day::Day::NEVER), &setting).is_ok();
            let text = |t: &str| Setting::Text(t.to_owned());
            let (good, bad) = match option.takes {
                Takes::Switch => (vec![Setting::Bool(true), Setting::Bool(false)], text("true")),
                Takes::Words(words) => (words.iter().map(|w| text(w)).collect(), text("zzz")),
                Takes::Text => (Vec::new(), Setting::Bool(true)),
                Takes::Lists => {
                    (vec![Setting::List(vec!["x".into()]), Setting::Table(vec![("x".into(), vec![])])], text("x"))
                }
                Takes::Pointer => panic!("no field is a secret"),
            };
            assert!(good.into_iter().all(takes), "{}", option.name);
            assert!(!takes(bad), "{}", option.name);
        }
        for option in SOURCES.iter().flat_map(|k| k.options).chain(DESTINATIONS.iter().flat_map(|k| k.options)) {
            match option.takes {
                Takes::Words(words) => {
                    assert!(words.iter().all(|w| (option.check)(w).is_ok()) && (option.check)("zzz").is_err());
                }
                Takes::Pointer => assert!((option.check)("env:X").is_ok() && (option.check)("x").is_err()),
                Takes::Text => {}
                Takes::Switch | Takes::Lists => panic!("the settings of a connector are texts"),
            }
        }
    }
}
