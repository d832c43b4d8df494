//! What people do to a sheet: rows are counted from one here, as they see them.

use std::{collections::BTreeSet, ops::Range};

use super::{
    a1::{self, Block},
    grid::{Cell, Sheet, corner},
    show,
};

impl Sheet {
    #[track_caller]
    pub(crate) fn cell(&self, a1: &str) -> &Cell {
        let (row, column) = corner(a1);
        self.at(row, column)
    }

    /// What a block shows, in American.
    #[track_caller]
    pub(crate) fn shown(&self, cells: &str) -> Vec<Vec<String>> {
        let block = a1::block(cells);
        let text = |row, column| show::text(self.at(row, column), "en_US").into_owned();
        (block.top..block.bottom).map(|row| (block.left..block.right).map(|c| text(row, c)).collect()).collect()
    }

    #[track_caller]
    pub(crate) fn set(&mut self, a1: &str, cell: impl Into<Cell>) -> &mut Self {
        let (row, column) = corner(a1);
        self.put(row, column, cell.into());
        self.fit();
        self
    }

    /// A row after the last one.
    pub(crate) fn push(&mut self, cells: &[&str]) -> &mut Self {
        self.rows.push(cells.iter().map(|text| Cell::from(*text)).collect());
        self.fit();
        self
    }

    pub(crate) fn rename(&mut self, title: &str) -> &mut Self {
        title.clone_into(&mut self.title);
        self
    }

    pub(crate) fn hide(&mut self) -> &mut Self {
        self.hidden = true;
        self
    }

    /// One cell of many; what stood in the others is gone.
    #[track_caller]
    pub(crate) fn merge(&mut self, cells: &str) -> &mut Self {
        let block = a1::block(cells);
        for row in block.top..block.bottom {
            for column in block.left..block.right {
                if (row, column) != (block.top, block.left) && !self.at(row, column).is_blank() {
                    self.put(row, column, Cell::Blank);
                }
            }
        }
        self.merges.push(block);
        self
    }

    pub(crate) fn hide_row(&mut self, row: usize) -> &mut Self {
        self.hidden_rows.insert(row - 1);
        self
    }

    #[track_caller]
    pub(crate) fn hide_column(&mut self, letters: &str) -> &mut Self {
        self.hidden_columns.insert(a1::column(letters).expect("a column"));
        self
    }

    /// A filter over cells, which leaves these rows out of sight.
    #[track_caller]
    pub(crate) fn filter(&mut self, cells: &str, hides: &[usize]) -> &mut Self {
        self.filter = Some(a1::block(cells));
        self.filtered_rows = hides.iter().map(|row| row - 1).collect();
        self
    }

    pub(crate) fn insert_row_before(&mut self, row: usize) -> &mut Self {
        let at = row - 1;
        if at < self.rows.len() {
            self.rows.insert(at, Vec::new());
        }
        self.row_count += 1;
        self.shift_rows(|r| Some(if r >= at { r + 1 } else { r }));
        self
    }

    /// The rows from one up to, and without, another.
    pub(crate) fn delete_rows(&mut self, rows: Range<usize>) -> &mut Self {
        let (from, to) = (rows.start - 1, rows.end - 1);
        self.rows.drain(from.min(self.rows.len())..to.min(self.rows.len()));
        self.row_count -= to - from;
        self.shift_rows(|r| if r < from { Some(r) } else { (r >= to).then(|| r - (to - from)) });
        self
    }

    #[track_caller]
    pub(crate) fn insert_column_before(&mut self, letters: &str) -> &mut Self {
        let at = a1::column(letters).expect("a column");
        self.rows.iter_mut().filter(|row| row.len() > at).for_each(|row| row.insert(at, Cell::Blank));
        self.column_count += 1;
        self.shift_columns(|c| Some(if c >= at { c + 1 } else { c }));
        self
    }

    #[track_caller]
    pub(crate) fn delete_column(&mut self, letters: &str) -> &mut Self {
        let at = a1::column(letters).expect("a column");
        self.rows.iter_mut().filter(|row| row.len() > at).for_each(|row| drop(row.remove(at)));
        self.column_count -= 1;
        self.shift_columns(|c| if c == at { None } else { Some(if c > at { c - 1 } else { c }) });
        self
    }

    #[track_caller]
    pub(crate) fn swap_columns(&mut self, one: &str, other: &str) -> &mut Self {
        let (a, b) = (a1::column(one).expect("a column"), a1::column(other).expect("a column"));
        for row in &mut self.rows {
            row.resize(row.len().max(a.max(b) + 1), Cell::Blank);
            row.swap(a, b);
        }
        self
    }

    /// Sorts all rows but the first by what a column shows.
    #[track_caller]
    pub(crate) fn sort_by(&mut self, letters: &str) -> &mut Self {
        let at = a1::column(letters).expect("a column");
        let shown = |row: &Vec<Cell>| row.get(at).map(|cell| show::text(cell, "en_US").into_owned());
        self.rows.get_mut(1..).unwrap_or_default().sort_by_key(shown);
        self
    }

    /// Everything that stands in it.
    pub(crate) fn clear(&mut self) -> &mut Self {
        self.rows.clear();
        self
    }

    /// A grid of another size; what stands beyond it is gone.
    pub(crate) fn resize(&mut self, rows: usize, columns: usize) -> &mut Self {
        (self.row_count, self.column_count) = (rows, columns);
        self.rows.truncate(rows);
        self.rows.iter_mut().for_each(|row| row.truncate(columns));
        self
    }

    fn fit(&mut self) {
        self.row_count = self.row_count.max(self.rows.len());
        self.column_count = self.column_count.max(self.rows.iter().map(Vec::len).max().unwrap_or_default());
    }

    fn shift_rows(&mut self, to: impl Fn(usize) -> Option<usize>) {
        moved(&mut self.hidden_rows, &to);
        moved(&mut self.filtered_rows, &to);
        let shift = |b: Block| Some(Block { top: to(b.top)?, bottom: to(b.bottom - 1)? + 1, ..b });
        self.merges = self.merges.iter().filter_map(|b| shift(*b)).collect();
        self.filter = self.filter.and_then(shift);
    }

    fn shift_columns(&mut self, to: impl Fn(usize) -> Option<usize>) {
        moved(&mut self.hidden_columns, &to);
        let shift = |b: Block| Some(Block { left: to(b.left)?, right: to(b.right - 1)? + 1, ..b });
        self.merges = self.merges.iter().filter_map(|b| shift(*b)).collect();
        self.filter = self.filter.and_then(shift);
    }
}

fn moved(set: &mut BTreeSet<usize>, to: impl Fn(usize) -> Option<usize>) {
    *set = set.iter().filter_map(|at| to(*at)).collect();
}
