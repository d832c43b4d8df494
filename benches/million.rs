//! DESIGN section 9, measured: a list of a million rows from a seed, into SQLite and PostgreSQL, beside a
//! bare import of the same file in the same run.
//!
//!     cargo bench --bench million
//!     cargo bench --bench million -- postgres://…  # that PostgreSQL, not one that is started for the occasion
//!     ROWS=100000 cargo bench --bench million      # a smaller list
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use self::support::Row;

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "another benchmark wants more of it")]
mod support;

#[path = "../tests/support/postgres.rs"]
#[expect(dead_code, reason = "the tests want more of it")]
mod server;

fn main() {
    let rows: u64 = std::env::var("ROWS").ok().and_then(|r| r.parse().ok()).unwrap_or(1_000_000);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("million");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the benchmark");
    let list = folder.join("list.csv");
    write_list(&list, rows, 0);
    let bytes = fs::metadata(&list).expect("the list is there").len();
    println!("{rows} rows × 8 columns, {} MB, 2 cores or as many as there are: {}", bytes / 1_000_000, cores());
    sqlite(&folder, &list, rows);
    let url = std::env::args().find(|a| a.starts_with("postgres"));
    match url.map_or_else(|| server::found().map(|s| s.map(|s| s.url.clone())), |url| Ok(Some(url))) {
        Ok(Some(url)) => postgres(&folder, &list, rows, &url),
        Ok(None) => println!("PostgreSQL: skipped, as the environment says"),
        Err(why) => println!("PostgreSQL: skipped: {why}"),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Three runs into SQLite, beside `sqlite3 .import` into a table with a primary key.
fn sqlite(folder: &Path, list: &Path, rows: u64) {
    let bare = folder.join("bare.db");
    let table = "CREATE TABLE t (no TEXT PRIMARY KEY, name, phone, email, birth, city, address, note);";
    let import = format!(".import --csv --skip 1 {} t", list.display());
    let bare = measure("sqlite3 .import", Command::new("sqlite3").arg(&bare).arg(table).arg(import), rows, None);
    let config = config(folder, "out.db", "");
    three_runs(folder, list, rows, &config, bare);
}

/// The same into PostgreSQL, beside `\copy` into a table with a primary key.
fn postgres(folder: &Path, list: &Path, rows: u64, url: &str) {
    let sql = |text: &str| {
        let mut command = Command::new("psql");
        command.args([url, "-qv", "ON_ERROR_STOP=1", "-c", text]);
        command
    };
    let drop = "DROP TABLE IF EXISTS bare, out, sheetbridge_meta";
    measure("(clean up)", &mut sql(drop), rows, None);
    let table = "CREATE TABLE bare (no text PRIMARY KEY, name text, phone text, email text, birth text, city text, address text, note text)";
    measure("(make a table)", &mut sql(table), rows, None);
    write_list(list, rows, 0);
    let copy = format!("\\copy bare from '{}' csv header", list.display());
    let bare = measure("psql \\copy", &mut sql(&copy), rows, None);
    let _ = fs::remove_dir_all(folder.join("state"));
    let config = config(folder, url, "table = \"out\"");
    three_runs(folder, list, rows, &config, bare);
}

fn three_runs(folder: &Path, list: &Path, rows: u64, config: &Path, bare: Duration) {
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sheetbridge"));
        command.args(["sync", "--guard", "100%", "-c"]).arg(config);
        command
    };
    measure("first run", &mut run(), rows, Some(bare));
    measure("nothing changed", &mut run(), rows, Some(bare));
    // The same rows in another order: everything is read, checked and matched, and nothing differs.
    turn_round(list);
    measure("nothing changed, sorted anew", &mut run(), rows, Some(bare));
    write_list(list, rows, 100);
    measure("1 % changed", &mut run(), rows, Some(bare));
    let state = fs::metadata(folder.join("state/ledger.db")).map_or(0, |m| m.len());
    println!("    ledger: {} bytes a row", state / rows);
}

fn config(folder: &Path, destination: &str, more: &str) -> PathBuf {
    let path = folder.join("bridge.toml");
    let text = format!(
        r#"
[operator]
name = "Benchmark"
profile = "ru"
time_zone = "Europe/Moscow"
[fields]
no = "id"
name = "person_name"
phone = {{ kind = "phone", region = "RU" }}
email = "email"
birth = {{ kind = "date", birth = true }}
city = "text"
address = "postal_address"
note = "text"
[purposes.orders]
title = "Deliver"
basis = "contract"
needs = ["no", "name", "phone", "email", "birth", "city", "address", "note"]
keep = {{ for = "100 years", after = "birth" }}
[sources.list]
path = "list.csv"
key = "no"
purposes = ["orders"]
columns = {{ no = "no", name = "name", phone = "phone", email = "email", birth = "birth", city = "city", address = "address", note = "note" }}
[destinations.out]
path = "{destination}"
purposes = ["orders"]
{more}
"#
    );
    fs::write(&path, text).expect("a config");
    path
}

/// Runs a command, and prints its wall time, its peak memory and the ratio to `bare`.
fn measure(name: &str, command: &mut Command, rows: u64, bare: Option<Duration>) -> Duration {
    let took = support::run(command);
    let ratio = bare.map_or(String::new(), |b| format!("{:>6.2} ×", took.times(b)));
    println!("{name:<30} {:>7.2} s {ratio:>9}  {}", took.time.as_secs_f64(), took.memory(rows));
    took.time
}

/// A list from a seed: one row in ten is somebody's second. Of a hundred rows, `changed` / 100 have
/// another note.
fn write_list(path: &Path, rows: u64, changed: u64) {
    let mut out = BufWriter::new(fs::File::create(path).expect("a file"));
    writeln!(out, "no,name,phone,email,birth,city,address,note").expect("written");
    for no in 0..rows {
        let row = Row::of(no);
        let (name, phone, email, birth) = (&row.name, &row.phone, &row.email, row.birthday());
        write!(out, "{no},{name},{phone},{email},{birth},{},\"{}\",{}", row.city, row.address, row.note)
            .expect("written");
        let changed = if changed > 0 && no % 100 == 7 { " (исправлено)" } else { "" };
        writeln!(out, "{changed}").expect("written");
    }
}

/// The same rows, the last one first.
fn turn_round(path: &Path) {
    let text = fs::read_to_string(path).expect("the list is there");
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut lines: Vec<&str> = rows.lines().collect();
    lines.reverse();
    fs::write(path, format!("{header}\n{}\n", lines.join("\n"))).expect("written");
}
