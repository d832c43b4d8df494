//! The few questions, in the owner's words. A flag answers each; without a terminal what is assumed stands.

use std::{cell::Cell, fmt, path::Path};

use dialoguer::{Input, Select, theme::Theme};

use super::{Init, place, profile};
use crate::{
    catalogue::say,
    config::Profile,
    connector::DESTINATIONS,
    finding::{Code, Trouble},
    init::{Answers, Choices, List, Place, Proposal, Why, term},
    language::Language,
};

const BAD_TERM: Code = Code::new("init-bad-term");
pub(super) const BROKEN_OFF: Code = Code::new("init-broken-off");

/// The limitation period of Russian civil law (art. 196 of the Civil Code) and of most of Europe.
const TERM: &str = "3 years";

/// Questions end in their own mark.
struct Plain;

impl Theme for Plain {
    fn format_select_prompt(&self, f: &mut dyn fmt::Write, prompt: &str) -> fmt::Result {
        f.write_str(prompt)
    }

    fn format_select_prompt_selection(&self, f: &mut dyn fmt::Write, prompt: &str, chosen: &str) -> fmt::Result {
        write!(f, "{prompt} {chosen}")
    }
}

pub(super) struct Ask<'a> {
    pub(super) args: &'a Init,
    pub(super) choices: &'a Choices,
    pub(super) proposals: &'a [Proposal],
    pub(super) folder: &'a Path,
    pub(super) language: Language,
    pub(super) is_asked: bool,
    /// Whether a question was put: flags may have answered them all.
    pub(super) was_asked: Cell<bool>,
}

/// Answers that nobody gave: the flag that changes each, and what stands.
pub(super) type Assumed = Vec<(&'static str, String)>;

impl Ask<'_> {
    /// The answers, and which of them are assumed.
    pub(super) fn answers(&self, lists: &[List]) -> Result<(Answers, Assumed), Trouble> {
        let mut assumed = Assumed::new();
        let operator = self.operator(&mut assumed)?;
        let profile = self.profile(&mut assumed)?;
        let why = self.why(&mut assumed)?;
        let keep = self.keep(why, &mut assumed)?;
        let (main, newsletter) = self.places(lists, &mut assumed)?;
        let time_zone = time_zone(profile);
        let answers = Answers { operator, profile, language: self.language, time_zone, why, keep, main, newsletter };
        Ok((answers, assumed))
    }

    fn say(&self, name: &str) -> String {
        say(name, self.language, &[])
    }

    fn operator(&self, assumed: &mut Assumed) -> Result<String, Trouble> {
        if let Some(name) = &self.args.operator {
            return Ok(name.clone());
        }
        let default = self.say("init-operator");
        if self.is_asked {
            return self.line("init-ask-operator", &default, |name| !name.trim().is_empty());
        }
        assumed.push(("operator", default.clone()));
        Ok(default)
    }

    fn profile(&self, assumed: &mut Assumed) -> Result<Profile, Trouble> {
        const LAWS: [(&str, &str); 3] =
            [("ru", "init-answer-law-ru"), ("eu", "init-answer-law-eu"), ("none", "init-answer-law-none")];
        if let Some(word) = &self.args.law {
            return Ok(profile(word));
        }
        let default = LAWS.iter().position(|(word, _)| profile(word) == self.choices.profile).unwrap_or_default();
        let chosen = self.one_of("init-ask-law", &LAWS.map(|(_, text)| self.say(text)), default)?;
        if !self.is_asked {
            assumed.push(("law", LAWS[chosen].0.to_owned()));
        }
        Ok(profile(LAWS[chosen].0))
    }

    fn why(&self, assumed: &mut Assumed) -> Result<Why, Trouble> {
        if let Some(word) = &self.args.why {
            return Ok(Why::ALL.iter().find(|(w, _)| w == word).map_or(self.choices.default, |(_, why)| *why));
        }
        let offered = &self.choices.why;
        let texts: Vec<String> = offered
            .iter()
            .map(|why| {
                self.say(match why {
                    Why::Clients => "init-answer-clients",
                    Why::Agreed => "init-answer-agreed",
                    Why::Newsletter => "init-answer-newsletter",
                    Why::Law => "init-answer-law",
                    Why::Interest => "init-answer-interest",
                })
            })
            .collect();
        let default = offered.iter().position(|why| *why == self.choices.default);
        let (true, Some(at)) = (self.is_asked, default) else {
            assumed.push(("why", self.choices.default.word().to_owned()));
            return Ok(self.choices.default);
        };
        Ok(offered[self.one_of("init-ask-why", &texts, at)?])
    }

    /// For how long, where a term counts from a date.
    fn keep(&self, why: Why, assumed: &mut Assumed) -> Result<String, Trouble> {
        if let Some(text) = &self.args.keep {
            return term(text).ok_or_else(|| Trouble::new(BAD_TERM, format!("`{text}`")));
        }
        let is_used = self.choices.has_dates && matches!(why, Why::Clients | Why::Law | Why::Interest);
        if self.is_asked && is_used {
            let default = self.language.pick(TERM, "3 года");
            let text = self.line("init-ask-keep", default, |text| term(text).is_some())?;
            return Ok(term(&text).unwrap_or_else(|| TERM.to_owned()));
        }
        if is_used {
            assumed.push(("keep", TERM.to_owned()));
        }
        Ok(TERM.to_owned())
    }

    fn places(&self, lists: &[List], assumed: &mut Assumed) -> Result<(Place, Place), Trouble> {
        let people = self.proposals.iter().position(|p| !p.refuses).unwrap_or_default();
        let default = if lists[people].kind == "xlsx" { "xlsx" } else { "csv" };
        let to = match &self.args.to {
            Some(to) => to.clone(),
            None if self.is_asked => self.kind(default)?,
            None => default.to_owned(),
        };
        let places = place::places(&to, &place::beside(&lists[people]), self.folder)?;
        if self.args.to.is_none() && !self.is_asked {
            assumed.push(("to", format!("{default} ({})", places.0.path)));
        }
        Ok(places)
    }

    fn kind(&self, default: &str) -> Result<String, Trouble> {
        let texts: Vec<String> = DESTINATIONS
            .iter()
            .map(|kind| match kind.name {
                "xlsx" => self.say("init-answer-xlsx"),
                "csv" => self.say("init-answer-csv"),
                "sqlite" => self.say("init-answer-sqlite"),
                "postgres" => self.say("init-answer-postgres"),
                _ => kind.about.to_owned(),
            })
            .collect();
        let at = DESTINATIONS.iter().position(|k| k.name == default).unwrap_or_default();
        let kind = &DESTINATIONS[self.one_of("init-ask-to", &texts, at)?];
        if kind.extensions.is_empty() {
            return self.line("init-ask-address", "env:DATABASE_URL", |text| !text.trim().is_empty());
        }
        Ok(kind.name.to_owned())
    }

    fn line(&self, question: &str, default: &str, fits: fn(&str) -> bool) -> Result<String, Trouble> {
        self.was_asked.set(true);
        let help = self.say("init-ask-again");
        let input = Input::<String>::new().with_prompt(self.say(question)).default(default.to_owned());
        let input = input.validate_with(move |text: &String| if fits(text) { Ok(()) } else { Err(help.clone()) });
        input.interact_text().map_err(|_| Trouble::new(BROKEN_OFF, ""))
    }

    fn one_of(&self, question: &str, answers: &[String], default: usize) -> Result<usize, Trouble> {
        if !self.is_asked {
            return Ok(default);
        }
        self.was_asked.set(true);
        let select = Select::with_theme(&Plain).with_prompt(self.say(question)).items(answers).default(default);
        let chosen = select.interact_opt().ok().flatten();
        chosen.ok_or_else(|| Trouble::new(BROKEN_OFF, ""))
    }
}

/// The zone of this machine; a server that runs on UTC says nothing about its owner.
fn time_zone(profile: Profile) -> String {
    let zone = jiff::tz::TimeZone::system();
    match zone.iana_name() {
        Some(name) if !matches!(name, "UTC" | "Etc/UTC" | "Etc/Unknown") => name.to_owned(),
        _ if profile == Profile::Ru => "Europe/Moscow".to_owned(),
        _ => "UTC".to_owned(),
    }
}
