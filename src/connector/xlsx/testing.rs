//! Workbooks for tests: some written by the library that everybody uses, some by hand.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::Workbook;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// A workbook as `rust_xlsxwriter` writes it.
pub(super) fn written(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().expect("a workbook")
}

/// A zip of parts, stored as they are.
pub(super) fn zipped<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, options).expect(name);
        zip.write_all(bytes).expect(name);
    }
    zip.finish().expect("a zip").into_inner()
}

/// The parts of a zip.
pub(super) fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let len = zip.len();
    let part = |i| {
        let mut part = zip.by_index(i).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        (part.name().expect("a name").into_owned(), bytes)
    };
    (0..len).map(part).collect()
}

/// A workbook with one part changed; an empty text takes the part out.
pub(super) fn edited(bytes: &[u8], name: &str, edit: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut parts = parts(bytes);
    let i = parts.iter().position(|(n, _)| n == name).expect(name);
    let text = edit(String::from_utf8(parts[i].1.clone()).expect("text"));
    if text.is_empty() {
        parts.remove(i);
    } else {
        parts[i].1 = text.into_bytes();
    }
    zipped(parts.iter().map(|(n, b)| (n.as_str(), b.as_slice())))
}

/// The least that is a workbook, with one sheet `List` whose XML is `<worksheet>{inside}</worksheet>`;
/// its style 1 shows days, 2 times, 3 durations, and its shared strings are `s0`, nothing, and `rich`.
pub(super) fn by_hand(inside: &str) -> Vec<u8> {
    let sheet = format!("<worksheet>{inside}</worksheet>");
    zipped([
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("_rels/.rels", b"<Relationships><Relationship Id='r' Type='x/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>"),
        ("xl/workbook.xml", b"<workbook><workbookPr/><sheets><sheet name='List' sheetId='1' r:id='a'/></sheets></workbook>"),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id='a' Type='x/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        ),
        (
            "xl/styles.xml",
            b"<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd\\.mm\\.yyyy'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>\
              <cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='20'/><xf numFmtId='46'/></cellXfs></styleSheet>",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst uniqueCount='99999999999'><si><t>s0</t></si><si/><si><r><t>ri</t></r><rPh><t>x</t></rPh><r><rPr><b/></rPr><t>ch</t></r></si></sst>"
                .as_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
