//! All that people read about findings, questions and results, in both languages, from one file.
//!
//! `config/catalogue.toml` is compiled in. A text may hold `{name}`, filled from the arguments, and
//! `{name:row|rows}` (English) or `{name:строка|строки|строк}` (Russian), the noun that goes with a
//! number.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{finding::Severity, language::Language};

/// One text in one language.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What is wrong, lower case, no full stop.
    pub title: String,
    /// What to do.
    #[serde(default)]
    pub help: String,
    /// The longer answer of `sheetbridge explain`.
    #[serde(default)]
    pub about: String,
}

/// A text in both languages.
#[derive(Debug)]
pub struct Entry {
    /// How much it matters.
    pub severity: Severity,
    english: Words,
    russian: Words,
}

impl Entry {
    /// The text in one language.
    #[must_use]
    pub fn words(&self, language: Language) -> &Words {
        language.pick(&self.english, &self.russian)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    severity: Option<String>,
    en: Words,
    ru: Words,
}

static CATALOGUE: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(|| {
    let written: BTreeMap<String, Written> =
        toml::from_str(include_str!("../config/catalogue.toml")).expect("the compiled-in catalogue parses");
    written
        .into_iter()
        .map(|(code, w)| {
            let severity = match w.severity.as_deref() {
                Some("error") => Severity::Error,
                Some("warning") => Severity::Warning,
                _ => Severity::Note,
            };
            (code, Entry { severity, english: w.en, russian: w.ru })
        })
        .collect()
});

/// The entry of a code or text name.
///
/// # Panics
/// When the catalogue lacks it: a bug, and a test looks for it.
#[must_use]
pub fn entry(name: &str) -> &'static Entry {
    find(name).unwrap_or_else(|| panic!("the catalogue lacks `{name}`"))
}

/// The entry of a name that a person typed.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.get(name)
}

/// All entries, in the order of their names.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Entry)> {
    CATALOGUE.iter().map(|(name, entry)| (name.as_str(), entry))
}

/// What goes into a text.
#[derive(Clone, Copy, Debug)]
pub enum Fill<'a> {
    /// A number, which also chooses the form of nouns.
    Number(u64),
    /// A text that is no personal value.
    Text(&'a str),
}

/// The title of `name` in `language`, filled.
#[must_use]
pub fn say(name: &str, language: Language, fills: &[(&str, Fill<'_>)]) -> String {
    fill(&entry(name).words(language).title, fills, language)
}

/// Fills the places of a text. A place that nothing fills stays as it is, so that a test can find it.
#[must_use]
pub fn fill(text: &str, fills: &[(&str, Fill<'_>)], language: Language) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let place = after.split_once('}').filter(|_| after.starts_with(|c: char| c.is_ascii_lowercase()));
        let Some((place, tail)) = place else {
            out.push('{');
            rest = after;
            continue;
        };
        match filled(place, fills, language) {
            Some(filled) => out.push_str(&filled),
            None => out.extend(["{", place, "}"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A text whose places only a finding fills, which are shown as such.
#[must_use]
pub fn plain(text: &str) -> String {
    let places: Vec<&str> = text.split('{').skip(1).filter_map(|p| p.split('}').next()).collect();
    places.iter().fold(text.to_owned(), |text, place| text.replace(&format!("{{{place}}}"), "…"))
}

fn filled(place: &str, fills: &[(&str, Fill<'_>)], language: Language) -> Option<String> {
    let (name, forms) = place.split_once(':').map_or((place, None), |(n, f)| (n, Some(f)));
    let (_, value) = fills.iter().find(|(n, _)| *n == name)?;
    match (value, forms) {
        (Fill::Text(text), None) => Some((*text).to_owned()),
        (Fill::Number(n), None) => Some(grouped(*n)),
        (Fill::Number(n), Some(forms)) => {
            let mut forms = forms.split('|');
            let (one, few, many) = (forms.next()?, forms.next().unwrap_or_default(), forms.next().unwrap_or_default());
            Some(language.plural(*n, one, few, many).to_owned())
        }
        (Fill::Text(_), Some(_)) => None,
    }
}

/// `1 234 567` with no-break spaces between thousands, as both languages read it; four digits stay together.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let first = digits.len() % 3;
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == first {
            out.push('\u{a0}');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn places_are_filled_and_nouns_bent() {
        let fills = [("n", Fill::Number(22)), ("where", Fill::Text("orders.xlsx"))];
        let en = fill("{n} {n:row|rows} in {where}, {other}", &fills, Language::English);
        assert_eq!(en, "22 rows in orders.xlsx, {other}");
        assert_eq!(fill("{ {n} = 1 }", &fills, Language::English), "{ 22 = 1 }", "other braces stay");
        let ru = fill("{n} {n:строка|строки|строк}", &fills, Language::Russian);
        assert_eq!(ru, "22 строки");
    }

    #[test]
    fn thousands_stand_apart_from_five_digits_on() {
        for (n, expected) in
            [(0, "0"), (9999, "9999"), (10_000, "10 000"), (1_234_567, "1 234 567"), (123_456, "123 456")]
        {
            assert_eq!(grouped(n).replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn both_languages_have_the_same_places() {
        let places = |text: &str| {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|p| p.split_once('}'))
                .map(|(p, _)| p.split(':').next().unwrap_or_default().to_owned())
                .collect();
            found.sort();
            found.dedup();
            found
        };
        for (name, entry) in all() {
            let (en, ru) = (entry.words(Language::English), entry.words(Language::Russian));
            for (en, ru, what) in [(&en.title, &ru.title, "title"), (&en.help, &ru.help, "help")] {
                assert_eq!(places(en), places(ru), "{name}: {what}");
                assert_eq!(en.is_empty(), ru.is_empty(), "{name}: one language lacks its {what}");
            }
            assert_eq!(en.about.is_empty(), ru.about.is_empty(), "{name}: one language lacks its about");
        }
    }

    /// Every text in quotes in the source that looks like a name of the catalogue.
    fn names_in_source() -> BTreeSet<String> {
        let families: BTreeSet<&str> = all().filter_map(|(name, _)| name.split('-').next()).collect();
        let is_name = |text: &&str| {
            let mut parts = text.split('-');
            families.contains(parts.next().unwrap_or_default())
                && parts.clone().next().is_some()
                && parts.all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        };
        let mut names = BTreeSet::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        while let Some(folder) = folders.pop() {
            for file in std::fs::read_dir(folder).expect("src is there").flatten() {
                if file.path().is_dir() {
                    folders.push(file.path());
                } else {
                    let text = std::fs::read_to_string(file.path()).unwrap_or_default();
                    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                    names.extend(code.split('"').filter(is_name).map(str::to_owned));
                }
            }
        }
        names
    }

    #[test]
    fn every_name_of_the_source_is_in_the_catalogue_and_no_other() {
        let used = names_in_source();
        let written: BTreeSet<String> = all().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(used.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new(), "the catalogue lacks these");
        assert_eq!(written.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "nothing says these");
    }
}
