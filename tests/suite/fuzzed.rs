//! Lists on which a fuzzer once found a second run with something to do (`tests/fuzz`).

use std::{fs, path::Path};

use crate::desk;

#[test]
fn a_second_run_of_what_was_fuzzed_has_nothing_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let config = desk::config(&fs::read_to_string(root.join("fuzz/bridge.toml")).expect("it is there"));
    for file in fs::read_dir(root.join("data/fuzz")).expect("a folder").flatten() {
        desk::lists_twice(&config, &fs::read(file.path()).expect("it is there"));
    }
}
