//! What each route wrote: the state that stands, and the one that a run intends.
//!
//! An intent is on the disk before the destination is written, its outcome after. Whatever happens in
//! between, the destination's own run id says which of the two is true (DESIGN section 6).

use rusqlite::{OptionalExtension as _, params};

use super::{DAMAGED, Ledger, damaged, packed};
use crate::{finding::Trouble, port::Journal, written::Kept};

impl Ledger {
    /// What stands at the destination, as far as was confirmed.
    pub fn standing(&self, route: &str) -> Result<Option<Kept>, Trouble> {
        self.kept(route, true)
    }

    /// What a run was about to write whose outcome was never recorded, with the digest of the file that it
    /// would have replaced.
    pub fn intended(&self, route: &str) -> Result<Option<Kept>, Trouble> {
        self.kept(route, false)
    }

    fn kept(&self, route: &str, settled: bool) -> Result<Option<Kept>, Trouble> {
        let select = "SELECT id, run, digest FROM states WHERE route = ?1 AND settled = ?2";
        let found: Option<(i64, String, Option<[u8; 32]>)> = self
            .db
            .query_row(select, params![route, settled], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
            .map_err(damaged)?;
        let Some((state, run, digest)) = found else { return Ok(None) };
        let mut bytes = Vec::new();
        let mut read = || {
            let mut select = self.db.prepare_cached("SELECT body FROM parts WHERE state = ?1 ORDER BY part")?;
            let mut rows = select.query([state])?;
            while let Some(row) = rows.next()? {
                bytes.extend_from_slice(row.get_ref(0)?.as_blob()?);
            }
            Ok(())
        };
        read().map_err(damaged)?;
        let broken = || Trouble::new(DAMAGED, format!("the state of {route}"));
        let written = packed::unpack(&bytes).ok_or_else(broken)?;
        Ok(Some(Kept { run: run.parse().map_err(|_| broken())?, digest, written }))
    }

    fn put(&mut self, route: &str, settled: bool, plan: &[u8], kept: &Kept) -> Result<(), Trouble> {
        let mut write = || {
            let transaction = self.db.transaction()?;
            transaction.execute("DELETE FROM states WHERE route = ?1 AND settled = ?2", params![route, settled])?;
            transaction.execute(
                "INSERT INTO states (route, settled, run, plan, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![route, settled, kept.run.to_string(), plan, kept.digest],
            )?;
            let state = transaction.last_insert_rowid();
            let mut insert = transaction.prepare_cached("INSERT INTO parts (state, part, body) VALUES (?1, ?2, ?3)")?;
            let mut part = 0;
            packed::pack(&kept.written, |bytes| {
                part += 1;
                insert.execute(params![state, part, bytes]).map(|_| ())
            })?;
            drop(insert);
            transaction.commit()
        };
        write().map_err(damaged)
    }
}

impl Journal for Ledger {
    fn intend(&mut self, route: &str, plan: &[u8; 32], intended: &Kept) -> Result<(), Trouble> {
        // An older intent is replaced: its outcome was looked up.
        self.put(route, false, plan, intended)
    }

    fn note(&mut self, route: &str, kept: &Kept) -> Result<(), Trouble> {
        self.put(route, true, &[], kept)
    }

    fn settle(&mut self, route: &str, digest: Option<[u8; 32]>) -> Result<(), Trouble> {
        let mut write = || {
            let transaction = self.db.transaction()?;
            let intended = "SELECT 1 FROM states WHERE route = ?1 AND settled = 0";
            if transaction.query_row(intended, [route], |_| Ok(())).optional()?.is_some() {
                transaction.execute("DELETE FROM states WHERE route = ?1 AND settled = 1", [route])?;
                transaction
                    .execute("UPDATE states SET settled = 1, digest = ?2 WHERE route = ?1", params![route, digest])?;
            }
            transaction.commit()
        };
        write().map_err(damaged)
    }

    fn discard(&mut self, route: &str) -> Result<(), Trouble> {
        let delete = "DELETE FROM states WHERE route = ?1 AND settled = 0";
        self.db.execute(delete, [route]).map(|_| ()).map_err(damaged)
    }
}
