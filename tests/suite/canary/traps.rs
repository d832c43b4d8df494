//! Values that must not show up, in every disguise that a program puts text into by accident.

use std::{collections::HashMap, fmt::Write as _, fs, io::Read as _, path::Path};

use sheetbridge::keys::hex;

/// A word with it was made up for these tests: it stands nowhere else.
const MARKS: [&str; 2] = ["мзык", "qzx"];

/// How much of a trap is looked up before the rest is compared.
const START: usize = 6;

/// So many digits say whose number it is.
const DIGITS: usize = 7;

/// Texts to be found in bytes.
#[derive(Default)]
pub(super) struct Traps {
    by_start: HashMap<[u8; START], Vec<(Vec<u8>, String)>>,
}

impl Traps {
    /// Sets traps for a value: as it is, its made-up words, its digits.
    pub(super) fn set(&mut self, value: &str) {
        let is_marked = |text: &str| MARKS.iter().any(|mark| text.to_lowercase().contains(mark));
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        // Anything else stands in anybody's texts.
        if is_marked(value) || digits.len() >= DIGITS {
            self.disguised(value, value);
        }
        for word in value.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= 4 && is_marked(w)) {
            self.disguised(word, value);
        }
        if digits.len() >= DIGITS {
            self.plain(&digits, value);
            self.plain(&digits[digits.len() - DIGITS..], value);
            self.base64(&digits, value);
        }
    }

    /// Sets traps for one date, as people and programs write it.
    pub(super) fn set_date(&mut self, iso: &str) {
        let [year, month, day] = [&iso[..4], &iso[5..7], &iso[8..]];
        for text in [
            iso.to_owned(),
            format!("{day}.{month}.{year}"),
            format!("{month}/{day}/{year}"),
            format!("{year}{month}{day}"),
        ] {
            self.plain(&text, iso);
        }
    }

    fn disguised(&mut self, text: &str, of: &str) {
        for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
            self.plain(&text, of);
            self.base64(&text, of);
            let mut disguises = [String::new(), String::new(), hex(text.as_bytes())];
            for c in text.chars() {
                let _ = if c.is_ascii() {
                    write!(disguises[0], "{c}")
                } else {
                    write!(disguises[0], "\\u{:04x}", c as u32)
                };
            }
            text.bytes().for_each(|byte| _ = write!(disguises[1], "%{byte:02X}"));
            disguises.iter().for_each(|text| self.put(text.as_bytes(), of));
            let (cyrillic, ..) = encoding_rs::WINDOWS_1251.encode(&text);
            self.put(&cyrillic, of);
        }
    }

    fn plain(&mut self, text: &str, of: &str) {
        self.put(text.as_bytes(), of);
        let units = || text.encode_utf16();
        self.put(&units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), of);
        self.put(&units().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(), of);
    }

    /// Wherever in an encoded text it starts, some of its digits are always the same.
    fn base64(&mut self, text: &str, of: &str) {
        for before in 0..3 {
            let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
            let encoded = base64(&bytes);
            let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            self.put(encoded.as_bytes().get(start..end).unwrap_or_default(), of);
        }
    }

    fn put(&mut self, trap: &[u8], of: &str) {
        if let Some(start) = trap.first_chunk::<START>() {
            let traps = self.by_start.entry(*start).or_default();
            if !traps.iter().any(|(known, _)| known == trap) {
                traps.push((trap.to_vec(), of.to_owned()));
            }
        }
    }

    /// The values that bytes give away.
    pub(super) fn caught(&self, bytes: &[u8]) -> Vec<String> {
        let mut caught = Vec::new();
        for (at, window) in bytes.windows(START).enumerate() {
            let Some(traps) = window.first_chunk::<START>().and_then(|start| self.by_start.get(start)) else {
                continue;
            };
            for (trap, of) in traps.iter().filter(|(trap, _)| bytes[at..].starts_with(trap)) {
                let found = format!("{of:?} as {:?}", String::from_utf8_lossy(trap));
                if !caught.contains(&found) {
                    caught.push(found);
                }
            }
        }
        caught
    }

    /// The values that a file, or the files of a folder, give away. What is packed is unpacked.
    pub(super) fn caught_in(&self, path: &Path) -> Vec<String> {
        let mut caught = Vec::new();
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder").map(|e| e.expect("an entry")) {
                caught.extend(self.caught_in(&entry.path()));
            }
            return caught;
        }
        let bytes = fs::read(path).expect("a file");
        if bytes.starts_with(b"PK") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).expect("an archive");
            for i in 0..archive.len() {
                let mut part = Vec::new();
                archive.by_index(i).expect("a part").read_to_end(&mut part).expect("unpacked");
                caught.extend(self.caught(&part));
            }
        }
        caught.extend(self.caught(&bytes));
        caught
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32, place: u32| char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or_default()));
        (0..4).map(|place| digit(bits, place)).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn every_disguise_is_seen_through() {
    let mut traps = Traps::default();
    ["Мзыкрова", "+7 (916) 784-93-21", "qzxanna@example.com"].iter().for_each(|value| traps.set(value));
    traps.set_date("1987-11-23");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let caught = [
        "name=МЗЫКРОВА".as_bytes().to_vec(),
        utf16("Мзыкрова"),
        base64("xx Мзыкрова".as_bytes()).into_bytes(),
        base64("x Мзыкрова yy".as_bytes()).into_bytes(),
        b"tel:+79167849321".to_vec(),
        b"...7849321".to_vec(),
        b"QZXANNA".to_vec(),
        b"born 23.11.1987".to_vec(),
    ];
    for bytes in caught {
        assert_ne!(traps.caught(&bytes), Vec::<String>::new(), "{}", String::from_utf8_lossy(&bytes));
    }
    for text in ["phone-letters at cell D14, 16 characters", "784932", "мзы", "example.com"] {
        assert_eq!(traps.caught(text.as_bytes()), Vec::<String>::new(), "{text}");
    }
}
