//! Who said yes: by hashed handle, per source and purpose, so that a yes that turned into a no is a
//! refusal and not just a no.

use rusqlite::{OptionalExtension as _, params};

use super::{DAMAGED, Ledger, damaged};
use crate::{
    day::Day,
    finding::Trouble,
    rights::{Consented, Yes},
};

impl Ledger {
    /// Who of a source said yes for a purpose.
    pub fn consented(&self, source: &str, purpose: &str) -> Result<Consented, Trouble> {
        let select = "SELECT body FROM consents WHERE source = ?1 AND purpose = ?2";
        let body: Option<Vec<u8>> =
            self.db.query_row(select, params![source, purpose], |row| row.get(0)).optional().map_err(damaged)?;
        let body = body.unwrap_or_default();
        let (records, rest) = body.as_chunks::<RECORD_BYTES>();
        if !rest.is_empty() {
            return Err(Trouble::new(DAMAGED, format!("the consents of {source}")));
        }
        Ok(Consented::from_records(records.iter().map(read)))
    }

    /// Remembers who of a source said yes for a purpose.
    pub fn set_consented(&mut self, source: &str, purpose: &str, consented: &Consented) -> Result<(), Trouble> {
        let body: Vec<u8> = consented.iter().flat_map(|(handle, yes)| write(handle, yes)).collect();
        self.db
            .execute(
                "INSERT OR REPLACE INTO consents (source, purpose, body) VALUES (?1, ?2, ?3)",
                params![source, purpose, body],
            )
            .map_err(damaged)?;
        Ok(())
    }
}

/// Handle, day of the grant, day of the refusal, how many said yes, how many no.
const RECORD_BYTES: usize = 24;

/// Stands for "never said yes"; [`Day::NEVER`] is a yes without a date.
const NO_DAY: i32 = i32::MIN + 1;

fn read(record: &[u8; RECORD_BYTES]) -> (u64, Yes) {
    let handle = u64::from_le_bytes(std::array::from_fn(|i| record[i]));
    let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| record[at + i]));
    let day = |at: usize| Some(number(at).cast_signed()).filter(|d| *d != NO_DAY).map(Day);
    (handle, Yes { granted: day(8), turned: day(12), yes: number(16), no: number(20) })
}

fn write(handle: u64, yes: Yes) -> [u8; RECORD_BYTES] {
    let day = |day: Option<Day>| day.map_or(NO_DAY, |d| d.0).cast_unsigned();
    let numbers = [day(yes.granted), day(yes.turned), yes.yes, yes.no];
    let mut record = [0; RECORD_BYTES];
    record[..8].copy_from_slice(&handle.to_le_bytes());
    for (i, number) in numbers.iter().enumerate() {
        record[8 + 4 * i..12 + 4 * i].copy_from_slice(&number.to_le_bytes());
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_is_written_and_read_back() {
        for yes in [
            Yes { granted: None, turned: None, yes: 0, no: 1 },
            Yes { granted: Some(Day::NEVER), turned: Some(Day(-5)), yes: 2, no: 3 },
            Yes { granted: Some(Day(20_000)), turned: None, yes: 1, no: 0 },
        ] {
            assert_eq!(read(&write(u64::MAX - 1, yes)), (u64::MAX - 1, yes));
        }
    }
}
