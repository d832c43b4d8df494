//! The schema of a config against every config there is: what `check` takes it takes, and what `check` refuses for
//! a key, a type or a word it refuses.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sheetbridge::config::{self, Problem};

use crate::program::{Desk, files};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> Value {
    let answer = Desk::new().run(&["schema"]);
    assert_eq!((answer.exit, answer.err.as_str()), (0, ""));
    serde_json::from_str(&answer.out).expect("JSON")
}

/// Every config in the tree that is TOML.
fn configs() -> Vec<(PathBuf, String)> {
    let mut found = vec![root().join("config/bridge.toml")];
    for folder in ["examples", "tests/data"] {
        let of = |file: &String| Path::new(file).extension().is_some_and(|e| e == "toml");
        found.extend(files(&root().join(folder)).into_iter().filter(of).map(|f| root().join(folder).join(f)));
    }
    found.into_iter().filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?))).collect()
}

/// The lists of words that a schema knows.
fn lists(schema: &Value, found: &mut Vec<BTreeSet<String>>) {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        found.push(words.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let within = schema.as_object().into_iter().flat_map(|o| o.values());
    within.chain(schema.as_array().into_iter().flatten()).for_each(|value| lists(value, found));
}

fn known(problem: &Problem) -> BTreeSet<String> {
    let list =
        problem.fills.iter().find(|(name, _)| *name == "known").map(|(_, list)| list.as_str()).unwrap_or_default();
    list.split(", ").map(|word| word.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_schema_says_what_check_says() {
    let schema = schema();
    let validator = jsonschema::draft4::new(&schema).expect("a schema");
    assert!(jsonschema::draft4::meta::is_valid(&schema));
    let mut words = Vec::new();
    lists(&schema, &mut words);
    let (mut taken, mut refused) = (0, 0);
    for (path, text) in configs() {
        let Ok(table) = toml::from_str::<toml::Table>(text.trim_start_matches('\u{feff}')) else { continue };
        let instance = serde_json::to_value(table).expect("JSON");
        let said: Vec<String> =
            validator.iter_errors(&instance).map(|e| format!("{}: {e}", e.instance_path())).collect();
        let problems = match config::parse(&text, &path) {
            Ok(_) => {
                assert_eq!(said, Vec::<String>::new(), "{}", path.display());
                taken += 1;
                continue;
            }
            Err(problems) => problems.list,
        };
        let is_of_form = |p: &Problem| match p.code.name() {
            "config-unknown-key" | "config-wrong-type" | "config-empty-text" | "config-empty-list" => true,
            "config-unknown-word" => words.contains(&known(p)),
            _ => false,
        };
        if problems.iter().any(is_of_form) {
            assert!(!said.is_empty(), "{}: {problems:?}", path.display());
            refused += 1;
        }
    }
    assert!(taken >= 10 && refused >= 15, "{taken} taken, {refused} refused: configs were lost");
}

#[test]
fn editors_are_told_of_every_kind() {
    let schema = schema().to_string();
    let kinds = sheetbridge::check::kinds::KINDS.iter().map(|k| k.name);
    let sources = sheetbridge::connector::SOURCES.iter().map(|k| k.about);
    for word in kinds.chain(sources).chain(sheetbridge::connector::DESTINATIONS.iter().map(|k| k.about)) {
        assert!(schema.contains(&Value::from(word).to_string()), "{word}");
    }
}
