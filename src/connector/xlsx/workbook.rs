//! A workbook: what it is by its first bytes, its sheets, and what they share.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::{
    super::files,
    package::{Broken, Package},
    sheet::SheetReader,
    strings::Strings,
    styles::{Shown, shown},
    xml::{attribute, flag},
};

/// The first bytes of the container that Microsoft's programs used before zip.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// A workbook that can be read.
pub(super) struct Workbook {
    package: Package,
    pub(super) sheets: Vec<Sheet>,
    shared: Shared,
}

/// A sheet of a workbook.
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) hidden: bool,
    /// Whether it holds cells: charts, dialogs and macros don't.
    pub(super) has_cells: bool,
    part: String,
}

/// What the sheets of a workbook share.
pub(super) struct Shared {
    pub(super) strings: Strings,
    /// How the cells of each style show their numbers.
    pub(super) styles: Vec<Shown>,
    /// Whether days are counted from 1904, as old Macs did.
    pub(super) from_1904: bool,
}

impl Workbook {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Broken> {
        recognise(&bytes)?;
        let mut package = Package::open(bytes)?;
        let main = main_part(&mut package)?;
        let relations = relations(&mut package, &main)?;
        let (sheets, from_1904) = contents(&mut package, &main, &relations)?;
        let part = |kind: &str| relations.iter().find(|r| r.kind == kind).map(|r| r.part.clone());
        let beside = |name: &str| format!("{}{name}", folder(&main));
        let strings = part("sharedStrings").unwrap_or_else(|| beside("sharedStrings.xml"));
        let strings = package.part(&strings)?.map_or(Ok(Strings::default()), Strings::read)?;
        let styles = part("styles").unwrap_or_else(|| beside("styles.xml"));
        let styles = package.part(&styles)?.map_or(Ok(Vec::new()), shown)?;
        Ok(Self { package, sheets, shared: Shared { strings, styles, from_1904 } })
    }

    /// The rows of a sheet, from its first.
    pub(super) fn read(&mut self, sheet: usize) -> Result<SheetReader<'_>, Broken> {
        if !self.sheets[sheet].has_cells {
            return Err(Broken::Chart);
        }
        let xml = self.package.part(&self.sheets[sheet].part)?.ok_or(Broken::SheetMissing)?;
        SheetReader::open(xml, &self.shared)
    }
}

/// Every `xlsx` is a zip. What else calls itself one is told apart, so that people know what they have.
fn recognise(bytes: &[u8]) -> Result<(), Broken> {
    let is_table = |start: &[u8]| !start.contains(&0) && start.iter().any(|b| b"\n\r;,\t".contains(b));
    match files::recognised(bytes) {
        Some("ZIP") => Ok(()),
        Some(_) if is_encrypted(bytes) => Err(Broken::Encrypted),
        Some(what) => Err(Broken::NotWorkbook(what)),
        None if is_table(&bytes[..bytes.len().min(1024)]) => Err(Broken::NotWorkbook("CSV")),
        None => Err(Broken::NotWorkbook("")),
    }
}

/// A workbook with a password is an encrypted stream in the old container.
fn is_encrypted(bytes: &[u8]) -> bool {
    let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.starts_with(COMPOUND) && bytes.windows(stream.len()).any(|w| w == stream)
}

/// The part that lists the sheets.
fn main_part(package: &mut Package) -> Result<String, Broken> {
    let target = relations(package, "")?.into_iter().find(|r| r.kind == "officeDocument").map(|r| r.part);
    let part = target.unwrap_or_else(|| "xl/workbook.xml".to_owned());
    match part {
        _ if part.rsplit('.').next() == Some("bin") => Err(Broken::NotWorkbook("XLSB")),
        _ if package.has(&part) => Ok(part),
        _ if package.has("content.xml") => Err(Broken::NotWorkbook("OpenDocument")),
        _ if package.has("[Content_Types].xml") => Err(Broken::Damaged),
        _ => Err(Broken::NotWorkbook("ZIP")),
    }
}

/// A line from one part to another.
struct Relation {
    id: String,
    /// The last word of its type, such as `worksheet`.
    kind: String,
    part: String,
}

/// The relations of a part; those of the container itself belong to the part without a name.
fn relations(package: &mut Package, part: &str) -> Result<Vec<Relation>, Broken> {
    let (folder, name) = part.split_at(folder(part).len());
    let Some(mut xml) = package.part(&format!("{folder}_rels/{name}.rels"))? else { return Ok(Vec::new()) };
    let mut relations = Vec::new();
    while let Some((id, kind, target)) = xml.start(|e| {
        if e.local_name().as_ref() != "Relationship" {
            return Ok(None);
        }
        Ok(Some((attribute(e, "Id")?, attribute(e, "Type")?, attribute(e, "Target")?)))
    })? {
        let (Some(id), Some(kind), Some(target)) = (id, kind, target) else { return Err(Broken::Damaged) };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        relations.push(Relation { id, kind, part: resolved(folder, &target) });
    }
    Ok(relations)
}

fn folder(part: &str) -> &str {
    part.rfind('/').map_or("", |slash| &part[..=slash])
}

/// `../tables/x.xml` seen from `xl/worksheets/` is `xl/tables/x.xml`.
fn resolved(folder: &str, target: &str) -> String {
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The sheets in the order of their tabs, and whether days are counted from 1904.
fn contents(package: &mut Package, main: &str, relations: &[Relation]) -> Result<(Vec<Sheet>, bool), Broken> {
    let mut xml = package.part(main)?.ok_or(Broken::Damaged)?;
    if !xml.start(|e| Ok(Some(e.local_name().as_ref() == "workbook")))?.unwrap_or(false) {
        return Err(Broken::NotWorkbook(""));
    }
    let by_id: HashMap<&str, &Relation> = relations.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut sheets = Vec::new();
    let mut from_1904 = false;
    while let Some(sheet) = xml.start(|e| match e.local_name().as_ref() {
        "sheet" => sheet(e, &by_id).map(Some),
        "workbookPr" => {
            from_1904 |= flag(e, "date1904")?;
            Ok(None)
        }
        _ => Ok(None),
    })? {
        sheets.push(sheet);
    }
    if sheets.is_empty() { Err(Broken::NoSheets) } else { Ok((sheets, from_1904)) }
}

fn sheet(element: &BytesStart<'_>, relations: &HashMap<&str, &Relation>) -> Result<Sheet, Broken> {
    let title = attribute(element, "name")?.ok_or(Broken::Damaged)?;
    let state = attribute(element, "state")?;
    let relation = attribute(element, "id")?.and_then(|id| relations.get(id.as_str()).copied());
    Ok(Sheet {
        title,
        hidden: state.is_some_and(|s| s != "visible"),
        has_cells: relation.is_none_or(|r| r.kind == "worksheet"),
        part: relation.map(|r| r.part.clone()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_calls_itself_a_workbook_is_named() {
        let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let compound = |tail: &[u8]| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ".as_slice(), tail].concat();
        for (bytes, expected) in [
            (compound(&encrypted), Broken::Encrypted),
            (compound(b"Workbook"), Broken::NotWorkbook("Excel 97–2003 (.xls)")),
            (b"\xef\xbb\xbf\r\n<HTML><body><table>".to_vec(), Broken::NotWorkbook("HTML")),
            (b"<?xml version=\"1.0\"?><Workbook>".to_vec(), Broken::NotWorkbook("XML")),
            (b"name;phone\r\nAnna;1\r\n".to_vec(), Broken::NotWorkbook("CSV")),
            (b"%PDF-1.7".to_vec(), Broken::NotWorkbook("PDF")),
            (b"\x00\x01\x02".to_vec(), Broken::NotWorkbook("")),
            (b"PK\x03\x04 and then nothing".to_vec(), Broken::Cut),
            (b"PK\x03\x04 PK\x05\x06 and a directory of nothing".to_vec(), Broken::Damaged),
        ] {
            assert_eq!(Workbook::open(bytes).map(|_| ()), Err(expected));
        }
    }

    #[test]
    fn targets_are_resolved_as_paths() {
        for (folder, target, part) in [
            ("xl/", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/", "../sheet1.xml", "sheet1.xml"),
            ("", "xl/./workbook.xml", "xl/workbook.xml"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
