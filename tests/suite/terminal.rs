//! The program on a terminal: somebody types, and reads what stands on the screen.

use std::{
    io::{Read as _, Write as _},
    process::Child,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use pty_process::{
    Size,
    blocking::{Command, Pty, open},
};

use crate::program::Desk;

/// What keys send.
pub(crate) const ENTER: &str = "\r";
pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const ESCAPE: &str = "\x1b";

/// Longer than the program needs for anything here, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many lines that left the screen at the top are kept.
const SCROLLBACK: usize = 1000;

/// A program that runs on a terminal of its own.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: Option<JoinHandle<()>>,
    folder: String,
}

impl Terminal {
    /// Starts the program at a desk, in a window of so many rows and columns.
    pub(crate) fn start(desk: &Desk, args: &[&str], environment: &[(&str, &str)], rows: u16, columns: u16) -> Self {
        let (pty, pts) = open().expect("a terminal");
        pty.resize(Size::new(rows, columns)).expect("a window");
        let command = Command::new(env!("CARGO_BIN_EXE_sheetbridge")).args(args).current_dir(desk.path(""));
        let command = command.env("RUST_LOG", "warn").env("TERM", "xterm-256color").env_remove("COLUMNS");
        let child = command.envs(environment.iter().copied()).spawn(pts).expect("it starts");
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, SCROLLBACK)));
        let reader = thread::spawn({
            let (pty, screen) = (pty.clone(), screen.clone());
            move || {
                let mut bytes = [0; 4096];
                // At its end a terminal is an error on Linux, and empty elsewhere.
                while let Ok(read @ 1..) = (&*pty).read(&mut bytes) {
                    screen.lock().expect("whole").process(&bytes[..read]);
                }
            }
        });
        let folder = desk.path("").display().to_string();
        Self { pty, child, screen, reader: Some(reader), folder: folder.trim_end_matches('/').to_owned() }
    }

    /// Types.
    pub(crate) fn send(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("it reads");
    }

    /// What stands on the screen, without the desk's own folder and blanks at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        let contents = self.screen.lock().expect("whole").screen().contents();
        contents.lines().map(|line| line.trim_end().replace(&self.folder, "DESK") + "\n").collect()
    }

    /// Waits until a text stands on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !self.screen().contains(text) {
            assert!(start.elapsed() < PATIENCE, "`{text}` never came:\n{}", self.screen());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the program ends: its exit code, and the screen that it leaves.
    #[track_caller]
    pub(crate) fn end(mut self) -> (i32, String) {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("it runs") {
                Some(status) => break status,
                None if start.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(20)),
                None => panic!("it waits for something:\n{}", self.screen()),
            }
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it read all");
        }
        (status.code().unwrap_or(-1), self.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nobody waiting; one that passed has no program any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
