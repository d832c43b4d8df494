//! `--limit` and `--only`: which few of a route's cards go first.

use std::collections::BTreeSet;

use super::Ask;
use crate::{
    address::{Address, SheetInfo},
    config::Config,
    finding::{Code, Trouble},
    plan::Few,
    record::{Records, RowId},
};

const MIRROR: Code = Code::new("few-file");
const NO_ADDRESS: Code = Code::new("few-no-address");
const NO_ROW: Code = Code::new("few-no-row");

impl Ask {
    /// Whether only a few cards go.
    #[must_use]
    pub fn is_few(&self) -> bool {
        self.limit.is_some() || !self.only.is_empty()
    }

    /// What it asks that can't be done: a few cards of a file, which is always a mirror, or a row at no address.
    pub fn judge(&self, config: &Config) -> Result<(), Trouble> {
        let files = config.routes.iter().filter(|r| self.goes(&r.name) && r.kind.is_file);
        let files: Vec<String> = files.map(|r| format!("`{}`", r.name)).collect();
        if self.is_few() && !files.is_empty() {
            return Err(Trouble::new(MIRROR, files.join(", ")));
        }
        let wrong = self.only.iter().find(|text| Address::parse(text).is_none());
        wrong.map_or(Ok(()), |text| Err(Trouble::new(NO_ADDRESS, shape(text))))
    }

    /// The few that it asks for, found among the rows that were read.
    pub(super) fn few(&self, config: &Config, records: &Records, sheets: &[SheetInfo]) -> Result<Few, Trouble> {
        if self.only.is_empty() {
            return Ok(Few { limit: self.limit, only: None });
        }
        let mut only = BTreeSet::new();
        for text in &self.only {
            let address = Address::parse(text).ok_or_else(|| Trouble::new(NO_ADDRESS, shape(text)))?;
            let rows = rows_at(&address, config, records, sheets);
            if rows.is_empty() {
                let is_known = sheets.iter().any(|s| address.is_in(s, &config.source(s.source).name));
                return Err(Trouble::new(NO_ROW, if is_known { text.clone() } else { shape(text) }));
            }
            only.extend(rows);
        }
        Ok(Few { limit: self.limit, only: Some(only) })
    }
}

/// The rows that stand at an address.
pub(crate) fn rows_at(address: &Address, config: &Config, records: &Records, sheets: &[SheetInfo]) -> Vec<RowId> {
    let is_there = |row: &RowId| {
        let place = records.place(*row, None);
        place.row == Some(address.row) && address.is_row(place, sheets, &config.source(place.source).name)
    };
    records.rows().filter(is_there).collect()
}

/// Of what is no address only its shape is said: it may be a person's name.
fn shape(text: &str) -> String {
    format!("{:?}", crate::value::Private::new(text))
}
