//! Any bytes as a list, and after a `\x1e` any bytes as a list of refusals, the whole way.
#![no_main]

#[path = "../../suite/bridge.rs"]
#[expect(dead_code, reason = "made for tests that see more of it")]
mod bridge;
mod desk;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sheetbridge::config::Config;

static CONFIG: LazyLock<Config> = LazyLock::new(|| desk::config(include_str!("../bridge.toml")));

const HEADER: &str = "name,phone,email,birth,done,sum,size,loyal,colour,country,address,note,firm,inn,ogrn,snils,url,\
                      number,agreed,on,left,day\n";
const STOPS: &str = "name,phone,email,day\n";

fuzz_target!(|bytes: &[u8]| {
    let mut lists = bytes.splitn(2, |b| *b == 0x1e);
    let (clients, stops) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    // A list that brings no header of its own gets one, or hardly any input would get past it.
    let with = |header: &str, list: &[u8]| match list.strip_prefix(b"\n") {
        Some(rows) => [header.as_bytes(), rows].concat(),
        None => list.to_vec(),
    };
    let (clients, stops) = (with(HEADER, clients), with(STOPS, stops));
    desk::sync_twice(&CONFIG, &[("clients.csv", &clients), ("stops.csv", &stops)]);
});
