//! Files of a source: found by pattern, read whole, and each failure said in its own words.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{finding::Code, port::Unread};

const MISSING: Code = Code::new("source-missing");
const NO_MATCH: Code = Code::new("source-no-match");
const FOLDER: Code = Code::new("source-is-folder");
const EMPTY: Code = Code::new("source-empty");
const UNREADABLE: Code = Code::new("source-unreadable");
const BAD_PATTERN: Code = Code::new("source-bad-pattern");

/// The files that a path or a pattern of paths names, in the order of their names.
pub(super) fn expand(location: &str, folder: &Path) -> Result<Vec<PathBuf>, Unread> {
    let path = folder.join(location);
    if path.exists() || !location.contains(['*', '?', '[']) {
        return Ok(vec![path]);
    }
    let pattern = glob::glob(&path.to_string_lossy()).map_err(|e| Unread::new(BAD_PATTERN, e.to_string()))?;
    // A workbook that is open in Excel or LibreOffice has a lock file beside it.
    let is_lock = |p: &PathBuf| name(p).starts_with("~$") || name(p).starts_with(".~lock");
    let mut files: Vec<PathBuf> = pattern.filter_map(Result::ok).filter(|p| !is_lock(p)).collect();
    files.sort();
    if files.is_empty() { Err(Unread::new(NO_MATCH, location)) } else { Ok(files) }
}

/// The whole content of a file that has any.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Unread> {
    let bytes = fs::read(path).map_err(|e| unread(path, &e))?;
    if bytes.is_empty() { Err(Unread::new(EMPTY, name(path))) } else { Ok(bytes) }
}

fn unread(path: &Path, error: &io::Error) -> Unread {
    match error.kind() {
        io::ErrorKind::NotFound => Unread::new(MISSING, path.display().to_string()),
        io::ErrorKind::IsADirectory => Unread::new(FOLDER, path.display().to_string()),
        kind => Unread::new(UNREADABLE, format!("{}: {kind}", path.display())),
    }
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
