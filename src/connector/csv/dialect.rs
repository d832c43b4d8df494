//! Which delimiter a text file uses.

use std::collections::BTreeMap;

/// The delimiters that are looked for, in the order that settles a tie.
pub(super) const DELIMITERS: [(&str, u8); 4] = [(";", b';'), (",", b','), ("tab", b'\t'), ("|", b'|')];

/// The delimiter that splits most of the first records into the same number of fields, the largest where
/// several do; a comma when none does (a list of one column). Its name in the config and its byte. The
/// header is a record like any other: a title may stand above it, and it may end otherwise than the rows.
pub(super) fn delimiter(text: &str) -> (&'static str, u8) {
    let sample: String = text.split_inclusive('\n').take(50).collect();
    let score = |(_, byte): &(&str, u8)| {
        let widths = widths(&sample, *byte);
        let mut even: BTreeMap<usize, usize> = BTreeMap::new();
        // A record that isn't split says nothing.
        widths.into_iter().filter(|w| *w > 1).for_each(|width| *even.entry(width).or_default() += 1);
        even.into_iter().map(|(width, records)| (records, width)).max().unwrap_or_default()
    };
    let best = DELIMITERS.iter().rev().max_by_key(|d| score(d));
    best.filter(|d| score(d).1 > 1).copied().unwrap_or(DELIMITERS[1])
}

fn widths(sample: &str, delimiter: u8) -> Vec<usize> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(sample.as_bytes());
    reader.byte_records().filter_map(Result::ok).map(|r| r.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_that_splits_evenly_wins() {
        for (text, expected) in [
            ("a;b;c\n1;2;3\n", ";"),
            ("a,b,c\n1,2,3\n", ","),
            ("a\tb\n1\t2\n", "tab"),
            ("имя;сумма\nАнна;1,50\nИван;2,50\n", ";"),
            ("name,note\nAnna,\"a; b; c\"\nIvan,x\n", ","),
            ("one\ntwo\n", ","),
            ("имя;заметка\nАнна;да, нет, может\n", ";"),
            ("a|b\n1|2\n", "|"),
            ("имя;сумма;\nАнна;1,50\nИван;2,50\n", ";"),
            ("Клиенты 2026\nимя;сумма\nАнна;1,50\nИван;2,50\n", ";"),
            ("", ","),
        ] {
            assert_eq!(delimiter(text).0, expected, "{text}");
        }
    }
}
