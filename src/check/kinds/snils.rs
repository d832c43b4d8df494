//! `snils`: the number of a person's pension account in Russia.

use super::numbered::{Codes, Numbered, weighed};
use crate::{
    check::kind::{FieldKind, How, Identity, Input, Out},
    finding::Code,
};

pub(super) const KIND: FieldKind = FieldKind {
    identity: Some(Identity::Document),
    ..FieldKind::plain(
        "snils",
        "SNILS, the Russian pension account: 11 digits, of which the last two check the others",
        parse,
    )
};

const SNILS: Numbered = Numbered {
    labels: &["снилс", "snils"],
    lengths: &[11],
    zeros: Some((2, Code::new("snils-zeros"))), // as in 001-234-567 89
    holds,
    codes: Codes {
        unreadable: Code::new("snils-unreadable"),
        length: Code::new("snils-length"),
        checksum: Code::new("snils-checksum"),
        dummy: Code::new("snils-dummy"),
        exponent: Code::new("snils-exponent"),
    },
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        SNILS.read(input.raw, out);
    }
}

/// The check number of the pension fund (алгоритм формирования контрольного числа Страхового номера,
/// форматы ПФР, <https://consultant.ru/document/cons_doc_LAW_124607>, п. 8): digits times their places from the end,
/// modulo 101, and 00 for 100. Numbers up to 001-001-998 have none, and so nothing to be believed by.
fn holds(digits: &[u8]) -> bool {
    let (number, check) = digits.split_at(9);
    let check = weighed(check, [10, 1]);
    number > b"001001998".as_slice() && weighed(number, (1..=9).rev()) % 101 % 100 == check
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{check::testing::check, sheet::Raw};

    #[test]
    fn numbers_with_true_check_digits_are_taken() {
        for (text, snils) in [
            ("11223344595", "11223344595"),
            ("112-233-445 95", "11223344595"),
            ("112-233-445-95", "11223344595"),
            ("112 233 445 95", "11223344595"),
            ("112–233–445 95", "11223344595"),
            ("СНИЛС 112-233-445 95", "11223344595"),
            ("СНИЛС: 11223344595", "11223344595"),
            ("снилс № 112-233-445 95", "11223344595"),
            ("112\u{a0}233\u{a0}445\u{a0}95", "11223344595"),
            ("１１２-２３３-４４５ ９５", "11223344595"),
            ("11223344595.0", "11223344595"),
            ("1.1223344595E+10", "11223344595"),
        ] {
            check(&KIND, Raw::Text(text), &[snils], &[]);
        }
        check(&KIND, Raw::Number(11_223_344_595.0), &["11223344595"], &[]);
    }

    #[test]
    fn lost_zeros_come_back_when_the_check_digits_agree() {
        for (lost, snils) in [("8765430300", "08765430300"), ("155667750", "00155667750")] {
            let whole = made_up(&snils[..9]);
            let lost_zeros = whole.trim_start_matches('0');
            assert_eq!(lost_zeros.len(), lost.len());
            check(&KIND, Raw::Text(lost_zeros), &[&whole], &["snils-zeros"]);
            check(&KIND, Raw::Number(lost_zeros.parse().expect("digits")), &[&whole], &["snils-zeros"]);
        }
    }

    fn made_up(number: &str) -> String {
        (0..100).map(|n| format!("{number}{n:02}")).find(|s| holds(s.as_bytes())).expect("one fits")
    }

    #[test]
    fn other_numbers_say_what_is_wrong() {
        for (text, code) in [
            ("112-233-445 96", "snils-checksum"),
            ("112-233-454 95", "snils-checksum"),
            ("000-000-001 01", "snils-checksum"),
            ("112-233-445", "snils-length"),
            ("112-233-445 9", "snils-length"),
            ("112-233-445 951", "snils-length"),
            ("1.1223E+10", "snils-exponent"),
            ("1,12E+10", "snils-exponent"),
            ("112-233-44S 95", "snils-unreadable"),
            ("4510 123456 паспорт", "snils-unreadable"),
            ("СНИЛС", "snils-unreadable"),
            ("000-000-000 00", "snils-dummy"),
            ("111-111-111 11", "snils-dummy"),
        ] {
            check(&KIND, Raw::Text(text), &[], &[code]);
        }
        check(&KIND, Raw::Number(11_223_300_000.0), &[], &["snils-exponent"]);
        check(&KIND, Raw::Number(0.5), &[], &["snils-unreadable"]);
        check(&KIND, Raw::Date(45_292.0), &[], &["snils-unreadable"]);
        for text in ["-", "нет", "н/д"] {
            check(&KIND, Raw::Text(text), &[], &[]);
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_seen(number in "[1-9][0-9]{8}", at in 0_usize..9, by in 1_u8..10) {
            let snils = made_up(&number);
            let mut wrong = snils.clone().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            // 100 and 0 are both written 00.
            let rest = |digits: &[u8]| weighed(&digits[..9], (1..=9).rev()) % 101;
            prop_assume!(rest(&wrong) % 100 != rest(snils.as_bytes()) % 100);
            prop_assert!(!holds(&wrong));
        }
    }
}
