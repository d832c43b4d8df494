//! A list that is read with a key: how one gets the key, and trying again until the list can be read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{ask::BROKEN_OFF, place, read::Reader};
use crate::{
    catalogue::{Fill, say},
    cli::{complain, trouble},
    config::{holds_password, without_userinfo},
    connector::{SignIn, SourceKind},
    finding::{Code, Trouble},
    init::List,
};

const NO_KEY: Code = Code::new("init-no-key");
const OPEN_KEY: Code = Code::new("init-key-open");

/// Where the key is.
struct Key {
    path: PathBuf,
    /// What the config is to say of it; nothing where the environment says so for every program.
    setting: Option<String>,
}

impl Reader<'_> {
    /// The list, or the exit code when it can't be read. Whoever is there may mend what is wrong meanwhile.
    pub(super) fn signed_in(&mut self, source: &str, kind: &'static SourceKind, sign_in: &SignIn) -> Result<List, u8> {
        loop {
            let why = match self.attempt(source, kind, sign_in) {
                Ok(list) => return Ok(list),
                Err(why) => why,
            };
            let exit = trouble(&why, source, self.language);
            if why.code == NO_KEY && !std::mem::replace(&mut self.told, true) {
                complain(&self.steps(sign_in));
            }
            if (sign_in.stays)(why.code) {
                return Err(exit);
            }
            if !self.is_asked {
                let command = [("command", Fill::Text(&typed(std::env::args_os())))];
                complain(&format!("\n{}\n", say("init-again", self.language, &command)));
                return Err(exit);
            }
            self.wait(source)?;
        }
    }

    fn attempt(&mut self, source: &str, kind: &'static SourceKind, sign_in: &SignIn) -> Result<List, Trouble> {
        let key = self.key(sign_in)?;
        if !std::mem::replace(&mut self.warned, true) {
            self.warn(&key.path);
        }
        let endpoint = self.args.endpoint.iter().map(|url| (sign_in.endpoint, url.clone()));
        let key_here = key.setting.iter().map(|_| (sign_in.setting, format!("file:{}", key.path.display())));
        let key_there = key.setting.iter().map(|path| (sign_in.setting, format!("file:{path}")));
        let list = self.read(source, kind, key_here.chain(endpoint.clone()).collect())?;
        Ok(List { settings: key_there.chain(endpoint).collect(), ..list })
    }

    /// The key that was named, or that lies beside the config, or that the environment names.
    fn key(&self, sign_in: &SignIn) -> Result<Key, Trouble> {
        let path = self.key_file(sign_in);
        if path.exists() {
            let setting = Some(place::seen_from(self.folder, &path.to_string_lossy()));
            return Ok(Key { path, setting });
        }
        let variable = std::env::var_os(sign_in.variable).filter(|v| !v.is_empty() && self.args.key.is_none());
        match variable.map(PathBuf::from) {
            Some(named) if named.exists() => Ok(Key { path: named, setting: None }),
            Some(named) => {
                Err(Trouble::new(NO_KEY, format!("{}, {}={}", path.display(), sign_in.variable, named.display())))
            }
            None => Err(Trouble::new(NO_KEY, path.display().to_string())),
        }
    }

    /// Where the key is to lie.
    fn key_file(&self, sign_in: &SignIn) -> PathBuf {
        let beside = || self.folder.join(sign_in.file);
        let path = self.args.key.clone().unwrap_or_else(beside);
        path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path)
    }

    /// Who else may read the key, and whether it might be published by accident.
    fn warn(&self, key: &Path) {
        let name = key.display().to_string();
        if others_may_read(key) {
            complain(&Trouble::new(OPEN_KEY, quoted(&name)).render(&name, self.language));
        }
        if is_published(key) {
            let file = key.file_name().map(|f| f.to_string_lossy()).unwrap_or_default();
            complain(&format!("{}\n", say("init-key-in-git", self.language, &[("file", Fill::Text(&file))])));
        }
    }

    fn steps(&self, sign_in: &SignIn) -> String {
        let file = quoted(&self.key_file(sign_in).to_string_lossy());
        let step = |(i, name): (usize, &&str)| {
            let text = say(name, self.language, &[("file", Fill::Text(&file))]);
            format!("\n{:>2}. {}\n", i + 1, text.replace('\n', "\n    "))
        };
        sign_in.steps.iter().enumerate().map(step).collect()
    }

    /// Waits until whoever is there says that it is done, or the exit code when they leave.
    fn wait(&self, source: &str) -> Result<(), u8> {
        complain(&format!("\n{} ", say("init-enter", self.language, &[])));
        if let Ok(1..) = io::stdin().read_line(&mut String::new()) {
            return Ok(());
        }
        complain("\n");
        Err(trouble(&Trouble::new(BROKEN_OFF, ""), source, self.language))
    }
}

#[cfg(unix)]
fn others_may_read(key: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(key).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Elsewhere a file is its owner's by the folder that it is in.
#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// Whether a file lies in a work tree of git that does not ignore it.
fn is_published(key: &Path) -> bool {
    let Ok(whole) = std::path::absolute(key) else { return false };
    for folder in whole.ancestors().skip(1) {
        let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap_or_default();
        if ignored.lines().any(|line| ignores(line, &whole)) {
            return false;
        }
        if folder.join(".git").exists() {
            return true;
        }
    }
    false
}

/// Whether a line of `.gitignore` names a file by its name alone.
fn ignores(line: &str, file: &Path) -> bool {
    let pattern = glob::Pattern::new(line.trim().trim_start_matches('/'));
    let name = file.file_name().map(|f| f.to_string_lossy()).unwrap_or_default();
    pattern.is_ok_and(|pattern| pattern.matches(&name))
}

/// A command as it may be typed again, without passwords.
fn typed(words: impl Iterator<Item = std::ffi::OsString>) -> String {
    let word = |word: std::ffi::OsString| {
        let word = word.to_string_lossy().into_owned();
        quoted(&if holds_password(&word) { without_userinfo(&word) } else { word })
    };
    let words = words.skip(1).map(word);
    std::iter::once("sheetbridge".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as shells take it; double quotes serve Windows too.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    match word {
        "" => "\"\"".to_owned(),
        _ if word.chars().all(is_plain) => word.to_owned(),
        _ if !word.contains(['"', '$', '`', '\\', '!']) => format!("\"{word}\""),
        _ => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_be_typed_again() {
        for (words, expected) in [
            (&["init", "a.csv"][..], "sheetbridge init a.csv"),
            (
                &["init", "https://d.google.com/d/1A/edit?gid=0#gid=0"],
                "sheetbridge init \"https://d.google.com/d/1A/edit?gid=0#gid=0\"",
            ),
            (&["--operator", "ИП \"Ромашка\""], "sheetbridge --operator 'ИП \"Ромашка\"'"),
            (&["it's $5", ""], r#"sheetbridge 'it'\''s $5' """#),
            (&["--to", "postgres://anna:pw@db/shop"], "sheetbridge --to postgres://db/shop"),
        ] {
            let words = std::iter::once("/bin/x").chain(words.iter().copied()).map(Into::into);
            assert_eq!(typed(words), expected);
        }
    }

    #[test]
    fn a_key_is_published_unless_git_ignores_it() {
        for (ignored, expected) in
            [("", true), ("state/\n*.csv", true), ("/google-key.json", false), (" *.json ", false), ("[", true)]
        {
            let root = tempfile::tempdir().expect("a folder");
            let folder = root.path().join("shop");
            fs::create_dir_all(&folder).expect("a folder");
            let key = folder.join("google-key.json");
            fs::write(root.path().join(".gitignore"), ignored).expect("written");
            assert!(!is_published(&key), "there is no git yet");
            fs::create_dir(root.path().join(".git")).expect("a folder");
            assert_eq!(is_published(&key), expected, "{ignored}");
        }
    }
}
