//! What both the text and the page say.

use jiff::Span;

use super::{Flag, Origin, Term};
use crate::{
    catalogue::{Fill, say},
    config::Profile,
    language::Language,
    purpose::{Basis, Channel},
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

/// What a kind of value is called by people who don't write configs.
pub(super) fn kind(name: &str, language: Language) -> String {
    let text = match name {
        "person_name" => "value-person-name",
        "organization" => "value-organization",
        "phone" => "value-phone",
        "email" => "value-email",
        "date" => "value-date",
        "money" => "value-money",
        "number" => "value-number",
        "yes_no" => "value-yes-no",
        "choice" => "value-choice",
        "country" => "value-country",
        "postal_address" => "value-postal-address",
        "text" => "value-text",
        "url" => "value-url",
        "id" => "value-id",
        "inn" => "value-inn",
        "ogrn" => "value-ogrn",
        "snils" => "value-snils",
        other => return other.to_owned(),
    };
    say(text, language, &[])
}

/// What says whether people may be reached.
pub(super) fn flag(flag: &Flag, language: Language) -> String {
    let channel = channel(flag.channel, language);
    let fills = [
        ("destination", Fill::Text(flag.destination.as_str())),
        ("column", Fill::Text(flag.column.as_str())),
        ("channel", Fill::Text(&channel)),
    ];
    say("flows-flag", language, &fills)
}

fn channel(channel: Channel, language: Language) -> String {
    let name = match channel {
        Channel::Call => "channel-call",
        Channel::Sms => "channel-sms",
        Channel::Email => "channel-email",
        Channel::Post => "channel-post",
    };
    say(name, language, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::kinds::KINDS;

    #[test]
    fn every_kind_has_a_word() {
        for found in KINDS {
            assert_ne!(kind(found.name, Language::Russian), found.name);
        }
    }
}
