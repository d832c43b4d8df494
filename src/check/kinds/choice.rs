//! `choice`: one of the values that the config allows, however it is spelt.

use std::borrow::Cow;

use crate::{
    check::{
        kind::{FieldKind, FieldOption, How, Input, Out, Setting, Takes},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

pub(super) const KIND: FieldKind = FieldKind {
    options: &[FieldOption {
        name: "of",
        about: "the allowed values: `[\"new\", \"regular\"]`, or with other spellings `{ new = [\"новый\"], regular = [] }`",
        takes: Takes::Lists,
        set: set_of,
    }],
    ..FieldKind::plain("choice", "one of the values that `of` allows", parse)
};

const UNKNOWN: Code = Code::new("choice-unknown");
const CLOSE: Code = Code::new("choice-close");

/// How like an allowed value a typing error must be to be offered: one letter in four may differ.
const CLOSE_ENOUGH: f64 = 0.75;

/// Takes the allowed values; spellings are kept folded, the value's own among them, so that a cell is
/// folded once and compared as it is.
fn set_of(how: &mut How, setting: &Setting) -> Result<(), String> {
    let choices: Vec<(String, Vec<String>)> = match setting {
        Setting::List(values) => values.iter().map(|v| (v.clone(), vec![fold(v).into_owned()])).collect(),
        Setting::Table(values) => {
            let folded = |(value, others): &(String, Vec<String>)| {
                let spellings = std::iter::once(value).chain(others).map(|s| fold(s).into_owned());
                (value.clone(), spellings.collect())
            };
            values.iter().map(folded).collect()
        }
        Setting::Text(_) | Setting::Bool(_) => return Err("`[\"…\"]`, `{ … = [\"…\"] }`".to_owned()),
    };
    if choices.is_empty() {
        return Err("`[\"…\"]`".to_owned());
    }
    for (at, (value, spellings)) in choices.iter().enumerate() {
        if value.trim().is_empty() {
            return Err("`[\"…\"]`".to_owned());
        }
        let twice = choices[..at].iter().find(|(_, earlier)| spellings.iter().any(|s| earlier.contains(s)));
        if let Some((other, _)) = twice {
            return Err(format!("spellings that mean one value; `{other}` and `{value}` share one"));
        }
    }
    how.choices = choices;
    Ok(())
}

fn parse(inputs: &[Input<'_>], how: &How, out: &mut Out<'_>) {
    let typed: Cow<'_, str> = match inputs.first().map(|i| i.raw) {
        Some(Raw::Text(text)) => Cow::Borrowed(text),
        Some(Raw::Number(n)) => Cow::Owned(super::plain_number(n)),
        Some(Raw::Bool(yes)) => Cow::Borrowed(if yes { "true" } else { "false" }),
        Some(Raw::Date(_)) => return out.note(UNKNOWN),
        Some(Raw::Blank | Raw::Error(_)) | None => return,
    };
    let folded = fold(&typed);
    if let Some((value, _)) = how.choices.iter().find(|(_, spellings)| spellings.iter().any(|s| *s == folded)) {
        out.value(value);
    } else if !mess::is_placeholder(&typed) {
        match nearest(&folded, how) {
            Some(value) => out.note_hint(CLOSE, value),
            None => out.note(UNKNOWN),
        }
    }
}

/// The allowed value with the spelling most like what was typed; of equals, the first of the config.
fn nearest<'a>(folded: &str, how: &'a How) -> Option<&'a str> {
    let like = |s: &String| rapidfuzz::distance::osa::normalized_similarity(folded.chars(), s.chars());
    let mut best = (CLOSE_ENOUGH, None);
    for (value, spellings) in &how.choices {
        let likeness = spellings.iter().map(like).fold(0.0, f64::max);
        if likeness > best.0 || likeness >= CLOSE_ENOUGH && best.1.is_none() {
            best = (likeness, Some(value.as_str()));
        }
    }
    best.1
}

/// The form in which spellings are compared: no case, no width, no ё, one space.
fn fold(text: &str) -> Cow<'_, str> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, 'а'..='я' | '-');
    if text.chars().all(fine) {
        return Cow::Borrowed(text);
    }
    let lower = mess::fold_width(text).to_lowercase().replace('ё', "е");
    Cow::Owned(lower.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check_how};

    fn how(setting: &Setting) -> How {
        let mut how = How::new(TODAY);
        set_of(&mut how, setting).expect("a setting that fits");
        how
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&t| t.to_owned()).collect()
    }

    fn statuses() -> How {
        how(&Setting::Table(vec![
            ("new".to_owned(), texts(&["новый", "Новая", "1"])),
            ("regular".to_owned(), texts(&["постоянный", "постоянный  клиент", "Всё ещё с нами", "2"])),
            ("on".to_owned(), texts(&["true", "вкл."])),
        ]))
    }

    #[test]
    fn spellings_mean_their_value() {
        for (raw, expected) in [
            (Raw::Text("new"), "new"),
            (Raw::Text("NEW"), "new"),
            (Raw::Text(" New "), "new"),
            (Raw::Text("ｎｅｗ"), "new"),
            (Raw::Text("новый"), "new"),
            (Raw::Text("НОВЫЙ"), "new"),
            (Raw::Text("новая"), "new"),
            (Raw::Text("1"), "new"),
            (Raw::Number(1.0), "new"),
            (Raw::Text("постоянный клиент"), "regular"),
            (Raw::Text("Постоянный\u{a0}клиент"), "regular"),
            (Raw::Text("постоянный\nклиент"), "regular"),
            (Raw::Text("все еще с нами"), "regular"),
            (Raw::Text("Всё ещё с нами"), "regular"),
            (Raw::Number(2.0), "regular"),
            (Raw::Bool(true), "on"),
            (Raw::Text("вкл."), "on"),
        ] {
            check_how(&KIND, &statuses(), raw, &[expected], &[]);
        }
        let list = how(&Setting::List(texts(&["Да", "Нет", "10%", "Зелёный чай"])));
        for (raw, expected) in
            [("да", "Да"), ("нет", "Нет"), ("10%", "10%"), ("зеленый чай", "Зелёный чай"), ("Нет", "Нет")]
        {
            check_how(&KIND, &list, Raw::Text(raw), &[expected], &[]);
            check_how(&KIND, &list, Raw::Text(expected), &[expected], &[]);
        }
    }

    #[test]
    fn what_is_not_allowed() {
        for raw in ["постояный", "regulr", "новий", "reguler"] {
            check_how(&KIND, &statuses(), Raw::Text(raw), &[], &["choice-close"]);
        }
        for raw in ["старый", "3", "xyz", "клиент"] {
            check_how(&KIND, &statuses(), Raw::Text(raw), &[], &["choice-unknown"]);
        }
        for raw in [Raw::Number(3.0), Raw::Number(1.5), Raw::Date(45292.0), Raw::Bool(false)] {
            check_how(&KIND, &statuses(), raw, &[], &["choice-unknown"]);
        }
        for raw in ["-", "нет", "n/a"] {
            check_how(&KIND, &statuses(), Raw::Text(raw), &[], &[]);
        }
    }

    #[test]
    fn the_hint_is_an_allowed_value() {
        let (mut text, mut notes) = (String::new(), Vec::new());
        let inputs = [Input { part: None, raw: Raw::Text("постояный") }];
        parse(&inputs, &statuses(), &mut Out { text: &mut text, mark: None, values: 0, notes: &mut notes });
        assert_eq!(notes[0].hint.as_deref(), Some("regular"));
    }

    #[test]
    fn a_setting_that_does_not_fit_is_refused() {
        for setting in [
            Setting::Text("new".to_owned()),
            Setting::Bool(true),
            Setting::List(Vec::new()),
            Setting::List(texts(&["new", ""])),
            Setting::List(texts(&["new", "NEW"])),
            Setting::Table(vec![("a".to_owned(), texts(&["x"])), ("b".to_owned(), texts(&["Ｘ"]))]),
        ] {
            assert!(set_of(&mut How::new(TODAY), &setting).is_err(), "{setting:?}");
        }
    }

    proptest! {
        #[test]
        fn only_allowed_values_come_out(text in "\\PC{0,20}") {
            let (mut out, mut notes) = (String::new(), Vec::new());
            let inputs = [Input { part: None, raw: Raw::Text(&text) }];
            parse(&inputs, &statuses(), &mut Out { text: &mut out, mark: None, values: 0, notes: &mut notes });
            prop_assert!(["", "new", "regular", "on"].contains(&out.as_str()));
        }
    }
}
