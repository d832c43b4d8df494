//! Where the master key is kept.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    config::{Secret, StateConfig},
    failure::reason,
    finding::{Code, Trouble},
    keys::Keys,
};

const UNREADABLE: Code = Code::new("state-key-unreadable");
const WRONG_FORM: Code = Code::new("state-key-form");
const UNWRITABLE: Code = Code::new("state-unwritable");

/// The file of the key, where the config doesn't keep it elsewhere.
pub(super) fn file(state: &StateConfig) -> PathBuf {
    state.folder.join("key")
}

/// The key, if there is one.
pub(super) fn load(state: &StateConfig, folder: &Path) -> Result<Option<Keys>, Trouble> {
    let text = if let Some(secret) = &state.key {
        secret.open(folder).map_err(|e| Trouble::new(UNREADABLE, e))?
    } else {
        let path = file(state);
        if !path.exists() {
            return Ok(None);
        }
        Secret::File(path.display().to_string()).open(Path::new("")).map_err(|e| Trouble::new(UNREADABLE, e))?
    };
    let hint = state.key.as_ref().map_or_else(|| file(state).display().to_string(), |k| format!("{k:?}"));
    Keys::parse(&text).map(Some).ok_or_else(|| Trouble::new(WRONG_FORM, hint))
}

/// Makes a key and its file, which only its owner may read.
pub(super) fn create(state: &StateConfig) -> Result<Keys, Trouble> {
    let path = file(state);
    let unwritable = |e: String| Trouble::new(UNWRITABLE, format!("{}: {e}", path.display()));
    let keys = Keys::generate().map_err(|e| unwritable(e.to_string()))?;
    whole(&path, &keys).map_err(|e| unwritable(reason(&e)))?;
    Ok(keys)
}

/// The file gets its name once it is whole: a process may die at any time, and half a key would stop every
/// later run.
fn whole(path: &Path, keys: &Keys) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    writeln!(file, "{}", keys.hex().as_str())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// A new file that only its owner may read.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    for_owner(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// So that a file which is made is its owner's alone.
pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_there_whole_and_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateConfig { folder: folder.path().to_path_buf(), key: None, refusals: None };
        let keys = create(&state).expect("made");
        let read = load(&state, folder.path()).expect("readable").expect("a key");
        assert_eq!(read.hex(), keys.hex());
        assert_eq!(create(&state).map_err(|t| t.code).err(), Some(UNWRITABLE));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(file(&state)).expect("a file").permissions().mode() & 0o777, 0o600);
        }
    }
}
