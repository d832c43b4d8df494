//! The spanned tree of a TOML file, walked so that every problem is found in one go.

use std::{cell::RefCell, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::Problem;
use crate::{
    finding::{Code, Severity},
    nearest::nearest,
};

const UNKNOWN_KEY: Code = Code::new("config-unknown-key");
const MISSING_KEY: Code = Code::new("config-missing-key");
const WRONG_TYPE: Code = Code::new("config-wrong-type");
const UNKNOWN_WORD: Code = Code::new("config-unknown-word");
const EMPTY_TEXT: Code = Code::new("config-empty-text");
const EMPTY_LIST: Code = Code::new("config-empty-list");
const MISSING_SECTION: Code = Code::new("config-missing-section");

/// Where problems are gathered.
#[derive(Default)]
pub(super) struct Gathered(RefCell<Vec<Problem>>);

impl Gathered {
    pub(super) fn add(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(super) fn has_errors(&self) -> bool {
        self.0.borrow().iter().any(|p| p.code.severity() == Severity::Error)
    }

    /// How many there are: what is read between two counts is whole if they are equal.
    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Reports that `word` is none of the known ones.
    pub(super) fn unknown<'k>(&self, span: Range<usize>, word: &str, known: impl IntoIterator<Item = &'k str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let meant = nearest(word, known.iter().copied());
        let list = known.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        self.add(Problem::new(UNKNOWN_WORD, span).with("word", word).with("known", list).meant(meant));
    }

    /// All problems, in the order of the file.
    pub(super) fn into_list(self) -> Vec<Problem> {
        let mut list = self.0.into_inner();
        list.sort_by_key(|p| p.span.start);
        list
    }
}

/// A value with its place in the file.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    value: &'a Spanned<DeValue<'a>>,
    gathered: &'a Gathered,
}

/// A key with its place in the file.
#[derive(Clone)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) span: Range<usize>,
}

/// A table, which knows what it was asked for.
pub(super) struct Section<'a> {
    title: String,
    span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
    gathered: &'a Gathered,
}

impl<'a> Node<'a> {
    pub(super) fn span(self) -> Range<usize> {
        self.value.span()
    }

    pub(super) fn gathered(self) -> &'a Gathered {
        self.gathered
    }

    pub(super) fn raw(self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    pub(super) fn problem(self, code: &'static str) -> Problem {
        Problem::new(Code::new(code), self.span())
    }

    /// A text; anything else is a problem.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.raw().as_str() {
            Some("") => {
                self.gathered.add(Problem::new(EMPTY_TEXT, self.span()));
                None
            }
            Some(text) => Some(text),
            None => self.wrong("\"…\""),
        }
    }

    pub(super) fn bool(self) -> Option<bool> {
        self.raw().as_bool().or_else(|| self.wrong("true, false"))
    }

    /// A list of texts, or one text instead of a list of one.
    pub(super) fn texts(self) -> Vec<Node<'a>> {
        if self.raw().is_str() {
            return vec![self];
        }
        let nodes = self.list();
        nodes.into_iter().filter(|n| n.text().is_some()).collect()
    }

    /// The same, where an empty list would mean nothing.
    pub(super) fn some_texts(self) -> Vec<Node<'a>> {
        self.not_empty();
        self.texts()
    }

    /// Reports an empty list.
    pub(super) fn not_empty(self) {
        if self.raw().as_array().is_some_and(|items| items.is_empty()) {
            self.gathered.add(Problem::new(EMPTY_LIST, self.span()));
        }
    }

    pub(super) fn list(self) -> Vec<Node<'a>> {
        match self.raw().as_array() {
            Some(items) => items.iter().map(|value| Node { value, gathered: self.gathered }).collect(),
            None => self.wrong::<Vec<_>>("[\"…\"]").unwrap_or_default(),
        }
    }

    /// A table under `title`.
    pub(super) fn section(self, title: impl Into<String>) -> Option<Section<'a>> {
        match self.raw().as_table() {
            Some(table) => Some(Section {
                title: title.into(),
                span: self.span(),
                table,
                asked: RefCell::default(),
                gathered: self.gathered,
            }),
            None => self.wrong("{ … }"),
        }
    }

    /// One of the words that have a meaning here.
    pub(super) fn word<T: Copy>(self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            self.unknown(text, words.iter().map(|(word, _)| *word));
        }
        found
    }

    /// Reports that `text` is none of the known words.
    pub(super) fn unknown<'k>(self, text: &str, known: impl IntoIterator<Item = &'k str>) {
        self.gathered.unknown(self.span(), text, known);
    }

    pub(super) fn wrong<T>(self, expected: &'static str) -> Option<T> {
        self.gathered.add(Problem::new(WRONG_TYPE, self.span()).with("expected", expected));
        None
    }

    /// A setting that has another value than it takes.
    pub(super) fn wrong_setting(self, expected: impl Into<String>) {
        self.gathered.add(self.problem("config-wrong-setting").with("expected", expected));
    }
}

impl<'a> Section<'a> {
    /// A whole file, of which `start` is the place where what is missing would stand.
    pub(super) fn root(table: &'a Spanned<DeTable<'a>>, gathered: &'a Gathered, start: usize) -> Self {
        Self { title: String::new(), span: start..start, table: table.get_ref(), asked: RefCell::default(), gathered }
    }

    pub(super) fn gathered(&self) -> &'a Gathered {
        self.gathered
    }

    /// The value of `key`, which is from now on known.
    pub(super) fn get(&self, key: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key).map(|value| Node { value, gathered: self.gathered })
    }

    /// The value of a key that means something only where it is offered. Elsewhere it is known only once it stands
    /// there, so that its owner can be told.
    pub(super) fn offered(&self, key: &'static str, is_offered: bool) -> Option<Node<'a>> {
        if is_offered || self.peek(key).is_some() { self.get(key) } else { None }
    }

    /// The value of `key`, without making it known.
    pub(super) fn peek(&self, key: &str) -> Option<Node<'a>> {
        self.table.get(key).map(|value| Node { value, gathered: self.gathered })
    }

    /// The value of `key`; its absence is a problem.
    pub(super) fn need(&self, key: &'static str) -> Option<Node<'a>> {
        let node = self.get(key);
        if node.is_none() {
            let code = if self.title.is_empty() { MISSING_SECTION } else { MISSING_KEY };
            let problem = Problem::new(code, self.span.clone()).with("key", key).with("section", &self.title);
            self.gathered.add(problem);
        }
        node
    }

    /// The table under `key`, or nothing.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.get(key)?.section(self.titled(key))
    }

    /// The title of a section within this one.
    pub(super) fn titled(&self, key: &str) -> String {
        if self.title.is_empty() { key.to_owned() } else { format!("{}.{key}", self.title) }
    }

    /// All entries, in the order of the file: for tables whose keys the owner chooses.
    pub(super) fn entries(&self) -> Vec<(Key<'a>, Node<'a>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                (Key { name: key.get_ref().as_ref(), span: key.span() }, Node { value, gathered: self.gathered })
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// A problem with the section as a whole.
    pub(super) fn problem(&self, code: &'static str) -> Problem {
        Problem::new(Code::new(code), self.span.clone()).with("section", &self.title)
    }

    pub(super) fn add(&self, problem: Problem) {
        self.gathered.add(problem);
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.into_inner();
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !asked.contains(&name) {
                let known = asked.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
                let problem = Problem::new(UNKNOWN_KEY, key.span())
                    .with("key", name)
                    .with("known", known)
                    .meant(nearest(name, asked.iter().copied()));
                self.gathered.add(problem);
            }
        }
    }
}
