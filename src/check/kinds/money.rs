//! `money`: an amount, as `1234.50 RUB`.

use super::{
    decimal::{self, Problem},
    number,
};
use crate::{
    check::{
        kind::{FieldKind, FieldOption, How, Input, Out, Setting, Takes},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

const UNREADABLE: Code = Code::new("money-unreadable");
const AMBIGUOUS: Code = Code::new("money-ambiguous");
const WORDS: Code = Code::new("money-words");
const EXPONENT: Code = Code::new("money-exponent");
const DATE: Code = Code::new("money-date");

/// The currency is part of the value, which is a text, so that no column adds roubles to euros.
pub(super) const KIND: FieldKind = FieldKind {
    options: &[
        number::DECIMAL,
        FieldOption {
            name: "currency",
            about: "the currency of amounts that name none, such as \"RUB\"",
            takes: Takes::Text,
            set: set_currency,
        },
    ],
    infer: Some(number::INFER),
    ..FieldKind::plain(
        "money",
        "amounts, written as 1234.50 RUB; without a currency in the cell or in `currency`, as 1234.50",
        parse,
    )
};

fn set_currency(how: &mut How, setting: &Setting) -> Result<(), String> {
    let wrong = || "a currency of ISO 4217, such as `RUB` or `EUR`".to_owned();
    let Setting::Text(text) = setting else { return Err(wrong()) };
    let code = text.to_uppercase();
    if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(wrong());
    }
    how.currency = Some(code);
    Ok(())
}

fn parse(inputs: &[Input<'_>], how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match input.raw {
            Raw::Text(text) => read_text(text, how, out),
            Raw::Number(n) => match decimal::of_float(n) {
                Some(amount) => put(&amount, how.currency.as_deref(), out),
                None => out.note(EXPONENT),
            },
            Raw::Date(_) => out.note(DATE),
            Raw::Bool(_) => out.note(UNREADABLE),
            Raw::Blank | Raw::Error(_) => {}
        }
    }
}

fn read_text(text: &str, how: &How, out: &mut Out<'_>) {
    let text = mess::fold_width(text);
    if mess::is_placeholder(&text) {
        return;
    }
    if let Some(amount) = roubles_and_kopecks(&text) {
        return put(&amount, Some("RUB"), out);
    }
    let (amount, currency) = take_currency(&text);
    match decimal::read(undashed(amount), how.decimal) {
        Ok(amount) => put(&amount, currency.or(how.currency.as_deref()), out),
        Err(Problem::Ambiguous) => out.note(AMBIGUOUS),
        Err(Problem::Unreadable) if number::is_exponent(amount) => out.note(EXPONENT),
        Err(Problem::Unreadable) if number::has_multiplier(amount) => out.note(WORDS),
        Err(Problem::Unreadable) => out.note(UNREADABLE),
    }
}

fn put(amount: &str, currency: Option<&str>, out: &mut Out<'_>) {
    let decimals = amount.split_once('.').map_or(0, |(_, d)| d.len());
    let point = if decimals == 0 { "." } else { "" };
    let zeros = &"00"[decimals.min(2)..];
    let space = if currency.is_some() { " " } else { "" };
    out.write(|text| text.extend([amount, point, zeros, space, currency.unwrap_or_default()]));
}

/// The amount without the dash that keeps others from adding digits: `1500-00`, `1500,-`, `1500=`.
fn undashed(amount: &str) -> &str {
    ["-00", "=00", ",-", ".-", ",=", "="].iter().find_map(|end| amount.strip_suffix(end)).unwrap_or(amount)
}

/// `1 500 руб. 50 коп.` as `1500.50`.
fn roubles_and_kopecks(text: &str) -> Option<String> {
    let text = text.trim_end_matches('.');
    let text = ["коп", "копеек", "копейки", "копейка"].iter().find_map(|end| text.strip_suffix(end))?.trim_end();
    let roubles = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let kopecks = &text[roubles.len()..];
    let (roubles, currency) = take_currency(roubles.trim_end());
    let whole = decimal::read(roubles, Some(',')).ok().filter(|r| !r.contains('.'))?;
    let fine = currency == Some("RUB") && (1..=2).contains(&kopecks.len());
    fine.then(|| decimal::read(&format!("{whole}.{kopecks:0>2}"), Some('.')).ok())?
}

/// Takes the currency off either end of an amount.
fn take_currency(text: &str) -> (&str, Option<&'static str>) {
    let letters = |c: char| c.is_alphabetic() || "₽$€£₸₴¥.".contains(c);
    let head = &text[..text.find(|c| !letters(c)).unwrap_or(text.len())];
    if let Some(code) = currency(head) {
        return (text[head.len()..].trim_start(), Some(code));
    }
    // In `1234.руб.` the first point belongs to neither.
    let tail = &text[text.trim_end_matches(letters).len()..];
    let tail = tail.trim_start_matches('.');
    match currency(tail) {
        Some(code) => (text[..text.len() - tail.len()].trim_end().trim_end_matches('.'), Some(code)),
        None => (text, None),
    }
}

/// The currency that a word or sign names, as ISO 4217. `¥` names two, and so none.
fn currency(word: &str) -> Option<&'static str> {
    const NAMES: [(&str, &[&str]); 12] = [
        ("RUB", &["₽", "р", "руб", "рублей", "рубля", "рубль", "rub", "rur"]),
        ("USD", &["$", "usd", "us$", "долл", "доллар", "доллара", "долларов"]),
        ("EUR", &["€", "eur", "euro", "евро"]),
        ("GBP", &["£", "gbp"]),
        ("KZT", &["₸", "kzt", "тг", "тенге"]),
        ("UAH", &["₴", "uah", "грн"]),
        ("BYN", &["byn", "br"]),
        ("CNY", &["cny", "юаней", "юань", "юаня"]),
        ("JPY", &["jpy"]),
        ("CHF", &["chf"]),
        ("AED", &["aed"]),
        ("TRY", &["try", "₺"]),
    ];
    let lower = word.to_lowercase();
    let name = lower.trim_end_matches('.');
    NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check, check_how};

    #[test]
    fn amounts_are_read_with_their_currency() {
        for (text, amount) in [
            ("1500", "1500.00"),
            ("1 234,50", "1234.50"),
            ("1234.5", "1234.50"),
            ("1,234.50", "1234.50"),
            ("0.005", "0.005"),
            ("1 234,50 ₽", "1234.50 RUB"),
            ("1234 р.", "1234.00 RUB"),
            ("1234р", "1234.00 RUB"),
            ("1234.р.", "1234.00 RUB"),
            ("1 500 руб.", "1500.00 RUB"),
            ("1500 Руб", "1500.00 RUB"),
            ("1500 рублей", "1500.00 RUB"),
            ("1 500 руб. 50 коп.", "1500.50 RUB"),
            ("1500 рублей 5 коп", "1500.05 RUB"),
            ("1500-00", "1500.00"),
            ("1500=00", "1500.00"),
            ("1500,-", "1500.00"),
            ("1500,- €", "1500.00 EUR"),
            ("$1,234.50", "1234.50 USD"),
            ("$ 15", "15.00 USD"),
            ("US$15", "15.00 USD"),
            ("15 USD", "15.00 USD"),
            ("EUR 1.234,50", "1234.50 EUR"),
            ("€15", "15.00 EUR"),
            ("£15.99", "15.99 GBP"),
            ("1'234.50 CHF", "1234.50 CHF"),
            ("15 000 тг", "15000.00 KZT"),
            ("-15 ₽", "-15.00 RUB"),
            ("(1 234,50)", "-1234.50"),
            ("１５００ ₽", "1500.00 RUB"),
            ("1\u{a0}500\u{a0}₽", "1500.00 RUB"),
        ] {
            check(&KIND, Raw::Text(text), &[amount], &[]);
            if amount.contains(' ') {
                let how = How { currency: Some("XDR".to_owned()), ..How::new(TODAY) };
                check_how(&KIND, &how, Raw::Text(text), &[amount], &[]);
            }
        }
    }

    #[test]
    fn the_config_names_what_the_cell_does_not() {
        let how = How { currency: Some("RUB".to_owned()), decimal: Some(','), ..How::new(TODAY) };
        for (raw, amount) in [
            (Raw::Text("1 234,50"), "1234.50 RUB"),
            (Raw::Text("1.234"), "1234.00 RUB"),
            (Raw::Text("1,234"), "1.234 RUB"),
            (Raw::Number(1234.5), "1234.50 RUB"),
            (Raw::Number(19.99 * 3.0), "59.97 RUB"),
        ] {
            check_how(&KIND, &how, raw, &[amount], &[]);
        }
        let mut how = How::new(TODAY);
        assert!(set_currency(&mut how, &Setting::Text("rub".to_owned())).is_ok());
        assert_eq!(how.currency.as_deref(), Some("RUB"));
        assert!(set_currency(&mut how, &Setting::Text("рубли".to_owned())).is_err());
    }

    #[test]
    fn what_is_no_amount_is_not_made_one() {
        for (text, code) in [
            ("1,234", "money-ambiguous"),
            ("$1,234", "money-ambiguous"),
            ("1.234 ₽", "money-ambiguous"),
            ("12 тыс.", "money-words"),
            ("12 тыс. руб.", "money-words"),
            ("1,5k", "money-words"),
            ("1.2E+05", "money-exponent"),
            ("1000-1500", "money-unreadable"),
            ("1234-50", "money-unreadable"),
            ("от 1500", "money-unreadable"),
            ("1500/мес", "money-unreadable"),
            ("15%", "money-unreadable"),
            ("бесплатно", "money-unreadable"),
            ("₽", "money-unreadable"),
            ("¥1500", "money-unreadable"),
            ("1500 + 300", "money-unreadable"),
        ] {
            check(&KIND, Raw::Text(text), &[], &[code]);
        }
        check(&KIND, Raw::Text("-"), &[], &[]);
        check(&KIND, Raw::Date(45_292.0), &[], &["money-date"]);
        check(&KIND, Raw::Bool(false), &[], &["money-unreadable"]);
        check(&KIND, Raw::Number(f64::NAN), &[], &["money-exponent"]);
    }

    fn run(text: &str, how: &How) -> String {
        let (mut arena, mut notes) = (String::new(), Vec::new());
        read_text(&mess::clean(text), how, &mut Out { text: &mut arena, mark: None, values: 0, notes: &mut notes });
        arena
    }

    proptest! {
        #[test]
        fn canonical_amounts_stay(text in "[0-9 .,'()р₽$-]{1,16}", currency in prop::sample::select(vec![None, Some("RUB")])) {
            let how = How { currency: currency.map(str::to_owned), ..How::new(TODAY) };
            let amount = run(&text, &how);
            if !amount.is_empty() {
                let point = How { decimal: Some('.'), ..how };
                prop_assert_eq!(run(&amount, &point), amount);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), other in "[0-9 .,рубкоп$€-]{0,20}") {
            run(&text, &How::new(TODAY));
            run(&other, &How::new(TODAY));
        }
    }
}
