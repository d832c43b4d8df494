//! Which delimiter a text file uses.

use std::collections::BTreeMap;

/// The delimiters that are looked for, in the order that settles a tie.
pub(super) const DELIMITERS: [(&str, u8); 4] = [(";", b';'), (",", b','), ("tab", b'\t'), ("|", b'|')];

/// So many records are looked at.
const SAMPLE: usize = 50;

/// The delimiter that cuts the most records into the same, large number of cells, by its name in the config
/// and its byte; nothing when none cuts (a list of one column).
pub(super) fn delimiter(text: &str) -> Option<(&'static str, u8)> {
    let sample = sample(text);
    let cuts = |d: &&(&'static str, u8)| cut(&sample, d.1);
    DELIMITERS.iter().rev().filter(|d| cuts(d) > 0).max_by_key(cuts).copied()
}

/// Whether a delimiter cuts most records into the same number of cells.
pub(super) fn splits(text: &str, name: &str) -> bool {
    let sample = sample(text);
    DELIMITERS.iter().any(|(n, byte)| *n == name && cut(&sample, *byte) > 0)
}

/// A delimiter for a list of one column: one that the text hasn't got.
pub(super) fn none(text: &str) -> (&'static str, u8) {
    DELIMITERS.into_iter().find(|(_, byte)| !text.as_bytes().contains(byte)).unwrap_or(DELIMITERS[1])
}

/// The delimiter of a name in the config.
pub(super) fn named(name: &str) -> Option<(&'static str, u8)> {
    DELIMITERS.into_iter().find(|(n, _)| *n == name)
}

fn sample(text: &str) -> String {
    text.split_inclusive('\n').take(SAMPLE).collect()
}

/// How well a delimiter cuts: how many of a thousand records have the number of cells that most have,
/// times the cuts in each. Nothing where less than half have it.
fn cut(sample: &str, delimiter: u8) -> usize {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(sample.as_bytes());
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for record in reader.byte_records().filter_map(Result::ok) {
        *widths.entry(record.len()).or_default() += 1;
    }
    let records: usize = widths.values().sum();
    let usual = widths.into_iter().max_by_key(|(width, count)| (*count, *width));
    usual.filter(|(_, count)| count * 2 >= records).map_or(0, |(width, count)| count * 1000 / records * (width - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_that_cuts_evenly_wins() {
        for (text, expected) in [
            ("a;b;c\n1;2;3\n", Some(";")),
            ("a,b,c\n1,2,3\n", Some(",")),
            ("a\tb\n1\t2\n", Some("tab")),
            ("имя;сумма\nАнна;1,50\nИван;2,50\n", Some(";")),
            ("name,note\nAnna,\"a; b; c\"\nIvan,x\n", Some(",")),
            ("one\ntwo\n", None),
            ("имя;заметка\nАнна;да, нет, может\n", Some(";")),
            ("a|b\n1|2\n", Some("|")),
            ("", None),
            ("имя;сумма;\nАнна;1,50\nИван;2,50\n", Some(";")),
            ("Клиенты 2026\nимя;сумма\nАнна;1,50\nИван;2,50\n", Some(";")),
            ("Клиенты, Москва\n\nимя;телефон;адрес\nАнна;1;x\nИван;2;y\n", Some(";")),
            ("a;b;c;d\n1;2\n1;2;3;4\n1\n1;2;3;4\n1;2;3;4\n", Some(";")),
            ("имя;адрес\nАнна;Москва, Арбат\nИван;Тверь, Мира\nПётр;Пермь, Ленина\n", Some(";")),
            ("E-mail\na@x.ru\nb@x.ru, c@x.ru\nd@x.ru\n", None),
        ] {
            assert_eq!(delimiter(text).map(|d| d.0), expected, "{text}");
        }
    }

    #[test]
    fn a_list_of_one_column_is_cut_nowhere() {
        assert_eq!(none("E-mail\na@x.ru, b@x.ru\n").0, ";");
        assert_eq!(none("a;b\n").0, ",");
    }
}
