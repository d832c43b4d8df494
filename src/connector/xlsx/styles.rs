//! The styles of a workbook, of which one thing matters: whether a number is shown as a day or a time.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::{
    package::Broken,
    xml::{Xml, attribute},
};

/// As what a style shows a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Shown {
    /// As a number.
    #[default]
    Number,
    /// As a day, perhaps with a time.
    Day,
    /// As a time of day or a duration.
    Time,
}

/// How each cell style shows its numbers, in the order by which cells name them.
pub(super) fn shown(mut xml: Xml<'_>) -> Result<Vec<Shown>, Broken> {
    let mut formats: HashMap<u32, Shown> = HashMap::new();
    let mut styles = Vec::new();
    let mut of_cells = false;
    loop {
        match xml.event()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (number(&e, "numFmtId")?, attribute(&e, "formatCode")?) {
                        formats.insert(id, by_code(&code));
                    }
                }
                "cellXfs" => of_cells = true,
                "xf" if of_cells => {
                    let id = number(&e, "numFmtId")?.unwrap_or(0);
                    styles.push(formats.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => of_cells = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

fn number(element: &quick_xml::events::BytesStart<'_>, name: &str) -> Result<Option<u32>, Broken> {
    attribute(element, name)?.map(|text| text.trim().parse().map_err(|_| Broken::Damaged)).transpose()
}

/// The formats that every program knows by number (ECMA-376 part 1, 18.8.30), those of East Asia included.
fn built_in(id: u32) -> Shown {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shown::Day,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Shown::Time,
        _ => Shown::Number,
    }
}

/// Reads a format code by its first section: `y` and `d` are of a day, `h` and `s` of a time, `m` is of
/// either. Texts in quotes, after `\`, `_` and `*`, and in brackets are no part of it, but `[h]` is.
fn by_code(code: &str) -> Shown {
    if code.eq_ignore_ascii_case("general") || code.eq_ignore_ascii_case("standard") {
        return Shown::Number;
    }
    let (mut month_or_minute, mut time) = (false, false);
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c.to_ascii_lowercase() {
            ';' => break,
            '\\' | '_' | '*' => drop(chars.next()),
            '"' => drop(chars.find(|c| *c == '"')),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                time |= !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's' | 'H' | 'M' | 'S'));
            }
            'y' | 'd' => return Shown::Day,
            'h' | 's' => time = true,
            'm' => month_or_minute = true,
            _ => {}
        }
    }
    match (time, month_or_minute) {
        (true, _) => Shown::Time,
        (false, true) => Shown::Day,
        (false, false) => Shown::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_of_days_and_times_are_known() {
        for (code, expected) in [
            ("General", Shown::Number),
            ("Standard", Shown::Number),
            ("0.00E+00", Shown::Number),
            ("#,##0.00\\ \"₽\"", Shown::Number),
            ("#,##0\\ \"дней\"", Shown::Number),
            ("_-* #,##0.00\\ _d_-", Shown::Number),
            ("[Red]#,##0", Shown::Number),
            ("[$-419]#,##0;dd.mm", Shown::Number),
            ("@", Shown::Number),
            ("dd.mm.yyyy", Shown::Day),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", Shown::Day),
            ("[$-419]d\\ mmm;@", Shown::Day),
            ("MMMM", Shown::Day),
            ("yyyy\\-mm\\-dd\\ hh:mm", Shown::Day),
            ("hh:mm dd/mm", Shown::Day),
            ("h:mm AM/PM", Shown::Time),
            ("mm:ss.0", Shown::Time),
            ("[h]:mm", Shown::Time),
            ("[mm]", Shown::Time),
            ("\"unclosed", Shown::Number),
            ("[unclosed", Shown::Number),
        ] {
            assert_eq!(by_code(code), expected, "{code}");
        }
    }
}
