//! Questions as a file that a person fills in, and the answers read back.

use std::fmt::Write as _;

use serde::Deserialize;

use super::{Likeness, Question, Side};
use crate::{
    address::Place,
    catalogue::{Fill, say},
    language::Language,
};

/// An answer, as a file has it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Given {
    /// The question's name.
    pub id: String,
    /// The route that asks.
    pub route: String,
    /// A candidate's number, `none`, or nothing.
    #[serde(default)]
    pub answer: String,
}

#[derive(Deserialize)]
struct Sheet {
    #[serde(default)]
    question: Vec<Given>,
}

/// The questions, with room for answers; `places` puts places into words. No value is in it.
#[must_use]
pub fn sheet(questions: &[Question], language: Language, places: &dyn Fn(&[Place]) -> String) -> String {
    let fills = [("n", Fill::Number(questions.len() as u64))];
    let mut out = comment(&say("review-sheet-head", language, &fills));
    for question in questions {
        let text = |text: &str| toml::Value::from(text);
        let asked = say(question.kind.asks(), language, &[]);
        let _ = writeln!(out, "\n[[question]]  {}", comment(&asked).trim_end());
        let about = described(question, &question.about, language, places);
        let _ = writeln!(out, "id     = {}\nroute  = {}", text(&question.name()), text(&question.route));
        let _ = writeln!(out, "about  = {}\nwho    = [", text(&about));
        for (number, side) in (1..).zip(&question.candidates) {
            let line = format!("{number}: {}", described(question, side, language, places));
            let _ = writeln!(out, "    {},", text(&line));
        }
        let names: Vec<String> = question.choices.iter().map(super::Choice::name).collect();
        let _ = writeln!(out, "]\nanswer = \"\"  # {}", names.join(", "));
    }
    out
}

/// Reads what a person filled in.
///
/// # Errors
/// What is wrong, with its line.
pub fn read_sheet(text: &str) -> Result<Vec<Given>, String> {
    let sheet: Sheet = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start.min(text.len()));
        format!("{}: {}", memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1, e.message())
    })?;
    Ok(sheet.question)
}

/// `card vge0aw4x26dqmg2e; orders.xlsx, "2026", row 7; same: phone; different: name`.
fn described(question: &Question, side: &Side, language: Language, places: &dyn Fn(&[Place]) -> String) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(side.card.map(|id| say("review-card", language, &[("id", Fill::Text(&id.to_string()))])));
    if !side.rows.is_empty() {
        parts.push(places(&side.rows));
    }
    for (likeness, word) in [(Likeness::Same, "review-same"), (Likeness::Different, "review-different")] {
        let columns = question.columns.iter().zip(&side.cells).filter(|(_, cell)| cell.likeness == likeness);
        let columns: Vec<&str> = columns.map(|(name, _)| name.as_str()).collect();
        if !columns.is_empty() {
            parts.push(say(word, language, &[("columns", Fill::Text(&columns.join(", ")))]));
        }
    }
    parts.join("; ")
}

fn comment(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| out + "# " + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::SourceId,
        change::ClientId,
        review::{Choice, Kind, SideCell},
    };

    fn question(route: &str) -> Question {
        let cell = |likeness| SideCell { likeness, values: Vec::new() };
        let side = |card| Side {
            card,
            rows: vec![Place { row: Some(7), ..Place::source(SourceId(0)) }],
            cells: vec![cell(Likeness::Same), cell(Likeness::Different)],
        };
        Question {
            route: route.to_owned(),
            id: 0x0123_4567_89ab_cdef,
            kind: Kind::Undecided,
            columns: vec!["phone".into(), "name".into()],
            about: side(None),
            candidates: vec![side(Some(ClientId([0; 10])))],
            choices: vec![Choice { candidate: Some(0), pairs: vec![] }, Choice { candidate: None, pairs: vec![] }],
        }
    }

    #[test]
    fn a_sheet_is_written_filled_in_and_read_back() {
        for language in [Language::English, Language::Russian] {
            let questions = [question("crm"), question("a \"quoted\" # route")];
            let text = sheet(&questions, language, &|_| "orders.xlsx, \"2026\", row 7".to_owned());
            let empty = read_sheet(&text).expect("reads");
            assert!(empty.iter().all(|given| given.answer.is_empty() && given.id == "0123456789"), "{text}");
            assert_eq!(empty[1].route, "a \"quoted\" # route");
            let filled = read_sheet(&text.replacen("answer = \"\"", "answer = \"none\"", 1)).expect("reads");
            assert_eq!((filled[0].answer.as_str(), filled[1].answer.as_str()), ("none", ""));
        }
    }

    #[test]
    fn what_cannot_be_read_says_its_line() {
        assert!(read_sheet("[[question]]\nid = 1").expect_err("no text").starts_with("2: "));
        assert_eq!(read_sheet(""), Ok(Vec::new()));
    }
}
