//! What both the text and the page say.

use jiff::Span;

use super::{Origin, Term};
use crate::{
    catalogue::{Fill, say},
    config::Profile,
    language::Language,
    purpose::Basis,
};

/// The law that counts.
pub(super) fn profile(profile: Profile, language: Language) -> &'static str {
    match profile {
        Profile::Ru => language.pick("152-FZ", "152-ФЗ"),
        Profile::Eu => "GDPR",
        Profile::None => language.pick("none named", "не указан"),
    }
}

/// What makes a purpose lawful.
pub(super) fn basis(basis: Basis, language: Language) -> String {
    let name = match basis {
        Basis::Consent => "basis-consent",
        Basis::WrittenConsent => "basis-written-consent",
        Basis::Contract => "basis-contract",
        Basis::Law => "basis-law",
        Basis::LegitimateInterest => "basis-legitimate-interest",
    };
    say(name, language, &[])
}

/// How long a value may be used.
pub(super) fn term(term: &Term, language: Language) -> String {
    let Some(span) = &term.span else { return say("keep-until-withdrawn", language, &[]) };
    let long = length(span, language);
    match &term.after {
        Some(field) => say("keep-after", language, &[("term", Fill::Text(&long)), ("field", Fill::Text(field))]),
        None => say("keep-after-grant", language, &[("term", Fill::Text(&long))]),
    }
}

fn length(span: &Span, language: Language) -> String {
    let parts = [
        ("length-years", i64::from(span.get_years())),
        ("length-months", i64::from(span.get_months())),
        ("length-weeks", i64::from(span.get_weeks())),
        ("length-days", i64::from(span.get_days())),
    ];
    let said = parts.iter().filter(|(_, n)| *n > 0).map(|(name, n)| {
        let n = Fill::Number(n.unsigned_abs());
        say(name, language, &[("n", n)])
    });
    said.collect::<Vec<_>>().join(" ")
}

/// Where people come from, and what makes that lawful.
pub(super) fn origin(origin: &Origin, language: Language) -> String {
    let place = ("location", Fill::Text(&origin.location));
    let Some(yes) = &origin.consent else { return say("flows-from", language, &[place]) };
    let mut text = say("flows-from-consent", language, &[place, ("column", Fill::Text(&yes.given))]);
    let more = [
        ("flows-consent-date", &yes.date),
        ("flows-consent-text", &yes.text),
        ("flows-consent-withdrawn", &yes.withdrawn),
    ];
    for (name, word) in more {
        if let Some(word) = word {
            text = format!("{text}; {}", say(name, language, &[("word", Fill::Text(word))]));
        }
    }
    text
}
