//! Workbooks, made cell by cell, and what people and programs do to them.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const HEADER: [&str; 7] = ["ФИО", "Телефон", "E-mail", "Заказ", "Рассылка", "Согласие от", "Отписка"];

/// The people of `good.csv`.
const PEOPLE: [[&str; 7]; 6] = [
    ["Анна Петрова", "+7 916 111-22-33", "anna@example.com", "12.03.2024", "да", "12.03.2024", ""],
    ["Иван Котов", "8 (916) 222-33-44", "kotov@example.org", "02.04.2024", "нет", "", ""],
    ["Rachel Harris", "+44 20 7946 0958", "r.harris@example.com", "17.05.2024", "yes", "17.05.2024", ""],
    ["Олег Белов", "+7 903 333-44-55", "belov@example.org", "03.06.2024", "", "", ""],
    ["Марина Лис", "+7 985 444-55-66", "lis@example.net", "09.01.2025", "да", "09.01.2025", "01.02.2026"],
    ["Пётр Новиков", "8 926 555 66 77", "novikov@example.org", "20.08.2025", "да", "20.08.2025", ""],
];

/// A workbook by its name.
pub(crate) fn named(name: &str) -> Vec<u8> {
    let (_, make) = BOOKS.iter().find(|(n, _)| *n == name).expect("a workbook of that name");
    make()
}

/// Every workbook that is a case of its own: its name and its bytes.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    BOOKS.iter().map(|(name, make)| (*name, make()))
}

type Make = fn() -> Vec<u8>;

const BOOKS: &[(&str, Make)] = &[
    ("xlsx-good", good),
    ("xlsx-numbers", numbers),
    ("xlsx-dates", dates),
    ("xlsx-consent-boxes", consent_boxes),
    ("xlsx-errors", errors),
    ("xlsx-formulas", formulas),
    ("xlsx-merged", merged),
    ("xlsx-merged-header", merged_header),
    ("xlsx-hidden", hidden),
    ("xlsx-title-rows", title_rows),
    ("xlsx-title-rows.ru", title_rows),
    ("xlsx-totals", totals),
    ("xlsx-second-tab", second_tab),
    ("xlsx-tab-with-other-columns", tab_with_other_columns),
    ("xlsx-empty-tab", empty_tab),
    ("xlsx-tab-renamed", tab_renamed),
    ("xlsx-nothing", || book(|_| ())),
    ("xlsx-only-header", || {
        book(|book| {
            header(book.add_worksheet(), 0);
        })
    }),
    ("xlsx-beyond-the-header", beyond_the_header),
    ("xlsx-escapes", escapes),
    ("xlsx-cut", || {
        let bytes = good();
        bytes[..bytes.len() / 2].to_vec()
    }),
    ("xlsx-cut.ru", || named("xlsx-cut")),
    ("xlsx-damaged", damaged),
    ("xlsx-password", || compound("EncryptedPackage")),
    ("xlsx-password.ru", || compound("EncryptedPackage")),
    ("xlsx-old-excel", || compound("Workbook")),
    ("xlsx-csv-inside", || include_bytes!("../data/bad/good.csv").to_vec()),
    ("xlsx-web-page-inside", || include_bytes!("../data/bad/table-as-html.csv").to_vec()),
    ("xlsx-empty", Vec::new),
    ("xlsx-word", word),
    ("xlsx-open-document", || {
        zipped(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "<content/>")])
    }),
    ("xlsx-zip", || zipped(&[("clients.csv", "ФИО;Телефон\n")])),
];

/// The list of `good.csv` as a workbook.
pub(crate) fn good() -> Vec<u8> {
    sheet(|_| ())
}

fn book(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    // A clock would make the same list another one.
    let created = ExcelDateTime::from_ymd(2026, 1, 1).expect("a day");
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    fill(&mut workbook);
    if workbook.worksheets().is_empty() {
        workbook.add_worksheet();
    }
    workbook.save_to_buffer().expect("a workbook")
}

/// The good list, with one thing about it changed.
fn sheet(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        header(sheet, 0);
        people(sheet, 1);
        change(sheet);
    })
}

fn header(sheet: &mut Worksheet, row: u32) {
    sheet.write_row(row, 0, HEADER).expect("written");
}

fn people(sheet: &mut Worksheet, row: u32) {
    sheet.write_row_matrix(row, 0, PEOPLE).expect("written");
}

/// Phones that a spreadsheet took for numbers: whole, without a country, rounded, negative.
fn numbers() -> Vec<u8> {
    sheet(|sheet| {
        for (row, number) in [(1, 79_161_112_233.0), (2, 9_162_223_344.0), (3, 4.42e11), (4, -79_033_334_455.0)] {
            sheet.write_number(row, 1, number).expect("written");
        }
        sheet.write_number(5, 0, 12.5).expect("written");
        sheet.write_number(6, 2, 1.0).expect("written");
    })
}

/// Real dates, dates that lost their format, texts, and days that no calendar has.
fn dates() -> Vec<u8> {
    sheet(|sheet| {
        let day = Format::new().set_num_format("dd.mm.yyyy");
        let real = ExcelDateTime::from_ymd(2024, 3, 12).expect("a date");
        sheet.write_datetime_with_format(1, 3, &real, &day).expect("written");
        sheet.write_datetime_with_format(1, 5, &real, &day).expect("written");
        sheet.write_number(2, 3, 45384.0).expect("written");
        sheet.write_string(3, 3, "17/05/2024").expect("written");
        sheet.write_number_with_format(4, 3, 60.0, &day).expect("written");
        sheet.write_number_with_format(5, 3, 1e12, &day).expect("written");
        sheet.write_number_with_format(6, 3, 0.5, &Format::new().set_num_format("hh:mm")).expect("written");
    })
}

fn consent_boxes() -> Vec<u8> {
    sheet(|sheet| {
        for (row, yes) in [(1, true), (2, false), (4, true)] {
            sheet.write_boolean(row, 4, yes).expect("written");
        }
        sheet.write_number(3, 4, 1.0).expect("written");
        sheet.write_number(6, 4, 2.0).expect("written");
        sheet.write_boolean(1, 6, false).expect("written");
        sheet.write_boolean(3, 6, true).expect("written");
    })
}

fn formula(formula: &str, result: &str) -> Formula {
    Formula::new(formula).set_result(result)
}

fn errors() -> Vec<u8> {
    sheet(|sheet| {
        sheet.write_formula(1, 1, formula("=Лист9!A1", "#REF!")).expect("written");
        sheet.write_formula(2, 2, formula("=VLOOKUP(A3,B:C,2,0)", "#N/A")).expect("written");
        sheet.write_formula(3, 0, formula("=Имя", "#NAME?")).expect("written");
        sheet.write_formula(4, 3, formula("=1/0", "#DIV/0!")).expect("written");
        sheet.write_formula(6, 4, formula("=1/0", "#DIV/0!")).expect("written");
    })
}

/// Formulas with a result, and one that no program has calculated.
fn formulas() -> Vec<u8> {
    let bytes = sheet(|sheet| {
        sheet.write_formula(1, 0, formula("=B9&\" \"&C9", "Анна Петрова")).expect("written");
        sheet.write_formula(2, 1, formula("=Z1", "uncalculated")).expect("written");
    });
    edited(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace(" t=\"str\"><f>Z1</f><v>uncalculated</v>", "><f>Z1</f>")
    })
}

fn merged() -> Vec<u8> {
    sheet(|sheet| {
        sheet.merge_range(1, 1, 2, 1, "+7 916 111-22-33", &Format::new()).expect("merged");
        sheet.merge_range(4, 0, 4, 1, "Олег Белов", &Format::new()).expect("merged");
    })
}

fn merged_header() -> Vec<u8> {
    sheet(|sheet| {
        sheet.merge_range(0, 1, 0, 2, "Телефон", &Format::new()).expect("merged");
    })
}

fn hidden() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        header(sheet, 0);
        people(sheet, 1);
        sheet.set_row_hidden(2).expect("hidden");
        sheet.set_row_hidden(3).expect("hidden");
        sheet.set_column_hidden(2).expect("hidden");
        let old = book.add_worksheet().set_name("Старые").expect("a name").set_hidden(true);
        header(old, 0);
        old.write_row(1, 0, ["Нина Серова", "+7 926 777-88-99"]).expect("written");
    })
}

fn title_rows() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "Клиенты магазина").expect("written");
        sheet.write_string(1, 1, "на 1 сентября").expect("written");
        header(sheet, 3);
        people(sheet, 4);
    })
}

fn totals() -> Vec<u8> {
    sheet(|sheet| {
        sheet.write_string(8, 0, "Итого").expect("written");
        sheet.write_number(8, 1, 6.0).expect("written");
        sheet.write_string(9, 2, "Всего: 6").expect("written");
    })
}

fn second_tab() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        header(sheet, 0);
        people(sheet, 1);
        book.add_worksheet().set_name("Заметки").expect("a name").write_string(0, 0, "позвонить").expect("written");
    })
}

fn tab_with_other_columns() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        header(sheet, 0);
        people(sheet, 1);
        let other = book.add_worksheet().set_name("2026").expect("a name");
        header(other, 0);
        other.write_string(0, 2, "Почта").expect("written");
        other
            .write_row(1, 0, ["Нина Серова", "+7 926 777-88-99", "serova@example.org", "01.02.2026"])
            .expect("written");
    })
}

fn empty_tab() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        header(sheet, 0);
        people(sheet, 1);
        book.add_worksheet();
    })
}

fn tab_renamed() -> Vec<u8> {
    sheet(|sheet| {
        sheet.set_name("Клиенты").expect("a name");
    })
}

fn beyond_the_header() -> Vec<u8> {
    sheet(|sheet| {
        sheet.write_string(2, 8, "позвонить").expect("written");
    })
}

/// Titles and headings that would do something to a terminal.
fn escapes() -> Vec<u8> {
    let bytes = book(|book| {
        let sheet = book.add_worksheet().set_name("A\u{1b}B").expect("a name");
        header(sheet, 0);
        people(sheet, 1);
        sheet.write_string(0, 7, "Пометка\u{202e}каттемоП").expect("written");
    });
    edited(&bytes, "xl/workbook.xml", |xml| xml.replace("A\u{1b}B", "A&#x202e;B&#10;error[x]: y"))
}

/// A byte of the sheet flipped: its checksum tells.
fn damaged() -> Vec<u8> {
    let mut bytes = good();
    let name = b"xl/worksheets/sheet1.xml";
    let at = bytes.windows(name.len()).position(|w| w == name).expect("a sheet");
    bytes[at + name.len() + 200] ^= 0x10;
    bytes
}

fn word() -> Vec<u8> {
    const RELATIONS: &str = "<Relationships><Relationship Id='r' Type='x/relationships/officeDocument' \
        Target='word/document.xml'/></Relationships>";
    zipped(&[("[Content_Types].xml", "<Types/>"), ("_rels/.rels", RELATIONS), ("word/document.xml", "<document/>")])
}

/// The old container of Microsoft's files, with a stream of that name.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(512, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(*name, options).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A workbook with one part changed.
fn edited(bytes: &[u8], name: &str, edit: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut parts = Vec::new();
    for i in 0..zip.len() {
        let part = zip.by_index(i).expect("a part");
        let name = part.name().expect("a name").into_owned();
        parts.push((name, std::io::read_to_string(part).expect("text")));
    }
    let at = parts.iter().position(|(n, _)| n == name).expect("the part");
    let text = edit(std::mem::take(&mut parts[at].1));
    parts[at].1 = text;
    let parts: Vec<(&str, &str)> = parts.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    zipped(&parts)
}
