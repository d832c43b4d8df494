//! What the rows of a sheet are to say of themselves, in columns of ours: whether they are in order, and what is
//! wrong with them. It is made of a row's own cells and the config alone: nothing about other rows, about refusals
//! or about what became of the row elsewhere ever gets into a sheet, since whoever may read that sheet may not know
//! of them.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    address::SourceId,
    catalogue::{self, Fill, say},
    check::Checked,
    config::Config,
    finding::{Code, Finding, Severity},
    identity::Identifying,
    port::{MESSAGE_MARK, RowStatus},
    printable::printable,
    record::{Grant, RecordRef, SheetColumns, State},
    set::{FieldId, FieldSet, PurposeSet},
};

/// It speaks of another row.
const KEY_DOUBLED: Code = Code::new("key-doubled");

/// What is found in a row since the other cells of a column don't tell how this one is meant. It is the operator's to
/// settle, and the row itself is as good as any.
const BY_OTHERS: [Code; 4] = [
    Code::new("date-ambiguous"),
    Code::new("date-contradicts-order"),
    Code::new("number-ambiguous"),
    Code::new("money-ambiguous"),
];

/// The longest message, in characters: a cell that people still read.
const MESSAGE_MAX: usize = 500;

/// What each row of the sources that have columns of ours is to say, tab by tab in the order in which they were read,
/// each tab from its first row on.
#[must_use]
pub fn statuses(config: &Config, checked: &Checked) -> BTreeMap<SourceId, Vec<Vec<RowStatus>>> {
    let records = &checked.records;
    let mut statuses: BTreeMap<SourceId, Vec<Vec<RowStatus>>> = BTreeMap::new();
    let is_told = |source: SourceId| config.source(source).write_back.is_some();
    if !records.sheets.iter().any(|sheet| is_told(sheet.source)) {
        return statuses;
    }
    let findings = checked.findings.iter().filter(|f| is_told(f.place.source) && f.code != KEY_DOUBLED);
    let mut found: Vec<&Finding> = findings.collect();
    found.sort_by_key(|f| (f.place.sheet, f.place.row));
    let (identifying, routes) = (Identifying::of(config), routes(config));
    let said = |columns| Said { config, checked, columns, found: &found, identifying: &identifying, routes: &routes };
    let mut tabs: Vec<Vec<RowStatus>> = records.sheets.iter().map(|_| Vec::new()).collect();
    for record in records.rows().map(|row| records.get(row)) {
        let columns = &records.sheets[record.sheet()];
        if is_told(columns.source) {
            tabs[record.sheet()].push(said(columns).row(record));
        }
    }
    for (sheet, tab) in records.sheets.iter().zip(tabs).filter(|(sheet, _)| is_told(sheet.source)) {
        statuses.entry(sheet.source).or_default().push(tab);
    }
    statuses
}

/// What each route serves, once.
fn routes(config: &Config) -> Vec<PurposeSet> {
    let mut routes: Vec<PurposeSet> = Vec::new();
    for route in &config.routes {
        if !routes.contains(&route.purposes) {
            routes.push(route.purposes);
        }
    }
    routes
}

/// What makes the rows of one tab speak.
struct Said<'a> {
    config: &'a Config,
    checked: &'a Checked,
    columns: &'a SheetColumns,
    /// What was found, by sheet and row.
    found: &'a [&'a Finding],
    identifying: &'a Identifying,
    routes: &'a [PurposeSet],
}

/// What a row waits for.
#[derive(Default)]
struct Waits {
    /// Fields to be filled in.
    lacks: FieldSet,
    /// A date that decides how long it may be used.
    unsure: bool,
    /// Something that tells whose it is.
    nameless: bool,
}

impl Said<'_> {
    fn row(&self, record: RecordRef<'_>) -> RowStatus {
        let row = record.row().number;
        let place = (Some(self.columns.id), Some(row));
        let start = self.found.partition_point(|f| (f.place.sheet, f.place.row) < place);
        let here = self.found[start..].iter().take_while(|f| (f.place.sheet, f.place.row) == place);
        let (others, own): (Vec<&Finding>, Vec<&Finding>) = here.partition(|f| BY_OTHERS.contains(&f.code));
        let (waits, own) =
            (self.waits(record, &others), own.into_iter().filter(|f| f.code.severity() > Severity::Note));
        let mut parts = self.waiting(&waits);
        let status = if parts.is_empty() { "write-back-look" } else { "write-back-waits" };
        for part in own.map(|finding| self.finding(finding)) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let language = self.config.operator.language;
        let status = if parts.is_empty() { "write-back-ok" } else { status };
        let message = if parts.is_empty() { String::new() } else { cut(MESSAGE_MARK.to_owned() + &parts.join(" ")) };
        RowStatus { row, status: &catalogue::entry(status).words(language).title, message }
    }

    /// What a row waits for, as [`crate::gate`] sees it before it knows of anybody's refusal.
    fn waits(&self, record: RecordRef<'_>, others: &[&Finding]) -> Waits {
        let mut waits = Waits::default();
        let source = self.config.source(self.columns.source);
        if !source.refuses.is_empty() {
            waits.nameless = true;
            self.identifying.each(record, FieldSet::from_bits(u64::MAX), |_| waits.nameless = false);
            return waits;
        }
        let mut has_purpose = false;
        for route in self.routes {
            let facts = record.facts().iter().filter(|f| route.has(f.purpose) && f.refused.is_none());
            let live =
                facts.clone().filter(|f| f.grant == Grant::Live || f.grant == Grant::Unsure && !others.is_empty());
            let missing = live.map(|fact| self.missing(record, self.config.purpose(fact.purpose).required, others));
            let missing: Vec<FieldSet> = missing.collect();
            has_purpose |= !missing.is_empty();
            if missing.is_empty() {
                waits.unsure |= facts.clone().any(|f| f.grant == Grant::Unsure);
            } else if !missing.iter().any(|fields| fields.is_empty()) {
                waits.lacks = missing.into_iter().fold(waits.lacks, FieldSet::union);
            }
        }
        // The id that it gets is all that it lacked.
        let gets_id = source.write_back.as_ref().is_some_and(|own| own.id.is_some());
        waits.nameless = has_purpose && !gets_id && record.handles().is_empty();
        waits
    }

    /// The required fields of which the row has no value, unless only other rows could tell what it is.
    fn missing(&self, record: RecordRef<'_>, required: FieldSet, others: &[&Finding]) -> FieldSet {
        let lacks = |field: &FieldId| match record.cell(*field).state() {
            State::Value => false,
            State::Blank => true,
            State::Bad => {
                let column = self.columns_of(*field).get(usize::from(record.cell(*field).column())).copied();
                !others.iter().any(|f| f.place.column == column)
            }
        };
        required.iter().filter(lacks).collect()
    }

    fn columns_of(&self, field: FieldId) -> &[u16] {
        self.columns.columns.get(usize::from(field.0)).map_or(&[], Vec::as_slice)
    }

    /// What it waits for, in sentences.
    fn waiting(&self, waits: &Waits) -> Vec<String> {
        let language = self.config.operator.language;
        let mut parts = Vec::new();
        if !waits.lacks.is_empty() {
            let names = waits.lacks.iter().map(|f| self.named(f)).collect::<Vec<_>>().join(", ");
            parts.push(say("write-back-lacks", language, &[("fields", Fill::Text(&names))]));
        }
        if waits.unsure {
            parts.push(say("write-back-unsure", language, &[]));
        }
        if waits.nameless {
            parts.push(say("write-back-nameless", language, &[]));
        }
        parts
    }

    /// A field by the header of the column that feeds it, or else by our word.
    fn named(&self, field: FieldId) -> String {
        let header = self.columns_of(field).first().and_then(|column| self.header(*column));
        header.unwrap_or_else(|| self.config.field(field).name.clone())
    }

    fn header(&self, column: u16) -> Option<String> {
        let sheet = &self.checked.sheets[self.columns.id.0 as usize];
        sheet.header.get(usize::from(column)).map(|text| printable(text).trim().to_owned())
    }

    /// `Телефон: в телефоне буква; замените букву цифрой, которую она заменяет.`
    fn finding(&self, finding: &Finding) -> String {
        let language = self.config.operator.language;
        let words = catalogue::entry(finding.code.name()).words(language);
        let fills = [("hint", Fill::Text(finding.hint.as_deref().unwrap_or_default()))];
        let mut text = String::new();
        if let Some(header) = finding.place.column.and_then(|column| self.header(column)) {
            let _ = write!(text, "{header}: ");
        }
        text.push_str(&catalogue::fill(&words.title, &fills, language));
        if !words.help.is_empty() {
            let _ = write!(text, "; {}", catalogue::fill(&words.help, &fills, language));
        }
        text + "."
    }
}

fn cut(text: String) -> String {
    let mut ends = text.char_indices().skip(MESSAGE_MAX - 1).map(|(at, _)| at);
    match (ends.next(), ends.next()) {
        (Some(at), Some(_)) => format!("{}…", &text[..at]),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
