//! Any text as a config: every problem of it can be told, in colours and without.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sheetbridge::config;

fuzz_target!(|text: &str| {
    let problems = match config::parse(text, Path::new("bridge.toml")) {
        Ok(passed) => passed.warnings,
        Err(problems) => *problems,
    };
    let _ = (problems.render(false), problems.render(true));
});
