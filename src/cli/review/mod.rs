//! `review`: what only a person can decide, on a terminal or through a file; every answer can be taken back.

mod screen;
mod table;

use std::{io::IsTerminal as _, path::PathBuf};

use serde_json::{Value, json};

use super::{args, load, print, run, trouble};
use crate::{
    address::{Place, describe_all},
    ask::Ask,
    catalogue::{Fill, say},
    change::RunId,
    config::Config,
    finding::{Code, Trouble},
    ledger::{Answer, Ledger},
    report::{Command, EXIT_FAILED, EXIT_OK, Report},
    review::{self, Choice, Given, Question},
};

const UNREADABLE: Code = Code::new("review-unreadable");
const UNWRITABLE: Code = Code::new("review-unwritable");
const UNKNOWN: Code = Code::new("review-unknown");
const NO_CHOICE: Code = Code::new("review-no-choice");
const NO_TERMINAL: Code = Code::new("reveal-no-terminal");

#[derive(clap::Args)]
pub(super) struct Review {
    #[command(flatten)]
    config: args::Config,
    /// Only this destination; may be given several times
    #[arg(long = "route", value_name = "NAME")]
    routes: Vec<String>,
    /// Show values too, on a terminal alone; that somebody looked is recorded
    #[arg(long)]
    reveal: bool,
    /// Write the questions to a file with room for answers
    #[arg(long, value_name = "FILE", conflicts_with_all = ["answers", "answered", "take_back", "reveal"])]
    out: Option<PathBuf>,
    /// Take the answers of such a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["answered", "take_back", "reveal"])]
    answers: Option<PathBuf>,
    /// List the answers that stand
    #[arg(long, conflicts_with_all = ["take_back", "reveal"])]
    answered: bool,
    /// Take an answer back, by the beginning of its id; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "reveal")]
    take_back: Vec<String>,
}

pub(super) fn review(args: &Review) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let outcome = match args {
        Review { take_back, .. } if !take_back.is_empty() => take_back_all(&config, take_back),
        Review { answered: true, .. } => list(&config),
        Review { answers: Some(path), .. } => take(&config, args, path),
        Review { out: Some(path), .. } => write(&config, args, path),
        _ => ask(&config, args),
    };
    match outcome {
        Ok(()) => EXIT_OK,
        Err(why) => trouble(&why, &config.path.display().to_string(), config.operator.language),
    }
}

/// What is open, as the lists are now.
struct Open<'a> {
    config: &'a Config,
    report: Report,
}

impl<'a> Open<'a> {
    fn look(config: &'a Config, args: &Review) -> Result<Self, Trouble> {
        let ask = Ask { routes: args.routes.clone(), review: true, ..Ask::new(Command::Plan) };
        let report = run::go(config, &ask)?;
        let unread = report.sources.iter().find_map(|s| s.trouble.clone());
        let failed = report.routes.iter().find_map(|r| r.trouble.clone());
        unread.or(failed).map_or(Ok(Self { config, report }), Err)
    }

    fn questions(&self) -> Vec<&Question> {
        self.report.routes.iter().flat_map(|r| &r.questions).collect()
    }

    /// How many rows wait for something that no answer can give them.
    fn to_correct(&self) -> u64 {
        let items = self.report.routes.iter().flat_map(|r| &r.items);
        items.filter(|item| !item.is_asked()).count() as u64
    }

    /// Places in words, in one line.
    fn places(&self, places: &[Place]) -> String {
        let name = |id: crate::address::SourceId| self.report.source_names[usize::from(id.0)].clone();
        describe_all(places, name, &self.report.sheets, self.report.language).join("; ")
    }
}

fn ledger(config: &Config) -> Result<Ledger, Trouble> {
    Ledger::open(&config.state, &config.folder())
}

/// Asks on a terminal; without one, the questions are printed.
fn ask(config: &Config, args: &Review) -> Result<(), Trouble> {
    let on_terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if args.reveal && !on_terminal {
        return Err(Trouble::new(NO_TERMINAL, ""));
    }
    let open = Open::look(config, args)?;
    if on_terminal && !open.questions().is_empty() {
        screen::Screen::new(&open, args.reveal)?.run()?;
    } else {
        let questions = open.questions();
        for (number, question) in (1..).zip(&questions) {
            print(&table::render(&open, question, (number, questions.len()), false, table::WIDTH));
        }
        let name = if questions.is_empty() { "review-none" } else { "review-open" };
        print(&summary(config, name, questions.len()));
    }
    to_correct(&open);
    Ok(())
}

fn write(config: &Config, args: &Review, path: &PathBuf) -> Result<(), Trouble> {
    let open = Open::look(config, args)?;
    let questions: Vec<Question> = open.questions().into_iter().cloned().collect();
    let text = review::sheet(&questions, config.operator.language, &|places| open.places(places));
    std::fs::write(path, text)
        .map_err(|e| Trouble::new(UNWRITABLE, format!("{}: {}", path.display(), crate::failure::reason(&e))))?;
    print(&summary(config, "review-written", questions.len()));
    to_correct(&open);
    Ok(())
}

/// Takes the answers of a file: all of them, or none where one can't be understood. What stands already is passed
/// over.
fn take(config: &Config, args: &Review, path: &PathBuf) -> Result<(), Trouble> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Trouble::new(UNREADABLE, format!("{shown}: {}", crate::failure::reason(&e))))?;
    let given = review::read_sheet(&text).map_err(|e| Trouble::new(UNREADABLE, format!("{shown}: {e}")))?;
    let open = Open::look(config, args)?;
    let questions = open.questions();
    let standing = ledger(config)?.answers()?;
    let stands = |given: &Given| {
        let is_this = |a: &Answer| a.route == given.route && review::name(a.question) == given.id;
        standing.iter().any(|a| is_this(a) && a.choice == given.answer.trim())
    };
    let filled = given.iter().filter(|given| !given.answer.trim().is_empty() && !stands(given));
    let chosen = filled.map(|given| choice(given, &questions)).collect::<Result<Vec<_>, _>>()?;
    for (question, choice) in &chosen {
        answer(config, question, choice)?;
    }
    print(&summary(config, "review-answered", chosen.len()));
    Ok(())
}

fn choice<'q>(given: &Given, questions: &[&'q Question]) -> Result<(&'q Question, &'q Choice), Trouble> {
    let found = questions.iter().find(|q| q.route == given.route && q.name() == given.id);
    let question = found.ok_or_else(|| Trouble::new(UNKNOWN, format!("{} ({})", given.id, given.route)))?;
    let choice = question.choices.iter().find(|c| c.name() == given.answer.trim());
    let names = || question.choices.iter().map(Choice::name).collect::<Vec<_>>().join(", ");
    choice.map(|c| (*question, c)).ok_or_else(|| Trouble::new(NO_CHOICE, format!("{}: {}", given.id, names())))
}

/// Keeps one answer, on the disk before the next question is asked.
fn answer(config: &Config, question: &Question, choice: &Choice) -> Result<(), Trouble> {
    let answer = Answer {
        route: question.route.clone(),
        question: question.id,
        kind: question.kind.name().to_owned(),
        choice: choice.name(),
        at: run::utc(jiff::Timestamp::now()),
        who: run::who(),
        pairs: choice.pairs.clone(),
    };
    let mut ledger = ledger(config)?;
    ledger.answer(&answer)?;
    record(&mut ledger, &answer_record(&answer, "answer"))
}

fn take_back(config: &Config, answer: &Answer) -> Result<(), Trouble> {
    let mut ledger = ledger(config)?;
    ledger.take_back(&answer.route, answer.question)?;
    record(&mut ledger, &answer_record(answer, "taken_back"))
}

fn answer_record(answer: &Answer, what: &str) -> Value {
    let id = review::name(answer.question);
    json!({ what: { "route": answer.route, "question": id, "kind": answer.kind, "choice": answer.choice } })
}

/// Adds to the chain of runs what was decided, or that somebody looked.
fn record(ledger: &mut Ledger, what: &Value) -> Result<(), Trouble> {
    let run = RunId(uuid::Uuid::now_v7());
    let mut record = json!({
        "run": run.to_string(),
        "at": run::utc(jiff::Timestamp::now()),
        "who": run::who(),
        "command": "review",
        "version": env!("CARGO_PKG_VERSION"),
    });
    for (key, value) in what.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    ledger.record(run, &record)
}

/// Records that somebody looks at values.
fn revealed(config: &Config) -> Result<(), Trouble> {
    record(&mut ledger(config)?, &json!({ "revealed": true }))
}

fn take_back_all(config: &Config, ids: &[String]) -> Result<(), Trouble> {
    let answers = ledger(config)?.answers()?;
    let found = ids.iter().map(|id| {
        let fitting: Vec<&Answer> = answers.iter().filter(|a| review::name(a.question).starts_with(id)).collect();
        if let [answer] = fitting.as_slice() { Ok(*answer) } else { Err(Trouble::new(UNKNOWN, id)) }
    });
    let found = found.collect::<Result<Vec<_>, _>>()?;
    for answer in &found {
        take_back(config, answer)?;
    }
    print(&summary(config, "review-taken-back", found.len()));
    Ok(())
}

fn list(config: &Config) -> Result<(), Trouble> {
    let answers = ledger(config)?.answers()?;
    for answer in &answers {
        let choice = say(
            if answer.choice == "none" { "review-said-none" } else { "review-said-one" },
            config.operator.language,
            &[],
        );
        let id = review::name(answer.question);
        print(&format!("{id}  {}  {}  {}  {}  {choice}\n", answer.at, answer.who, answer.route, answer.kind));
    }
    print(&summary(config, "review-standing", answers.len()));
    Ok(())
}

fn summary(config: &Config, name: &str, n: usize) -> String {
    say(name, config.operator.language, &[("n", Fill::Number(n as u64))]) + "\n"
}

/// Says how many rows wait for a correction in the lists instead.
fn to_correct(open: &Open<'_>) {
    let n = open.to_correct();
    if n > 0 {
        print(&(say("review-to-correct", open.report.language, &[("n", Fill::Number(n))]) + "\n"));
    }
}
