//! One question after the other, by single keys.

use console::{Key, Term};

use super::{Open, answer, revealed, summary, table, take_back};
use crate::{
    catalogue::{Fill, say},
    failure::reason,
    finding::{Code, Trouble},
    ledger::Answer,
    review::{Choice, Question},
};

const TERMINAL: Code = Code::new("review-terminal");

/// What a key asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wish {
    Choose(Option<usize>),
    Next,
    Back,
    TakeBack,
    Reveal,
    Quit,
    Nothing,
}

/// A person before some questions.
pub(super) struct Screen<'a> {
    open: &'a Open<'a>,
    questions: Vec<&'a Question>,
    answered: Vec<Option<String>>,
    at: usize,
    reveal: bool,
    term: Term,
}

impl<'a> Screen<'a> {
    pub(super) fn new(open: &'a Open<'a>, reveal: bool) -> Result<Self, Trouble> {
        if reveal {
            revealed(open.config)?;
        }
        let questions = open.questions();
        let answered = vec![None; questions.len()];
        Ok(Self { open, questions, answered, at: 0, reveal, term: Term::stdout() })
    }

    /// Asks until the last question is answered or the person has enough. Every answer is kept at once.
    pub(super) fn run(mut self) -> Result<(), Trouble> {
        let mut note = String::new();
        while self.at < self.questions.len() {
            self.show(&note);
            note.clear();
            let outcome = match wish(&self.key()?) {
                Wish::Choose(candidate) => self.choose(candidate),
                Wish::Next => {
                    self.at += 1;
                    Ok(())
                }
                Wish::Back => {
                    self.at = self.at.saturating_sub(1);
                    Ok(())
                }
                Wish::TakeBack => self.take_back().map(|taken| {
                    if taken {
                        note = summary(self.open.config, "review-taken-back", 1);
                    }
                }),
                Wish::Reveal => self.turn(),
                Wish::Quit => break,
                Wish::Nothing => Ok(()),
            };
            // A nightly run may hold the lock for a moment.
            if let Err(why) = outcome {
                note = why.title(self.open.report.language);
            }
        }
        let answered = self.answered.iter().flatten().count();
        self.say(&summary(self.open.config, "review-answered", answered));
        Ok(())
    }

    fn show(&self, note: &str) {
        let _ = self.term.clear_screen();
        let width = usize::from(self.term.size().1).clamp(60, 160);
        let place = (self.at + 1, self.questions.len());
        self.say(&table::render(self.open, self.questions[self.at], place, self.reveal, width));
        if let Some(choice) = &self.answered[self.at] {
            self.say(&(self.text("review-your-answer", &[("choice", Fill::Text(choice))]) + "\n"));
        }
        let numbers = self.questions[self.at].candidates.len();
        let keys = if numbers == 1 { "1".to_owned() } else { format!("1–{numbers}") };
        self.say(&self.text("review-keys", &[("keys", Fill::Text(&keys))]));
        self.say(&format!("\n{note}\n"));
    }

    fn key(&self) -> Result<Key, Trouble> {
        // Ctrl-C comes as a key: what was answered is kept, and said.
        self.term.read_key_raw().map_err(|e| Trouble::new(TERMINAL, reason(&e)))
    }

    fn choose(&mut self, candidate: Option<usize>) -> Result<(), Trouble> {
        let question = self.questions[self.at];
        let Some(choice) = question.choices.iter().find(|c| c.candidate == candidate) else { return Ok(()) };
        answer(self.open.config, question, choice)?;
        self.answered[self.at] = Some(self.said(choice));
        self.at += 1;
        Ok(())
    }

    fn said(&self, choice: &Choice) -> String {
        choice.candidate.map_or_else(|| self.text("review-said-none", &[]), |i| (i + 1).to_string())
    }

    /// Takes back the answer to the question that is shown, if there is one.
    fn take_back(&mut self) -> Result<bool, Trouble> {
        let question = self.questions[self.at];
        let is_answered = self.answered[self.at].is_some();
        if is_answered {
            let answers = super::ledger(self.open.config)?.answers()?;
            let is_this = |a: &&Answer| a.route == question.route && a.question == question.id;
            if let Some(answer) = answers.iter().find(is_this) {
                take_back(self.open.config, answer)?;
            }
            self.answered[self.at] = None;
        }
        Ok(is_answered)
    }

    /// Shows values, or hides them again.
    fn turn(&mut self) -> Result<(), Trouble> {
        if !self.reveal {
            revealed(self.open.config)?;
        }
        self.reveal = !self.reveal;
        Ok(())
    }

    fn text(&self, name: &str, fills: &[(&str, Fill<'_>)]) -> String {
        say(name, self.open.report.language, fills)
    }

    fn say(&self, text: &str) {
        let _ = self.term.write_str(text);
    }
}

/// Letters are taken by where they are on the keyboard: a Russian one gives `г` for `u`.
fn wish(key: &Key) -> Wish {
    match key {
        Key::Char('0') => Wish::Choose(None),
        Key::Char(c @ '1'..='9') => Wish::Choose(c.to_digit(10).map(|n| n as usize - 1)),
        Key::Enter | Key::ArrowRight | Key::ArrowDown | Key::Char(' ') => Wish::Next,
        Key::ArrowLeft | Key::ArrowUp | Key::Backspace => Wish::Back,
        Key::Char('u' | 'U' | 'г' | 'Г') => Wish::TakeBack,
        Key::Char('r' | 'R' | 'к' | 'К') => Wish::Reveal,
        Key::Char('q' | 'Q' | 'й' | 'Й') | Key::Escape | Key::CtrlC => Wish::Quit,
        _ => Wish::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_the_same_on_a_russian_keyboard() {
        for (key, expected) in [
            (Key::Char('1'), Wish::Choose(Some(0))),
            (Key::Char('9'), Wish::Choose(Some(8))),
            (Key::Char('0'), Wish::Choose(None)),
            (Key::Enter, Wish::Next),
            (Key::ArrowLeft, Wish::Back),
            (Key::Char('x'), Wish::Nothing),
        ] {
            assert_eq!(wish(&key), expected, "{key:?}");
        }
        for (latin, cyrillic) in [('u', 'г'), ('r', 'к'), ('q', 'й'), ('Q', 'Й')] {
            assert_eq!(wish(&Key::Char(latin)), wish(&Key::Char(cyrillic)), "{latin}");
            assert_ne!(wish(&Key::Char(latin)), Wish::Nothing, "{latin}");
        }
    }
}
