//! Google Sheets, measured: what a list costs that is pulled from the local server of the tests, beside the same list
//! from CSV in the same run.
//!
//!     cargo bench --bench sheets            # 1,000 to 100,000 rows × 8, and a spreadsheet of a million cells
//!     cargo bench --bench sheets -- fifty   # fifty spreadsheets by one account under Google's quotas: minutes
//!
//! The server runs in this process, on the same cores; what it computed stands beside.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::{fmt::Write as _, fs, path::PathBuf, process::Command, time::Duration};

use jiff::civil;

use self::{
    google::{Book, Cell, Format, Google, Kind, Sheet},
    support::{Row, Took},
};

#[path = "../tests/support/google/mod.rs"]
#[expect(dead_code, reason = "the tests want more of it")]
mod google;

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "another benchmark wants more of it")]
mod support;

/// Of the spreadsheet; as long as those of Google.
const ID: &str = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

const HEADER: [&str; 8] = ["Имя", "Телефон", "E-mail", "Родился", "Покупки", "Агент", "Адрес", "Заметка"];

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if std::env::args().any(|arg| arg == "fifty") {
        return fifty();
    }
    println!("{cores} cores, shared with the server; a sync writes into SQLite");
    println!(
        "{:<24} {:>5} {:>8} {:>8} {:>7} {:>8} {:>8}  memory",
        "", "reads", "pulled", "time", "× CSV", "computed", "server"
    );
    for rows in [1_000, 10_000, 100_000, 125_000] {
        list(rows);
    }
}

/// One list, planned and synced, from both.
fn list(rows: u64) {
    let desk = Desk::new("sheets");
    let google = Google::with([book(ID, 0..rows)]);
    google.state().quota.lift();
    fs::write(desk.folder.join("google.json"), google.key_file()).expect("a key");
    fs::write(desk.folder.join("list.csv"), csv(rows)).expect("a list");
    println!("{rows} rows × {} = {} cells", HEADER.len(), rows * HEADER.len() as u64);
    for command in ["plan", "sync"] {
        desk.config("path = \"list.csv\"");
        let csv = desk.run(command);
        line(&format!("  {command} from CSV"), "", &csv, None, rows);
        let csv_stages = desk.stages();
        let clients = desk.forget();
        desk.config(&sheet(ID, &google));
        google.forget();
        let sheet = desk.run(command);
        let reads = format!("{:>5} {:>5} kB", google.reads(), pulled(&google));
        line(&format!("  {command} from Google"), &reads, &sheet, Some(csv.time), rows);
        let sheet_stages = desk.stages();
        if command == "sync" {
            println!("    CSV:    {csv_stages}\n    Google: {sheet_stages}");
        }
        assert_eq!(desk.forget(), clients, "the same list makes the same clients");
    }
}

/// What was sent of answers to reads, as it was sent, in thousands of bytes.
fn pulled(google: &Google) -> usize {
    google.log().iter().filter(|seen| seen.kind == Kind::Read).map(|seen| seen.bytes).sum::<usize>() / 1000
}

fn line(name: &str, reads: &str, took: &Took, csv: Option<Duration>, rows: u64) {
    let ratio = csv.map_or(String::new(), |csv| format!("{:.2}", took.times(csv)));
    let [time, computed, server] = [took.time, took.computed, took.beside].map(|t| t.as_secs_f64());
    let memory = took.memory(rows);
    println!("{name:<24} {reads:>14} {time:>6.2} s {ratio:>7} {computed:>6.2} s {server:>6.2} s {memory}");
}

/// Fifty spreadsheets of a hundred rows by one account, with the quotas that Google grants everybody.
fn fifty() {
    const ROWS: u64 = 100;
    let desk = Desk::new("fifty");
    let ids: Vec<String> = (0..50).map(|n| format!("{ID}{n:02}")).collect();
    let books = ids.iter().zip(0..).map(|(id, n)| book(id, n * ROWS..(n + 1) * ROWS));
    let google = Google::with(books);
    fs::write(desk.folder.join("google.json"), google.key_file()).expect("a key");
    let sources: Vec<String> = ids.iter().map(|id| sheet(id, &google)).collect();
    desk.sources(&sources);
    let took = desk.run("sync");
    let refused = google.log().iter().filter(|seen| seen.status == 429).count();
    let (seconds, reads) = (took.time.as_secs_f64(), google.reads());
    println!("50 spreadsheets of {ROWS} rows: {seconds:.1} s, {reads} reads, {refused} of them refused");
    assert_eq!(refused, 0, "the server refused nothing");
}

/// A folder with a config.
struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the benchmark");
        Self { folder }
    }

    fn config(&self, place: &str) {
        self.sources(&[place.to_owned()]);
    }

    fn sources(&self, places: &[String]) {
        let mut text = CONFIG.to_owned();
        for (n, place) in places.iter().enumerate() {
            let _ = write!(text, "[sources.list{n}]\n{place}\npurposes = [\"orders\"]\n{COLUMNS}");
        }
        fs::write(self.folder.join("bridge.toml"), text).expect("a config");
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sheetbridge"));
        command.args(arguments).current_dir(&self.folder);
        command
    }

    fn run(&self, command: &str) -> Took {
        support::run(&mut self.program(&[command]))
    }

    /// Where the time of the last sync went.
    fn stages(&self) -> String {
        let told = self.program(&["history", "show", "last", "--json"]).output().expect("the program is there");
        let record: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        let stages = record["times"].as_array().into_iter().flatten();
        let stages = stages.filter(|s| s["ms"].as_u64() > Some(0));
        stages
            .map(|s| format!("{} {} ms", s["stage"].as_str().unwrap_or_default(), s["ms"]))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// How many clients a sync made; nothing of it is left.
    fn forget(&self) -> u32 {
        let made = self.folder.join("out.db");
        let counted = rusqlite::Connection::open(&made)
            .and_then(|out| out.query_row("SELECT count(*) FROM out", (), |row| row.get(0)))
            .unwrap_or_default();
        let _ = fs::remove_file(made);
        let _ = fs::remove_dir_all(self.folder.join("state"));
        counted
    }
}

const CONFIG: &str = r#"
[operator]
name = "Benchmark"
profile = "ru"
time_zone = "Europe/Moscow"
[fields]
name = "person_name"
phone = { kind = "phone", region = "RU" }
email = "email"
born = { kind = "date", birth = true }
spent = { kind = "money", currency = "RUB" }
agent = "yes_no"
address = "postal_address"
note = "text"
[purposes.orders]
title = "Deliver"
basis = "contract"
needs = ["name", "phone", "email", "born", "spent", "agent", "address", "note"]
keep = { for = "100 years", after = "born" }
[destinations.out]
path = "out.db"
table = "out"
purposes = ["orders"]
"#;

const COLUMNS: &str = r#"columns = { name = "Имя", phone = "Телефон", email = "E-mail", born = "Родился", spent = "Покупки", agent = "Агент", address = "Адрес", note = "Заметка" }
"#;

fn sheet(id: &str, google: &Google) -> String {
    format!(
        "sheet = \"https://docs.google.com/spreadsheets/d/{id}/edit\"\ncredentials = \"file:google.json\"\n\
         endpoint = \"{}\"",
        google.endpoint()
    )
}

fn book(id: &str, rows: std::ops::Range<u64>) -> Book {
    let header = HEADER.map(Cell::from).to_vec();
    let rows =
        std::iter::once(header).chain(rows.map(|number| cells(number).into_iter().map(|(cell, _)| cell).collect()));
    Book::of(id, [Sheet::holding("Клиенты", rows)]).russian()
}

fn csv(rows: u64) -> String {
    let mut text = HEADER.join(",") + "\n";
    for number in 0..rows {
        let cells = cells(number).map(|(_, text)| format!("\"{text}\""));
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}

/// The cells of a row, each as Google holds it and as a file does: some phones and dates are numbers, some texts.
fn cells(number: u64) -> [(Cell, String); 8] {
    let row = Row::of(number);
    let [_, rubles, kopecks, other] = row.phone.parts;
    let (phone, birthday) = (row.phone.to_string(), row.birthday());
    let (yes, amount) = (other.is_multiple_of(2), format!("{rubles}.{kopecks:02}"));
    let mark = if yes { "да" } else { "нет" };
    let value = |text: &str| text.parse::<f64>().expect("a number");
    let phone_cell = if row.phone.spelling == 2 { Cell::from(value(&phone)) } else { Cell::from(&*phone) };
    let birthday_cell = if row.by_year { Cell::date(serial(row.born), "yyyy-mm-dd") } else { Cell::from(&*birthday) };
    let amount_cell = match number % 3 {
        0 => Cell::from(value(&amount)),
        1 => Cell::currency(value(&amount)),
        _ => Cell::Number(value(&amount), Format::Fixed { decimals: 2, grouped: true }),
    };
    let text = |text: &str| (Cell::from(text), text.to_owned());
    [
        text(&row.name),
        (phone_cell, phone),
        text(&row.email),
        (birthday_cell, birthday),
        (amount_cell, amount.replace('.', ",")),
        (if number.is_multiple_of(2) { Cell::Bool(yes) } else { Cell::from(mark) }, mark.to_owned()),
        text(&row.address),
        text(row.note),
    ]
}

/// Days since 1899-12-30.
fn serial([year, month, day]: [u64; 3]) -> f64 {
    let date = civil::date(year as i16, month as i8, day as i8);
    f64::from((date - civil::date(1899, 12, 30)).get_days())
}
