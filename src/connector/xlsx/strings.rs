//! The strings that the cells of a workbook share, in one piece of text.

use quick_xml::events::Event;

use super::{
    package::{Broken, TEXT_BYTES_MAX},
    xml::Xml,
};

/// The strings, in the order by which cells name them.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, Broken> {
        let mut strings = Self::default();
        let mut complete = false;
        loop {
            let is_string = match xml.event()? {
                Event::Start(element) => element.local_name().as_ref() == "si",
                Event::End(element) => {
                    complete |= element.local_name().as_ref() == "sst";
                    false
                }
                Event::Eof if complete => return Ok(strings),
                Event::Eof => return Err(Broken::Damaged),
                _ => false,
            };
            if is_string {
                xml.rich_text(&mut strings.text)?;
                strings.ends.push(strings.text.len() as u32);
                if strings.text.len() + strings.ends.len() * 4 > TEXT_BYTES_MAX {
                    return Err(Broken::TooBig);
                }
            }
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<&str> {
        let index = index as usize;
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.get(start..end)
    }
}
