//! Changes as rows of `COPY` in text form.

use bytes::{BufMut as _, BytesMut};

use super::super::table::must_fit;
use crate::{
    change::{Action, Change, Layout, Write},
    failure::Failure,
};

const BLANK: &[u8] = b"\\N";

/// Into what the rows go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The table itself, made in this transaction: nothing stands that could be kept or go.
    New,
    /// A table of changes: between id and cells, whether the card goes and which columns it keeps.
    Staging,
}

/// The staging table's name of the column at a place of the layout.
pub(super) fn column_name(place: usize) -> String {
    format!("c{place}")
}

/// The column that the server blames in the context of an error, such as `COPY sheetbridge_staging, line 3,
/// column c1: "…"`, in whatever language it speaks.
pub(super) fn column_of<'a>(context: &str, layout: &'a Layout) -> Option<&'a str> {
    let (before, _) = context.strip_prefix("COPY sheetbridge_staging")?.split_once(':')?;
    let place = before.rsplit_once(' ')?.1.strip_prefix('c')?.parse::<usize>().ok()?;
    layout.columns.get(place).map(|c| c.name.as_str())
}

/// Appends the row of one change, if there is something to say.
pub(super) fn row(change: &Change<'_>, layout: &Layout, target: Target, out: &mut BytesMut) -> Result<(), Failure> {
    let goes = change.action == Action::Delete;
    if goes && target == Target::New {
        return Ok(());
    }
    out.put_slice(change.id.to_string().as_bytes());
    if goes {
        out.put_slice(b"\tt\t\\N");
        layout.columns.iter().for_each(|_| out.put_slice(b"\t\\N"));
    } else {
        assert_eq!(change.cells.len(), layout.columns.len(), "one entry per column");
        if target == Target::Staging {
            out.put_slice(b"\tf\t");
            kept(change, out);
        }
        for (cell, column) in change.cells.iter().zip(&layout.columns) {
            out.put_u8(b'\t');
            if let Write::Set(text) = cell {
                must_fit(*text, column)?;
                escaped(text.expose().as_bytes(), out);
            } else {
                out.put_slice(BLANK);
            }
        }
    }
    out.put_u8(b'\n');
    Ok(())
}

/// One bit per column, 1 for those that an update keeps; nothing where all are written.
fn kept(change: &Change<'_>, out: &mut BytesMut) {
    if change.action == Action::Update && change.cells.contains(&Write::Keep) {
        change.cells.iter().for_each(|cell| out.put_u8(if *cell == Write::Keep { b'1' } else { b'0' }));
    } else {
        out.put_slice(BLANK);
    }
}

fn escaped(mut text: &[u8], out: &mut BytesMut) {
    let special = |b: &u8| matches!(b, b'\\' | b'\n' | b'\r' | b'\t');
    while let Some(at) = text.iter().position(special) {
        out.put_slice(&text[..at]);
        let letter = match text[at] {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            backslash => backslash,
        };
        out.put_slice(&[b'\\', letter]);
        text = &text[at + 1..];
    }
    out.put_slice(text);
}

#[cfg(test)]
mod tests {
    use super::{super::super::testing::*, *};

    fn line(change: &Change<'_>, target: Target) -> String {
        let mut out = BytesMut::new();
        row(change, &people(), target, &mut out).expect("a row");
        String::from_utf8(out.to_vec()).expect("UTF-8")
    }

    #[track_caller]
    fn check(change: &Change<'_>, expected: &str) {
        assert_eq!(line(change, Target::Staging), expected);
    }

    #[test]
    fn a_change_is_one_line() {
        check(&create(0, &[set("Anna"), CLEAR]), "0000000000000000\tf\t\\N\tAnna\t\\N\n");
        check(&create(0, &[KEEP, set("+1")]), "0000000000000000\tf\t\\N\t\\N\t+1\n");
        check(&update(0, &[KEEP, set("+1")]), "0000000000000000\tf\t10\t\\N\t+1\n");
        check(&update(0, &[CLEAR, set("")]), "0000000000000000\tf\t\\N\t\\N\t\n");
        check(&delete(0), "0000000000000000\tt\t\\N\t\\N\t\\N\n");
        check(&create(0, &[set("a\tb\\\r\n"), set("\\N")]), "0000000000000000\tf\t\\N\ta\\tb\\\\\\r\\n\t\\\\N\n");
    }

    #[test]
    fn a_new_table_takes_the_cells_alone() {
        for (change, expected) in [
            (create(0, &[set("Anna"), CLEAR]), "0000000000000000\tAnna\t\\N\n"),
            (update(0, &[KEEP, set("+1")]), "0000000000000000\t\\N\t+1\n"),
            (delete(0), ""),
        ] {
            assert_eq!(line(&change, Target::New), expected);
        }
    }

    #[test]
    fn the_blamed_column_is_found_and_nothing_else() {
        for (context, expected) in [
            ("COPY sheetbridge_staging, line 3, column c1: \"+7 916\"", Some("phone")),
            ("COPY sheetbridge_staging, строка 3, столбец c0: \"x, column c1: y\"", Some("name")),
            ("COPY sheetbridge_staging, line 3: \"id column c1: x\"", None),
            ("COPY sheetbridge_staging, line 3, column c7: \"x\"", None),
            ("COPY people, line 3, column c1: \"x\"", None),
            ("PL/pgSQL function f() line 3 at RAISE", None),
            ("", None),
        ] {
            assert_eq!(column_of(context, &people()), expected, "{context}");
        }
    }
}
