//! The zip container of a workbook, and why one can't be read. Parts are read within bounds, and to
//! their end, where their checksum is compared.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Cursor, Read},
};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use super::xml::Xml;
use crate::{finding::Code, port::Unread};

const CUT: Code = Code::new("source-cut");
const DAMAGED: Code = Code::new("xlsx-damaged");
const ENCRYPTED: Code = Code::new("xlsx-encrypted");
const TOO_BIG: Code = Code::new("xlsx-too-big");
const NOT_WORKBOOK: Code = Code::new("xlsx-not-workbook");
const NO_SHEETS: Code = Code::new("xlsx-no-sheets");
const SHEET_MISSING: Code = Code::new("xlsx-sheet-missing");
const CHART: Code = Code::new("xlsx-chart-sheet");

/// How much one part may unpack to. A sheet of a million full rows has about a third of it; deflate
/// makes a thousand bytes out of one, so a small file may claim any amount.
const PART_BYTES_MAX: u64 = 4 << 30;

/// How much one piece of XML or one text, which is held in memory, may have: 32,767 characters fit
/// eighty times.
pub(super) const PIECE_BYTES_MAX: usize = 16 << 20;

/// How much text is kept of one source: the rest of the memory belongs to the other sources.
pub(super) const TEXT_BYTES_MAX: usize = 2 << 30;

/// Why a workbook can't be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Broken {
    /// The container ends before its directory.
    Cut,
    /// A part doesn't hold what it should.
    Damaged,
    /// It needs a password.
    Encrypted,
    /// It unpacks to more than any list of people.
    TooBig,
    /// It is something else: what, as far as the first bytes tell.
    NotWorkbook(&'static str),
    /// It has no sheets.
    NoSheets,
    /// The part of a sheet isn't there.
    SheetMissing,
    /// The sheet is a chart.
    Chart,
}

impl Broken {
    /// The same for people; `place` is the file, or the file and the tab.
    pub(super) fn unread(self, place: &str) -> Unread {
        match self {
            Self::Cut => Unread::new(CUT, place),
            Self::Damaged => Unread::new(DAMAGED, place),
            Self::Encrypted => Unread::new(ENCRYPTED, place),
            Self::TooBig => Unread::new(TOO_BIG, place),
            Self::NotWorkbook("") => Unread::new(NOT_WORKBOOK, place),
            Self::NotWorkbook(what) => Unread::new(NOT_WORKBOOK, format!("{place}: {what}")),
            Self::NoSheets => Unread::new(NO_SHEETS, place),
            Self::SheetMissing => Unread::new(SHEET_MISSING, place),
            Self::Chart => Unread::new(CHART, place),
        }
    }
}

impl From<quick_xml::Error> for Broken {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(e) if e.kind() == io::ErrorKind::FileTooLarge => Self::TooBig,
            _ => Self::Damaged,
        }
    }
}

impl From<ZipError> for Broken {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Self::Encrypted,
            _ => Self::Damaged,
        }
    }
}

/// The container.
pub(super) struct Package {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    /// Places by lower-case name: some writers disagree with themselves about case and slashes.
    names: HashMap<String, usize>,
}

impl Package {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Broken> {
        let has_end = has_directory_end(&bytes);
        let zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|_| if has_end { Broken::Damaged } else { Broken::Cut })?;
        let name = |i| zip.name_for_index(i).and_then(Result::ok).map(|n| (folded(&n), i));
        let names = (0..zip.len()).filter_map(name).collect();
        Ok(Self { zip, names })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&folded(name))
    }

    /// A part as XML, or nothing if it isn't there.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'_>>, Broken> {
        let Some(index) = self.names.get(&folded(name)) else { return Ok(None) };
        let inner = BufReader::with_capacity(64 << 10, self.zip.by_index(*index)?);
        Ok(Some(Xml::new(Part { inner, left: PART_BYTES_MAX, piece: 0 })))
    }
}

fn folded(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// Whether the signature that ends every zip is where it should be: in the last 64 KiB, a comment aside.
fn has_directory_end(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(22 + 0xffff)..];
    tail.windows(4).any(|w| w == b"PK\x05\x06")
}

/// The bytes of a part on their way out of the container: so many in all, so many in one piece.
pub(super) struct Part<'a> {
    inner: BufReader<ZipFile<'a, Cursor<Vec<u8>>>>,
    left: u64,
    piece: usize,
}

impl Part<'_> {
    /// Another piece begins.
    pub(super) fn next_piece(&mut self) {
        self.piece = 0;
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Part<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 || self.piece > PIECE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n as u64);
        self.piece += n;
        self.inner.consume(n);
    }
}
