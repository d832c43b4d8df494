//! A folder in which the program runs, and all that it said and left there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::traps::Traps;
use crate::places;

pub(super) struct Stage {
    folder: tempfile::TempDir,
    /// Values that stand in the sources.
    pub(super) traps: Traps,
    /// Those of them that no destination may hold.
    pub(super) withheld: Traps,
    /// What its environment says beside.
    pub(super) environment: Vec<(&'static str, String)>,
    said: Vec<(String, Vec<u8>)>,
}

impl Stage {
    pub(super) fn new(config: &str) -> Self {
        let folder = places::folder();
        let (traps, withheld) = (Traps::default(), Traps::default());
        let stage = Self { folder, traps, withheld, environment: Vec::new(), said: Vec::new() };
        stage.write("bridge.toml", config);
        fs::create_dir(stage.path("temp")).expect("made");
        stage
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("written");
    }

    /// A list, and traps for all its cells but those of its header.
    pub(super) fn list(&mut self, name: &str, rows: &[&[&str]], withheld: bool) {
        let mut writer = csv::Writer::from_path(self.path(name)).expect("a file");
        for (i, row) in rows.iter().enumerate() {
            writer.write_record(*row).expect("written");
            if i > 0 {
                row.iter().for_each(|cell| self.trap(cell, withheld));
            }
        }
        writer.flush().expect("written");
    }

    pub(super) fn trap(&mut self, cell: &str, withheld: bool) {
        self.traps.set(cell);
        if withheld {
            self.withheld.set(cell);
        }
    }

    /// Runs the program with everything that it can log, and returns its exit code and what it printed.
    pub(super) fn run(&mut self, args: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_sheetbridge"))
            .args(args)
            .current_dir(self.folder.path())
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("TMPDIR", self.path("temp"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("started");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        self.said.push((format!("{args:?}: stdout"), output.stdout));
        self.said.push((format!("{args:?}: stderr"), output.stderr));
        (output.status.code().expect("no signal"), printed)
    }

    /// Nothing was said and nothing was left anywhere that gives a value away.
    #[track_caller]
    pub(super) fn is_silent(&self) {
        for (what, bytes) in &self.said {
            assert_eq!(self.traps.caught(bytes), Vec::<String>::new(), "{what}");
        }
        let allowed = |name: &str| name == "out" || is_source(name);
        for entry in fs::read_dir(self.folder.path()).expect("a folder").map(|e| e.expect("an entry")) {
            if !allowed(&entry.file_name().to_string_lossy()) {
                let path = entry.path();
                assert_eq!(self.traps.caught_in(&path), Vec::<String>::new(), "{}", path.display());
            }
        }
        self.nothing_withheld(&self.path("out"));
    }

    #[track_caller]
    pub(super) fn nothing_withheld(&self, path: &Path) {
        if path.exists() {
            assert_eq!(self.withheld.caught_in(path), Vec::<String>::new(), "{}", path.display());
        }
    }
}

fn is_source(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == "csv" || e == "xlsx")
}
