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
    let mut file = private(&path).map_err(|e| unwritable(reason(&e)))?;
    let text = format!("{}\n", keys.hex().as_str());
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| unwritable(reason(&e)))?;
    Ok(keys)
}

/// A new file that only its owner may read.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
