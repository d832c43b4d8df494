//! CSV as a source: every file is one tab.

use async_trait::async_trait;
use csv::StringRecord;

use super::{
    super::{SourcePlace, files},
    dialect,
    encoding::{self, Known},
};
use crate::{
    check::mess,
    finding::Code,
    port::{Source, Unread, Wanted},
    sheet::{Edge, Raw, Rows, Tab, Tabs},
};

const CUT: Code = Code::new("source-cut");
const OPEN_QUOTE: Code = Code::new("csv-open-quote");
const WORKBOOK: Code = Code::new("csv-is-workbook");
const NOT_CSV: Code = Code::new("csv-not-csv");
const DELIMITER_CHANGED: Code = Code::new("csv-delimiter-changed");

/// How many records are shown for the header to be looked for.
const HEAD_RECORDS: usize = 20;

pub(super) struct CsvSource {
    place: SourcePlace,
    files: Vec<File>,
}

struct File {
    name: String,
    text: String,
    delimiter: u8,
}

impl CsvSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, files: Vec::new() }
    }

    /// Reads one file; what was inferred goes into `pins`.
    fn load(&self, path: &std::path::Path, bytes: Vec<u8>, pins: &mut Vec<(String, String)>) -> Result<File, Unread> {
        let name = files::name(path);
        match files::recognised(&bytes) {
            Some("ZIP") => return Err(Unread::new(WORKBOOK, name)),
            Some(what) => return Err(Unread::new(NOT_CSV, format!("{name}: {what}"))),
            None => {}
        }
        let pin = |what: &str| format!("{what} of {name}");
        let (said, encoding_pin) = (self.place.option("encoding"), pin("encoding"));
        let decoded = encoding::decode(bytes, Known { said, pinned: self.place.pin(&encoding_pin) }, &name)?;
        // What the file doesn't tell is not held against it later.
        if decoded.is_evident {
            pins.push((encoding_pin, decoded.encoding.to_owned()));
        }
        let (text, delimiter) = separator_line(decoded.text);
        if mess::is_blank(&text) {
            return Err(files::empty(&name));
        }
        let delimiter_pin = pin("delimiter");
        let said = self.place.option("delimiter").and_then(dialect::named).or(delimiter);
        let found = match (said, self.place.pin(&delimiter_pin)) {
            (Some(said), _) => Some(said),
            (None, Some(pinned)) if dialect::splits(&text, pinned) => dialect::named(pinned),
            (None, pinned) => {
                let found = dialect::delimiter(&text);
                if let (Some(pinned), Some((found, _))) = (pinned, found) {
                    return Err(Unread::new(DELIMITER_CHANGED, format!("{name}: `{pinned}` → `{found}`")));
                }
                found
            }
        };
        pins.extend(found.map(|(word, _)| (delimiter_pin, word.to_owned())));
        let (_, delimiter) = found.unwrap_or_else(|| dialect::none(&text));
        Ok(File { name, text, delimiter })
    }
}

/// Excel's own first line `sep=;` is no row. It stays in the text as a blank line, so that row numbers hold.
fn separator_line(mut text: String) -> (String, Option<(&'static str, u8)>) {
    let said = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next());
    let Some(delimiter) = said.and_then(|b| dialect::DELIMITERS.iter().find(|(_, d)| *d == b)).copied() else {
        return (text, None);
    };
    text.replace_range(..5, "");
    (text, Some(delimiter))
}

#[async_trait]
impl Source for CsvSource {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let mut loaded = Vec::new();
        for path in files::expand(&self.place.location, &self.place.folder)? {
            let bytes = files::read(&path)?;
            loaded.push((path, bytes));
        }
        let names: Vec<String> = loaded.iter().map(|(path, _)| files::name(path)).collect();
        let version =
            Some(files::version(names.iter().map(String::as_str).zip(loaded.iter().map(|(_, b)| b.as_slice()))));
        let mut tabs = Tabs { tabs: Vec::new(), version, notes: Vec::new(), pins: Vec::new() };
        for (path, bytes) in loaded {
            let file = self.load(&path, bytes, &mut tabs.pins)?;
            tabs.tabs.push(file.head(self.place.header));
            self.files.push(file);
        }
        Ok(tabs)
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        let of_file = |it: &Wanted| {
            let file = &mut self.files[it.tab];
            let rows = file.rows(it.header, &it.columns)?;
            file.text = String::new();
            Ok(rows)
        };
        wanted.iter().map(of_file).collect()
    }
}

impl File {
    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(self.text.as_bytes())
    }

    /// The first records, up to the row that the config calls the header.
    fn head(&self, header: Option<u32>) -> Tab {
        let mut records = Records::new(self);
        let mut head: Vec<Vec<String>> = Vec::new();
        let mut head_row = 1;
        let reaches = |records: &Records<'_>| header.is_none_or(|row| records.number >= row);
        while (head.len() < HEAD_RECORDS || !reaches(&records)) && records.advance() {
            if head.is_empty() {
                head_row = records.number;
            }
            // Blank lines count as rows, so that a row's place in `head` says its number.
            head.resize((records.number - head_row) as usize, Vec::new());
            head.push(records.record.iter().map(str::to_owned).collect());
        }
        Tab { file: self.name.clone(), head, head_row, ..Tab::default() }
    }

    fn rows(&self, header: u32, columns: &[u16]) -> Result<Rows, Unread> {
        let mut records = Records::new(self);
        let mut rows = Rows::default();
        let mut edges = Edges { needed: columns.iter().max().map_or(0, |c| usize::from(*c) + 1), ..Edges::default() };
        let mut last = (0, 0);
        while records.advance() {
            let record = &records.record;
            last = (records.start, record.len());
            if records.number == header {
                (edges.width, edges.cells) = (filled_width(record), record.len());
            }
            if records.number <= header {
                continue;
            }
            let cells = columns.iter().map(|c| record.get(usize::from(*c)).map_or(Raw::Blank, Raw::Text));
            if columns.iter().all(|c| record.get(usize::from(*c)).is_none_or(is_blank)) {
                rows.blank += 1;
            } else {
                let edge = edges.of(record);
                rows.push(columns.len(), records.number, cells, edge);
            }
        }
        edges.settle(&mut rows);
        self.judge_end(last.0, last.1, edges.width).map(|()| rows)
    }

    /// A file that ends inside a quoted cell, or in a row that is short and has no line end where all
    /// others have one, was cut.
    fn judge_end(&self, start: usize, cells: usize, width: usize) -> Result<(), Unread> {
        let last = &self.text[start..];
        if ends_in_quotes(last, self.delimiter) {
            let row = self.text[..start].lines().count() + 1;
            return Err(Unread::new(OPEN_QUOTE, self.name.as_str()).at_row(row as u32));
        }
        let others_end = self.text[..start].ends_with('\n');
        if start > 0 && cells < width && others_end && !last.ends_with(['\n', '\r']) {
            return Err(Unread::new(CUT, self.name.as_str()));
        }
        Ok(())
    }
}

/// The records of a file with their numbers as a spreadsheet would count them: blank lines count, line
/// ends inside quotes don't.
struct Records<'a> {
    reader: csv::Reader<&'a [u8]>,
    text: &'a str,
    record: StringRecord,
    /// Where the record starts in the text.
    start: usize,
    number: u32,
    embedded: u64,
    has_lines: bool,
}

impl<'a> Records<'a> {
    fn new(file: &'a File) -> Self {
        Self {
            reader: file.reader(),
            text: &file.text,
            record: StringRecord::new(),
            start: 0,
            number: 0,
            embedded: 0,
            has_lines: file.text.contains('\n'),
        }
    }

    fn advance(&mut self) -> bool {
        // With any number of fields, and cut at ASCII letters alone, the reader has no reason to fail.
        if !self.reader.read_record(&mut self.record).expect("a text in memory can be read to its end") {
            return false;
        }
        // The reader's position is before the blank lines that it skipped.
        let (byte, line) = self.record.position().map_or((0, 0), |p| (p.byte() as usize, p.line()));
        let skipped = self.text[byte..].bytes().take_while(|b| matches!(b, b'\n' | b'\r'));
        let (bytes, lines) = skipped.fold((0, 0), |(n, lines), b| (n + 1, lines + u64::from(b == b'\n')));
        self.start = byte + bytes;
        self.number = if self.has_lines { (line + lines - self.embedded) as u32 } else { self.number + 1 };
        self.embedded += memchr::memchr_iter(b'\n', self.record.as_slice().as_bytes()).count() as u64;
        true
    }
}

fn is_blank(field: &str) -> bool {
    field.bytes().all(|b| b.is_ascii_whitespace()) || (!field.is_ascii() && mess::is_blank(field))
}

fn filled_width(record: &StringRecord) -> usize {
    (0..record.len()).rfind(|f| !is_blank(&record[*f])).map_or(0, |last| last + 1)
}

/// How the ends of rows compare with the header's.
#[derive(Default)]
struct Edges {
    /// How many cells the header has, and how many up to its last filled one.
    cells: usize,
    width: usize,
    /// How many a row must have, so that no wanted one is missing.
    needed: usize,
    /// How many rows there were, and which of them have blank cells beyond the header's end.
    rows: usize,
    loose: Vec<usize>,
}

impl Edges {
    fn of(&mut self, record: &StringRecord) -> Edge {
        self.rows += 1;
        if self.is_uncut(record) {
            Edge::Uncut
        } else if record.len() < self.needed.min(self.width) {
            Edge::Short
        } else if record.len() > self.width && filled_width(record) > self.width {
            Edge::Long
        } else {
            if record.len() > self.cells {
                self.loose.push(self.rows - 1);
            }
            Edge::Even
        }
    }

    /// A whole row in its first cell, with as many cuts of another kind as the header has.
    fn is_uncut(&self, record: &StringRecord) -> bool {
        let cuts = |byte: u8| memchr::memchr_iter(byte, record[0].as_bytes()).count();
        record.len() == 1 && self.width > 2 && dialect::DELIMITERS.iter().any(|(_, byte)| cuts(*byte) + 1 >= self.width)
    }

    /// Some programs end every row with a delimiter. Where only a few rows have one more than the header,
    /// something in the middle was cut in two.
    fn settle(&self, rows: &mut Rows) {
        if self.loose.len() * 2 < self.rows {
            self.loose.iter().for_each(|row| rows.set_edge(*row, Edge::Long));
        }
    }
}

/// Whether a record ends inside quotes, by the same rule as the reader: a quote opens only at the
/// start of a cell.
fn ends_in_quotes(record: &str, delimiter: u8) -> bool {
    let mut quoted = false;
    let mut at_start = true;
    let mut bytes = record.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if quoted && byte == b'"' && bytes.peek() == Some(&b'"') {
            bytes.next();
        } else if byte == b'"' && (quoted || at_start) {
            quoted = !quoted;
        }
        at_start = !quoted && (byte == delimiter || byte == b'\n' || byte == b'\r');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { name: "f.csv".into(), text: text.into(), delimiter: b',' }
    }

    type Row = (u32, Vec<String>, Edge);

    fn read(text: &str, columns: &[u16]) -> Result<Vec<Row>, &'static str> {
        let rows = file(text).rows(1, columns).map_err(|u| u.code.name())?;
        let cell = |raw: Raw<'_>| if let Raw::Text(t) = raw { t.to_owned() } else { String::new() };
        Ok(rows
            .chunks
            .iter()
            .flat_map(|c| (0..c.len()).map(move |r| (c, r)))
            .map(|(c, r)| (c.number(r), (0..columns.len()).map(|i| cell(c.cell(r, i))).collect(), c.edge(r)))
            .collect())
    }

    #[test]
    fn rows_keep_their_numbers_and_only_the_wanted_columns() {
        let text = "a,b,c\n1,2,3\n\n\"x\ny\",5,6\n7,8,9\n";
        let rows = read(text, &[2, 0]).expect("a table");
        let numbers: Vec<u32> = rows.iter().map(|r| r.0).collect();
        assert_eq!(numbers, [2, 4, 5], "blank lines count, line ends inside quotes don't");
        assert_eq!(rows[1].1, ["6", "x\ny"]);
    }

    #[test]
    fn ragged_rows_are_seen() {
        let rows = read("a,b,,\n1\n1,2,,\n1,2,,4\n", &[0, 1]).expect("a table");
        assert_eq!(rows.iter().map(|r| r.2).collect::<Vec<_>>(), [Edge::Short, Edge::Even, Edge::Long]);
        assert_eq!(rows[0].1, ["1", ""]);
        let edges = |text: &str, columns: &[u16]| -> Vec<Edge> {
            read(text, columns).expect("a table").iter().map(|r| r.2).collect()
        };
        assert_eq!(edges("a,b,c\n1,2\n", &[0, 1]), [Edge::Even], "what nobody needs is not missed");
        assert_eq!(edges("a,b\n1,2,\n1,2,\n1,2\n", &[0, 1]), [Edge::Even; 3], "delimiters at the end");
        let cut = edges("a,b\nx, y,2,\n1,2\n1,2\n1,2\n1,2,\n", &[0, 1]);
        assert_eq!(cut, [Edge::Long, Edge::Even, Edge::Even, Edge::Even, Edge::Long], "a delimiter in a text");
        assert_eq!(edges("a,b,c\n1;2;3\n1,2,3\n", &[0]), [Edge::Uncut, Edge::Even]);
    }

    #[test]
    fn what_nobody_sees_makes_no_row() {
        let rows = read("a,b\n\u{a0},\u{200b}\n1,\u{a0}\n", &[0, 1]).expect("a table");
        assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_cut_file_is_not_read() {
        for (text, expected) in [
            ("a,b\n1,2\n3", Some("source-cut")),
            ("a,b\n1,2\n3,4", None),
            ("a,b\n1,\"2\n3,4\n5,6\n", Some("csv-open-quote")),
            ("a,b\n1,\"2\"\"\n3,4\n", Some("csv-open-quote")),
            ("a,b\n1,5\" screen\n", None),
            ("a,b\n\"Romashka\" LLC,2\n", None),
            ("a,b", None),
        ] {
            assert_eq!(read(text, &[0, 1]).err(), expected, "{text}");
        }
    }

    #[test]
    fn the_head_counts_blank_lines() {
        let head = file("\n\nClients\n\nname,phone\nAnna,1\n").head(None);
        assert_eq!(head.head_row, 3);
        assert_eq!(head.head[2], ["name", "phone"], "row 5");
    }

    #[test]
    fn the_head_reaches_the_row_that_the_config_names() {
        let text = "x\n".repeat(30) + "name,phone\nAnna,1\n";
        assert_eq!(file(&text).head(None).head.len(), HEAD_RECORDS);
        let head = file(&text).head(Some(31)).head;
        assert_eq!(head[30], ["name", "phone"]);
        assert_eq!(file("a,b\n").head(Some(u32::MAX)).head.len(), 1);
    }

    #[test]
    fn old_line_ends_have_numbers_too() {
        let rows = read("a,b\r1,2\r3,4\r", &[0]).expect("a table");
        assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 3]);
    }
}
