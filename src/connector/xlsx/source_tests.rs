//! What the port makes of workbooks, well-formed, odd and broken.

use std::{collections::BTreeMap, sync::LazyLock};

use calamine::{Data, Reader};
use proptest::prelude::*;
use rust_xlsxwriter::{Color, Format, Formula, Workbook as Writer};

use super::{
    super::testing::{now, rows_of},
    package::Broken,
    plain,
    pull::{Wanted, pull},
    source::XlsxSource,
    testing::{by_hand, edited, parts, written, zipped},
    workbook::Workbook,
};
use crate::{
    config::Secret,
    connector::SourcePlace,
    port::{Source, Unread},
    sheet::{Edge, Raw, Rows, Tabs},
};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// Files of a source in a folder of their own.
struct Asked {
    folder: tempfile::TempDir,
    place: SourcePlace,
}

fn ask(files: &[(&str, &[u8])]) -> Asked {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let location = Secret::parse(if files.len() == 1 { files[0].0 } else { "*.xlsx" });
    let place = SourcePlace { location, folder: folder.path().to_owned(), ..SourcePlace::default() };
    Asked { folder, place }
}

impl Asked {
    fn tabs(mut self, tabs: &[&str]) -> Self {
        self.place.tabs = Some(tabs.iter().map(|t| (*t).to_owned()).collect());
        self
    }

    fn skip_hidden(mut self) -> Self {
        self.place.options.push(("hidden", "skip".to_owned()));
        self
    }

    fn open(&self) -> Result<(XlsxSource, Tabs), Unread> {
        let mut source = XlsxSource::new(self.place.clone());
        let tabs = now(source.open())?;
        assert!(self.folder.path().exists());
        Ok((source, tabs))
    }

    fn rows(&self, header: u32, columns: &[u16]) -> Result<Rows, Unread> {
        let (mut source, _) = self.open()?;
        now(rows_of(&mut source, 0, header, columns))
    }

    fn refused(&self) -> (&'static str, String) {
        let unread = self.open().and_then(|_| self.rows(1, &[0, 1])).err().expect("it can't be read");
        (unread.code.name(), unread.hint)
    }
}

/// Rows as their numbers and cells, one letter of kind before each.
fn shown(rows: &Rows, width: usize) -> Vec<(u32, Vec<String>)> {
    let cell = |raw: Raw<'_>| match raw {
        Raw::Blank => String::new(),
        Raw::Text(_) => format!("t {}", plain::plain(raw)),
        Raw::Number(_) => format!("n {}", plain::plain(raw)),
        Raw::Date(n) => format!("d {n}"),
        Raw::Bool(_) => format!("b {}", plain::plain(raw)),
        Raw::Error(_) => format!("e {}", plain::plain(raw)),
    };
    let chunks = rows.chunks.iter().flat_map(|c| (0..c.len()).map(move |row| (c, row)));
    chunks.map(|(c, row)| (c.number(row), (0..width).map(|i| cell(c.cell(row, i))).collect())).collect()
}

fn notes(list: &[(crate::finding::Code, String)]) -> BTreeMap<&'static str, &str> {
    list.iter().map(|(code, hint)| (code.name(), hint.as_str())).collect()
}

fn simple(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    written(|book| {
        let sheet = book.add_worksheet();
        sheet.set_name("List").expect("a title");
        sheet.write_row(0, 0, ["name", "phone"]).expect("a header");
        fill(sheet);
    })
}

#[test]
fn every_kind_of_cell_arrives() {
    let day = Format::new().set_num_format("dd.mm.yyyy");
    let bytes = simple(|s| {
        s.write(1, 0, "Анна").expect("text");
        s.write(2, 0, 79_161_234_567_i64).expect("a number");
        s.write(3, 0, true).expect("a switch");
        s.write_with_format(4, 0, 45292.5, &day).expect("a date");
        s.write_rich_string(5, 0, &[(&Format::new().set_bold(), "An"), (&Format::new(), "na ")]).expect("rich text");
        s.write(6, 0, Formula::new("=A2&1").set_result("Анна1")).expect("a formula");
        s.write(7, 0, Formula::new("=1+1").set_result("2")).expect("a formula");
        s.write(8, 0, Formula::new("=1/0").set_result("#DIV/0!")).expect("a formula");
        s.write(9, 0, "a & b < \"c\"\r\n\u{1} _x0041_ 😀").expect("text with escapes");
        s.write(10, 0, "007").expect("digits as text");
    });
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[0]).expect("rows");
    let expected = [
        "t Анна",
        "n 79161234567",
        "b true",
        "d 45292.5",
        "t Anna ",
        "t Анна1",
        "n 2",
        "e #DIV/0!",
        "t a & b < \"c\"\r\n\u{1} _x0041_ 😀",
        "t 007",
    ];
    let cells: Vec<String> = shown(&rows, 1).into_iter().map(|(_, mut cells)| cells.remove(0)).collect();
    assert_eq!(cells, expected);
}

#[test]
fn cells_are_read_as_the_file_stores_them() {
    for (cell, expected) in [
        ("<c t='s'><v>0</v></c>", "t s0"),
        ("<c t='s'><v>1</v></c>", ""),
        ("<c t='s'><v> 2 </v></c>", "t rich"),
        ("<c t='inlineStr'><is><r><t>in</t></r><r><t xml:space='preserve'> line</t></r></is></c>", "t in line"),
        ("<c t='inlineStr'><v>9</v><is><t><![CDATA[<i>]]>&#1046;&amp;</t></is></c>", "t <i>Ж&"),
        ("<c t='str'><f>A1</f><v>a_x000D_</v></c>", "t a\r"),
        ("<c t='str'><f>A1</f><v></v></c>", ""),
        ("<c><v>1E-3</v></c>", "n 0.001"),
        ("<c t='n' s='99'><v>7</v></c>", "n 7"),
        ("<c><v>nan</v></c>", "t nan"),
        ("<c><v>1,5</v></c>", "t 1,5"),
        ("<c s='1'><v>59</v></c>", "d 60"),
        ("<c s='1'><v>45292</v></c>", "d 45292"),
        ("<c s='2'><v>0.5</v></c>", "d 0.5"),
        ("<c s='3'><v>1.25</v></c>", "d 1.25"),
        ("<c s='1' t='s'><v>0</v></c>", "t s0"),
        ("<c t='b'><v>0</v></c>", "b false"),
        ("<c t='b'><v>2</v></c>", "t 2"),
        ("<c t='d'><v>2024-01-01T12:00:00</v></c>", "d 45292.5"),
        ("<c t='d'><v>soon</v></c>", "t soon"),
        ("<c t='e'><v>#REF!</v></c>", "e #REF!"),
        ("<c t='e'><v>#SPILL!</v></c>", "e #SPILL!"),
        ("<c t='e'><v>#ЗНАЧ!</v></c>", "e #ЗНАЧ!"),
        ("<c><v/></c>", ""),
        ("<c/>", ""),
        ("<c><v>8</v><v>9</v></c>", "n 9"),
        ("<c><extLst><ext><v>8</v></ext></extLst><v>9</v></c>", "n 9"),
    ] {
        let bytes = by_hand(&format!(
            "<sheetData><row><c t='str'><v>h</v></c></row><row>{cell}<c t='str'><v>end</v></c></row></sheetData>"
        ));
        let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[0, 1]).expect(cell);
        assert_eq!(shown(&rows, 2), [(2, vec![expected.to_owned(), "t end".to_owned()])], "{cell}");
    }
}

#[test]
fn days_counted_from_1904_are_the_same_days() {
    let cells = "<c s='1'><v>43830</v></c><c s='2'><v>0.5</v></c><c><v>43830</v></c>";
    let bytes = by_hand(&format!("<sheetData><row/><row>{cells}</row></sheetData>"));
    let bytes = edited(&bytes, "xl/workbook.xml", |xml| xml.replace("<workbookPr/>", "<workbookPr date1904='1'/>"));
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[0, 1, 2]).expect("rows");
    assert_eq!(
        shown(&rows, 3)[0].1,
        ["d 45292", "d 0.5", "n 43830"],
        "2024-01-01; a time has no day; nor has a number"
    );
}

#[test]
fn rows_keep_their_numbers_and_only_the_wanted_columns() {
    let bytes = simple(|s| {
        for row in [3, 4, 9] {
            s.write_row(row, 0, [format!("n{row}"), format!("p{row}"), format!("x{row}")]).expect("a row");
        }
        s.write(12, 2, "beside").expect("a cell");
        s.write_blank(20, 0, &Format::new().set_bold()).expect("a styled cell");
    });
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[1, 0, 1]).expect("rows");
    let expected = [4, 5, 10].map(|n| {
        let (name, phone) = (format!("t n{}", n - 1), format!("t p{}", n - 1));
        (n, vec![phone.clone(), name, phone])
    });
    assert_eq!(shown(&rows, 3), expected);
    assert_eq!(rows.blank, 6, "two above row 4, four above row 10; below the last nothing is missing");
}

#[test]
fn a_row_may_leave_out_what_can_be_counted() {
    for rows in [
        "<row r='1'><c r='A1' t='s'><v>0</v></c></row><row r='7'><c r='B7'><v>1</v></c><c><v>2</v></c></row>",
        "<row><c t='s'><v>0</v></c></row><row><c r='B7'><v>1</v></c><c r='C7'><v>2</v></c></row>",
        "<row><c t='s'><v>0</v></c></row><row r='7'><c/><c><v>1</v></c><c><v>2</v></c></row>",
    ] {
        let bytes = by_hand(&format!("<sheetData>{rows}</sheetData>"));
        let read = ask(&[("f.xlsx", &bytes)]).rows(1, &[0, 1, 2]).expect(rows);
        assert_eq!(shown(&read, 3), [(7, vec![String::new(), "n 1".into(), "n 2".into()])], "{rows}");
    }
}

#[test]
fn a_row_that_is_longer_than_the_header_is_seen() {
    let bytes = simple(|s| {
        s.write_row(1, 0, ["Anna", "1"]).expect("a row");
        s.write_row(2, 0, ["Ivan"]).expect("a row");
        s.write_row(3, 0, ["", "Olga", "3"]).expect("a row");
        s.write_row(4, 0, ["Oleg", "4", "  "]).expect("a row");
    });
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[0]).expect("rows");
    let edges: Vec<Edge> = (0..rows.len()).map(|row| rows.chunks[0].edge(row)).collect();
    assert_eq!(edges, [Edge::Even, Edge::Even, Edge::Even], "row 4 has nothing that is wanted");
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[1]).expect("rows");
    assert_eq!((rows.chunks[0].number(1), rows.chunks[0].edge(1)), (4, Edge::Long));
}

#[test]
fn the_head_shows_the_first_rows_as_text() {
    let bytes = written(|book| {
        let sheet = book.add_worksheet();
        sheet.write(2, 1, "Clients").expect("a title");
        sheet.write_row(4, 0, ["name", "born"]).expect("a header");
        sheet.write(5, 0, 79_161_234_567_i64).expect("a number");
        sheet.write_with_format(5, 1, 45292, &Format::new().set_num_format_index(14)).expect("a date");
        for row in 6..40 {
            sheet.write(row, 0, row).expect("a number");
        }
    });
    let (_, tabs) = ask(&[("f.xlsx", &bytes)]).open().expect("tabs");
    let tab = &tabs.tabs[0];
    assert_eq!((tab.file.as_str(), tab.title.as_deref(), tab.head_row), ("f.xlsx", Some("Sheet1"), 3));
    assert_eq!(tab.head.len(), 20);
    assert_eq!(tab.head[0], ["", "Clients"]);
    assert_eq!(tab.head[1], Vec::<String>::new());
    assert_eq!(tab.head[3], ["79161234567", "2024-01-01"]);
    assert_eq!(tab.head[19], ["21"], "row 22");
}

fn with_hidden() -> Vec<u8> {
    written(|book| {
        for title in ["2025", "2026"] {
            let sheet = book.add_worksheet();
            sheet.set_name(title).expect("a title");
            sheet.write_row(0, 0, ["name", "phone", "note"]).expect("a header");
            for row in 1..6_u32 {
                sheet.write_row(row, 0, [format!("n{row}"), format!("p{row}"), String::new()]).expect("a row");
            }
            sheet.set_row_hidden(2).expect("a row").set_row_hidden(3).expect("a row").set_row_hidden(8).expect("a row");
            sheet.set_column_hidden(1).expect("a column").set_column_hidden(9).expect("a column");
        }
        book.worksheet_from_name("2025").expect("a sheet").set_hidden(true);
        book.worksheet_from_name("2026").expect("a sheet").set_active(true);
    })
}

#[test]
fn what_is_hidden_is_read_and_said() {
    let asked = ask(&[("f.xlsx", &with_hidden())]);
    let (_, tabs) = asked.open().expect("tabs");
    assert_eq!(tabs.tabs.len(), 2);
    assert_eq!(notes(&tabs.notes), [("xlsx-hidden-tab", "f.xlsx, `2025`")].into());
    let rows = asked.rows(1, &[0, 1]).expect("rows");
    assert_eq!(shown(&rows, 2).len(), 5);
    let expected = [("xlsx-hidden-rows", "f.xlsx, `2025`: 2"), ("xlsx-hidden-columns", "f.xlsx, `2025`: 1")];
    assert_eq!(notes(&rows.notes), expected.into());
    let rows = asked.rows(1, &[0]).expect("rows");
    assert!(!notes(&rows.notes).contains_key("xlsx-hidden-columns"), "a hidden column that nobody wants");
}

#[test]
fn what_is_hidden_can_be_left_out_and_that_is_said() {
    let asked = ask(&[("f.xlsx", &with_hidden())]).skip_hidden();
    let (_, tabs) = asked.open().expect("tabs");
    assert_eq!(tabs.tabs.len(), 1);
    assert_eq!(tabs.tabs[0].head[0], ["name", "", "note"], "a hidden column has no heading");
    assert_eq!(tabs.tabs[0].head[1..3], [vec!["n1"], vec![]], "a hidden row is blank");
    assert_eq!(notes(&tabs.notes), [("xlsx-skipped-tab", "f.xlsx, `2025`")].into());
    let rows = asked.rows(1, &[0, 1]).expect("rows");
    let row = |n: u32| (n + 1, vec![format!("t n{n}"), String::new()]);
    assert_eq!(shown(&rows, 2), [row(1), row(4), row(5)]);
    assert_eq!(rows.blank, 0, "hidden rows are not blank");
    let expected = [("xlsx-skipped-rows", "f.xlsx, `2026`: 2"), ("xlsx-skipped-columns", "f.xlsx, `2026`: 1")];
    assert_eq!(notes(&rows.notes), expected.into());
    let (_, tabs) = ask(&[("f.xlsx", &with_hidden())]).skip_hidden().tabs(&["2025"]).open().expect("tabs");
    assert_eq!(tabs.tabs[0].title.as_deref(), Some("2025"), "whom the config calls by name, it means");
}

#[test]
fn a_merged_cell_has_its_value_once() {
    let merged = Format::new().set_bold();
    let bytes = simple(|s| {
        s.merge_range(1, 1, 2, 1, "+7 916", &merged).expect("a merge");
        s.write(1, 0, "Anna").expect("a cell");
        s.write(2, 0, "Ivan").expect("a cell");
        s.write(3, 0, "Olga").expect("a cell");
        s.merge_range(1, 4, 3, 6, "beside", &merged).expect("a merge");
    });
    let expected = [("Anna", "t +7 916"), ("Ivan", ""), ("Olga", "")];
    let expected: Vec<_> =
        (2..).zip(expected).map(|(n, (name, phone))| (n, vec![format!("t {name}"), phone.to_owned()])).collect();
    // Some programs leave values under a merged cell, which nobody sees.
    let ghost = edited(&bytes, SHEET, |xml| {
        let blank = xml.find("<c r=\"B3\"").expect("a covered cell");
        let end = blank + xml[blank..].find("/>").expect("its end");
        format!("{}><v>666</v></c>{}", &xml[..end], &xml[end + 2..])
    });
    for bytes in [bytes, ghost] {
        let asked = ask(&[("f.xlsx", &bytes)]);
        let rows = asked.rows(1, &[0, 1]).expect("rows");
        assert_eq!(shown(&rows, 2), expected);
        assert_eq!(notes(&rows.notes), [("xlsx-merged", "f.xlsx, `List`: 1")].into());
        assert!(asked.rows(1, &[0]).expect("rows").notes.is_empty(), "no wanted column is merged");
        assert!(asked.rows(3, &[1]).expect("rows").notes.is_empty(), "nothing below the header is merged");
    }
}

#[test]
fn a_formula_without_a_result_is_an_error_and_counted() {
    let bytes = by_hand(
        "<sheetData><row><c t='s'><v>0</v></c></row><row><c><f>1+1</f></c><c><f>2+2</f><v></v></c>\
         <c t='str'><f>\"\"</f><v></v></c><c><v>1</v></c></row></sheetData>",
    );
    let rows = ask(&[("f.xlsx", &bytes)]).rows(1, &[1, 2, 3]).expect("rows");
    assert_eq!(shown(&rows, 3), [(2, vec!["e #N/A".to_owned(), String::new(), "n 1".to_owned()])]);
    assert_eq!(notes(&rows.notes), [("xlsx-uncalculated", "f.xlsx, `List`: 1")].into());
}

fn with_tabs(titles: &[&str]) -> Vec<u8> {
    written(|book| {
        for title in titles {
            let sheet = book.add_worksheet();
            sheet.set_name(*title).expect("a title").write(0, 0, *title).expect("a header");
        }
    })
}

#[test]
fn tabs_are_chosen_by_title_or_pattern() {
    let bytes = with_tabs(&["2025", "Заказы 2026 ", "Архив 2024", "архив 2023", "Stop"]);
    for (wanted, expected) in [
        (&["2025"][..], Ok(&["2025"][..])),
        (&["заказы 2026", "2025"], Ok(&["2025", "Заказы 2026 "])),
        (&["АРХИВ *"], Ok(&["Архив 2024", "архив 2023"])),
        (&["202?", "2025"], Ok(&["2025"])),
        (&["*[34]"], Ok(&["Архив 2024", "архив 2023"])),
        (&["Заказы 2027"], Err(("xlsx-no-tab", "f.xlsx: `Заказы 2027` (`Заказы 2026 `)"))),
        (
            &["2025", "x*"],
            Err(("xlsx-no-tab", "f.xlsx: `x*` (`2025`, `Заказы 2026 `, `Архив 2024`, `архив 2023`, `Stop`)")),
        ),
        (&["a[b"], Err(("xlsx-tab-pattern", "`a[b`: invalid range pattern"))),
    ] {
        let opened = ask(&[("f.xlsx", &bytes)]).tabs(wanted).open();
        let titles = opened.map(|(_, t)| t.tabs.into_iter().map(|t| t.title.unwrap_or_default()).collect::<Vec<_>>());
        let expected = expected.map(|list| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(titles.as_ref().map_err(|u| (u.code.name(), u.hint.as_str())), expected.as_ref().map_err(|e| *e));
    }
}

#[test]
fn each_file_must_have_the_tabs() {
    let (both, one) = (with_tabs(&["2025", "2026"]), with_tabs(&["2025"]));
    let (_, tabs) = ask(&[("a.xlsx", &both), ("b.xlsx", &both)]).tabs(&["2026"]).open().expect("tabs");
    assert_eq!(tabs.tabs.iter().map(|t| t.file.as_str()).collect::<Vec<_>>(), ["a.xlsx", "b.xlsx"]);
    let unread = ask(&[("a.xlsx", &both), ("b.xlsx", &one)]).tabs(&["2026"]).open().err().expect("a tab is gone");
    assert_eq!((unread.code.name(), unread.hint.as_str()), ("xlsx-no-tab", "b.xlsx: `2026` (`2025`)"));
}

#[test]
fn sheets_without_a_list_are_passed_over_unless_they_are_named() {
    let bytes = written(|book| {
        book.add_worksheet().set_name("Лист1").expect("a title").write(0, 0, "name").expect("a header");
        book.add_worksheet().set_name("Лист2").expect("a title").write(4, 4, "  ").expect("a cell");
        let mut chart = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Pie);
        chart.add_series().set_values("Лист1!$A$1");
        book.add_chartsheet().set_name("График").expect("a title").insert_chart(0, 0, &chart).expect("a chart");
    });
    let asked = || ask(&[("f.xlsx", &bytes)]);
    let (_, tabs) = asked().open().expect("tabs");
    assert_eq!(tabs.tabs.len(), 1);
    let expected = [("xlsx-passed-empty", "f.xlsx, `Лист2`"), ("xlsx-passed-chart", "f.xlsx, `График`")];
    assert_eq!(notes(&tabs.notes), expected.into());
    assert_eq!(asked().tabs(&["лист*"]).open().expect("tabs").1.tabs.len(), 1);
    assert_eq!(asked().tabs(&["Лист2"]).refused(), ("xlsx-empty-sheet", "f.xlsx, `Лист2`".into()));
    assert_eq!(asked().tabs(&["График"]).refused(), ("xlsx-chart-sheet", "f.xlsx, `График`".into()));
    assert_eq!(asked().tabs(&["[лл]*2"]).refused().0, "xlsx-no-sheets", "all that was left is empty");
}

#[test]
fn what_cannot_be_read_is_said_in_its_own_words() {
    let good = simple(|s| {
        s.write_row(1, 0, ["Anna", "1"]).expect("a row");
    });
    let sheet = |inside: &str| by_hand(&format!("<sheetData>{inside}</sheetData>"));
    // One bit of one letter, one bit of one digit: nothing else would notice.
    let flipped = |bytes: &[u8], text: &[u8]| {
        let mut stored = zipped(parts(bytes).iter().map(|(n, b)| (n.as_str(), b.as_slice())));
        let at = stored.windows(text.len()).position(|w| w == text).expect("the text");
        stored[at + 1] ^= 1;
        stored
    };
    let number = sheet("<row><c><v>1</v></c></row><row><c><v>79161234567</v></c></row>");
    for (bytes, code) in [
        (good[..good.len() - 30].to_vec(), "source-cut"),
        (b"<html><table><tr><td>name".to_vec(), "xlsx-not-workbook"),
        (zipped([("word.txt", b"x".as_slice())]), "xlsx-not-workbook"),
        (zipped([("content.xml", b"x".as_slice())]), "xlsx-not-workbook"),
        (edited(&good, "_rels/.rels", |x| x.replace("workbook.xml", "workbook.bin")), "xlsx-not-workbook"),
        (edited(&good, "xl/workbook.xml", |_| "<document/>".into()), "xlsx-not-workbook"),
        (edited(&good, "xl/workbook.xml", |_| String::new()), "xlsx-damaged"),
        (edited(&good, "xl/workbook.xml", |_| "<workbook><sheets/></workbook>".into()), "xlsx-no-sheets"),
        (edited(&good, SHEET, |_| String::new()), "xlsx-sheet-missing"),
        (edited(&good, SHEET, |_| "<chartsheet/>".into()), "xlsx-no-sheets"),
        (edited(&good, SHEET, |x| x.replace("</sheetData>", "")), "xlsx-damaged"),
        (edited(&good, SHEET, |x| x[..x.len() / 2].to_owned()), "xlsx-damaged"),
        (edited(&good, "xl/sharedStrings.xml", |x| x.replace("</sst>", "")), "xlsx-damaged"),
        (flipped(&good, b"Anna"), "xlsx-damaged"),
        (flipped(&number, b"79161234567"), "xlsx-damaged"),
        (sheet(""), "xlsx-no-sheets"),
        (sheet("<row><c t='s'><v>77</v></c></row>"), "xlsx-damaged"),
        (sheet("<row><c t='s'><v>one</v></c></row>"), "xlsx-damaged"),
        (sheet("<row><c t='new'><v>1</v></c></row>"), "xlsx-damaged"),
        (sheet("<row r='5'><c><v>1</v></c></row><row r='4'/>"), "xlsx-damaged"),
        (sheet("<row r='5'><c r='A6'><v>1</v></c></row>"), "xlsx-damaged"),
        (sheet("<row><c r='B1'><v>1</v></c><c r='A1'><v>1</v></c></row>"), "xlsx-damaged"),
        (sheet("<row r='1048577'><c><v>1</v></c></row>"), "xlsx-damaged"),
        (sheet("<row r='1048576'><c><v>1</v></c></row><row/>"), "xlsx-damaged"),
        (sheet("<row><c><v>&unknown;</v></c></row>"), "xlsx-damaged"),
    ] {
        assert_eq!(ask(&[("f.xlsx", &bytes)]).refused().0, code);
    }
    assert_eq!(ask(&[("f.xlsx", b"a;b\n1;2\n")]).refused().1, "f.xlsx: CSV");
}

#[test]
fn a_bomb_is_put_down() {
    let one_piece = format!("<sheetData><row><c t='str'><v>{}</v></c></row></sheetData>", "x".repeat(20 << 20));
    assert_eq!(ask(&[("f.xlsx", &by_hand(&one_piece))]).refused().0, "xlsx-too-big");
    let pieces = format!(
        "<sheetData><row><c t='str'><v>{}</v></c></row></sheetData>",
        format!("{}<!---->", "x".repeat(1 << 20)).repeat(17)
    );
    assert_eq!(ask(&[("f.xlsx", &by_hand(&pieces))]).refused().0, "xlsx-too-big");
    let runs = format!(
        "<sheetData><row><c t='inlineStr'><is>{}</is></c></row></sheetData>",
        format!("<t>{}</t>", "x".repeat(1 << 20)).repeat(17)
    );
    assert_eq!(ask(&[("f.xlsx", &by_hand(&runs))]).refused().0, "xlsx-too-big");
    let one_row = format!(
        "<sheetData><row>{}</row></sheetData>",
        format!("<c t='str'><v>{}</v></c>", "x".repeat(8 << 20)).repeat(9)
    );
    assert_eq!(ask(&[("f.xlsx", &by_hand(&one_row))]).refused().0, "xlsx-too-big");
    // Few bytes of the file may name a long string in every row.
    let shared = format!("<sheetData>{}</sheetData>", "<row><c t='s'><v>2</v></c></row>".repeat(50));
    let pulled = |text_bytes_max| {
        let mut book = Workbook::open(by_hand(&shared)).expect("a workbook");
        let wanted = Wanted { header: 0, columns: &[0], skip_hidden: false, text_bytes_max };
        pull(book.read(0).expect("a sheet"), &wanted, &[]).map(|pulled| pulled.rows.len())
    };
    assert_eq!((pulled(199), pulled(200)), (Err(Broken::TooBig), Ok(50)));
}

#[test]
fn the_version_follows_the_bytes() {
    let version = |bytes: &[u8]| ask(&[("f.xlsx", bytes)]).open().expect("tabs").1.version;
    let (one, other) = (with_tabs(&["a"]), with_tabs(&["b"]));
    assert_eq!(version(&one), version(&one));
    assert_ne!(version(&one), version(&other));
}

/// The two readers have nothing in common but the container and the XML.
#[test]
fn another_reader_sees_the_same() {
    let day = Format::new().set_num_format("yyyy-mm-dd hh:mm").set_font_color(Color::Red);
    let bytes = written(|book: &mut Writer| {
        let sheet = book.add_worksheet();
        for row in 0..500 {
            let n = row * 7_919;
            match n % 5 {
                0 => sheet.write(row, 0, format!("Имя {n} <&>")),
                1 => sheet.write(row, 0, f64::from(n) / 7.0),
                2 => sheet.write(row, 0, n % 2 == 0),
                3 => sheet.write_with_format(row, 0, f64::from(n) / 3.0 + 61.0, &day),
                _ => sheet.write(row, 0, Formula::new("=1").set_result(format!("f{n}"))),
            }
            .expect("a cell");
            // A row of an unticked box alone would be none.
            sheet.write(row, 1, "x").expect("a cell");
        }
    });
    let rows = ask(&[("f.xlsx", &bytes)]).rows(0, &[0, 1]).expect("rows");
    let mut other = calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let range = other.worksheet_range("Sheet1").expect("a sheet");
    for (row, (number, cells)) in shown(&rows, 2).into_iter().enumerate() {
        let expected = match range.get_value((row as u32, 0)).expect("a cell") {
            Data::String(text) => format!("t {text}"),
            Data::Float(n) => format!("n {n}"),
            Data::Bool(yes) => format!("b {yes}"),
            Data::DateTime(at) => format!("d {}", at.as_f64()),
            other => panic!("{other:?}"),
        };
        assert_eq!((number, cells[0].as_str()), (row as u32 + 1, expected.as_str()));
    }
}

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    edited(&with_hidden(), "xl/worksheets/sheet2.xml", |xml| {
        xml.replace("</sheetData>", "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells>")
    })
});

/// Every tab that opens is read; nothing panics, and what fails says why.
fn exhaust(bytes: &[u8], skip: bool) {
    let asked = ask(&[("f.xlsx", bytes)]);
    let asked = if skip { asked.skip_hidden() } else { asked };
    if let Ok((mut source, tabs)) = asked.open() {
        for tab in 0..tabs.tabs.len() {
            let _ = now(rows_of(&mut source, tab, 1, &[1, 0, 16383]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_byte_of_the_container_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = SAMPLE.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |c| c.index(bytes.len())));
        exhaust(&bytes, false);
    }

    #[test]
    fn no_byte_of_a_part_makes_it_panic(
        part in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[<>/ '\"=&;:A-Z0-9_x-]{0,3}"), 1..6),
        skip in any::<bool>(),
    ) {
        let mut parts = parts(&SAMPLE);
        let i = part.index(parts.len());
        let bytes = &mut parts[i].1;
        for (at, with) in changes {
            let at = at.index(bytes.len());
            let to = (at + with.len() / 2).min(bytes.len());
            bytes.splice(at..to, with.bytes());
        }
        exhaust(&zipped(parts.iter().map(|(n, b)| (n.as_str(), b.as_slice()))), skip);
    }
}
