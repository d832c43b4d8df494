//! A list of two thousand rows as small businesses keep it, with all its mess, through the whole program.

use std::{fs, path::Path};

use crate::{expected, program::Desk};

#[test]
fn a_real_list_goes_the_whole_way() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/clients");
    let desk = Desk::new();
    for file in ["bridge.toml", "clients.csv", "stops.csv"] {
        desk.put(&format!("list/{file}"), fs::read(folder.join(file)).expect("it is there"));
    }
    let first = desk.run(&["sync", "list/bridge.toml", "-v"]);
    assert_eq!(first.exit, 1, "rows wait for a person: {}", first.err);
    expected::none(&expected::compare(&folder.join("sync.expected"), &first.out).into_iter().collect::<Vec<_>>());
    let second = desk.run(&["sync", "list/bridge.toml"]);
    assert_eq!((second.exit, second.out.starts_with("nothing to do")), (0, true), "{}", second.out);
}
