//! The program as a person starts it: in a folder of its own, with an answer that is the same on every
//! machine.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The key of every ledger here: with it, cards get the same ids at every run.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";

/// A folder that somebody works in.
pub(crate) struct Desk(tempfile::TempDir);

/// What the program answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) exit: i32,
}

impl Desk {
    /// An empty folder but for a key.
    pub(crate) fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.put("key", KEY);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, content).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> Option<String> {
        let bytes = fs::read(self.path(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        self.run_with(args, &[])
    }

    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Answer {
        self.run_in("", args, environment)
    }

    /// Runs the program in a folder of the desk.
    pub(crate) fn run_in(&self, folder: &str, args: &[&str], environment: &[(&str, &str)]) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sheetbridge"));
        command.args(args).current_dir(self.path(folder)).env("RUST_LOG", "warn").env_remove("COLUMNS");
        command.envs(environment.iter().copied());
        let output = command.output().expect("it starts");
        let text = |bytes: &[u8]| self.normal(&String::from_utf8_lossy(bytes));
        Answer {
            out: text(&output.stdout),
            err: text(&output.stderr),
            exit: output.status.code().expect("no signal ended it"),
        }
    }

    /// The text without what differs from run to run: the folder, times, the ids of runs.
    pub(crate) fn normal(&self, text: &str) -> String {
        let text = text.replace(&self.0.path().display().to_string(), "DESK");
        let text = replaced(&text, "0000-00-00T00:00:00Z", "TIME");
        let text = replaced(&text, "00000000T000000Z", "STAMP");
        let text = replaced(&text, "\"day\": \"0000-00-00\"", "\"day\": \"DAY\"");
        replaced(&text, "00000000-0000-0000-0000-000000000000", "RUN")
    }
}

/// Every text that has the form of `form`, where a zero stands for a hexadecimal digit.
fn replaced(text: &str, form: &str, by: &str) -> String {
    let fits = |at: usize| {
        let piece = text.as_bytes().get(at..at + form.len())?;
        let alike = |(c, f): (&u8, u8)| if f == b'0' { c.is_ascii_hexdigit() } else { *c == f };
        piece.iter().zip(form.bytes()).all(alike).then_some(())
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, c) in text.char_indices() {
        if at < rest {
            continue;
        }
        if fits(at).is_some() {
            out.push_str(by);
            rest = at + form.len();
        } else {
            out.push(c);
        }
    }
    out
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.out)?;
        if !self.err.is_empty() {
            write!(f, "--- standard error\n{}", self.err)?;
        }
        writeln!(f, "--- exit {}", self.exit)
    }
}

/// The files of a folder by their paths within it, sorted.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner)).expect("a folder").flatten() {
            let path = inner.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else {
                found.push(path.to_str().expect("a name in UTF-8").to_owned());
            }
        }
    }
    found.sort();
    found
}
