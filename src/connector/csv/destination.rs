//! CSV as a destination: RFC 4180, and nothing in it that a spreadsheet would calculate.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    ops::ControlFlow,
    path::Path,
};

use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};

use super::{
    super::{
        DestinationPlace,
        file_table::{FileTable, Format, Table, Unwritten},
    },
    dialect::DELIMITERS,
    encoding,
    guard::{guarded, unguarded},
};
use crate::{change::ID_COLUMN, port::Whole, value::Private};

pub(super) struct CsvFormat {
    delimiter: u8,
    mark: bool,
}

pub(super) fn make(place: DestinationPlace) -> Box<dyn Whole> {
    let delimiter = place.option("delimiter").and_then(|word| DELIMITERS.iter().find(|(name, _)| *name == word));
    // Without the mark Excel reads Cyrillic as another encoding.
    let mark = place.option("bom") != Some("no");
    let format = CsvFormat { delimiter: delimiter.map_or(b',', |(_, byte)| *byte), mark };
    Box::new(FileTable::new(place, format))
}

impl CsvFormat {
    /// The delimiter of an old file, which may have been written with another one, or saved again by Excel.
    fn delimiter_of(&self, text: &str) -> u8 {
        let all = std::iter::once(self.delimiter).chain(DELIMITERS.map(|(_, byte)| byte));
        let has_id = |delimiter: &u8| {
            let mut record = ByteRecord::new();
            let read = reader(text, *delimiter).read_byte_record(&mut record);
            read.unwrap_or(false) && record.iter().any(|cell| cell == ID_COLUMN.as_bytes())
        };
        all.into_iter().find(has_id).unwrap_or(self.delimiter)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

impl Format for CsvFormat {
    fn decode(&self, bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) -> Result<(), String> {
        let decoded = encoding::decode(bytes, encoding::Known::default(), "");
        let text = decoded.map_err(|_| "it can't be read as text".to_owned())?.text;
        let mut reader = reader(&text, self.delimiter_of(&text));
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|_| "it can't be read as CSV".to_owned())? {
            let cells: Vec<&str> = record.iter().map(unguarded).collect();
            if take(&cells).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn encode(&self, table: &Table<'_>, _folder: &Path, file: &mut File) -> Result<(), Unwritten> {
        let mut out = BufWriter::new(file);
        if self.mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut out = WriterBuilder::new().delimiter(self.delimiter).terminator(Terminator::CRLF).from_writer(out);
        out.write_field(ID_COLUMN).map_err(io::Error::from)?;
        for column in table.columns {
            out.write_field(&*guarded(&column.name)).map_err(io::Error::from)?;
        }
        out.write_record(None::<&[u8]>).map_err(io::Error::from)?;
        for (id, row) in &table.rows {
            out.write_field(id.to_string()).map_err(io::Error::from)?;
            for cell in row.iter().map(Private::expose) {
                out.write_field(&*guarded(cell)).map_err(io::Error::from)?;
            }
            out.write_record(None::<&[u8]>).map_err(io::Error::from)?;
        }
        out.flush()?;
        Ok(())
    }
}

#[cfg(test)]
pub(in crate::connector) fn decode_for_tests(bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) {
    CsvFormat { delimiter: b',', mark: true }.decode(bytes, take).expect("a table");
}
