//! `explain`: what a code means and what to do.

use super::{args, language_of, print, trouble};
use crate::{
    catalogue::{self, plain},
    finding::{Code, Trouble},
    language::Language,
    nearest::nearest,
    report::EXIT_OK,
};

const UNKNOWN: Code = Code::new("code-unknown");

pub(super) fn explain(args: &args::Explain) -> u8 {
    let language = match args.language {
        Some(args::Language::En) => Language::English,
        Some(args::Language::Ru) => Language::Russian,
        None => of_config(),
    };
    let codes = || catalogue::all().filter(|(_, entry)| !entry.words(language).about.is_empty());
    let Some(code) = &args.code else {
        for (code, entry) in codes() {
            print(&format!("{code:<28} {}\n", plain(&entry.words(language).title)));
        }
        return EXIT_OK;
    };
    let Some((code, entry)) = codes().find(|(name, _)| name == code) else {
        let meant = nearest(code, codes().map(|(name, _)| name)).map(|m| format!(" (`{m}`?)")).unwrap_or_default();
        return trouble(&Trouble::new(UNKNOWN, format!("`{code}`{meant}")), "sheetbridge", language);
    };
    let words = entry.words(language);
    print(&format!(
        "{}[{code}]: {}\n\n{}\n\n{}: {}\n",
        entry.severity.word(language),
        plain(&words.title),
        words.about,
        language.pick("help", "совет"),
        plain(&words.help)
    ));
    EXIT_OK
}

/// The language of the config at hand, if there is one.
fn of_config() -> Language {
    let path = std::path::Path::new("bridge.toml");
    language_of(&std::fs::read_to_string(path).unwrap_or_default(), path)
}
