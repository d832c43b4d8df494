//! The body of `values:batchGet` turned into columns, cell by cell as it is parsed: 100,000 rows × 8 as generic JSON
//! take 112 MB, as columns little more than their text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, SeqAccess, Visitor},
};

/// A cell as Google gives it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// Nothing there, or an empty text.
    Blank,
    /// A text; errors of the spreadsheet such as `#REF!` come as texts, too.
    Text(&'a str),
    Number(f64),
    Bool(bool),
}

impl<'a> Value<'a> {
    /// Its text, of anything else none.
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "blank",
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Bool(_) => "checkbox",
        })
    }
}

/// The cells of one column, from the first row of the range on. It ends with the last cell that holds something.
#[derive(Default)]
pub(super) struct Column {
    text: String,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy)]
enum Cell {
    Blank,
    Text { start: u32, len: u32 },
    Number(f64),
    Bool(bool),
}

impl Column {
    /// How many rows it reaches down.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// About how many bytes it took on its way here.
    pub(super) fn bytes(&self) -> usize {
        /// A number, or quotes and a comma.
        const AROUND: usize = 3;
        self.text.len() + self.cells.len() * AROUND
    }

    /// The cell of a row, counted from 0; blank below the end.
    pub(super) fn get(&self, row: usize) -> Value<'_> {
        match self.cells.get(row) {
            None | Some(Cell::Blank) => Value::Blank,
            Some(Cell::Text { start, len }) => Value::Text(&self.text[*start as usize..][..*len as usize]),
            Some(Cell::Number(number)) => Value::Number(*number),
            Some(Cell::Bool(yes)) => Value::Bool(*yes),
        }
    }

    fn push_text(&mut self, text: &str) -> Result<(), TooLong> {
        if text.is_empty() {
            self.cells.push(Cell::Blank);
            return Ok(());
        }
        let place = (u32::try_from(self.text.len()), u32::try_from(text.len()));
        let (Ok(start), Ok(len)) = place else { return Err(TooLong) };
        self.text.push_str(text);
        self.cells.push(Cell::Text { start, len });
        Ok(())
    }
}

/// A column has more text than 4 GiB; the bound of an answer is far below.
struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column is too long")
    }
}

/// The ranges of an answer, in the order in which they were asked for, each as its columns. An empty one has no
/// values; one that isn't there is no empty one.
pub(super) fn parse(body: &[u8]) -> Result<Vec<Vec<Column>>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default, rename = "valueRanges")]
        ranges: Vec<Range>,
    }
    #[derive(Deserialize)]
    struct Range {
        #[serde(rename = "range")]
        _name: IgnoredAny,
        #[serde(default)]
        values: Vec<Column>,
    }
    let answer: Answer = serde_json::from_slice(body)?;
    Ok(answer.ranges.into_iter().map(|range| range.values).collect())
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Cells)
    }
}

/// Takes the cells of a column.
struct Cells;

impl<'de> Visitor<'de> for Cells {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<Column, A::Error> {
        let mut column = Column::default();
        while cells.next_element_seed(Next(&mut column))?.is_some() {}
        // A first pass is kept until the second is through.
        column.text.shrink_to_fit();
        column.cells.shrink_to_fit();
        Ok(column)
    }
}

/// Takes one cell to the end of a column.
struct Next<'a>(&'a mut Column);

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push_text(text).map_err(E::custom)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.cells.push(Cell::Number(number));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a cell is a double; Google writes whole ones without a point")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "as above")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<(), E> {
        self.0.cells.push(Cell::Bool(yes));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.cells.push(Cell::Blank);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[&[&[Value<'_>]]]) {
        let ranges = parse(body.as_bytes()).expect("it is an answer");
        assert_eq!(ranges.len(), expected.len(), "{body}");
        for (range, expected) in ranges.iter().zip(expected) {
            assert_eq!(range.len(), expected.len(), "{body}");
            for (column, expected) in range.iter().zip(*expected) {
                let found: Vec<Value<'_>> = (0..column.len()).map(|row| column.get(row)).collect();
                assert!(found == *expected, "{body}");
            }
        }
    }

    #[test]
    fn cells_come_as_they_are() {
        use Value::{Blank, Bool, Number, Text};
        check(
            r#"{"valueRanges":[{"range":"A","values":[["Анна","",null,"a\"b\u00e9"],[1,-2,0.5,1e3,true,false]]},{"range":"B","values":[[],["x"]]}]}"#,
            &[
                &[
                    &[Text("Анна"), Blank, Blank, Text("a\"bé")],
                    &[Number(1.0), Number(-2.0), Number(0.5), Number(1000.0), Bool(true), Bool(false)],
                ],
                &[&[], &[Text("x")]],
            ],
        );
    }

    #[test]
    fn a_range_without_values_is_empty() {
        check(r#"{"valueRanges":[{"range":"A"},{"range":"B","majorDimension":"COLUMNS"}]}"#, &[&[], &[]]);
        check("{}", &[]);
        let columns = parse(br#"{"valueRanges":[{"range":"A","values":[["x"]]}]}"#).expect("it is an answer");
        assert!(columns[0][0].get(7) == Value::Blank, "rows below the end are blank");
    }

    #[test]
    fn a_cut_or_strange_body_is_no_answer() {
        let whole = r#"{"valueRanges":[{"range":"A","values":[["Анна",1]]}]}"#;
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let error = parse(&whole.as_bytes()[..end]).map(|_| ()).expect_err("it is cut");
            assert!(error.is_eof(), "{end}");
        }
        for strange in [
            "null",
            r#"{"valueRanges":null}"#,
            r#"{"valueRanges":[{}]}"#,
            r#"{"valueRanges":[{"values":[["x"]]}]}"#,
            r#"{"valueRanges":[{"range":"A","values":["x"]}]}"#,
            r#"{"valueRanges":[{"range":"A","values":[[["x"]]]}]}"#,
            r#"{"valueRanges":[{"range":"A","values":[[{"x":1}]]}]}"#,
        ] {
            assert!(parse(strange.as_bytes()).is_err_and(|e| e.is_data()), "{strange}");
        }
        assert!(parse(b"<html>").is_err_and(|e| e.is_syntax()));
    }
}
