//! Values that the config only points at.

use std::{fmt, path::Path};

use zeroize::Zeroizing;

use crate::failure::reason;

/// Something that never prints: a text, or where to find one.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In an environment variable (`env:NAME`).
    Env(String),
    /// In a file (`file:PATH`), relative to the config.
    File(String),
    /// In the config itself: for addresses that are no secret.
    Plain(String),
}

impl Default for Secret {
    /// No address at all.
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Secret {
    /// Reads `env:NAME`, `file:PATH` or a plain text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("env", name)) => Self::Env(name.to_owned()),
            Some(("file", path)) => Self::File(path.to_owned()),
            _ => Self::Plain(text.to_owned()),
        }
    }

    /// The text, from where it is; a file loses its last line end.
    ///
    /// # Errors
    /// A sentence that says which variable or file is missing, and nothing of its content.
    pub fn open(&self, folder: &Path) -> Result<Zeroizing<String>, String> {
        match self {
            Self::Plain(text) => Ok(Zeroizing::new(text.clone())),
            Self::Env(name) => std::env::var(name)
                .map(Zeroizing::new)
                .map_err(|_| format!("the environment variable {name} is not set")),
            Self::File(path) => match std::fs::read_to_string(folder.join(path)) {
                Ok(text) => Ok(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned())),
                Err(e) => Err(format!("{path}: {}", reason(&e))),
            },
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Plain(text) => f.write_str(&without_userinfo(text)),
        }
    }
}

/// An address without the user and password that a URL may hold, and without the password of a list of
/// settings (`host=db password=…`).
#[must_use]
pub fn without_userinfo(address: &str) -> String {
    match (address.split_once("://"), password_of_settings(address)) {
        (Some((scheme, rest)), _) => {
            let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{host}")
        }
        (None, Some(at)) => format!("{}…", &address[..at]),
        (None, None) => address.to_owned(),
    }
}

/// Whether an address holds a password.
pub(crate) fn holds_password(address: &str) -> bool {
    let userinfo = address.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    userinfo.is_some_and(|(user, _)| user.contains(':')) || password_of_settings(address).is_some()
}

/// Where `password = …` starts.
fn password_of_settings(address: &str) -> Option<usize> {
    const WORD: &str = "password";
    let is_set = |(at, _): &(usize, &str)| address[at + WORD.len()..].trim_start().starts_with('=');
    address.match_indices(WORD).find(is_set).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_where_it_is_and_never_what() {
        for (text, shown) in [
            ("env:TOKEN", "env:TOKEN"),
            ("file:key", "file:key"),
            ("postgres://anna:pw@db/x?password=pw", "postgres://db/x"),
            ("host=db user=anna password = 'p w' dbname=x", "host=db user=anna …"),
            ("shop.xlsx", "shop.xlsx"),
        ] {
            assert_eq!(format!("{:?}", Secret::parse(text)), shown);
        }
    }

    #[test]
    fn a_missing_one_is_named() {
        let missing = |text| Secret::parse(text).open(Path::new(".")).map(|_| ()).expect_err("it is missing");
        assert_eq!(missing("env:SHEETBRIDGE_NO_SUCH"), "the environment variable SHEETBRIDGE_NO_SUCH is not set");
        assert_eq!(missing("file:no-such-file"), "no-such-file: not found");
    }
}
