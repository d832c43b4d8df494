//! Which delimiter a text file uses.

/// The delimiters that are looked for, in the order that settles a tie.
pub(super) const DELIMITERS: [(&str, u8); 4] = [(";", b';'), (",", b','), ("tab", b'\t'), ("|", b'|')];

/// The delimiter that splits the first records into the same, largest number of fields; a comma when
/// none does (a list of one column). Its name in the config and its byte.
pub(super) fn delimiter(text: &str) -> (&'static str, u8) {
    let sample: String = text.split_inclusive('\n').take(50).collect();
    let score = |(_, byte): &(&str, u8)| {
        let widths = widths(&sample, *byte);
        let widest = widths.iter().copied().max().unwrap_or(1);
        let header = widths.first().copied().unwrap_or(1);
        let even = widths.iter().filter(|w| **w == header).count();
        // A delimiter that never splits says nothing, however even.
        if widest < 2 { (0, 0) } else { (even * 100 / widths.len().max(1), header) }
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
            ("", ","),
        ] {
            assert_eq!(delimiter(text).0, expected, "{text}");
        }
    }
}
