//! Pages on their way into files.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use super::print;
use crate::{
    catalogue::{Fill, say},
    config::Config,
    failure::reason,
    finding::{Code, Trouble},
};

const UNWRITABLE: Code = Code::new("page-unwritable");

/// Writes a page, all of it or nothing: one that stands is replaced once the new one is whole.
pub(super) fn write(config: &Config, path: &Path, page: &str) -> Result<(), Trouble> {
    whole(path, page).map_err(|e| Trouble::new(UNWRITABLE, format!("{}: {}", path.display(), reason(&e))))?;
    let path = path.display().to_string();
    print(&(say("page-written", config.operator.language, &[("path", Fill::Text(&path))]) + "\n"));
    Ok(())
}

fn whole(path: &Path, page: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let mut file = new(&folder)?;
    file.write_all(page.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A page is made to be read by others: it gets the rights of any new file, not those of a secret.
fn new(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let rights: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(rights);
    builder.prefix(".sheetbridge-").tempfile_in(folder)
}
