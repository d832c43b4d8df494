//! Any bytes as a workbook; and, where they are no zip, as the XML inside one: the sheet, the shared
//! strings, the styles and the book, parted by `\x1e`.
#![no_main]

#[path = "../../suite/bridge.rs"]
#[expect(dead_code, reason = "made for tests that see more of it")]
mod bridge;
#[path = "../../suite/desk.rs"]
mod desk;

use std::{
    io::{Cursor, Write},
    sync::LazyLock,
};

use libfuzzer_sys::fuzz_target;
use sheetbridge::config::Config;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    desk::config(&include_str!("../../data/bad/bridge.toml").replace("clients.csv", "clients.xlsx").replace("out/", ""))
});

const RELS: &str = "<Relationships><Relationship Id='r' Type='x/relationships/officeDocument' \
                    Target='xl/workbook.xml'/></Relationships>";
const BOOK_RELS: &str = "<Relationships><Relationship Id='a' Type='x/worksheet' Target='worksheets/sheet1.xml'/>\
                         </Relationships>";
const BOOK: &str = "<workbook><workbookPr/><sheets><sheet name='List' sheetId='1' r:id='a'/></sheets></workbook>";
const STYLES: &str =
    "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='20'/></cellXfs></styleSheet>";

fuzz_target!(|bytes: &[u8]| {
    let book = if bytes.starts_with(b"PK") { bytes.to_vec() } else { of_parts(bytes) };
    desk::sync_twice(&CONFIG, &[("clients.xlsx", &book)]);
});

fn of_parts(bytes: &[u8]) -> Vec<u8> {
    let mut given = bytes.split(|b| *b == 0x1e);
    let mut part = |default: &'static str| given.next().map_or(default.as_bytes().to_vec(), <[u8]>::to_vec);
    let (sheet, strings, styles, book) = (part(""), part("<sst/>"), part(STYLES), part(BOOK));
    let parts: [(&str, &[u8]); 7] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
        ("xl/workbook.xml", &book),
        ("xl/styles.xml", &styles),
        ("xl/sharedStrings.xml", &strings),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(name, options).and_then(|()| Ok(zip.write_all(bytes)?)).expect("a part");
    }
    zip.finish().expect("a zip").into_inner()
}
