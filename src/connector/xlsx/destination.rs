//! XLSX as a destination: a workbook with one sheet, as the owner of a shop likes to open it.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use jiff::civil::Date;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, IgnoreError, Workbook, Worksheet, XlsxError};

use super::{
    super::{
        DestinationPlace,
        file_table::{FileTable, Format, Table, Unwritten},
    },
    package::Broken,
    place::ROWS_MAX,
    plain::{plain, to_excel},
    workbook,
};
use crate::{
    change::{ClientId, ID_COLUMN, LayoutColumn},
    check::kind::Column,
    failure::Failure,
    port::Whole,
    value::{Private, Texts},
};

/// The longest text of a cell, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;

/// Beyond so many digits a number of Excel is another number.
const NUMBER_DIGITS_MAX: usize = 15;

/// Widths of columns, in digits: ids are for sheetbridge, notes should not push all else off the screen.
const ID_WIDTH: u32 = 6;
const WIDTH_MIN: u32 = 8;
const WIDTH_MAX: u32 = 50;

/// How many rows are measured for the widths.
const MEASURED_ROWS: usize = 100;

pub(super) fn make(place: DestinationPlace) -> Box<dyn Whole> {
    Box::new(FileTable::new(place, XlsxFormat))
}

struct XlsxFormat;

impl Format for XlsxFormat {
    fn decode(&self, bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) -> Result<(), String> {
        first_sheet(bytes, take).map_err(|broken| match broken {
            Broken::Encrypted => "it needs a password".to_owned(),
            Broken::NotWorkbook(_) => "it is no workbook".to_owned(),
            _ => "it can't be read as a workbook".to_owned(),
        })
    }

    fn encode(&self, table: &Table<'_>, folder: &Path, file: &mut File) -> Result<(), Unwritten> {
        if table.rows.len() >= ROWS_MAX as usize {
            let what = format!("a sheet of Excel holds {} clients, and these are {}", ROWS_MAX - 1, table.rows.len());
            return Err(Unwritten::Content(Failure::with_help(what, "write to a CSV file or a database")));
        }
        // The library panics where its own temporary file can't grow.
        let written = catch_unwind(AssertUnwindSafe(|| write(table, folder, file)));
        written.unwrap_or_else(|_| {
            let failure = Failure::with_help("the workbook can't be put together", "look whether the disk is full");
            Err(Unwritten::Content(failure))
        })
    }
}

fn first_sheet(bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) -> Result<(), Broken> {
    let mut book = workbook::Workbook::open(bytes)?;
    let mut sheet = book.read(0)?;
    while sheet.advance()? {
        let mut cells = Vec::new();
        for (column, raw) in sheet.cells() {
            cells.resize(usize::from(column), std::borrow::Cow::Borrowed(""));
            cells.push(plain(raw));
        }
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        if take(&cells).is_break() {
            return Ok(());
        }
    }
    sheet.merged().map(|_| ())
}

/// Rows go to a temporary file in the same folder while the sheet grows, so that nobody's data lie
/// elsewhere and memory doesn't grow.
fn write(table: &Table<'_>, folder: &Path, file: &mut File) -> Result<(), Unwritten> {
    let mut book = Workbook::new();
    book.set_tempdir(folder)?;
    // A clock would make equal tables unequal files.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(sheet_title(table.title))?;
    let (last_row, last_column) = (table.rows.len().max(1) as u32, table.columns.len() as u16);
    sheet.set_freeze_panes(1, 0)?.autofilter(0, 0, last_row, last_column)?;
    sheet.ignore_error_range(1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    for (column, width) in (0..).zip(widths(table.columns, &table.rows)) {
        sheet.set_column_width(column, width)?;
    }
    let mut writer = Writer { sheet, row: 0, formats: Formats::new() };
    writer.header(table.columns)?;
    for (id, row) in &table.rows {
        writer.client(*id, row, table.columns)?;
    }
    // The library drops what it is given: without this, the last bytes that a full disk refuses would be missed
    // by nobody.
    let mut out = BufWriter::new(file);
    book.save_to_writer(&mut out)?;
    out.flush()?;
    Ok(())
}

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    formats: Formats,
}

struct Formats {
    heading: rust_xlsxwriter::Format,
    id: rust_xlsxwriter::Format,
    text: rust_xlsxwriter::Format,
    date: rust_xlsxwriter::Format,
}

impl Formats {
    fn new() -> Self {
        let format = rust_xlsxwriter::Format::new;
        Self {
            heading: format().set_bold(),
            id: format().set_num_format("@").set_font_color(Color::Gray),
            text: format().set_num_format("@"),
            // The short date of whoever opens it: 01.03.2024 in Moscow.
            date: format().set_num_format_index(14),
        }
    }
}

impl Writer<'_> {
    fn header(&mut self, columns: &[LayoutColumn]) -> Result<(), Unwritten> {
        let names = std::iter::once(ID_COLUMN).chain(columns.iter().map(|c| c.name.as_str()));
        for (column, name) in (0..).zip(names) {
            self.sheet.write_string_with_format(0, column, name, &self.formats.heading)?;
        }
        Ok(())
    }

    fn client(&mut self, id: ClientId, row: &Texts, columns: &[LayoutColumn]) -> Result<(), Unwritten> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, id.to_string(), &self.formats.id)?;
        for ((place, column), text) in (1..).zip(columns).zip(row.iter().map(Private::expose)) {
            if !text.is_empty() {
                self.cell(place, column, text)?;
            }
        }
        Ok(())
    }

    /// A text that its column can't hold as what it should be stays a text. Nothing becomes a formula.
    fn cell(&mut self, place: u16, column: &LayoutColumn, text: &str) -> Result<(), Unwritten> {
        let Self { sheet, row, formats } = self;
        match column.kind {
            Column::Date => {
                if let Some(day) = day(text) {
                    sheet.write_number_with_format(*row, place, day, &formats.date)?;
                    return Ok(());
                }
            }
            Column::Number => {
                if let Some(number) = exact(text) {
                    sheet.write_number(*row, place, number)?;
                    return Ok(());
                }
            }
            Column::Bool if matches!(text, "true" | "false") => {
                sheet.write_boolean(*row, place, text == "true")?;
                return Ok(());
            }
            Column::Bool | Column::Text => {}
        }
        if text.len() > CELL_UNITS_MAX && text.encode_utf16().count() > CELL_UNITS_MAX {
            let what = format!("a value of `{}` is longer than the {CELL_UNITS_MAX} characters of a cell", column.name);
            return Err(Unwritten::Content(Failure::with_help(what, "write to a CSV file or a database")));
        }
        sheet.write_string_with_format(*row, place, text, &formats.text)?;
        Ok(())
    }
}

/// A day that Excel has.
fn day(text: &str) -> Option<f64> {
    let date: Date = Some(text).filter(|text| text.len() == 10)?.parse().ok()?;
    to_excel(date)
}

/// A decimal number that Excel gives back as it was.
fn exact(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_plain(whole) || !is_plain(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let significant = format!("{whole}{}", fraction.trim_end_matches('0'));
    (significant.trim_start_matches('0').len() <= NUMBER_DIGITS_MAX).then(|| text.parse().ok())?
}

/// The longest of the heading, which has a filter's button beside it, and the first rows.
fn widths(columns: &[LayoutColumn], rows: &[(ClientId, &Texts)]) -> Vec<u32> {
    let length = |text: &str| text.chars().count() as u32;
    let mut widths: Vec<u32> = columns.iter().map(|c| length(&c.name) + 2).collect();
    for (_, row) in rows.iter().take(MEASURED_ROWS) {
        for (width, cell) in widths.iter_mut().zip(row.iter().map(Private::expose)) {
            *width = (*width).max(length(cell));
        }
    }
    std::iter::once(ID_WIDTH).chain(widths.into_iter().map(|w| (w + 1).clamp(WIDTH_MIN, WIDTH_MAX))).collect()
}

/// The route's name as Excel allows it: 31 characters, none of `[]:*?/\`, no apostrophe at an end.
fn sheet_title(route: &str) -> String {
    let allowed = |c: char| if c.is_control() || "[]:*?/\\'".contains(c) { '_' } else { c };
    let mut title = String::new();
    for c in route.chars().map(allowed) {
        if title.encode_utf16().count() + c.len_utf16() > 31 {
            break;
        }
        title.push(c);
    }
    // Excel keeps `History` for itself.
    if title.trim().is_empty() || title.eq_ignore_ascii_case("history") { "sheetbridge".to_owned() } else { title }
}

impl From<XlsxError> for Unwritten {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error)
            | XlsxError::TempFileError(_, error)
            | XlsxError::ZipError(zip::result::ZipError::Io(error)) => Self::Disk(error),
            other => Self::Content(Failure::permanent(other.to_string())),
        }
    }
}

#[cfg(test)]
pub(in crate::connector) fn decode_for_tests(bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) {
    XlsxFormat.decode(bytes, take).expect("a table");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{super::testing::parts, *};
    use crate::connector::file_table::testing::table;

    const COLUMNS: [(&str, Column); 4] =
        [("name", Column::Text), ("born", Column::Date), ("sum", Column::Number), ("may_call", Column::Bool)];

    /// The parts of the workbook that a table with these rows becomes.
    fn written(rows: &[[&str; 4]]) -> Result<BTreeMap<String, String>, Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f.xlsx");
        let mut file = File::create(&path).expect("a file");
        let encoded = table("a/b", &COLUMNS, rows, |table| XlsxFormat.encode(table, folder.path(), &mut file));
        match encoded {
            Err(Unwritten::Content(failure)) => return Err(failure),
            encoded => encoded.expect("room on the disk"),
        }
        let bytes = std::fs::read(path).expect("a file");
        let text = |(name, bytes)| (name, String::from_utf8(bytes).expect("text"));
        Ok(parts(&bytes).into_iter().map(text).collect())
    }

    fn cells(row: [&str; 4]) -> Vec<String> {
        let sheet = written(&[row]).expect("a workbook").remove("xl/worksheets/sheet1.xml").expect("a sheet");
        let row = sheet.split("<row r=\"2\">").nth(1).and_then(|rest| rest.split("</row>").next()).expect("a row");
        row.split("<c r=").skip(2).map(str::to_owned).collect()
    }

    #[test]
    fn values_are_what_their_columns_say() {
        assert_eq!(
            cells(["+79161234567", "2024-03-01", "-12.50", "true"]),
            [
                "\"B2\" s=\"3\" t=\"inlineStr\"><is><t>+79161234567</t></is></c>",
                "\"C2\" s=\"4\"><v>45352</v></c>",
                "\"D2\"><v>-12.5</v></c>",
                "\"E2\" t=\"b\"><v>1</v></c>",
            ]
        );
        let texts = cells(["=1+1", "1899-12-31", "1234567890123456", "yes"]);
        assert!(texts.iter().all(|c| c.contains("t=\"inlineStr\"") && !c.contains("<f>")), "{texts:?}");
        let texts = cells(["", "2024-03-01T10:00", "", ""]);
        assert!(texts[0].ends_with("<t>2024-03-01T10:00</t></is></c>"), "a time is not lost: {texts:?}");
        assert_eq!(cells(["", "", "", "false"]), ["\"E2\" t=\"b\"><v>0</v></c>"]);
    }

    #[test]
    fn the_sheet_is_ready_to_be_looked_at() {
        let parts = written(&[["Anna", "2024-03-01", "", ""], ["Ivan", "", "", ""]]).expect("a workbook");
        let sheet = &parts["xl/worksheets/sheet1.xml"];
        assert!(parts["xl/workbook.xml"].contains("<sheet name=\"a_b\""));
        assert!(sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\""), "{sheet}");
        assert!(sheet.contains("<autoFilter ref=\"A1:E3\"/>"), "{sheet}");
        assert!(sheet.contains("<ignoredError sqref=\"A2:E3\" numberStoredAsText=\"1\"/>"), "{sheet}");
        assert!(parts["xl/styles.xml"].contains("numFmtId=\"14\""), "the short date of whoever opens it");
        assert!(parts["docProps/core.xml"].contains("2000-01-01T00:00:00Z"), "no clock shows");
        assert!(written(&[]).is_ok(), "a list without people is a list");
    }

    #[test]
    fn what_a_sheet_cannot_hold_is_refused_by_column_and_never_cut() {
        let fits = "ж".repeat(CELL_UNITS_MAX);
        assert!(written(&[[&fits, "", "", ""]]).is_ok());
        let long = format!("{fits}!");
        let failure = written(&[["", "", &long, ""]]).expect_err("it is refused");
        assert_eq!(failure.to_string(), "a value of `sum` is longer than the 32767 characters of a cell");
        let too_many = vec![["", "", "", ""]; ROWS_MAX as usize];
        let failure = written(&too_many).expect_err("it is refused");
        assert_eq!(failure.to_string(), "a sheet of Excel holds 1048575 clients, and these are 1048576");
    }

    #[test]
    fn numbers_are_numbers_only_where_they_stay_the_same() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("-5.50", Some(-5.5)),
            ("1234567890.12345", Some(1_234_567_890.123_45)),
            ("123456789012345", Some(123_456_789_012_345.0)),
            ("1234567890123456", None),
            ("0.000000000000001", Some(1e-15)),
            ("0.1234567890123456", None),
            ("100000000000000000000", None),
            ("007", None),
            ("1e5", None),
            ("+1", None),
            ("1.", None),
            (".5", None),
            ("1,5", None),
            ("", None),
        ] {
            assert_eq!(exact(text), expected, "{text}");
        }
    }

    #[test]
    fn titles_are_what_excel_allows() {
        for (route, title) in [
            ("shop", "shop"),
            ("a/b:c", "a_b_c"),
            ("it's", "it_s"),
            ("History", "sheetbridge"),
            (" ", "sheetbridge"),
            ("очень длинное название выгрузки для аналитика", "очень длинное название выгрузки"),
        ] {
            assert_eq!(sheet_title(route), title);
        }
    }
}
