//! One row: its cells, what it says about purposes, and the handles by which its sheet knows it again.

use super::{
    cell::read_cell,
    facts::{Consents, facts},
    kind::{Input, Note},
    kinds, mess,
};
use crate::{
    address::Place,
    config::{Config, SourceConfig},
    day::Day,
    finding::{Code, Finding},
    identity::Identifying,
    keys::Hasher,
    read::{BoundColumn, BoundFeed, Draft},
    record::{Cell, Chunk, RecordRef, Row},
    set::FieldSet,
    sheet::{Edge, Raw, RawChunk},
    value::Shape,
    written::{key, unmarked},
};

const SHIFTED: Code = Code::new("row-shifted");
const SHORT: Code = Code::new("row-short");
const UNCUT: Code = Code::new("row-uncut");
const KEY_BLANK: Code = Code::new("key-blank");

/// Everything that reading the rows of one draft needs.
pub(super) struct Rules<'a> {
    draft: &'a Draft,
    config: &'a Config,
    consents: Consents<'a>,
    identifying: &'a Identifying,
    handles: Hasher,
    /// Whether the rows are refusals.
    is_refusal: bool,
}

/// What is at hand while a chunk is read.
pub(super) struct Work<'a> {
    pub(super) raw: &'a RawChunk,
    pub(super) out: Chunk,
    pub(super) findings: Vec<Finding>,
    keys: Vec<(u64, Place)>,
    notes: Vec<Note>,
    scratch: String,
}

/// What the rows of a chunk gave.
pub(super) struct Rows {
    pub(super) chunk: Chunk,
    pub(super) findings: Vec<Finding>,
    /// The keys of the source's own column, hashed, each with its place.
    pub(super) keys: Vec<(u64, Place)>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        draft: &'a Draft,
        config: &'a Config,
        source: &'a SourceConfig,
        today: Day,
        identifying: &'a Identifying,
        handles: Hasher,
    ) -> Self {
        let consents = Consents::new(draft, config, source, today);
        let is_refusal = !source.refuses.is_empty();
        Self { draft, config, consents, identifying, handles, is_refusal }
    }

    pub(super) fn chunk(&self, sheet: usize, raw: &RawChunk) -> Rows {
        let out = Chunk::with_capacity(sheet, raw.len(), self.config.fields.len(), raw.bytes());
        let mut work =
            Work { raw, out, findings: Vec::new(), keys: Vec::new(), notes: Vec::new(), scratch: String::new() };
        for row in 0..raw.len() {
            match self.draft.no_person(raw, row) {
                Some(code) => work.findings.push(Finding::at(code, self.place(raw.number(row), None))),
                None => self.row(&mut work, row),
            }
        }
        work.out.shrink();
        Rows { chunk: work.out, findings: work.findings, keys: work.keys }
    }

    fn place(&self, row: u32, pulled: Option<usize>) -> Place {
        let column = pulled.map(|p| self.draft.binding.pulled[p]);
        Place { source: self.draft.info.source, sheet: Some(self.draft.id), row: Some(row), column }
    }

    fn row(&self, work: &mut Work<'_>, row: usize) {
        let number = work.raw.number(row);
        let edge = work.raw.edge(row);
        let shifted = matches!(edge, Edge::Long | Edge::Uncut);
        let code = match edge {
            Edge::Even => None,
            Edge::Short => Some(SHORT),
            Edge::Long => Some(SHIFTED),
            Edge::Uncut => Some(UNCUT),
        };
        work.findings.extend(code.map(|code| Finding::at(code, self.place(number, None))));
        let start = work.out.cells.len();
        work.out.cells.resize(start + self.config.fields.len(), Cell::BLANK);
        for feed in &self.draft.binding.feeds {
            let cell = match feed.alternatives.is_empty() {
                false if !shifted => self.cell(work, row, feed),
                // No cell of a shifted row can be trusted, but a refusal is believed as far as it is legible.
                false if self.is_refusal => self.cell(work, row, feed).doubted(),
                _ => Cell::bad(0),
            };
            work.out.cells[start + usize::from(feed.field.0)] = cell;
        }
        let dated = self.draft.binding.dated.and_then(|p| self.date(work, row, p)).unwrap_or(Day::NEVER);
        work.out.rows.push(Row { number, dated, handles_end: 0, shifted });
        facts(self, &self.consents, work, row, dated, shifted);
        self.add_handles(work, row, shifted);
    }

    /// The first alternative with a filled cell.
    fn cell(&self, work: &mut Work<'_>, row: usize, feed: &BoundFeed) -> Cell {
        let raw = work.raw;
        let filled = |column: &BoundColumn| match raw.cell(row, column.pulled) {
            Raw::Blank => false,
            Raw::Text(text) => !mess::is_blank(text),
            _ => true,
        };
        let Some(columns) = feed.alternatives.iter().find(|a| a.iter().any(filled)) else { return Cell::BLANK };
        let input = |c: &BoundColumn| (c.ordinal, Input { part: c.part, raw: raw.cell(row, c.pulled) });
        let (one, several);
        let inputs = if let [column] = columns.as_slice() {
            one = [input(column)];
            one.as_slice()
        } else {
            several = columns.iter().map(input).collect::<Vec<_>>();
            several.as_slice()
        };
        let kind = self.config.field(feed.field).kind;
        let how = &self.draft.hows[columns[0].pulled];
        let cell = read_cell(kind, inputs, how, &mut work.out.text, &mut work.notes);
        if !work.notes.is_empty() {
            let pulled = columns.iter().find(|c| filled(c)).map_or(columns[0].pulled, |c| c.pulled);
            self.report(work, row, pulled);
        }
        cell
    }

    /// Turns the notes about a cell into findings with its address and shape.
    fn report(&self, work: &mut Work<'_>, row: usize, pulled: usize) {
        let place = self.place(work.raw.number(row), Some(pulled));
        let shape = match work.raw.cell(row, pulled) {
            Raw::Text(text) | Raw::Error(text) => Some(Shape::of(text)),
            _ => None,
        };
        for note in work.notes.drain(..) {
            let hint = note.hint.map(String::into_boxed_str);
            work.findings.push(Finding { code: note.code, place, shape, hint });
        }
    }

    /// Reports something about a control cell.
    pub(super) fn found(&self, work: &mut Work<'_>, code: Code, row: usize, pulled: usize) {
        work.notes.push(Note { code, hint: None });
        self.report(work, row, pulled);
    }

    /// The date in a control cell, if there is one; what is wrong with it is reported.
    pub(super) fn date(&self, work: &mut Work<'_>, row: usize, pulled: usize) -> Option<Day> {
        let raw = work.raw.cell(row, pulled);
        if raw == Raw::Blank {
            return None;
        }
        work.scratch.clear();
        let input = [(0, Input { part: None, raw })];
        read_cell(kinds::date(), &input, &self.draft.hows[pulled], &mut work.scratch, &mut work.notes);
        self.report(work, row, pulled);
        Day::parse_iso(&work.scratch)
    }

    /// The key column, or else the row's identity values, hashed.
    fn add_handles(&self, work: &mut Work<'_>, row: usize, shifted: bool) {
        let key = self.draft.binding.key.filter(|_| !shifted).and_then(|pulled| self.key(work, row, pulled));
        let start = work.out.handles.len();
        if let Some(key) = key {
            work.out.handles.push(key);
        } else {
            let chunk = std::mem::take(&mut work.out);
            let record = RecordRef::last(&chunk, self.config.fields.len());
            let mut found: smallvec::SmallVec<[u64; 4]> = smallvec::SmallVec::new();
            self.identifying.each(record, FieldSet::from_bits(u64::MAX), |value| {
                let [kind, text] = value.parts();
                found.push(unmarked(self.handles.short(&[kind, text])));
            });
            work.out = chunk;
            work.out.handles.extend(found);
            work.out.handles[start..].sort_unstable();
        }
        let end = work.out.handles.len() as u32;
        if let Some(row) = work.out.rows.last_mut() {
            row.handles_end = end;
        }
    }

    fn key(&self, work: &mut Work<'_>, row: usize, pulled: usize) -> Option<u64> {
        let hash = |text: &str| (!text.is_empty()).then(|| key(self.handles.short(&[b"key", text.as_bytes()])));
        let key = match work.raw.cell(row, pulled) {
            Raw::Text(text) if !mess::is_sheet_error(text) => hash(&mess::clean(text)),
            Raw::Number(n) | Raw::Date(n) => hash(&n.to_string()),
            _ => None,
        };
        match key {
            Some(key) => work.keys.push((key, self.place(work.raw.number(row), Some(pulled)))),
            None if self.draft.binding.fills_key => {}
            None => self.found(work, KEY_BLANK, row, pulled),
        }
        key
    }
}
