//! Files of a source: found by pattern, read whole, and each failure said in its own words.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{config::Secret, failure::is_open_elsewhere, finding::Code, port::Unread};

const NO_ADDRESS: Code = Code::new("source-no-address");
const MISSING: Code = Code::new("source-missing");
const NO_MATCH: Code = Code::new("source-no-match");
const FOLDER: Code = Code::new("source-is-folder");
const EMPTY: Code = Code::new("source-empty");
const UNREADABLE: Code = Code::new("source-unreadable");
const OPEN: Code = Code::new("source-open-elsewhere");
const BAD_PATTERN: Code = Code::new("source-bad-pattern");

/// The files that a path or a pattern of paths names, in the order of their names.
pub(super) fn expand(location: &Secret, folder: &Path) -> Result<Vec<PathBuf>, Unread> {
    let location = opened(location, folder)?;
    let location = location.as_str();
    let path = folder.join(location);
    if path.exists() || !location.contains(['*', '?', '[']) {
        return Ok(vec![path]);
    }
    let pattern = glob::glob(&path.to_string_lossy())
        .map_err(|e| Unread::new(BAD_PATTERN, format!("`{location}`: {}", e.msg)))?;
    // A workbook that is open in Excel or LibreOffice has a lock file beside it.
    let is_lock = |p: &PathBuf| name(p).starts_with("~$") || name(p).starts_with(".~lock");
    // A folder that can't be looked into may hold more of them.
    let found = pattern.collect::<Result<Vec<_>, _>>().map_err(|e| unread(e.path(), e.error()))?;
    let mut files: Vec<PathBuf> = found.into_iter().filter(|p| !is_lock(p)).collect();
    files.sort();
    if files.is_empty() { Err(Unread::new(NO_MATCH, location)) } else { Ok(files) }
}

/// The address itself, from where the config says that it stands.
pub(super) fn opened(location: &Secret, folder: &Path) -> Result<zeroize::Zeroizing<String>, Unread> {
    location.open(folder).map_err(|why| Unread::new(NO_ADDRESS, why))
}

/// The whole content of a file that has any.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Unread> {
    let bytes = fs::read(path).map_err(|e| unread(path, &e))?;
    if bytes.is_empty() { Err(empty(&name(path))) } else { Ok(bytes) }
}

/// A file that holds nothing, not even a header.
pub(super) fn empty(name: &str) -> Unread {
    Unread::new(EMPTY, name)
}

/// What a file is by its first bytes, where they tell; every language calls these so.
pub(super) fn recognised(bytes: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "ZIP"),
        (b"PK\x05\x06", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel 97–2003 (.xls)"),
        (b"%PDF", "PDF"),
        (b"{\\rtf", "RTF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x1f\x8b", "GZIP"),
    ];
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some(what);
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let start = start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    match start {
        _ if start.starts_with('<') && ["<html", "<table", "<!doctype html"].iter().any(|t| start.contains(t)) => {
            Some("HTML")
        }
        _ if start.starts_with("mime-version:") => Some("MHTML"),
        _ if start.starts_with("<?xml") => Some("XML"),
        _ if ["{\"", "[{\""].iter().any(|s| start.replace([' ', '\n', '\r', '\t'], "").starts_with(s)) => Some("JSON"),
        _ => None,
    }
}

pub(super) fn unread(path: &Path, error: &io::Error) -> Unread {
    match error.kind() {
        io::ErrorKind::NotFound => Unread::new(MISSING, shown(path)),
        io::ErrorKind::IsADirectory => Unread::new(FOLDER, shown(path)),
        _ if is_open_elsewhere(error) => Unread::new(OPEN, shown(path)),
        kind => Unread::new(UNREADABLE, format!("{}: {kind}", shown(path))),
    }
}

/// The path as the config has it, where the config's folder is the current one.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// The file's name, without its folder.
pub(super) fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A digest that changes when any of the contents does.
pub(super) fn version<'a>(contents: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for (name, bytes) in contents {
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }
    digest.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
