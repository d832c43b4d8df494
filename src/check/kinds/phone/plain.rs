//! The plain Russian mobile, which most cells of most lists are, without asking the numbering plan.
//!
//! The plan has holes at 930 0xx alone, which are left to it; a property test compares the two.

use rlibphonenumber::Region;

use super::number;

/// `+79161234567`.
pub(super) struct Mobile([u8; 12]);

impl Mobile {
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The number, when the whole cell is one Russian mobile with nothing but spaces, hyphens and brackets
/// among its digits. `None` says nothing: the long way decides.
pub(super) fn mobile(text: &str, region: Option<Region>) -> Option<Mobile> {
    let (plus, text) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
    let mut digits = [0; 11];
    let mut len = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(len)? = byte;
                len += 1;
            }
            b' ' | b'-' | b'(' | b')' => {}
            _ => return None,
        }
    }
    let national = match (&digits[..len], plus) {
        ([b'7', national @ ..], true) => national,
        ([b'7' | b'8', national @ ..], false) if region == Some(Region::RU) && len == 11 => national,
        (national, false) if region == Some(Region::RU) => national,
        _ => return None,
    };
    if national.len() != 10 || national[0] != b'9' || national.starts_with(b"9300") || number::is_dummy(national) {
        return None;
    }
    let mut number = *b"+7          ";
    number[2..].copy_from_slice(national);
    Some(Mobile(number))
}
