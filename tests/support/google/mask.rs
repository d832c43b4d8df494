//! Field masks: which parts of an answer are wanted.
//!
//! Source: developers.google.com/sheets/api/guides/field-masks and its performance page (`a,b(c,d)`, `a/b`); the
//! refusal as github.com/r-lib/gargle keeps it among its fixtures.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is wanted of an object: all of it, or some of its fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mask {
    pub(crate) all: bool,
    /// All of it, said by a `*`.
    star: bool,
    fields: BTreeMap<String, Mask>,
}

/// The fields of a spreadsheet, also those that are never set here. `name(*)` goes on somehow.
pub(crate) const SPREADSHEET: &str = "spreadsheetId,spreadsheetUrl,namedRanges(*),developerMetadata(*),dataSources(*),\
    dataSourceSchedules(*),properties(title,locale,timeZone,autoRecalc,defaultFormat(*),iterativeCalculationSettings(*),\
    spreadsheetTheme(*),importFunctionsExternalUrlAccessAllowed),sheets(properties(sheetId,title,index,sheetType,hidden,\
    rightToLeft,tabColor(*),tabColorStyle(*),dataSourceSheetProperties(*),gridProperties(rowCount,columnCount,\
    frozenRowCount,frozenColumnCount,hideGridlines,rowGroupControlAfter,columnGroupControlAfter)),merges(sheetId,\
    startRowIndex,endRowIndex,startColumnIndex,endColumnIndex),basicFilter(range(sheetId,startRowIndex,endRowIndex,\
    startColumnIndex,endColumnIndex),sortSpecs(*),criteria(*),filterSpecs(*),tableId),data(startRow,startColumn,\
    rowData(values(formattedValue,effectiveValue(numberValue,stringValue,boolValue,formulaValue,errorValue(type,\
    message)),userEnteredValue(numberValue,stringValue,boolValue,formulaValue,errorValue(type,message)),\
    effectiveFormat(numberFormat(type,pattern),backgroundColor(*),backgroundColorStyle(*),borders(*),padding(*),\
    horizontalAlignment,verticalAlignment,wrapStrategy,textDirection,textFormat(*),hyperlinkDisplayType,\
    textRotation(*)),userEnteredFormat(*),hyperlink,note,textFormatRuns(*),dataValidation(*),pivotTable(*),\
    dataSourceTable(*),dataSourceFormula(*),chipRuns(*))),rowMetadata(hiddenByFilter,hiddenByUser,pixelSize,\
    developerMetadata(*),dataSourceColumnReference(*)),columnMetadata(hiddenByFilter,hiddenByUser,pixelSize,\
    developerMetadata(*),dataSourceColumnReference(*))),conditionalFormats(*),filterViews(*),protectedRanges(*),\
    charts(*),bandedRanges(*),developerMetadata(*),rowGroups(*),columnGroups(*),slicers(*),tables(*))";

/// The fields of what `values:batchGet` answers.
pub(crate) const VALUES: &str = "spreadsheetId,valueRanges(range,majorDimension,values)";

/// The fields of what `values/{range}` answers.
pub(crate) const RANGE: &str = "range,majorDimension,values";

/// What is wrong with a mask, in Google's words.
#[derive(Debug, PartialEq)]
pub(crate) struct BadMask(pub(crate) String);

/// The fields of what `values:batchUpdate` answers.
pub(crate) const WRITTEN: &str = "spreadsheetId,totalUpdatedRows,totalUpdatedColumns,totalUpdatedCells,\
    totalUpdatedSheets,responses(*)";

/// The fields of what `:batchUpdate` answers.
pub(crate) const UPDATED: &str = "spreadsheetId,replies(*),updatedSpreadsheet(*)";

static WHOLE: Mask = Mask::ALL;

impl Mask {
    pub(crate) const ALL: Self = Self { all: true, star: false, fields: BTreeMap::new() };

    /// A mask over the fields that `shape` names.
    pub(crate) fn of(text: &str, shape: &str) -> Result<Self, BadMask> {
        let mask = Self::read(text).ok_or_else(|| BadMask(format!("Invalid field selection {text}")))?;
        let known = Self::read(shape).expect("our own is whole");
        mask.check(&known, "").map_err(|path| {
            BadMask(format!("Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."))
        })?;
        Ok(mask)
    }

    /// What is wanted of a field, if anything.
    pub(crate) fn of_field(&self, name: &str) -> Option<&Self> {
        if self.all { Some(&WHOLE) } else { self.fields.get(name) }
    }

    /// Whether a field is wanted, named by its path.
    pub(crate) fn wants(&self, path: &str) -> bool {
        path.split('.').try_fold(self, Self::of_field).is_some()
    }

    /// What is wanted of `value`.
    pub(crate) fn cut(&self, value: &mut Value) {
        match value {
            _ if self.all => {}
            Value::Array(items) => items.iter_mut().for_each(|item| self.cut(item)),
            Value::Object(fields) => {
                fields.retain(|name, field| self.fields.get(name).inspect(|wanted| wanted.cut(field)).is_some());
            }
            _ => {}
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut mask = Self::default();
        let rest = mask.read_list(text)?;
        rest.is_empty().then_some(mask)
    }

    /// Reads fields up to a closing parenthesis or the end, and gives back what follows.
    fn read_list<'t>(&mut self, mut text: &'t str) -> Option<&'t str> {
        loop {
            text = self.read_path(text)?;
            match text.strip_prefix(',') {
                Some(next) => text = next,
                None => return Some(text),
            }
        }
    }

    fn read_path<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let text = text.trim_start();
        let end = text.find([',', '.', '/', '(', ')']).unwrap_or(text.len());
        let (name, rest) = (text[..end].trim_end(), &text[end..]);
        if name.is_empty() {
            return None;
        }
        if name == "*" {
            (self.all, self.star) = (true, true);
            return Some(rest);
        }
        let field = self.fields.entry(name.to_owned()).or_default();
        match rest.chars().next() {
            Some('.' | '/') => field.read_path(&rest[1..]),
            Some('(') => field.read_list(&rest[1..])?.strip_prefix(')'),
            _ => {
                field.all = true;
                Some(rest)
            }
        }
    }

    /// The path of the first field that `known` doesn't have.
    fn check(&self, known: &Self, above: &str) -> Result<(), String> {
        for (name, field) in &self.fields {
            let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            match known.fields.get(name) {
                Some(shape) => field.check(shape, &path)?,
                None if known.star => {}
                None => return Err(path),
            }
        }
        Ok(())
    }
}
