//! The first config for somebody's own lists: their headers and a sample of their cells → what each column seems to
//! be → a config of at most 40 lines. Pure: whoever calls it has read the lists, and writes the text.
//!
//! Whatever can't be known is decided so that less is sent: a column that nothing here knows is left out, nobody gets
//! a newsletter without a column that says who agreed, free text and names of others stay where they are.

mod address;
mod answers;
mod cells;
mod column;
mod consents;
mod draft;
mod fields;
mod header;
mod key;
mod list;
mod names;
mod purpose;
mod quote;
mod text;
mod words;

pub use answers::{Answers, Place, Why, term};
pub use cells::Share;
pub use column::Use;
pub use draft::{Draft, draft};
pub use header::{Header, find};
pub use list::{List, Proposal, Seen, Tab, propose};
pub use purpose::{Choices, choices};
pub use text::{LINES_MAX, Written, write};
