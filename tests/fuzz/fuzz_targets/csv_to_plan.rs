//! Any bytes as a list, and after a `\x1e` any bytes as a list of refusals, the whole way.
#![no_main]

#[path = "../../suite/bridge.rs"]
#[expect(dead_code, reason = "made for tests that see more of it")]
mod bridge;
#[path = "../../suite/desk.rs"]
mod desk;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sheetbridge::config::Config;

static CONFIG: LazyLock<Config> = LazyLock::new(|| desk::config(include_str!("../bridge.toml")));

fuzz_target!(|bytes: &[u8]| desk::lists_twice(&CONFIG, bytes));
