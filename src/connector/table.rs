//! What the databases share: when a table is ours, what it still lacks, and which texts a column takes.

use super::DestinationPlace;
use crate::{
    change::{ID_COLUMN, Layout, LayoutColumn, RunId},
    check::kind::Column,
    day::Day,
    failure::Failure,
    value::Private,
};

/// The table in which each table of ours has a line with the run that wrote it last.
pub(super) const META_TABLE: &str = "sheetbridge_meta";

/// A table of ours as it stands.
pub(super) struct Ours {
    /// The run that wrote it last, if its line says one.
    pub(super) run: Option<RunId>,
    /// All its columns, [`ID_COLUMN`] and those of others among them.
    pub(super) columns: Vec<StandingColumn>,
}

/// A column as it stands.
pub(super) struct StandingColumn {
    pub(super) name: String,
    /// Its type as the database writes it.
    pub(super) type_name: String,
    /// Whether a row must bring a value: it may not be blank and has no default.
    pub(super) required: bool,
    /// Whether the database computes it.
    pub(super) computed: bool,
}

/// In what the databases differ.
pub(super) struct Dialect {
    /// The most bytes that a name may have.
    pub(super) name_bytes_max: usize,
    /// Whether two names are one to the database.
    pub(super) same_name: fn(&str, &str) -> bool,
    /// The type of a column that we make.
    pub(super) type_name: fn(Column) -> &'static str,
    /// Whether a column of this type takes every such value and gives it back unchanged.
    pub(super) takes: fn(&str, Column) -> bool,
}

impl Dialect {
    /// The columns that a table of ours still lacks.
    ///
    /// # Errors
    /// When a column that stands in it can't hold what it should, or asks for what we don't have.
    pub(super) fn lacking<'a>(
        &self,
        table: &str,
        ours: &Ours,
        layout: &'a Layout,
    ) -> Result<Vec<&'a LayoutColumn>, Failure> {
        for standing in &ours.columns {
            match layout.columns.iter().find(|c| (self.same_name)(&c.name, &standing.name)) {
                Some(column) => self.must_take(table, standing, column)?,
                None if standing.required && !(self.same_name)(&standing.name, ID_COLUMN) => {
                    return Err(Failure::with_help(
                        format!("the column `{}` of `{table}` is not ours and may not be blank", standing.name),
                        "give it a default value, or let it be NULL",
                    ));
                }
                None => {}
            }
        }
        Ok(layout.columns.iter().filter(|c| !self.stands(ours, c)).collect())
    }

    /// Whether a column stands in a table of ours.
    pub(super) fn stands(&self, ours: &Ours, column: &LayoutColumn) -> bool {
        ours.columns.iter().any(|s| (self.same_name)(&s.name, &column.name))
    }

    fn must_take(&self, table: &str, standing: &StandingColumn, column: &LayoutColumn) -> Result<(), Failure> {
        let is = match standing.type_name.as_str() {
            _ if standing.computed => "computed by the database",
            type_name if (self.takes)(type_name, column.kind) => return Ok(()),
            "" => "of no type",
            type_name => type_name,
        };
        let needed = (self.type_name)(column.kind);
        Err(Failure::with_help(
            format!("the column `{}` of `{table}` is {is}, where {needed} is needed", column.name),
            "rename or drop that column, or call the field otherwise in `columns` of this destination",
        ))
    }

    /// Whether the database can call the table and its columns what the config calls them.
    pub(super) fn can_name(&self, place: &DestinationPlace, tables: &[&str]) -> Result<(), Failure> {
        if tables.iter().any(|t| (self.same_name)(t, META_TABLE)) {
            return Err(Failure::with_help(
                format!("`{META_TABLE}` is where sheetbridge notes its runs"),
                "name another `table`",
            ));
        }
        for name in place.layout.columns.iter().map(|c| c.name.as_str()).chain(tables.iter().copied()) {
            self.can_say(name)?;
        }
        if place.layout.columns.iter().any(|c| (self.same_name)(&c.name, ID_COLUMN)) {
            return Err(Failure::permanent(format!("the column `{ID_COLUMN}` is taken: it holds our ids")));
        }
        Ok(())
    }

    fn can_say(&self, name: &str) -> Result<(), Failure> {
        let help = "give the field another name in `columns` of this destination, or name another `table`";
        if name.is_empty() || name.contains('\0') {
            return Err(Failure::with_help("a name in a database can't be empty or hold the character U+0000", help));
        }
        let (bytes, most) = (name.len(), self.name_bytes_max);
        if bytes > most {
            return Err(Failure::with_help(format!("the name `{name}` has {bytes} bytes, {most} is the most"), help));
        }
        Ok(())
    }
}

/// Something stands under the name, and none of our runs wrote it.
pub(super) fn not_ours(table: &str) -> Failure {
    Failure::with_help(
        format!("`{table}` stands there already, and sheetbridge did not make it"),
        "name another `table` for this destination, or rename or drop that one",
    )
}

/// A name in quotes, whatever it is.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The parts of a statement, such as its columns.
pub(super) fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Whether a text is what its column holds. What `check` made always is; anything else would be
/// refused by one database in words that quote it, and stored as it is by another.
pub(super) fn must_fit(text: Private<'_>, column: &LayoutColumn) -> Result<(), Failure> {
    let text = text.expose();
    let expected = match column.kind {
        Column::Text if !text.as_bytes().contains(&0) => return Ok(()),
        Column::Text => return Err(Failure::permanent(format!("a text in `{}` holds U+0000", column.name))),
        Column::Date if is_date(text) => return Ok(()),
        Column::Date => "a date",
        Column::Number if is_number(text) => return Ok(()),
        Column::Number => "a number",
        Column::Bool if matches!(text, "true" | "false") => return Ok(()),
        Column::Bool => "`true` or `false`",
    };
    Err(Failure::permanent(format!("a value in `{}` is not {expected}", column.name)))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && Day::parse_iso(text).is_some()
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    unsigned.split_once('.').map_or_else(|| digits(unsigned), |(whole, rest)| digits(whole) && digits(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_texts_fit() {
        let fits = |kind, text: &str| {
            must_fit(Private::new(text), &LayoutColumn { name: "c".into(), kind }).map_err(|f| f.to_string())
        };
        for (kind, good, bad) in [
            (Column::Text, ["", "a\n\u{1f}\\'\"", "Анна"].as_slice(), ["a\0b"].as_slice()),
            (
                Column::Date,
                &["2026-11-24", "0001-01-01"],
                &["", "2026-11-31", "20261124", "2026-11-24T00", "24.11.2026"],
            ),
            (Column::Number, &["0", "-1.50", "79161234567"], &["", "1,5", ".5", "5.", "1e3", "+1", "NaN", "--1"]),
            (Column::Bool, &["true", "false"], &["", "t", "1", "TRUE"]),
        ] {
            for text in good {
                assert_eq!(fits(kind, text), Ok(()), "{kind:?} {text:?}");
            }
            for text in bad {
                let said = fits(kind, text).expect_err(text);
                assert!(said.contains("`c`"), "{said}");
            }
        }
    }

    #[test]
    fn names_are_quoted_whatever_they_are() {
        for (name, expected) in [("phone", "\"phone\""), ("a\"b", "\"a\"\"b\""), ("Имя", "\"Имя\"")] {
            assert_eq!(quoted(name), expected);
        }
    }
}
