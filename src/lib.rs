//! `sheetbridge` moves client lists out of spreadsheets, lawfully: clean, once each, every value only where its
//! purpose allows. `README.md` says what it does for its user; this page says how it is built.
//!
//! # The way of the data
//!
//! ```text
//!  port           read       check       rights       gate        resolve      gate      plan       apply
//!  rows as they → header,  → typed     → grants,    → what one  → people,    → minus   → steps,   → written,
//!  stand          columns    cells,      refusals,    route may   their ids,   who       the        and what
//!                            findings    reach        see         survivors    refused   guard      is known
//!                                     Reached      Granted<Rows>  Granted<…>   Cleared<…> Approved   Kept
//! ```
//!
//! Data goes one way, and [`pipeline`] is that way on one screen. Everything from `check` to `plan` is pure: no
//! file, clock, network or dice, which is why a run can be planned, simulated and repeated. The world comes in by
//! [`port`]s, today's date and the run's id are handed in, and what a run remembers is the [`ledger`]'s.
//!
//! # In reading order
//!
//! - Words, which know no stage: [`address`] (where a cell stands), [`value`] ([`value::Private`], whose `Debug`
//!   shows a shape), [`day`], [`set`], [`csr`], [`purpose`], [`record`], [`sheet`], [`finding`], [`failure`],
//!   [`change`], [`decision`] (who is who, as people said), [`written`] (what stands at a destination, as the ledger
//!   knows it), [`keys`], [`language`] and [`catalogue`] (every text that a person reads, in both), [`name`],
//!   [`identity`], [`likeness`], [`progress`].
//! - Stages: [`pull`], [`read`], [`check`] (one file per kind of value in `check::kinds`), [`rights`], [`gate`],
//!   [`resolve`], [`plan`], [`apply`], [`report`], and [`review`] (what a plan leaves to a person); [`write_back`]
//!   (what the rows of a sheet say of themselves).
//! - Beside the way: [`undo`] takes back what a run created, [`recover`] makes a lost ledger anew of what stands,
//!   [`why`] tells how one person went the way.
//! - Looking back: [`history`] (what the ledger recorded of earlier runs, as text and as a page), [`flows`] (what
//!   flows where by the config alone, to be signed).
//! - The world: [`config`] (text → spanned tree → `Config`, every problem at once), [`connector`] (one folder per
//!   format or vendor), `http` (one client, its pace and its patience), [`ledger`], and [`cli`].
//! - Before the first run: [`init`] proposes a config for a list that it has looked at, and does no I/O either.
//!
//! Imports go one way: words ← stages ← pipeline ← cli. A new connector or kind is one folder or file and a line in
//! `connector::SOURCES`, `connector::DESTINATIONS` or `check::kinds::KINDS`.
//!
//! # What must stay true
//!
//! 1. **No grant, no cell.** [`gate::Granted`] is made by [`gate::project`] alone, and everything that a route's
//!    matching, survivorship and plan look at is inside one. What a route may not see can't change what it does:
//!    equal projections and refusals give equal bytes.
//! 2. **Refusals only remove.** [`resolve`] works as if nobody had refused; [`gate::close`] then takes away, and is
//!    the only door to [`gate::Cleared`]. So a no never makes a card, a join or an id appear.
//! 3. **Fail closed.** Unclear is not yes, and a list of refusals that could not be read freezes what it could close.
//! 4. **Missing is not deleted.** Held rows, unread or emptied lists and mass removals never delete; the guard of
//!    [`plan`] stops before anything is written.
//! 5. **Intend, write, settle.** [`apply`] tells the ledger what it is about to do; whatever interrupts it, the next
//!    run can tell which of the two memories is true, and nobody is made twice.
//! 6. **No value leaves but to its destination.** Logs, errors, reports and the ledger hold places, shapes, codes,
//!    ids and keyed hashes.
//!
//! `examples/library.rs` sends rows that a program has in memory the whole way.

pub mod address;
pub mod apply;
mod ask;
pub mod catalogue;
pub mod change;
pub mod check;
pub mod cli;
pub mod config;
pub mod connector;
pub mod csr;
pub mod day;
pub mod decision;
pub mod failure;
pub mod finding;
pub mod flows;
pub mod gate;
pub mod history;
mod http;
pub mod identity;
pub mod init;
pub mod keys;
pub mod language;
pub mod ledger;
pub mod likeness;
pub mod name;
mod nearest;
mod page;
pub mod pipeline;
pub mod plan;
pub mod port;
mod printable;
pub mod progress;
pub mod pull;
pub mod purpose;
pub mod read;
pub mod record;
pub mod recover;
pub mod report;
pub mod resolve;
pub mod review;
pub mod rights;
mod seal;
pub mod set;
pub mod sheet;
pub mod undo;
pub mod value;
pub mod why;
pub mod write_back;
pub mod written;
