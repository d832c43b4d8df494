//! `init`: from somebody's own lists to a first config. Reads the lists, asks, writes one file, and sends nothing.

mod ask;
mod place;
mod read;
mod show;
mod sign_in;

use std::{
    cell::Cell,
    fs::OpenOptions,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use self::read::Reader;
use super::{print, print_problems, trouble};
use crate::{
    catalogue::{Fill, say},
    config::{self, Profile},
    failure::reason,
    finding::{Code, Trouble},
    init::{self, List, Proposal, Why},
    language::Language,
    report::{EXIT_FAILED, EXIT_OK},
};

const EXISTS: Code = Code::new("init-config-exists");
const UNWRITABLE: Code = Code::new("init-unwritable");

/// What may be typed behind `init`.
#[derive(clap::Args)]
pub(super) struct Init {
    /// Your lists: files, patterns ("visits/*"), links to Google Sheets
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// The config to write
    #[arg(short, long, value_name = "FILE", default_value = "bridge.toml")]
    config: PathBuf,
    /// Where clean records go: xlsx, csv, sqlite, or postgres://...
    #[arg(long, value_name = "KIND")]
    to: Option<String>,
    /// Who answers for these people's data
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Why you keep these people
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Why::ALL.map(|(word, _)| word)))]
    why: Option<String>,
    /// How long after somebody was last here, such as "3 years"
    #[arg(long, value_name = "TERM")]
    keep: Option<String>,
    /// Whose law counts: Russia's (ru), the GDPR (eu), or neither
    #[arg(long, value_parser = ["ru", "eu", "none"])]
    law: Option<String>,
    /// What you read [default: as LANG says]
    #[arg(long, value_parser = ["en", "ru"])]
    language: Option<String>,
    /// Key of the account that reads a Google Sheet [default: google-key.json]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A server that stands in Google's place
    #[arg(long, value_name = "URL", hide = true)]
    endpoint: Option<String>,
    /// Ask nothing, and take what is assumed
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn init(args: &Init) -> u8 {
    let spoken = language(args, None);
    let told = |why: &Trouble, language| trouble(why, &args.config.display().to_string(), language);
    if args.config.exists() {
        return told(&Trouble::new(EXISTS, args.config.display().to_string()), spoken);
    }
    let folder = place::folder(&args.config);
    let is_asked = !args.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let lists = match Reader::new(args, &folder, spoken, is_asked).lists() {
        Ok(lists) => lists,
        Err(exit) => return exit,
    };
    let russian_headers = read::is_russian(&lists);
    let language = language(args, Some(russian_headers));
    let russian = language == Language::Russian || russian_headers;
    let proposals: Vec<Proposal> = lists.iter().map(|list| init::propose(list, russian)).collect();
    match made(args, &folder, &lists, &proposals, (language, russian), is_asked) {
        Ok(()) => EXIT_OK,
        Err(Some(why)) => told(&why, language),
        Err(None) => EXIT_FAILED,
    }
}

/// Asks, writes and shows. `None` where what went wrong has been said.
fn made(
    args: &Init,
    folder: &Path,
    lists: &[List],
    proposals: &[Proposal],
    (language, russian): (Language, bool),
    is_asked: bool,
) -> Result<(), Option<Trouble>> {
    let choices = init::choices(proposals, russian)?;
    print(&(show::lists(proposals, language) + "\n"));
    let asked =
        ask::Ask { args, choices: &choices, proposals, folder, language, is_asked, was_asked: Cell::new(false) };
    let (answers, assumed) = asked.answers(lists)?;
    if asked.was_asked.get() {
        print("\n");
    }
    let written = init::write(init::draft(proposals, &answers)?, &answers)?;
    if let Err(problems) = config::parse(&written.text, &args.config) {
        print_problems(&problems);
        return Err(None);
    }
    let unwritable = |e: std::io::Error| Trouble::new(UNWRITABLE, format!("{}: {}", args.config.display(), reason(&e)));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.config).map_err(unwritable)?;
    file.write_all(written.text.as_bytes()).map_err(unwritable)?;
    print(&show::columns(proposals, &written.draft, language));
    print(&show::assumed(&assumed, language));
    let path = args.config.display().to_string();
    let lines = written.text.lines().count() as u64;
    print(&(say("init-wrote", language, &[("path", Fill::Text(&path)), ("lines", Fill::Number(lines))]) + "\n\n"));
    print(&show::next(&args.config, language));
    Ok(())
}

/// What the owner reads: as the flag says, or the environment, or else the headers.
fn language(args: &Init, russian_headers: Option<bool>) -> Language {
    match args.language.as_deref() {
        Some("ru") => return Language::Russian,
        Some(_) => return Language::English,
        None => {}
    }
    let set = |name: &&str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let spoken = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).unwrap_or_default();
    match spoken.split(['.', '_', '@']).next().unwrap_or_default() {
        "ru" => Language::Russian,
        "" | "C" | "POSIX" if russian_headers == Some(true) => Language::Russian,
        _ => Language::English,
    }
}

fn profile(word: &str) -> Profile {
    match word {
        "ru" => Profile::Ru,
        "none" => Profile::None,
        _ => Profile::Eu,
    }
}
