//! `inn`: the taxpayer number of a person or a firm in Russia.

use super::numbered::{Codes, Numbered, weighed};
use crate::{
    check::kind::{FieldKind, How, Identity, Input, Out},
    finding::Code,
    sheet::Raw,
};

/// Ten digits belong to a firm and twelve to a person, and only the latter identify one: `identity` is
/// one per kind, so whoever asks for it asks [`is_personal`] too.
pub(super) const KIND: FieldKind = FieldKind {
    identity: Some(Identity::Document),
    ..FieldKind::plain(
        "inn",
        "INN, the Russian taxpayer number: 12 digits of a person or 10 of a firm, with their check digits",
        parse,
    )
};

/// Whether a canonical INN is a person's.
pub(crate) fn is_personal(inn: &str) -> bool {
    inn.len() == 12
}

const INN: Numbered = Numbered {
    labels: &["инн", "inn"],
    lengths: &[10, 12],
    zeros: Some((1, Code::new("inn-zeros"))), // regions are numbered from 01
    holds,
    codes: Codes {
        unreadable: Code::new("inn-unreadable"),
        length: Code::new("inn-length"),
        checksum: Code::new("inn-checksum"),
        dummy: Code::new("inn-dummy"),
        exponent: Code::new("inn-exponent"),
    },
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        let raw = match input.raw {
            Raw::Text(text) => Raw::Text(without_kpp(text)),
            raw => raw,
        };
        INN.read(raw, out);
    }
}

/// The INN of `7707083893/773601001`, as requisites write it together with the KPP of a firm.
fn without_kpp(text: &str) -> &str {
    let Some((inn, kpp)) = text.split_once(['/', '\\']) else { return text };
    let is_kpp = kpp.trim().len() == 9 && kpp.trim().bytes().all(|b| b.is_ascii_alphanumeric());
    if is_kpp { inn.trim_end() } else { text }
}

/// The check digits of the Russian tax service (ФНС). The order on the INN (приказ ФНС России от
/// 29.06.2012 № ММВ-7-6/435@) names the digits and leaves the algorithm to the service, which publishes it
/// with the formats of its returns.
fn holds(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let agrees = |count: usize| {
        let weights = &WEIGHTS[WEIGHTS.len() - count..];
        weighed(digits, weights.iter().copied()) % 11 % 10 == u32::from(digits[count] - b'0')
    };
    let region = !digits.starts_with(b"00");
    region && if digits.len() == 10 { agrees(9) } else { agrees(10) && agrees(11) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::check;

    /// An INN made up from its first digits.
    fn made_up(first: &str) -> String {
        let fits = |inn: &String| holds(inn.as_bytes());
        let count = if first.len() == 9 { 1 } else { 2 };
        (0..10_u32.pow(count)).map(|n| format!("{first}{n:0w$}", w = count as usize)).find(fits).expect("one fits")
    }

    #[test]
    fn numbers_with_true_check_digits_are_taken() {
        for (text, inn) in [
            ("7707083893", "7707083893"),
            ("77 07 083893", "7707083893"),
            ("ИНН 7707083893", "7707083893"),
            ("ИНН: 7707083893", "7707083893"),
            ("ИНН № 7707083893", "7707083893"),
            ("ИНН №7707083893", "7707083893"),
            ("inn-7707083893", "7707083893"),
            ("7707083893/773601001", "7707083893"),
            ("７７０７０８３８９３", "7707083893"),
            ("7707083893.0", "7707083893"),
            ("500100732259", "500100732259"),
            ("5001 0073 2259", "500100732259"),
            ("5001\u{a0}00732259", "500100732259"),
            ("'500100732259", "500100732259"),
            ("5.00100732259E+11", "500100732259"),
        ] {
            check(&KIND, Raw::Text(text), &[inn], &[]);
        }
        check(&KIND, Raw::Number(7_707_083_893.0), &["7707083893"], &[]);
        check(&KIND, Raw::Number(500_100_732_259.0), &["500100732259"], &[]);
    }

    #[test]
    fn a_lost_zero_comes_back_when_the_check_digits_agree() {
        let (firm, person) = (made_up("010500123"), made_up("0105001234"));
        for (lost, inn) in [(&firm[1..], &firm), (&person[1..], &person)] {
            check(&KIND, Raw::Text(lost), &[inn], &["inn-zeros"]);
            check(&KIND, Raw::Number(lost.parse().expect("digits")), &[inn], &["inn-zeros"]);
        }
    }

    #[test]
    fn other_numbers_say_what_is_wrong() {
        for (text, code) in [
            ("7707083894", "inn-checksum"),
            ("500100732258", "inn-checksum"),
            ("500100732269", "inn-checksum"),
            ("770708389", "inn-length"),
            ("77070838931", "inn-length"),
            ("5001007322591", "inn-length"),
            ("771", "inn-length"),
            ("5.001E+11", "inn-exponent"),
            ("5,001E+11", "inn-exponent"),
            ("770708389З", "inn-unreadable"),
            ("7707083893, 500100732259", "inn-unreadable"),
            ("паспорт", "inn-unreadable"),
            ("ИНН", "inn-unreadable"),
            ("0000000000", "inn-dummy"),
            ("111111111111", "inn-dummy"),
        ] {
            check(&KIND, Raw::Text(text), &[], &[code]);
        }
        check(&KIND, Raw::Number(500_100_000_000.0), &[], &["inn-exponent"]);
        check(&KIND, Raw::Number(1.5), &[], &["inn-unreadable"]);
        check(&KIND, Raw::Date(45_292.0), &[], &["inn-unreadable"]);
        check(&KIND, Raw::Bool(true), &[], &["inn-unreadable"]);
        for text in ["-", "нет", "н/д", "не знаю"] {
            check(&KIND, Raw::Text(text), &[], &[]);
        }
    }

    #[test]
    fn persons_are_told_from_firms() {
        assert!(is_personal("500100732259") && !is_personal("7707083893"));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_seen(first in "[1-9][0-9]{8}", at in 0_usize..9, by in 1_u8..10) {
            let inn = made_up(&first);
            let mut wrong = inn.clone().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            // A remainder of 10 is written 0, so two remainders share a digit.
            let weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
            let rest = |digits: &[u8]| weighed(digits, weights) % 11;
            prop_assume!(rest(&wrong) % 10 != rest(inn.as_bytes()) % 10);
            prop_assert!(holds(inn.as_bytes()) && !holds(&wrong));
        }
    }
}
