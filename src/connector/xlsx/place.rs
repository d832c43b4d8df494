//! Where things stand on a sheet: `B2`, `A1:C4`.

use std::ops::Range;

/// The rows and columns that a sheet can have.
pub(super) const ROWS_MAX: u32 = 1 << 20;
pub(super) const COLUMNS_MAX: u32 = 1 << 14;

/// Cells that were merged into one, rows counted from 1 and columns from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Area {
    pub(super) rows: Range<u32>,
    pub(super) columns: Range<u32>,
}

/// `AB12` as its column, counted from 0, and its row, counted from 1.
pub(super) fn reference(text: &str) -> Option<(u16, u32)> {
    let (letters, digits) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0_u32, |n, b| {
        b.is_ascii_alphabetic().then(|| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1)
    })?;
    let row = digits.parse().ok().filter(|row| (1..=ROWS_MAX).contains(row))?;
    (column <= COLUMNS_MAX).then_some(((column - 1) as u16, row))
}

/// `B2:C4` as the cells in it, both corners included.
pub(super) fn area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (from, to) = (reference(from)?, reference(to)?);
    let (rows, columns) = (from.1..to.1 + 1, u32::from(from.0)..u32::from(to.0) + 1);
    (!rows.is_empty() && !columns.is_empty()).then_some(Area { rows, columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read() {
        for (text, expected) in [
            ("A1", Some((0, 1))),
            ("xfd1048576", Some((16383, 1_048_576))),
            ("XFE1", None),
            ("A1048577", None),
            ("A0", None),
            ("AAAA1", None),
            ("12", None),
            ("A", None),
            ("$A$1", None),
            ("A1B", None),
            ("A99999999999", None),
        ] {
            assert_eq!(reference(text), expected, "{text}");
        }
        assert_eq!(area("B2:C4"), Some(Area { rows: 2..5, columns: 1..3 }));
        assert_eq!(area("C4:B2"), None);
    }
}
