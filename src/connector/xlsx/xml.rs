//! A part of a workbook as a stream of XML.

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event, attributes::Attribute},
};

use super::package::{Broken, PIECE_BYTES_MAX, Part};

/// A part as a stream of XML. Empty elements come as a start and an end.
pub(super) struct Xml<'a> {
    reader: Reader<Part<'a>>,
    piece: Vec<u8>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: Part<'a>) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, piece: Vec::new() }
    }
}

impl Xml<'_> {
    /// The next piece.
    pub(super) fn event(&mut self) -> Result<Event<'_>, Broken> {
        self.piece.clear();
        self.reader.get_mut().next_piece();
        Ok(self.reader.read_event_into(&mut self.piece)?)
    }

    /// What `take` makes of the next element that it wants; nothing at the end of the part.
    pub(super) fn start<T>(
        &mut self,
        mut take: impl FnMut(&BytesStart<'_>) -> Result<Option<T>, Broken>,
    ) -> Result<Option<T>, Broken> {
        loop {
            match self.event()? {
                Event::Start(element) => {
                    if let Some(taken) = take(&element)? {
                        return Ok(Some(taken));
                    }
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Appends the text of the element that was just opened, and leaves it.
    pub(super) fn text(&mut self, out: &mut String) -> Result<(), Broken> {
        let from = out.len();
        let mut depth = 0_u32;
        loop {
            within_bounds(out, from)?;
            match self.event()? {
                Event::Text(text) => out.push_str(&text.xml10_content()),
                Event::CData(text) => out.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => match name.resolve_char_ref()? {
                    Some(c) => out.push(c),
                    None => out.push_str(quick_xml::escape::resolve_predefined_entity(&name).ok_or(Broken::Damaged)?),
                },
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => break,
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(Broken::Damaged),
                _ => {}
            }
        }
        unescape(out, from);
        Ok(())
    }

    /// Leaves the element that was just opened.
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        let mut depth = 0_u32;
        loop {
            match self.event()? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(Broken::Damaged),
                _ => {}
            }
        }
    }

    /// Appends the text of the string that was just opened, its formatting and reading aids (`rPh`) left
    /// out, and leaves it.
    pub(super) fn rich_text(&mut self, out: &mut String) -> Result<(), Broken> {
        let from = out.len();
        let mut depth = 0_u32;
        let mut aside = None;
        loop {
            within_bounds(out, from)?;
            let is_text = match self.event()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "t" if aside.is_none() => true,
                    name => {
                        depth += 1;
                        if name == "rPh" {
                            aside.get_or_insert(depth);
                        }
                        false
                    }
                },
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => {
                    aside = aside.filter(|from| *from != depth);
                    depth -= 1;
                    false
                }
                Event::Eof => return Err(Broken::Damaged),
                _ => false,
            };
            if is_text {
                self.text(out)?;
            }
        }
    }
}

/// A text may come in any number of pieces.
fn within_bounds(text: &str, from: usize) -> Result<(), Broken> {
    if text.len() - from > PIECE_BYTES_MAX { Err(Broken::TooBig) } else { Ok(()) }
}

/// The value of an attribute as it stands in the file: for numbers, references and words of the format.
pub(super) fn raw_attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Result<Option<Cow<'a, str>>, Broken> {
    Ok(named(element, name)?.map(|attribute| attribute.value))
}

/// The value of an attribute as text.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Broken> {
    let value = |attribute: Attribute<'_>| Ok(attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned());
    named(element, name)?.map(value).transpose()
}

fn named<'a>(element: &'a BytesStart<'_>, name: &str) -> Result<Option<Attribute<'a>>, Broken> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Broken::Damaged)?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(attribute));
        }
    }
    Ok(None)
}

/// Whether an attribute says yes.
pub(super) fn flag(element: &BytesStart<'_>, name: &str) -> Result<bool, Broken> {
    Ok(raw_attribute(element, name)?.is_some_and(|v| matches!(&*v, "1" | "true" | "on")))
}

/// Resolves `_xHHHH_`, in which Excel writes characters that XML can't, from `from` on.
fn unescape(text: &mut String, from: usize) {
    if !text[from..].contains("_x") {
        return;
    }
    let escaped = text.split_off(from);
    let mut rest = escaped.as_str();
    let mut units: Vec<u16> = Vec::new();
    while let Some(at) = rest.find("_x") {
        let Some(unit) = escape(&rest[at..]) else {
            flush(&mut units, &rest[..at + 2], text);
            rest = &rest[at + 2..];
            continue;
        };
        if at > 0 {
            flush(&mut units, &rest[..at], text);
        }
        units.push(unit);
        rest = &rest[at + 7..];
    }
    flush(&mut units, rest, text);
}

/// Escapes are UTF-16: two that follow each other may be one character.
fn flush(units: &mut Vec<u16>, then: &str, text: &mut String) {
    text.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.push_str(then);
}

fn escape(text: &str) -> Option<u16> {
    let digits = text.get(2..6).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    (text.as_bytes().get(6) == Some(&b'_')).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_excel_are_resolved() {
        for (escaped, text) in [
            ("a_x000D_b", "a\rb"),
            ("_x0041_", "A"),
            ("_x005F_x0041_", "_x0041_"),
            ("_xD83D__xDE00_!", "😀!"),
            ("_xD83D_!", "\u{fffd}!"),
            ("_x004_ _xZZZZ_ _x", "_x004_ _xZZZZ_ _x"),
            ("_x_x0042_", "_xB"),
            ("_xж000_", "_xж000_"),
        ] {
            let mut out = String::from("_x0041_");
            out.push_str(escaped);
            unescape(&mut out, 7);
            assert_eq!(out, format!("_x0041_{text}"), "{escaped}");
        }
    }
}
