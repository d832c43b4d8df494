//! Which encoding a text file is in, and the text.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

use crate::{finding::Code, port::Unread};

const CUT: Code = Code::new("source-cut");
const WRONG: Code = Code::new("source-encoding");
const UNSURE: Code = Code::new("source-encoding-unsure");
const BINARY: Code = Code::new("source-not-text");

/// Decodes a file. `wanted` is what the config says, or what an earlier run found; without it a byte
/// order mark decides, then the zero bytes of UTF-16, then whether it is valid UTF-8, then whether it
/// reads as Russian in windows-1251. Nothing is replaced: a byte that doesn't fit fails.
pub(super) fn decode(bytes: Vec<u8>, wanted: Option<&str>, file: &str) -> Result<(String, &'static str), Unread> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return strict(encoding, bytes, mark, file);
    }
    if let Some(encoding) = wanted.and_then(|label| Encoding::for_label(label.as_bytes())) {
        return strict(encoding, bytes, 0, file);
    }
    if let Some(encoding) = utf16_without_mark(&bytes) {
        return strict(encoding, bytes, 0, file);
    }
    if bytes.contains(&0) {
        return Err(Unread::new(BINARY, file));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, UTF_8.name())),
        Err(error) if error.utf8_error().error_len().is_none() => Err(Unread::new(CUT, file)),
        Err(error) => guess(error.into_bytes(), file),
    }
}

fn strict(
    encoding: &'static Encoding,
    bytes: Vec<u8>,
    mark: usize,
    file: &str,
) -> Result<(String, &'static str), Unread> {
    if encoding == UTF_8 && mark == 0 {
        return match String::from_utf8(bytes) {
            Ok(text) => Ok((text, UTF_8.name())),
            Err(e) if e.utf8_error().error_len().is_none() => Err(Unread::new(CUT, file)),
            Err(_) => Err(Unread::new(WRONG, format!("{file}: {}", encoding.name()))),
        };
    }
    let body = &bytes[mark..];
    if (encoding == UTF_16LE || encoding == UTF_16BE) && body.len() % 2 == 1 {
        return Err(Unread::new(CUT, file));
    }
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok((text.into_owned(), encoding.name())),
        None => Err(Unread::new(WRONG, format!("{file}: {}", encoding.name()))),
    }
}

/// Text in UTF-16 has a zero byte beside every Latin letter, digit and separator.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    match () {
        () if odd * 10 > pairs && even == 0 => Some(UTF_16LE),
        () if even * 10 > pairs && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// windows-1251 if what isn't ASCII reads as Russian: mostly lower-case Cyrillic letters.
fn guess(bytes: Vec<u8>, file: &str) -> Result<(String, &'static str), Unread> {
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    let letters = bytes.iter().filter(|b| matches!(b, 0xc0..=0xff | 0xa8 | 0xb8)).count();
    let lower = bytes.iter().filter(|b| matches!(b, 0xe0..=0xff | 0xb8)).count();
    if letters * 10 < high * 8 || lower * 2 < letters {
        return Err(Unread::new(UNSURE, file));
    }
    strict(WINDOWS_1251, bytes, 0, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Имя;Телефон\nАнна Петрова;+7 916\n";

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let cp1251 = WINDOWS_1251.encode(TEXT).0.into_owned();
        let with_mark = |mark: &[u8], body: Vec<u8>| [mark, body.as_slice()].concat();
        for (bytes, name) in [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            (with_mark(b"\xef\xbb\xbf", TEXT.as_bytes().to_vec()), "UTF-8"),
            (utf16(TEXT, u16::to_le_bytes), "UTF-16LE"),
            (utf16(TEXT, u16::to_be_bytes), "UTF-16BE"),
            (with_mark(b"\xff\xfe", utf16(TEXT, u16::to_le_bytes)), "UTF-16LE"),
            (cp1251, "windows-1251"),
        ] {
            let (text, found) = decode(bytes, None, "f.csv").expect(name);
            assert_eq!((text.as_str(), found), (TEXT, name));
        }
    }

    #[test]
    fn a_cut_or_foreign_file_is_never_text() {
        let code = |bytes: &[u8], wanted| decode(bytes.to_vec(), wanted, "f.csv").expect_err("not text").code.name();
        assert_eq!(code(&TEXT.as_bytes()[..5], None), "source-cut");
        assert_eq!(code(b"\xff\xfeA", None), "source-cut");
        assert_eq!(code(b"a\0b\0\0\0\0c", None), "source-not-text");
        assert_eq!(code(b"caf\xe9;stra\xdfe\x80\x80\x80", None), "source-encoding-unsure");
        assert_eq!(code(b"\xcf\xf0", Some("utf-8")), "source-encoding");
    }

    #[test]
    fn the_config_decides_where_it_speaks() {
        let (text, _) = decode(b"caf\xe9".to_vec(), Some("windows-1252"), "f.csv").expect("it is said");
        assert_eq!(text, "café");
    }
}
