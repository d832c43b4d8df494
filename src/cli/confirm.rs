//! A plain question to the person at the terminal.

use std::io::{self, BufRead, IsTerminal as _};

use super::{complain, print};
use crate::{catalogue::say, language::Language, report::EXIT_OK};

/// Whether a person agrees: they said so beforehand, or say so now. `None` when nobody is there to be asked.
pub(super) fn agreed(question: &str, yes: bool, language: Language) -> Option<bool> {
    if yes {
        return Some(true);
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    complain(&format!("{question} {} ", say("ask-yes-no", language, &[])));
    Some(is_yes(&mut io::stdin().lock()))
}

/// Says that everything stays as it is, since nobody agreed.
pub(super) fn left(language: Language) -> u8 {
    print(&(say("ask-left", language, &[]) + "\n"));
    EXIT_OK
}

/// Whether the next line is a yes, in either language; anything else is a no.
fn is_yes(input: &mut dyn BufRead) -> bool {
    let mut line = String::new();
    let _ = input.read_line(&mut line);
    ["y", "yes", "д", "да"].contains(&line.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (line, expected) in [
            ("yes\n", true),
            ("Y\n", true),
            ("Да\n", true),
            ("no\n", false),
            ("\n", false),
            ("", false),
            ("yes, but", false),
        ] {
            assert_eq!(is_yes(&mut line.as_bytes()), expected, "{line:?}");
        }
        assert_eq!(agreed("?", true, Language::English), Some(true));
    }
}
