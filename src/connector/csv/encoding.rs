//! Which encoding a text file is in, and the text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

use crate::{finding::Code, port::Unread};

const CUT: Code = Code::new("source-cut");
const WRONG: Code = Code::new("source-encoding");
const CHANGED: Code = Code::new("source-encoding-changed");
const MIXED: Code = Code::new("source-encoding-mixed");
const UNSURE: Code = Code::new("source-encoding-unsure");
const BINARY: Code = Code::new("source-not-text");

/// What is known about a file's encoding before it is read.
#[derive(Clone, Copy, Default)]
pub(super) struct Known<'a> {
    /// What the config says.
    pub(super) said: Option<&'a str>,
    /// What an earlier run found.
    pub(super) pinned: Option<&'a str>,
}

/// A text, and the encoding that it was in.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: &'static str,
    /// Whether the file itself tells: one of ASCII alone would read the same in any other.
    pub(super) is_evident: bool,
}

/// Decodes a file. A byte order mark decides; then what the config says, or what an earlier run found,
/// unless the bytes are plainly something else; then the zero bytes of UTF-16, whether it is valid UTF-8,
/// and whether it reads as Russian in windows-1251. Nothing is replaced: a byte that doesn't fit fails.
pub(super) fn decode(bytes: Vec<u8>, known: Known<'_>, file: &str) -> Result<Decoded, Unread> {
    let decoded = match Encoding::for_bom(&bytes) {
        Some((encoding, mark)) => strict(encoding, bytes, mark, file),
        None => without_mark(bytes, known, file),
    }?;
    if decoded.text.contains('\0') { Err(Unread::new(BINARY, file)) } else { Ok(decoded) }
}

fn without_mark(bytes: Vec<u8>, known: Known<'_>, file: &str) -> Result<Decoded, Unread> {
    let named = |label: Option<&str>| label.and_then(|l| Encoding::for_label(l.as_bytes()));
    let plain = plainly(&bytes);
    if let Some(said) = named(known.said) {
        return match plain {
            Some(plain) if plain != said => Err(Unread::new(WRONG, between(file, said, Some(plain)))),
            _ => strict(said, bytes, 0, file),
        };
    }
    let found = plain.map_or_else(|| told(&bytes, file), Ok);
    let pinned = named(known.pinned).filter(|_| found != Ok(UTF_8) || !bytes.is_ascii());
    match (found, pinned) {
        (Ok(found), Some(pinned)) if found != pinned => Err(Unread::new(CHANGED, between(file, pinned, Some(found)))),
        (Ok(found), _) => strict(found, bytes, 0, file),
        // Only the pin knows what no rule here can tell.
        (Err(unsure), Some(pinned)) if unsure.code == UNSURE && pinned != UTF_8 => strict(pinned, bytes, 0, file),
        (Err(unsure), Some(pinned)) if unsure.code == UNSURE => Err(Unread::new(CHANGED, between(file, pinned, None))),
        (Err(failed), _) => Err(failed),
    }
}

fn between(file: &str, before: &'static Encoding, now: Option<&'static Encoding>) -> String {
    match now {
        Some(now) => format!("{file}: {} → {}", before.name(), now.name()),
        None => format!("{file}: {}", before.name()),
    }
}

/// The encoding of bytes that are hardly anything else: zero bytes beside Latin letters, or the strict
/// forms of UTF-8 beyond ASCII.
fn plainly(bytes: &[u8]) -> Option<&'static Encoding> {
    let is_utf8 = || !bytes.is_ascii() && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
    utf16_without_mark(bytes).or_else(|| is_utf8().then_some(UTF_8))
}

/// What the bytes tell that are not plainly anything.
fn told(bytes: &[u8], file: &str) -> Result<&'static Encoding, Unread> {
    if bytes.contains(&0) {
        return Err(Unread::new(BINARY, file));
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(UTF_8) };
    let before = &bytes[..error.valid_up_to()];
    let pairs = before.iter().filter(|b| **b >= 0xc0).count();
    if error.error_len().is_none() && pairs > 0 {
        return Err(Unread::new(CUT, file));
    }
    // A few such pairs may be chance; more of them were written on purpose.
    if pairs > 3 {
        let row = memchr::memchr_iter(b'\n', before).count() + 1;
        return Err(Unread::new(MIXED, file).at_row(row as u32));
    }
    if reads_as_russian(bytes) { Ok(WINDOWS_1251) } else { Err(Unread::new(UNSURE, file)) }
}

fn strict(encoding: &'static Encoding, bytes: Vec<u8>, mark: usize, file: &str) -> Result<Decoded, Unread> {
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    let is_evident = is_wide || !bytes.is_ascii();
    let text = if encoding == UTF_8 && mark == 0 {
        // Most files: not one byte is copied.
        String::from_utf8(bytes).map_err(|e| e.utf8_error().error_len().is_none())
    } else {
        let body = &bytes[mark..];
        let text = encoding.decode_without_bom_handling_and_without_replacement(body).map(Cow::into_owned);
        let is_cut = || is_wide && body.len() % 2 == 1 || encoding == UTF_8 && ends_inside(body);
        text.ok_or_else(is_cut)
    };
    match text {
        Ok(text) => Ok(Decoded { text, encoding: encoding.name(), is_evident }),
        Err(true) => Err(Unread::new(CUT, file)),
        Err(false) => Err(Unread::new(WRONG, between(file, encoding, None))),
    }
}

/// Whether UTF-8 ends in the middle of a character.
fn ends_inside(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_err_and(|e| e.error_len().is_none())
}

/// Text in UTF-16 has a zero byte beside every Latin letter, digit and separator, and a four beside every
/// Cyrillic one.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let count = |parity: usize, is: fn(u8) -> bool| sample.iter().skip(parity).step_by(2).filter(|b| is(**b)).count();
    let pairs = sample.len() / 2;
    let is_high = |parity: usize| {
        let (zeros, known) = (count(parity, |b| b == 0), count(parity, |b| matches!(b, 0 | 4 | 0x20 | 0x21)));
        zeros * 10 > pairs && known * 10 >= pairs * 9 && count(1 - parity, |b| b == 0) == 0
    };
    match () {
        () if is_high(1) => Some(UTF_16LE),
        () if is_high(0) => Some(UTF_16BE),
        () => None,
    }
}

/// Whether bytes read as Russian or Ukrainian in windows-1251: what isn't ASCII is mostly Cyrillic
/// letters, small ones, in words of their own. The accented letters of western encodings stand among Latin
/// ones, and the capitals of old Macs are the Serbian letters of windows-1251.
fn reads_as_russian(bytes: &[u8]) -> bool {
    let count = |is: fn(u8) -> bool| bytes.iter().filter(|b| is(**b)).count();
    let high = count(|b| b >= 0x80 && !is_punctuation(b));
    let letters = count(is_letter);
    let small = count(|b| matches!(b, 0xe0..=0xff | 0xb8 | 0xb3 | 0xba | 0xbf | 0xb4));
    let serbian = count(|b| matches!(b, 0x80 | 0x81 | 0x83 | 0x8a | 0x8c..=0x90 | 0x9a | 0x9c..=0x9f));
    let beside = |is: fn(u8, u8) -> bool| bytes.array_windows().filter(|[a, b]| is(*a, *b)).count();
    let among_latin = beside(|a, b| is_letter(a) && b.is_ascii_alphabetic() || is_letter(b) && a.is_ascii_alphabetic());
    let among_own = beside(|a, b| is_letter(a) && is_letter(b));
    letters * 10 >= high * 8 && small * 2 >= letters && serbian * 50 <= letters && among_latin * 4 <= among_own
}

/// Quotes, dashes, `№`, an ellipsis, the space that doesn't break.
fn is_punctuation(byte: u8) -> bool {
    matches!(byte, 0x84 | 0x85 | 0x91..=0x97 | 0xa0 | 0xab | 0xb9 | 0xbb)
}

fn is_letter(byte: u8) -> bool {
    matches!(byte, 0xc0..=0xff | 0xa8 | 0xb8 | 0xa5 | 0xaa | 0xaf | 0xb2..=0xb4 | 0xba | 0xbf)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Имя;Телефон\nАнна Петрова;+7 916\n";

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    fn cp1251(text: &str) -> Vec<u8> {
        WINDOWS_1251.encode(text).0.into_owned()
    }

    #[test]
    fn encodings_are_told_apart() {
        let with_mark = |mark: &[u8], body: Vec<u8>| [mark, body.as_slice()].concat();
        for (bytes, name) in [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            (with_mark(b"\xef\xbb\xbf", TEXT.as_bytes().to_vec()), "UTF-8"),
            (utf16(TEXT, u16::to_le_bytes), "UTF-16LE"),
            (utf16(TEXT, u16::to_be_bytes), "UTF-16BE"),
            (with_mark(b"\xff\xfe", utf16(TEXT, u16::to_le_bytes)), "UTF-16LE"),
            (cp1251(TEXT), "windows-1251"),
        ] {
            let decoded = decode(bytes, Known::default(), "f.csv").expect(name);
            let expected = Decoded { text: TEXT.to_owned(), encoding: name, is_evident: true };
            assert_eq!(decoded, expected);
        }
        let ascii = decode(b"name;phone\n".to_vec(), Known::default(), "f.csv").expect("ASCII");
        assert!(!ascii.is_evident);
    }

    #[track_caller]
    fn refused(bytes: &[u8], known: Known<'_>, code: &str, hint: &str) {
        let unread = decode(bytes.to_vec(), known, "f").expect_err(code);
        assert_eq!((unread.code.name(), unread.hint.as_str()), (code, hint));
    }

    #[test]
    fn a_cut_or_foreign_file_is_never_text() {
        let nothing = Known::default();
        refused(&TEXT.as_bytes()[..5], nothing, "source-cut", "f");
        refused(b"\xff\xfeA", nothing, "source-cut", "f");
        refused(b"a\0b\0\0\0\0c", nothing, "source-not-text", "f");
        refused(b"name\0;phone", nothing, "source-not-text", "f");
        refused(b"name\0;phone", Known { pinned: Some("utf-8"), said: None }, "source-not-text", "f");
        refused(&[TEXT.as_bytes(), &cp1251(TEXT)].concat(), nothing, "source-encoding-mixed", "f");
    }

    #[test]
    fn what_may_be_another_encoding_is_not_guessed() {
        let nothing = Known::default();
        for bytes in [
            b"caf\xe9;stra\xdfe\x80\x80\x80".as_slice(),
            b"Name\nAndr\xe9 Lef\xe8vre\nJ\xfcrgen Gro\xdf\n",
            b"Name\nZofia W\xf3jcik, \xa3\xf3d\x9f\n",
            b"\x8c\xa0\xe0\xa8\xad\xa0;\x80\xad\xad\xa0",
            b"Name\n\x80\xed\xed\xe0 \x8f\xe5\xf2\xf0\xee\xe2\xe0\n",
            b"\xe1\xce\xce\xc1 \xf0\xc5\xd4\xd2\xcf\xd7\xc1",
        ] {
            refused(bytes, nothing, "source-encoding-unsure", "f");
        }
        for text in ["Їжак Ґанна Євгенівна", "«Ромашка» № 5 — Анна", "Петров Ivan; Иванов Petr"]
        {
            assert_eq!(decode(cp1251(text), nothing, "f").expect(text).text, text);
        }
    }

    #[test]
    fn the_config_decides_where_it_speaks() {
        let said = |label| Known { said: Some(label), pinned: None };
        assert_eq!(decode(b"caf\xe9".to_vec(), said("windows-1252"), "f").expect("it is said").text, "café");
        assert_eq!(decode(b"cafe".to_vec(), said("windows-1252"), "f").expect("it is said").text, "cafe");
        refused(b"\xcf\xf0", said("utf-8"), "source-encoding", "f: UTF-8");
        refused(TEXT.as_bytes(), said("windows-1251"), "source-encoding", "f: windows-1251 → UTF-8");
    }

    #[test]
    fn what_was_found_once_holds() {
        let pinned = |label| Known { said: None, pinned: Some(label) };
        assert_eq!(decode(b"caf\xe9".to_vec(), pinned("windows-1252"), "f").expect("it is known").text, "café");
        assert_eq!(decode(b"name".to_vec(), pinned("windows-1251"), "f").expect("the same in both").text, "name");
        refused(TEXT.as_bytes(), pinned("windows-1251"), "source-encoding-changed", "f: windows-1251 → UTF-8");
        refused(&cp1251(TEXT), pinned("UTF-8"), "source-encoding-changed", "f: UTF-8 → windows-1251");
        refused(b"caf\xe9", pinned("UTF-8"), "source-encoding-changed", "f: UTF-8");
        let wide = utf16(TEXT, u16::to_le_bytes);
        refused(&wide, pinned("UTF-8"), "source-encoding-changed", "f: UTF-8 → UTF-16LE");
    }
}
