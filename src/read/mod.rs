//! `read`: from sheets to drafts. Columns are found by their header's text, never by position: a header
//! that is missing, doubled or moved is said, not guessed.

mod header;
mod infer;
mod originals;

pub(crate) use header::normal;
pub use header::{Binding, BoundColumn, BoundConsent, BoundFeed, NO_HEADER, bind};
pub use infer::{Inferred, infer};
pub use originals::Originals;

use crate::{
    address::{SheetId, SheetInfo, SourceId},
    check::{kind::How, mess},
    config::Config,
    finding::Code,
    purpose::{After, Keep},
    set::{FieldSet, PurposeSet},
    sheet::{Raw, RawChunk, Rows},
};

const HEADER_AGAIN: Code = Code::new("row-header-again");
const TOTAL: Code = Code::new("row-total");

/// Cells named by the config, each with its address.
pub struct Draft {
    /// The sheet.
    pub id: SheetId,
    /// Where it is.
    pub info: SheetInfo,
    /// Which of its columns are what.
    pub binding: Binding,
    /// The rows of the pulled columns.
    pub rows: Rows,
    /// The locale in which people type into it, where it has one.
    pub locale: Option<String>,
    /// How the cells of each pulled column are read.
    pub hows: Vec<How>,
}

/// The fields whose columns a source is pulled for: those that a purpose needs which it may grant and a
/// destination serves, those that start a term, and those that tell whom a refusal reaches.
#[must_use]
pub fn wanted(config: &Config, source: SourceId, identifying: FieldSet) -> FieldSet {
    let source = config.source(source);
    let routed = config.routes.iter().map(|r| r.purposes).fold(PurposeSet::EMPTY, PurposeSet::union);
    let mut wanted = identifying;
    for id in source.grants().intersection(routed).iter() {
        let purpose = config.purpose(id);
        wanted = wanted.union(purpose.needs);
        if let Keep::For { after: After::Field(event), .. } = purpose.keep {
            wanted.insert(event);
        }
    }
    wanted.intersection(source.fields())
}

impl Draft {
    /// Why a row is no person: the header again, or a total at the bottom.
    #[must_use]
    pub fn no_person(&self, chunk: &RawChunk, row: usize) -> Option<Code> {
        let mut filled =
            (0..self.binding.pulled.len()).map(|i| (i, chunk.cell(row, i))).filter(|(_, c)| *c != Raw::Blank);
        let (first, Raw::Text(text)) = filled.next()? else { return None };
        let text = mess::clean(text);
        // Lengths first: this is asked of every row.
        if text.len() == self.header_of(first).len()
            && header::same(&text, self.header_of(first))
            && filled.all(|(i, c)| matches!(c, Raw::Text(t) if header::same(t, self.header_of(i))))
        {
            return Some(HEADER_AGAIN);
        }
        is_total(&text).then_some(TOTAL)
    }

    fn header_of(&self, pulled: usize) -> &str {
        &self.info.header[usize::from(self.binding.pulled[pulled])]
    }
}

/// `Итого`, `Итого:`, `Всего клиентов: 12`, `Total`, `Grand total`.
pub(crate) fn is_total(text: &str) -> bool {
    if !text.starts_with(['и', 'И', 'в', 'В', 't', 'T', 'g', 'G', 's', 'S']) {
        return false;
    }
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty());
    match (words.next(), words.next()) {
        (Some("итого" | "всего" | "итог" | "total" | "totals" | "subtotal"), _) => {
            // A person may be called Total; a total has no more than a noun and a number after it.
            lower.split_whitespace().count() <= 4
        }
        (Some("grand" | "sub"), Some("total")) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_no_people() {
        for text in ["Итого", "ИТОГО:", "Всего клиентов: 12", "Total", "Grand total", "Total: 15"]
        {
            assert!(is_total(text), "{text}");
        }
        for text in ["Итогова Анна", "Анна", "Totally Spies", "12", "всеволод", ""] {
            assert!(!is_total(text), "{text}");
        }
    }
}
