//! `ogrn`: the registration number of a firm (ОГРН) or a sole trader (ОГРНИП) in Russia.

use super::numbered::{Codes, Numbered, last, remainder};
use crate::{
    check::kind::{FieldKind, How, Input, Out},
    finding::Code,
};

pub(super) const KIND: FieldKind = FieldKind::plain(
    "ogrn",
    "OGRN, the Russian registration number: 13 digits of a firm or 15 of a sole trader, with a check digit",
    parse,
);

const OGRN: Numbered = Numbered {
    labels: &["огрн", "огрнип", "ogrn", "ogrnip"],
    lengths: &[13, 15],
    zeros: None, // the first digit tells the kind of record, from 1 on
    holds,
    codes: Codes {
        unreadable: Code::new("ogrn-unreadable"),
        length: Code::new("ogrn-length"),
        checksum: Code::new("ogrn-checksum"),
        dummy: Code::new("ogrn-dummy"),
        exponent: Code::new("ogrn-exponent"),
    },
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        OGRN.read(input.raw, out);
    }
}

/// The last digit is the last digit of the remainder of all others: by 11 for firms (постановление
/// Правительства РФ от 19.06.2002 № 438, приложение 1), by 13 for sole traders (постановление от 16.10.2003
/// № 630, приложение 1).
fn holds(digits: &[u8]) -> bool {
    let by = if digits.len() == 13 { 11 } else { 13 };
    digits[0] != b'0' && remainder(&digits[..digits.len() - 1], by) % 10 == last(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::testing::check, sheet::Raw};

    #[test]
    fn numbers_with_a_true_check_digit_are_taken() {
        for (text, ogrn) in [
            ("1027700132195", "1027700132195"),
            ("ОГРН 1027700132195", "1027700132195"),
            ("ОГРН: 1 02 77 00 13219 5", "1027700132195"),
            ("ogrn 1027700132195", "1027700132195"),
            ("1027700132195.0", "1027700132195"),
            ("1.027700132195E+12", "1027700132195"),
            ("304500116000157", "304500116000157"),
            ("ОГРНИП 304500116000157", "304500116000157"),
            ("ОГРНИП № 304-5001-160001-57", "304500116000157"),
            ("３０４５００１１６０００１５７", "304500116000157"),
        ] {
            check(&KIND, Raw::Text(text), &[ogrn], &[]);
        }
        check(&KIND, Raw::Number(1_027_700_132_195.0), &["1027700132195"], &[]);
        check(&KIND, Raw::Number(304_500_116_000_157.0), &["304500116000157"], &[]);
    }

    #[test]
    fn other_numbers_say_what_is_wrong() {
        for (text, code) in [
            ("1027700132194", "ogrn-checksum"),
            ("304500116000158", "ogrn-checksum"),
            ("0027700132195", "ogrn-checksum"),
            ("102770013219", "ogrn-length"),
            ("10277001321955", "ogrn-length"),
            ("3045001160001577", "ogrn-length"),
            ("1.0277E+12", "ogrn-exponent"),
            ("3,045E+14", "ogrn-exponent"),
            ("102770О132195", "ogrn-unreadable"),
            ("ОГРН", "ogrn-unreadable"),
            ("свидетельство", "ogrn-unreadable"),
            ("1027700132195/304500116000157", "ogrn-unreadable"),
            ("0000000000000", "ogrn-dummy"),
            ("111111111111111", "ogrn-dummy"),
        ] {
            check(&KIND, Raw::Text(text), &[], &[code]);
        }
        check(&KIND, Raw::Number(304_500_000_000_000.0), &[], &["ogrn-exponent"]);
        check(&KIND, Raw::Number(-1.0), &[], &["ogrn-unreadable"]);
        check(&KIND, Raw::Date(45_292.0), &[], &["ogrn-unreadable"]);
        for text in ["-", "нет", "н/д"] {
            check(&KIND, Raw::Text(text), &[], &[]);
        }
    }
}
