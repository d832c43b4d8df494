//! The library from outside: rows that a program has in memory go the whole way, to a file.
//!
//!     cargo run --example library
#![expect(clippy::print_stdout, reason = "an example shows something")]

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sheetbridge::{
    change::RunId,
    config,
    connector::DestinationPlace,
    day::Day,
    keys::Keys,
    ledger::Ledger,
    pipeline::{self, Ask, World},
    port::{Source, Unread, Wanted},
    progress::Silent,
    report::Command,
    sheet::{Edge, Raw, Rows, Tab, Tabs},
};

const CONFIG: &str = r#"
[operator]
name      = "Bakery"
profile   = "eu"
time_zone = "Europe/Berlin"
[fields]
name  = "person_name"
email = "email"
[purposes.newsletter]
title = "Send the newsletter"
basis = "consent"
needs = ["name", "email"]
keep  = "until withdrawn"
[sources.form]
path    = "form.csv"                     # only its kind is used here: the rows are in memory
columns = { name = "Name", email = "Mail" }
[sources.form.consent.newsletter]
given = "Newsletter"
[destinations.mailing]
path     = "mailing.csv"
purposes = ["newsletter"]
"#;

const FORM: [[&str; 3]; 5] = [
    ["Name", "Mail", "Newsletter"],
    ["Anna Berg", "anna.berg@example.com", "yes"],
    ["BERG ANNA", "Anna.Berg@example.com ", "yes"],
    ["Tom Baker", "tom@example.com", ""],
    ["Rachel Harris", "r.harris@example.org", "✓"],
];

/// Rows in memory.
struct Form;

#[async_trait]
impl Source for Form {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let head = FORM.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let tab = Tab { file: "form".into(), head, head_row: 1, ..Tab::default() };
        // A version lets the next run end early when nothing changed; here only the rows tell.
        Ok(Tabs { tabs: vec![tab], version: None, notes: Vec::new(), pins: Vec::new() })
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        let below = |Wanted { header, columns, .. }: &Wanted| {
            let mut rows = Rows::default();
            for (i, row) in FORM.iter().enumerate().skip(*header as usize) {
                let cells = columns.iter().map(|column| Raw::Text(row[usize::from(*column)]));
                rows.push(columns.len(), i as u32 + 1, cells, Edge::Even);
            }
            rows
        };
        Ok(wanted.iter().map(below).collect())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = config::parse(CONFIG, Path::new("bridge.toml")).map_err(|p| anyhow::anyhow!(p.render(false)))?.config;
    let folder = std::env::temp_dir().join(format!("sheetbridge-library-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let trouble = |t: sheetbridge::finding::Trouble| anyhow::anyhow!(t.title(config.operator.language));
    // A ledger that forgets, so that the example leaves nothing behind: yours is `Ledger::open`.
    let mut ledger = Ledger::in_memory(Keys::generate()?, folder.join("refusals.log")).map_err(trouble)?;
    let world = World {
        ledger: &mut ledger,
        source: &|_, _| Box::new(Form),
        destination: &|route, layout| {
            (route.kind.make)(DestinationPlace {
                location: route.location.clone(),
                folder: PathBuf::from(&folder),
                route: route.name.clone(),
                table: route.table.clone(),
                layout,
                options: route.options.clone(),
            })
        },
        progress: &Silent,
        at: "2026-11-25T03:00:00Z".into(),
        today: Day::parse_iso("2026-11-25").unwrap_or(Day::NEVER),
        run: RunId(uuid::Uuid::now_v7()),
        who: "the bakery's own program".into(),
    };
    let ask = Ask::new(Command::Sync);
    let report = pipeline::run(&config, world, &ask).await.map_err(trouble)?;
    println!("{}", report.text());
    print!("{}", std::fs::read_to_string(folder.join("mailing.csv"))?);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
