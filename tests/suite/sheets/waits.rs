//! What the program says while it waits for a quota.

use std::fmt::Write as _;

use crate::{
    google::{Book, Google, Sheet},
    program::Desk,
    sheets::{init::closed, office::CONFIG},
};

#[test]
fn a_run_that_waits_for_its_quota_says_so() {
    let id = |n: usize| format!("1AbCdEfGhIjKlMnOpQrStUvWxY{n}");
    let sheet =
        |n: usize| Sheet::of("Clients", &[&["Name", "Phone"], &["Anna Berg", format!("+7 916 123-45-6{n}").as_str()]]);
    let google = Google::with((0..6).map(|n| Book::of(&id(n), [sheet(n)])));
    let desk = Desk::new();
    desk.put("google.json", google.key_file());
    closed(&desk.path("google.json"));
    let (before, rest) = CONFIG.split_once("[sources.clients]").expect("a source");
    let (source, after) = rest.split_once("[destinations.shop]").expect("a destination");
    let mut config = before.replace("LANGUAGE", "en");
    for n in 0..6 {
        let source = source.replace("/ID/", &format!("/{}/", id(n))).replace("ENDPOINT", google.endpoint());
        let _ = write!(config, "[sources.clients{n}]{source}");
    }
    desk.put("bridge.toml", format!("{config}[destinations.shop]{after}"));
    let answer = desk.run_with(&["sync"], &[("RUST_LOG", "warn,sheetbridge::progress=info")]);
    assert_eq!((answer.exit, google.reads()), (0, 18), "{answer}");
    // Twelve at once, and then one each 1.3 s; a line says so no more than every ten seconds.
    let waits: Vec<&str> = answer.err.lines().filter(|line| line.contains("google-waits-user-reads")).collect();
    assert_eq!(waits.len(), 1, "{answer}");
    assert!(waits[0].contains("seconds=2"), "{answer}");
}
