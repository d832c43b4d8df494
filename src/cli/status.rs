//! `status`: is all well?

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use super::{args, load, print, trouble};
use crate::{
    config::Config,
    finding::Trouble,
    history::{History, Status},
    ledger,
    report::EXIT_FAILED,
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: args::Config,
    /// Fail when no good run of a destination is younger: 26h, 90m, 2d
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_age: Option<SignedDuration>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn status(args: &Args) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let language = config.operator.language;
    match history(&config) {
        Ok(history) => {
            let status = of(&config, &history, Timestamp::now(), args.max_age);
            let text = if args.json { format!("{:#}\n", status.to_json()) } else { status.text(language) };
            print(&text);
            status.exit()
        }
        Err(why) => trouble(&why, &config.path.display().to_string(), language),
    }
}

/// The runs that the ledger of a config recorded.
pub(super) fn history(config: &Config) -> Result<History, Trouble> {
    ledger::look(&config.state).map(History::new)
}

/// How the destinations of a config stand.
pub(super) fn of(config: &Config, history: &History, now: Timestamp, age_max: Option<SignedDuration>) -> Status {
    let names: Vec<&str> = config.routes.iter().map(|r| r.name.as_str()).collect();
    Status::of(history, &names, now, age_max)
}

/// `26h`, `1d 2h`, `90 minutes`: days have 24 hours.
fn age(text: &str) -> Result<SignedDuration, String> {
    let wanted = || "an age, such as 26h, 90m or 2d".to_owned();
    let span: Span = text.parse().map_err(|_| wanted())?;
    let age = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wanted())?;
    if age.is_positive() { Ok(age) } else { Err(wanted()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, minutes: Option<i64>) {
        assert_eq!(age(text).ok(), minutes.map(SignedDuration::from_mins), "{text}");
    }

    #[test]
    fn an_age_is_what_people_type() {
        check("26h", Some(26 * 60));
        check("90m", Some(90));
        check("90 minutes", Some(90));
        check("2d", Some(48 * 60));
        check("1d 2h", Some(26 * 60));
        check("1w", Some(7 * 24 * 60));
        for odd in ["", "26", "h", "-26h", "0h", "1 month", "soon"] {
            check(odd, None);
        }
    }
}
