//! XLSX as a source: every wanted sheet of every file is a tab.

use async_trait::async_trait;

use super::{
    super::{
        SourcePlace, files,
        titles::{is_pattern, meant},
    },
    package::{Broken, TEXT_BYTES_MAX},
    pull::{Pulled, Wanted, head, pull},
    workbook::Workbook,
};
use crate::{
    finding::Code,
    nearest::nearest,
    port::{self, Source, Unread},
    sheet::{Rows, Tab, Tabs},
};

const NO_SHEETS: Code = Code::new("xlsx-no-sheets");
const NO_TAB: Code = Code::new("xlsx-no-tab");
const TAB_PATTERN: Code = Code::new("xlsx-tab-pattern");
const EMPTY_SHEET: Code = Code::new("xlsx-empty-sheet");

const PASSED_EMPTY: Code = Code::new("xlsx-passed-empty");
const PASSED_CHART: Code = Code::new("xlsx-passed-chart");
const HIDDEN_TAB: Code = Code::new("xlsx-hidden-tab");
const HIDDEN_ROWS: Code = Code::new("xlsx-hidden-rows");
const HIDDEN_COLUMNS: Code = Code::new("xlsx-hidden-columns");
const SKIPPED_TAB: Code = Code::new("xlsx-skipped-tab");
const SKIPPED_ROWS: Code = Code::new("xlsx-skipped-rows");
const SKIPPED_COLUMNS: Code = Code::new("xlsx-skipped-columns");
const MERGED: Code = Code::new("xlsx-merged");
const UNCALCULATED: Code = Code::new("xlsx-uncalculated");

/// How many rows are shown for the header to be looked for, unless the config names one below.
const HEAD_ROWS: u32 = 20;

pub(super) struct XlsxSource {
    place: SourcePlace,
    books: Vec<Book>,
    /// For each tab, its workbook and its sheet there.
    tabs: Vec<(usize, usize)>,
}

struct Book {
    file: String,
    workbook: Workbook,
}

/// A sheet that the config asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Chosen {
    sheet: usize,
    /// Whether by its title. What only a pattern matches, or nothing said, may be passed over.
    by_title: bool,
}

impl XlsxSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, books: Vec::new(), tabs: Vec::new() }
    }

    fn open_book(&mut self, mut book: Book, tabs: &mut Tabs) -> Result<(), Unread> {
        for chosen in book.choose(self.place.tabs.as_deref())? {
            if let Some(tab) = book.open_tab(chosen, &self.place, &mut tabs.notes)? {
                tabs.tabs.push(tab);
                self.tabs.push((self.books.len(), chosen.sheet));
            }
        }
        self.books.push(book);
        Ok(())
    }
}

#[async_trait]
impl Source for XlsxSource {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let mut contents = Vec::new();
        for path in files::expand(&self.place.location, &self.place.folder)? {
            contents.push((files::name(&path), files::read(&path)?));
        }
        let version = Some(files::version(contents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))));
        let mut tabs = Tabs { tabs: Vec::new(), version, notes: Vec::new(), pins: Vec::new() };
        for (file, bytes) in contents {
            let workbook = Workbook::open(bytes).map_err(|broken| broken.unread(&file))?;
            self.open_book(Book { file, workbook }, &mut tabs)?;
        }
        if tabs.tabs.is_empty() { Err(Unread::new(NO_SHEETS, format!("{:?}", self.place.location))) } else { Ok(tabs) }
    }

    async fn rows(&mut self, wanted: &[port::Wanted]) -> Result<Vec<Rows>, Unread> {
        let skip_hidden = skips_hidden(&self.place);
        let of_sheet = |it: &port::Wanted| {
            let (header, columns) = (it.header, it.columns.as_slice());
            let (book, sheet) = self.tabs[it.tab];
            let book = &mut self.books[book];
            let place = book.place(sheet);
            let wanted = Wanted { header, columns, skip_hidden, text_bytes_max: TEXT_BYTES_MAX };
            let pulled = book.pull(sheet, &wanted).map_err(|broken| broken.unread(&place))?;
            Ok(with_notes(pulled, &place, skip_hidden))
        };
        wanted.iter().map(of_sheet).collect()
    }
}

fn skips_hidden(place: &SourcePlace) -> bool {
    place.option("hidden") == Some("skip")
}

fn with_notes(pulled: Pulled, place: &str, skipped: bool) -> Rows {
    let mut rows = pulled.rows;
    for (code, count) in [
        (if skipped { SKIPPED_ROWS } else { HIDDEN_ROWS }, pulled.hidden_rows),
        (if skipped { SKIPPED_COLUMNS } else { HIDDEN_COLUMNS }, pulled.hidden_columns),
        (MERGED, pulled.merged.len() as u32),
        (UNCALCULATED, pulled.uncalculated),
    ] {
        if count > 0 {
            rows.notes.push((code, format!("{place}: {count}")));
        }
    }
    rows
}

impl Book {
    /// A sheet in words.
    fn place(&self, sheet: usize) -> String {
        format!("{}, `{}`", self.file, self.workbook.sheets[sheet].title)
    }

    /// The sheets that the config asks for, in the order of the workbook. Each title and each pattern
    /// must find one: a tab that was renamed is no tab without people.
    fn choose(&self, wanted: Option<&[String]>) -> Result<Vec<Chosen>, Unread> {
        let sheets = &self.workbook.sheets;
        let Some(wanted) = wanted else {
            return Ok((0..sheets.len()).map(|sheet| Chosen { sheet, by_title: false }).collect());
        };
        let mut by_title = vec![None; sheets.len()];
        for name in wanted {
            let unfit = |e: glob::PatternError| Unread::new(TAB_PATTERN, format!("`{name}`: {}", e.msg));
            let found = meant(name, sheets.iter().map(|s| s.title.as_str())).map_err(unfit)?;
            if found.is_empty() {
                return Err(self.no_tab(name));
            }
            for sheet in found {
                by_title[sheet] = Some(by_title[sheet] == Some(true) || !is_pattern(name));
            }
        }
        let chosen = by_title.into_iter().enumerate();
        Ok(chosen.filter_map(|(sheet, by_title)| by_title.map(|by_title| Chosen { sheet, by_title })).collect())
    }

    fn no_tab(&self, name: &str) -> Unread {
        let titles = || self.workbook.sheets.iter().map(|s| s.title.as_str());
        let there = nearest(name, titles()).map_or_else(|| titles().take(10).collect(), |n| vec![n]);
        let there: Vec<String> = there.iter().map(|t| format!("`{t}`")).collect();
        Unread::new(NO_TAB, format!("{}: `{name}` ({})", self.file, there.join(", ")))
    }

    /// The first rows of a sheet; nothing where it is passed over, which is noted.
    fn open_tab(
        &mut self,
        Chosen { sheet, by_title }: Chosen,
        wanted: &SourcePlace,
        notes: &mut Vec<(Code, String)>,
    ) -> Result<Option<Tab>, Unread> {
        let skip_hidden = skips_hidden(wanted);
        let rows_max = wanted.header.unwrap_or_default().max(HEAD_ROWS);
        let place = self.place(sheet);
        let is_hidden = self.workbook.sheets[sheet].hidden;
        if is_hidden && skip_hidden && !by_title {
            notes.push((SKIPPED_TAB, place));
            return Ok(None);
        }
        let opened = self.workbook.read(sheet).and_then(|mut reader| head(&mut reader, skip_hidden, rows_max));
        let (head_row, head) = match opened {
            Err(Broken::Chart) if !by_title => {
                notes.push((PASSED_CHART, place));
                return Ok(None);
            }
            opened => opened.map_err(|broken| broken.unread(&place))?,
        };
        if head.is_empty() && by_title {
            return Err(Unread::new(EMPTY_SHEET, place));
        }
        if head.is_empty() {
            notes.push((PASSED_EMPTY, place));
            return Ok(None);
        }
        if is_hidden {
            notes.push((HIDDEN_TAB, place));
        }
        let title = Some(self.workbook.sheets[sheet].title.clone());
        Ok(Some(Tab { file: self.file.clone(), title, head, head_row, ..Tab::default() }))
    }

    /// Where cells are merged stands at the end of a sheet, so that one with merged cells is read twice.
    fn pull(&mut self, sheet: usize, wanted: &Wanted<'_>) -> Result<Pulled, Broken> {
        let pulled = pull(self.workbook.read(sheet)?, wanted, &[])?;
        if pulled.merged.is_empty() {
            return Ok(pulled);
        }
        pull(self.workbook.read(sheet)?, wanted, &pulled.merged)
    }
}
