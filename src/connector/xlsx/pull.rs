//! One sheet into rows of the wanted columns, with a count of everything that people don't see there.

use std::ops::Range;

use super::{super::fills, package::Broken, place::Area, plain::plain, sheet::SheetReader};
use crate::sheet::{Edge, Raw, Rows};

/// What is wanted of a sheet.
pub(super) struct Wanted<'a> {
    /// The row of the header, counted from 1: rows below it are pulled.
    pub(super) header: u32,
    /// The columns, counted from 0.
    pub(super) columns: &'a [u16],
    /// Whether hidden rows and columns are left out.
    pub(super) skip_hidden: bool,
    /// How much text is taken.
    pub(super) text_bytes_max: usize,
}

/// What was pulled, and what is to be said about it.
#[derive(Default)]
pub(super) struct Pulled {
    pub(super) rows: Rows,
    /// Hidden rows that hold something in a wanted column.
    pub(super) hidden_rows: u32,
    /// Hidden columns that are wanted or, where hidden ones are left out, that have a heading.
    pub(super) hidden_columns: u32,
    /// Wanted cells with a formula whose result the file doesn't hold.
    pub(super) uncalculated: u32,
    /// Merged cells that touch a wanted column below the header.
    pub(super) merged: Vec<Area>,
}

/// Pulls a sheet. Of each area that is known to be merged, only the first cell counts: a program may
/// have left values in the others, which nobody sees.
pub(super) fn pull(mut sheet: SheetReader<'_>, wanted: &Wanted<'_>, merged: &[Area]) -> Result<Pulled, Broken> {
    let hidden = std::mem::take(&mut sheet.hidden_columns);
    let is_hidden = |column: u16| hidden.iter().any(|h| h.contains(&u32::from(column)));
    let mut pulled = Pulled::default();
    let mut order: Vec<usize> = (0..wanted.columns.len()).collect();
    order.sort_by_key(|slot| wanted.columns[*slot]);
    let mut covered = Covered::new(merged, wanted.columns);
    let mut columns = Columns { wanted, order, is_hidden: &is_hidden, width: 0 };
    let mut last = wanted.header;
    let mut bytes = 0;
    while sheet.advance()? {
        let number = sheet.row.number;
        if number == wanted.header {
            pulled.hidden_columns = columns.header(&sheet);
        }
        if number <= wanted.header {
            continue;
        }
        let (mut line, edge) = columns.line(&sheet);
        covered.blank(number, &mut line);
        let is_filled = line.iter().any(|raw| fills(*raw));
        let is_left_out = wanted.skip_hidden && sheet.row.hidden;
        pulled.hidden_rows += u32::from(is_filled && sheet.row.hidden);
        if is_left_out {
            // It is no blank row either.
            last += u32::from(number > last);
            continue;
        }
        pulled.uncalculated += columns.count(&sheet.row.uncalculated);
        if is_filled {
            pulled.rows.blank += number - last - 1;
            last = number;
            bytes += line.iter().map(|raw| if let Raw::Text(t) = raw { t.len() } else { 0 }).sum::<usize>();
            pulled.rows.push(line.len(), number, line, edge);
        }
        if bytes > wanted.text_bytes_max {
            return Err(Broken::TooBig);
        }
    }
    let touches = |area: &Area| {
        area.rows.end - 1 > wanted.header && wanted.columns.iter().any(|c| area.columns.contains(&u32::from(*c)))
    };
    pulled.merged = sheet.merged()?.into_iter().filter(touches).collect();
    Ok(pulled)
}

/// The first rows of a sheet as text, from the first that holds something, with its number.
pub(super) fn head(
    sheet: &mut SheetReader<'_>,
    skip_hidden: bool,
    rows_max: u32,
) -> Result<(u32, Vec<Vec<String>>), Broken> {
    let hidden = std::mem::take(&mut sheet.hidden_columns);
    let mut head: Vec<Vec<String>> = Vec::new();
    let mut first = 1;
    while sheet.advance()? {
        let is_left_out = skip_hidden && sheet.row.hidden;
        if is_left_out || (head.is_empty() && !sheet.cells().any(|(_, raw)| fills(raw))) {
            continue;
        }
        if head.is_empty() {
            first = sheet.row.number;
        }
        let place = sheet.row.number - first;
        if place >= rows_max {
            break;
        }
        head.resize(place as usize, Vec::new());
        let mut row = Vec::new();
        for (column, raw) in sheet.cells() {
            if !skip_hidden || !hidden.iter().any(|h| h.contains(&u32::from(column))) {
                row.resize(usize::from(column), String::new());
                row.push(plain(raw).into_owned());
            }
        }
        head.push(row);
    }
    Ok((first, head))
}

struct Columns<'a> {
    wanted: &'a Wanted<'a>,
    /// The places of the wanted columns in the order in which a row has them.
    order: Vec<usize>,
    is_hidden: &'a dyn Fn(u16) -> bool,
    /// How many columns the header has, up to its last heading.
    width: u16,
}

impl Columns<'_> {
    fn is_left_out(&self, column: u16) -> bool {
        self.wanted.skip_hidden && (self.is_hidden)(column)
    }

    /// Takes the header's width; says how many columns are hidden.
    fn header(&mut self, sheet: &SheetReader<'_>) -> u32 {
        let headings = || sheet.cells().filter(|(_, raw)| fills(*raw)).map(|(column, _)| column);
        self.width = headings().filter(|c| !self.is_left_out(*c)).last().map_or(0, |last| last + 1);
        let hidden = headings().filter(|c| (self.is_hidden)(*c));
        hidden.filter(|c| self.wanted.skip_hidden || self.wanted.columns.contains(c)).count() as u32
    }

    fn line<'s>(&self, sheet: &'s SheetReader<'_>) -> (Vec<Raw<'s>>, Edge) {
        let mut line = vec![Raw::Blank; self.wanted.columns.len()];
        let mut edge = Edge::Even;
        let mut slots = self.order.iter().copied().peekable();
        for (column, raw) in sheet.cells().filter(|(column, _)| !self.is_left_out(*column)) {
            while slots.next_if(|s| self.wanted.columns[*s] < column).is_some() {}
            while let Some(slot) = slots.next_if(|s| self.wanted.columns[*s] == column) {
                line[slot] = raw;
            }
            if column >= self.width && fills(raw) {
                edge = Edge::Long;
            }
        }
        (line, edge)
    }

    fn count(&self, columns: &[u16]) -> u32 {
        columns.iter().filter(|c| self.wanted.columns.contains(c) && !self.is_left_out(**c)).count() as u32
    }
}

/// For each wanted column, the rows in which its cell is covered by a merged one.
struct Covered(Vec<Vec<Range<u32>>>);

impl Covered {
    fn new(merged: &[Area], columns: &[u16]) -> Self {
        let rows = |area: &Area, column: u32| {
            let is_first = area.columns.start == column;
            area.rows.start + u32::from(is_first)..area.rows.end
        };
        let covered = |column: &u16| {
            let column = u32::from(*column);
            let areas = merged.iter().filter(|a| a.columns.contains(&column));
            let mut list: Vec<Range<u32>> = areas.map(|a| rows(a, column)).filter(|r| !r.is_empty()).collect();
            // The last is the next to come.
            list.sort_by_key(|r| std::cmp::Reverse((r.start, r.end)));
            list
        };
        Self(columns.iter().map(covered).collect())
    }

    fn blank(&mut self, row: u32, line: &mut [Raw<'_>]) {
        for (list, raw) in self.0.iter_mut().zip(line) {
            while list.pop_if(|next| next.end <= row).is_some() {}
            if list.last().is_some_and(|next| next.contains(&row)) {
                *raw = Raw::Blank;
            }
        }
    }
}
