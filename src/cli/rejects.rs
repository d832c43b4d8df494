//! `--rejects`: the rows that wait, in new files that only their owner can read.

use std::{
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use csv::{Terminator, WriterBuilder};
use tempfile::NamedTempFile;

use crate::{
    address::SourceId,
    catalogue::{Fill, say},
    config::{Config, Secret, SourceConfig},
    connector::guarded,
    failure::reason,
    finding::{Code, Trouble},
    language::Language,
    report::{RejectedRows, Rejects},
};

const EXISTS: Code = Code::new("rejects-exists");
const IS_SOURCE: Code = Code::new("rejects-is-source");
const NO_FOLDER: Code = Code::new("rejects-no-folder");
const UNWRITABLE: Code = Code::new("rejects-unwritable");

/// Whether every file that may be written is a new one, and no source would read it as it is.
pub(super) fn judge(config: &Config, path: &Path) -> Result<(), Trouble> {
    for source in config.sources.iter().filter(|s| !s.grants().is_empty()) {
        let path = file(config, source.id, path);
        if let Some(reader) = config.sources.iter().find(|s| reads(s, &path, &config.folder())) {
            return Err(Trouble::new(IS_SOURCE, format!("{}: `{}`", path.display(), reader.name)));
        }
        if path.exists() {
            return Err(Trouble::new(EXISTS, path.display().to_string()));
        }
        if !folder_of(&path).is_dir() {
            return Err(Trouble::new(NO_FOLDER, path.display().to_string()));
        }
    }
    Ok(())
}

fn reads(source: &SourceConfig, path: &Path, folder: &Path) -> bool {
    let Secret::Plain(location) = &source.location else { return false };
    let location = folder.join(location);
    let whole = |path: &Path| {
        let folder = folder_of(path);
        folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf()).join(path.file_name().unwrap_or_default())
    };
    let matches =
        |pattern: &Path| glob::Pattern::new(&pattern.to_string_lossy()).is_ok_and(|p| p.matches_path(&whole(path)));
    whole(&location) == whole(path) || matches(&whole(&location))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The file of a source: the one that was named, or one for each source where several have rows that may wait.
fn file(config: &Config, source: SourceId, path: &Path) -> PathBuf {
    if config.sources.iter().filter(|s| !s.grants().is_empty()).count() < 2 {
        return path.to_path_buf();
    }
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{}.", config.source(source).name));
    name.push(path.extension().unwrap_or("csv".as_ref()));
    path.with_file_name(name)
}

/// Writes what waits, and says where it is.
pub(super) fn write(config: &Config, path: &Path, rejects: &Rejects) -> Result<Vec<String>, Trouble> {
    let language = config.operator.language;
    if rejects.sources.is_empty() {
        return Ok(vec![say("rejects-none", language, &[])]);
    }
    let mut said = Vec::new();
    for rows in &rejects.sources {
        let path = file(config, rows.source, path);
        let shown = path.display().to_string();
        whole(&path, rows, language).map_err(|e| Trouble::new(UNWRITABLE, format!("{shown}: {}", reason(&e))))?;
        let fills = [
            ("path", Fill::Text(&shown)),
            ("n", Fill::Number(rows.rows.len() as u64)),
            ("source", Fill::Text(&config.source(rows.source).name)),
        ];
        said.push(say("rejects-written", language, &fills));
    }
    Ok(said)
}

/// A file gets its name once it is whole; one that came to be in the meantime stays.
fn whole(path: &Path, rows: &RejectedRows, language: Language) -> io::Result<()> {
    let folder = folder_of(path);
    // Its mode is 0600.
    let file = NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::new(file.as_file());
    // Without the mark Excel reads Cyrillic as another encoding; in Russia it parts cells by semicolons.
    out.write_all("\u{feff}".as_bytes())?;
    let delimiter = language.pick(b',', b';');
    let mut csv = WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(out);
    csv.write_record(rows.header.iter().map(|name| guarded(name).into_owned()))?;
    for row in &rows.rows {
        csv.write_record(row.iter().map(|cell| guarded(cell.expose()).into_owned()))?;
    }
    csv.flush()?;
    drop(csv);
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}
