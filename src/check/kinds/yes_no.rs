//! `yes_no`: a yes or a no, as `true` or `false`. Whatever is neither is never taken for a yes.

use std::{collections::HashMap, sync::LazyLock};

use super::date;
use crate::{
    check::{
        kind::{Column, FieldKind, How, Input, Out},
        mess,
    },
    day::Day,
    finding::Code,
    sheet::Raw,
};

const UNCLEAR: Code = Code::new("yes-no-unclear");

pub(super) const KIND: FieldKind = FieldKind {
    column: Column::Bool,
    ..FieldKind::plain("yes_no", "yes or no, in words, marks, 1 and 0 or a checkbox; a date is the day of a yes", parse)
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match said(input.raw) {
            Answer::Blank => {}
            Answer::Yes => out.value("true"),
            Answer::No => out.value("false"),
            Answer::Unclear => out.note(UNCLEAR),
        }
    }
}

/// What a cell answers to a question of yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// Nothing.
    Blank,
    /// Yes, or the day on which somebody said so.
    Yes,
    /// No.
    No,
    /// Something else, and so no yes; where a no has to be proved, no no either.
    Unclear,
}

/// What a cell answers, cleaned or not.
pub(crate) fn said(raw: Raw<'_>) -> Answer {
    match raw {
        Raw::Blank => Answer::Blank,
        Raw::Bool(true) | Raw::Number(1.0) => Answer::Yes,
        Raw::Bool(false) | Raw::Number(0.0) => Answer::No,
        Raw::Date(_) if is_date(raw) => Answer::Yes,
        Raw::Text(text) => said_in_words(&mess::clean(text)),
        Raw::Number(_) | Raw::Date(_) | Raw::Error(_) => Answer::Unclear,
    }
}

/// Whether a cell is a plain no, and not a word by which people say that they refuse: where it is asked
/// whether somebody left, «отписался» is no no.
pub(crate) fn is_plain_no(raw: Raw<'_>) -> bool {
    const PLAIN: [&str; 18] = [
        "нет",
        "нету",
        "н",
        "no",
        "n",
        "false",
        "ложь",
        "0",
        "0.0",
        "0,0",
        "-",
        "–",
        "—",
        "−",
        "☐",
        "off",
        "выкл",
        "никогда",
    ];
    match raw {
        Raw::Bool(false) | Raw::Number(0.0) => true,
        Raw::Text(text) => PLAIN.contains(&plain_word(&mess::clean(text)).as_str()),
        _ => false,
    }
}

/// The date that the cell of a yes holds, alone or beside the word: `12.03.2024`, `да, 12.03.2024`.
pub(crate) fn date_in(raw: Raw<'_>, how: &How) -> Option<Day> {
    match raw {
        Raw::Text(text) => {
            let text = mess::clean(text);
            let date = split_date(&text).map_or(&*text, |(_, date)| date);
            date::day(Raw::Text(date), how)
        }
        Raw::Date(_) => date::day(raw, how),
        _ => None,
    }
}

fn said_in_words(text: &str) -> Answer {
    match said_plainly(text) {
        Answer::Unclear if is_date(Raw::Text(text)) => Answer::Yes,
        Answer::Unclear => split_date(text).map_or(Answer::Unclear, |(word, _)| said_plainly(word)),
        answer => answer,
    }
}

/// Every answer in words, in small letters.
static ANSWERS: LazyLock<HashMap<&str, Answer>> = LazyLock::new(|| {
    const YES: &str = "да|д|yes|y|true|истина|1|1.0|1,0|+|✓|✔|☑|✅|√|ок|окей|ok|okay|on|вкл|есть|согласен|согласна|\
        согласны|согласие|даю согласие|согласие дано|согласие получено|получено|дано|подписано|подтверждаю|agree|\
        agreed|i agree|accepted|opt-in";
    const NO: &str = "нет|нету|н|no|n|false|ложь|0|0.0|0,0|-|–|—|−|✗|✘|❌|☐|off|выкл|отказ|отказался|отказалась|\
        отказано|против|не согласен|не согласна|не согласны|несогласен|несогласна|не надо|не нужно|не хочу|не хочет|\
        не давал|не давала|не дано|отозвано|отписался|отписалась|отписан|отписана|отписка|\
        disagree|declined|refused|opt-out|opted out|unsubscribed|withdrawn";
    // What programs write for an empty cell.
    const BLANK: &str = "null|nan|none";
    let lists = [(YES, Answer::Yes), (NO, Answer::No), (BLANK, Answer::Blank)];
    lists.into_iter().flat_map(|(words, answer)| words.split('|').map(move |w| (w, answer))).collect()
});

fn said_plainly(text: &str) -> Answer {
    if text.is_empty() {
        return Answer::Blank;
    }
    ANSWERS.get(plain_word(text).as_str()).copied().unwrap_or(Answer::Unclear)
}

/// The word in small letters, without what people end it with.
fn plain_word(text: &str) -> String {
    let mut word = mess::fold_width(text).to_lowercase();
    word.truncate(word.trim_end_matches(['.', '!', ',', ';', ' ']).len());
    word
}

/// The longest that a date with its preposition is: `от 12 сентября 2024 года, 10:30:00`.
const DATE_BYTES_MAX: usize = 64;

/// `да, 12.03.2024`, `согласие от 1 марта 2024 г.`: a word and a date behind it.
fn split_date(text: &str) -> Option<(&str, &str)> {
    // A cell may hold a whole letter: only its end can be a date.
    let near = |(at, _): &(usize, &str)| text.len() - at <= DATE_BYTES_MAX;
    text.match_indices([' ', '(']).filter(near).find_map(|(at, _)| {
        let word = text[..at].trim_end_matches([' ', ':', ',', '-', '–', '—']);
        let date = text[at..].trim_start_matches([' ', '(']).trim_end_matches([' ', ')']);
        let date = ["от ", "from ", "с "].iter().find_map(|of| date.strip_prefix(of)).unwrap_or(date);
        is_date(Raw::Text(date)).then_some((word, date))
    })
}

/// Whether a cell is a date, if perhaps one whose order nobody knows. Eight digits may be anything.
fn is_date(raw: Raw<'_>) -> bool {
    if matches!(raw, Raw::Text(text) if text.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    // On the last day of all nothing is in the future; the consent itself is measured elsewhere.
    date::is_date(raw, &How::new(Day::FOREVER))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check};

    #[test]
    fn a_yes_is_a_yes() {
        for text in [
            "да",
            "Да",
            "ДА!",
            "да.",
            "д",
            "yes",
            "YES",
            "y",
            "1",
            "1.0",
            "+",
            "✓",
            "✔",
            "☑",
            "TRUE",
            "истина",
            "ок",
            "Ok",
            "согласен",
            "Согласна",
            "дано",
            "12.03.2024",
            "2024-03-12",
            "01/02/2024",
            "1 марта 2024 г.",
            "2024-03-12 10:30",
            "да, 12.03.2024",
            "да 12.03.2024",
            "Да (12.03.2024)",
            "согласие от 12.03.2024",
            "yes, March 1, 2024",
            "＋",
            "✔️",
        ] {
            check(&KIND, Raw::Text(text), &["true"], &[]);
        }
        for raw in [Raw::Bool(true), Raw::Number(1.0), Raw::Date(45_292.0), Raw::Date(45_292.5)] {
            check(&KIND, raw, &["true"], &[]);
        }
    }

    #[test]
    fn only_a_plain_no_says_that_nobody_left() {
        for text in ["нет", "Нет.", "no", "-", "—", "0", "FALSE", "☐"] {
            assert!(is_plain_no(Raw::Text(text)), "{text}");
        }
        for text in
            ["отписался", "отказ", "против", "не хочу", "withdrawn", "unsubscribed", "❌", "нет, 12.03.2024", "?", ""]
        {
            assert!(!is_plain_no(Raw::Text(text)), "{text}");
        }
        assert!(is_plain_no(Raw::Bool(false)) && !is_plain_no(Raw::Bool(true)) && !is_plain_no(Raw::Date(1.0)));
    }

    #[test]
    fn a_letter_in_the_cell_is_read_at_once() {
        let start = std::time::Instant::now();
        check(&KIND, Raw::Text(&"нет ".repeat(20_000)), &[], &["yes-no-unclear"]);
        check(&KIND, Raw::Text(&("да ".repeat(20_000) + "12.03.2024")), &[], &["yes-no-unclear"]);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    #[test]
    fn a_no_is_a_no() {
        for text in [
            "нет",
            "Нет",
            "НЕТ!",
            "н",
            "no",
            "NO",
            "n",
            "0",
            "0.0",
            "-",
            "—",
            "FALSE",
            "ложь",
            "отказ",
            "Отказался",
            "не согласен",
            "Не согласна.",
            "против",
            "✗",
            "❌",
            "нет, 12.03.2024",
            "отказ от 12.03.2024",
            "off",
        ] {
            check(&KIND, Raw::Text(text), &["false"], &[]);
        }
        for raw in [Raw::Bool(false), Raw::Number(0.0)] {
            check(&KIND, raw, &["false"], &[]);
        }
    }

    #[test]
    fn anything_else_is_never_a_yes() {
        for text in [
            "?",
            "да?",
            "maybe",
            "уточнить",
            "2",
            "x",
            "х",
            "v",
            "да, но без смс",
            "не да",
            "да/нет",
            "дa",
            "45292",
            "20240301",
            "00.00.0000",
            "07.02",
            "2024",
            "31.02.2024",
            "н/д",
            "n/a",
            "спросить 12.03.2024",
            "12.03.2024 или позже",
            "...",
            "++",
            "01",
            "10:30",
        ] {
            check(&KIND, Raw::Text(text), &[], &["yes-no-unclear"]);
        }
        for raw in [Raw::Number(2.0), Raw::Number(45_292.0), Raw::Number(f64::NAN), Raw::Date(0.5), Raw::Date(1e18)] {
            check(&KIND, raw, &[], &["yes-no-unclear"]);
        }
        assert_eq!(said(Raw::Error("#REF!")), Answer::Unclear);
    }

    #[test]
    fn nothing_is_nothing() {
        for raw in [Raw::Blank, Raw::Text(""), Raw::Text(" \u{a0}"), Raw::Text("null"), Raw::Text("NaN")] {
            assert_eq!(said(raw), Answer::Blank);
        }
    }

    #[test]
    fn a_yes_may_hold_its_date() {
        let how = How::new(TODAY);
        let day = |text| Day::parse_iso(text);
        for (raw, expected) in [
            (Raw::Text("12.03.2024"), day("2024-03-12")),
            (Raw::Text("да, 12.03.2024"), day("2024-03-12")),
            (Raw::Text(" согласие от 1 марта 2024 г. "), day("2024-03-01")),
            (Raw::Text("2024-03-12 10:30"), day("2024-03-12")),
            (Raw::Date(45_292.5), day("2024-01-01")),
            (Raw::Text("01/02/2024"), None),
            (Raw::Text("да"), None),
            (Raw::Text("07.02"), None),
            (Raw::Bool(true), None),
            (Raw::Number(45_292.0), None),
            (Raw::Blank, None),
        ] {
            assert_eq!(date_in(raw, &how), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), other in "[да12.03 нет,()-]{0,16}") {
            for text in [text.as_str(), other.as_str()] {
                said(Raw::Text(text));
                date_in(Raw::Text(text), &How::new(TODAY));
            }
        }

        #[test]
        fn a_word_that_is_not_in_the_lists_is_no_yes(text in "[а-яa-z]{3,12}( [а-яa-z]{2,8})?") {
            let answer = said(Raw::Text(&text));
            prop_assert!(answer != Answer::Yes || said_plainly(&text) == Answer::Yes);
        }
    }
}
