//! `extends`: what many configs share, in a file of its own.
//!
//! A file that is extended gives keys of `[operator]` and whole entries of `[fields]`, `[purposes]` and `[texts]`.
//! What the nearer file says too counts as it stands there: an entry is never mixed from two files, so that what
//! is in force can be read in one place. Whatever belongs to one client is refused in a shared file, since forty
//! clients would read the same lists and write into one place.
//!
//! The texts of all files are thought of as one after another, the furthest first, so that a place in that whole
//! names file, line and column.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    problem::Problem,
    tree::{Gathered, Section},
};
use crate::{
    finding::{Code, Trouble},
    language::Language,
};

/// What a file that is extended may have.
const SHARED: [&str; 4] = ["operator", "fields", "purposes", "texts"];
/// What it may not.
const OWN: [&str; 3] = ["sources", "destinations", "state"];
const EXTENDS: &str = "extends";

const NOT_SHARED: Code = Code::new("config-not-shared");
const UNREAD: Code = Code::new("config-extends-unread");
const CYCLE: Code = Code::new("config-extends-itself");

/// So many files may stand one above the other: more only go round in a circle that links hide.
const FILES_MAX: usize = 16;

/// Gives the text of a file that is extended, or says why there is none.
pub type ReadBase<'a> = &'a dyn Fn(&Path) -> Result<String, Trouble>;

/// One file of a config.
#[derive(Clone, Debug)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    /// The path as people read it.
    pub(super) shown: String,
    pub(super) text: String,
    /// Where it starts in the whole.
    pub(super) start: usize,
}

impl ConfigFile {
    /// A place of the whole as one of this file, if it lies there.
    pub(super) fn span(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let end = self.start + self.text.len();
        let is_here = (self.start..=end).contains(&span.start);
        is_here.then(|| span.start - self.start..span.end.clamp(span.start, end) - self.start)
    }
}

/// What is wrong with the file that another one extends.
enum Wrong {
    Unread(Trouble),
    Cycle(String),
}

/// A config's file and those that it extends, the furthest first.
pub(super) struct Chain {
    pub(super) files: Vec<ConfigFile>,
    wrong: Option<Wrong>,
}

impl Chain {
    /// Follows `extends` from file to file.
    pub(super) fn read(text: &str, path: &Path, read: ReadBase<'_>) -> Self {
        let mut files = vec![ConfigFile { shown: path.display().to_string(), ..file(text, path.to_owned()) }];
        let mut wrong = None;
        while let Some(next) = files.last().and_then(extended) {
            let round = files.iter().any(|f| plain(&f.path) == plain(&next));
            if round || files.len() == FILES_MAX {
                wrong = Some(Wrong::Cycle(shown(&next)));
                break;
            }
            match read(&next) {
                Ok(text) => files.push(file(&text, next)),
                Err(why) => {
                    wrong = Some(Wrong::Unread(why));
                    break;
                }
            }
        }
        files.reverse();
        let mut start = 0;
        for file in &mut files {
            file.start = start;
            // One between them, so that the end of a file is not the start of the next.
            start += file.text.len() + 1;
        }
        Self { files, wrong }
    }

    /// The texts as they are parsed: each behind as many blanks as there are bytes before it.
    pub(super) fn padded(&self) -> Vec<String> {
        self.files.iter().map(|f| " ".repeat(f.start) + &f.text).collect()
    }

    /// The file of the client itself.
    pub(super) fn own(&self) -> &ConfigFile {
        self.files.last().expect("a config has a file")
    }

    /// All texts, the client's first: what a run records a hash of.
    pub(super) fn whole(&self) -> String {
        // What moves from one file to the other is a change: it may count otherwise there.
        let base = |f: &ConfigFile| format!("\n# extends:\n{}", f.text);
        self.own().text.clone() + &self.files.iter().rev().skip(1).map(base).collect::<String>()
    }

    /// Reports what an extended file may not have, and that one could not be read. Says whether all of them are
    /// there: what a missing one would have said nobody may miss.
    pub(super) fn judge(&self, trees: &[Spanned<DeTable<'_>>], gathered: &Gathered, language: Language) -> bool {
        let mut all_there = self.wrong.is_none();
        for (tree, file) in trees.iter().zip(&self.files) {
            let is_own = file.start == self.own().start;
            let root = Section::root(tree, gathered, file.start);
            all_there &= root.peek(EXTENDS).is_none_or(|node| node.text().is_some());
            for (key, _) in root.entries().iter().filter(|(key, _)| !is_own && OWN.contains(&key.name)) {
                gathered.add(Problem::new(NOT_SHARED, key.span.clone()).with("section", key.name));
            }
        }
        if let (Some(wrong), Some(tree)) = (&self.wrong, trees.first()) {
            let span = tree.get_ref().get(EXTENDS).map_or(0..0, Spanned::span);
            gathered.add(self.problem(wrong, span, language));
        }
        all_there
    }

    fn problem(&self, wrong: &Wrong, span: Range<usize>, language: Language) -> Problem {
        match wrong {
            Wrong::Unread(why) => Problem::new(UNREAD, span).with("why", why.title(language)),
            Wrong::Cycle(next) => {
                let files = self.files.iter().rev().map(|f| f.shown.as_str()).chain([next.as_str()]);
                Problem::new(CYCLE, span).with("files", files.collect::<Vec<_>>().join(" → "))
            }
        }
    }
}

fn file(text: &str, path: PathBuf) -> ConfigFile {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    ConfigFile { shown: shown(&path), path, text, start: 0 }
}

/// The file that a file extends, by its path from where the program stands.
fn extended(file: &ConfigFile) -> Option<PathBuf> {
    let (tree, _) = DeTable::parse_recoverable(&file.text);
    let said = tree.get_ref().get(EXTENDS)?.get_ref().as_str().filter(|said| !said.is_empty())?;
    Some(file.path.parent().unwrap_or(Path::new("")).join(said))
}

fn shown(path: &Path) -> String {
    plain(path).display().to_string()
}

/// A path by which two ways to one file are known to be one, links aside.
fn plain(path: &Path) -> PathBuf {
    PathBuf::from(super::rules::path(&path.to_string_lossy()))
}

/// All files as one tree, the furthest first, and which entries of a further file a nearer one replaced; `start`
/// is where the client's own file starts.
pub(super) fn merged<'a>(trees: &[Spanned<DeTable<'a>>], start: usize) -> (Spanned<DeTable<'a>>, Vec<String>) {
    let (mut all, mut replaced) = (DeTable::new(), Vec::new());
    for (i, tree) in trees.iter().enumerate() {
        let is_own = i + 1 == trees.len();
        let has = |key: &str| is_own || !(OWN.contains(&key) || key == EXTENDS);
        for (key, value) in tree.get_ref().iter().filter(|(key, _)| has(key.get_ref())) {
            let name = key.get_ref().as_ref();
            let value = match (all.remove(name), value.get_ref()) {
                (Some(further), DeValue::Table(nearer)) if SHARED.contains(&name) && further.get_ref().is_table() => {
                    let both = both(further.into_inner(), nearer, |entry| replaced.push(format!("{name}.{entry}")));
                    Spanned::new(value.span(), both)
                }
                _ => value.clone(),
            };
            all.insert(key.clone(), value);
        }
    }
    // What every client has to say itself would stand in its own file.
    if let (Some(own), Some(section)) = (trees.last(), all.get_mut("operator"))
        && !own.get_ref().contains_key("operator")
    {
        *section = Spanned::new(start..start, std::mem::replace(section.get_mut(), DeValue::Boolean(false)));
    }
    (Spanned::new(0..0, all), replaced)
}

/// A section of two files. An entry that both have keeps its place, and is what the nearer file says.
fn both<'a>(further: DeValue<'a>, nearer: &DeTable<'a>, mut replaced: impl FnMut(&str)) -> DeValue<'a> {
    let DeValue::Table(mut table) = further else { return DeValue::Table(nearer.clone()) };
    for (key, value) in nearer {
        if table.insert(key.clone(), value.clone()).is_some() {
            replaced(key.get_ref());
        }
    }
    DeValue::Table(table)
}
