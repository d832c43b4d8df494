//! What stands in a phone cell: clusters of digit groups, words around them, marks between them.

use std::ops::RangeInclusive;

use rlibphonenumber::Region;

use super::{
    EXPONENT, LETTERS,
    damage::Exponent,
    number::{self, Typed, Written},
};
use crate::finding::Code;

/// Groups of digits with nothing between them that ends a number: one number, or several side by side.
#[derive(Default)]
pub(super) struct Cluster {
    digits: String,
    /// Where each group ends in `digits`.
    ends: Vec<usize>,
    plus: bool,
    /// Why its digits are not those of the number: a letter among them, or `7.9161E+10`.
    wrong: Option<Code>,
    /// `доб.` or `ext.` stands before it.
    extension: bool,
    /// A word or a time of day stands next to it.
    beside_word: bool,
}

/// How many digits a number has that may stand beside another.
const NUMBER_DIGITS: RangeInclusive<usize> = 7..=15;

/// A cell, taken apart.
#[derive(Default)]
pub(super) struct Split {
    pub(super) clusters: Vec<Cluster>,
    /// There is more in the cell than numbers.
    pub(super) remarks: bool,
}

impl Cluster {
    /// An extension, not a second number behind `доп.`.
    pub(super) fn is_extension(&self) -> bool {
        self.extension && self.digits.len() <= 6
    }

    /// `+7`, `8` or `0` alone, which a form or a formula leaves where nothing was typed.
    pub(super) fn is_prefix(&self) -> bool {
        self.wrong.is_none()
            && (matches!(self.digits.as_str(), "7" | "8" | "0") || (self.plus && self.digits.len() < 4))
    }

    /// The 18 of `звонить после 18`.
    pub(super) fn is_small_talk(&self) -> bool {
        self.beside_word && !self.plus && self.wrong.is_none() && self.digits.len() <= 4
    }

    /// All of it as one number.
    pub(super) fn number(&self, region: Option<Region>) -> Result<Written, Code> {
        if let Some(code) = self.wrong {
            return Err(code);
        }
        let first = self.ends.first().copied().unwrap_or(0);
        number::read(Typed { digits: &self.digits, plus: self.plus, first }, region)
    }

    /// The numbers that stand side by side with only a space between them, when there is just one way to
    /// tell them apart.
    pub(super) fn side_by_side(&self, region: Option<Region>) -> Option<Vec<Written>> {
        /// More groups than this are no list of numbers, and trying them all would take long.
        const GROUPS_MAX: usize = 24;
        let too_few = self.ends.len() < 2 || self.digits.len() < 2 * NUMBER_DIGITS.start();
        if self.wrong.is_some() || too_few || self.ends.len() > GROUPS_MAX {
            return None;
        }
        let mut ways = Vec::new();
        self.ways_from(0, region, &mut Vec::new(), &mut ways);
        let [cuts] = ways.as_slice() else { return None };
        let starts = [0].into_iter().chain(cuts.iter().copied());
        starts.zip(cuts).map(|(from, to)| self.part(from, *to, region)).collect()
    }

    fn ways_from(&self, from: usize, region: Option<Region>, cuts: &mut Vec<usize>, ways: &mut Vec<Vec<usize>>) {
        if from == self.digits.len() {
            ways.push(cuts.clone());
        }
        for &to in self.ends.iter().filter(|e| **e > from) {
            if ways.len() < 2 && self.part(from, to, region).is_some() {
                cuts.push(to);
                self.ways_from(to, region, cuts, ways);
                cuts.pop();
            }
        }
    }

    fn part(&self, from: usize, to: usize, region: Option<Region>) -> Option<Written> {
        let digits = &self.digits[from..to];
        let first = self.ends.iter().find(|e| **e > from)? - from;
        let fits = NUMBER_DIGITS.contains(&digits.len());
        let typed = Typed { digits, plus: self.plus && from == 0, first };
        fits.then(|| number::read(typed, region).ok())?.filter(|n| n.repair.is_none())
    }
}

impl Split {
    /// All digits as one number, for `8/916/123-45-67` and a number broken over two lines.
    pub(super) fn joined(&self) -> Option<Cluster> {
        let [first, rest @ ..] = self.clusters.as_slice() else { return None };
        let one = !self.remarks && !rest.is_empty() && first.digits.len() <= 5;
        if !one || rest.iter().any(|c| c.plus) || self.clusters.iter().any(|c| c.wrong.is_some() || c.extension) {
            return None;
        }
        let digits: String = self.clusters.iter().map(|c| c.digits.as_str()).collect();
        Some(Cluster { ends: vec![digits.len()], digits, plus: first.plus, ..Cluster::default() })
    }
}

/// Takes a cell apart.
pub(super) fn split(text: &str) -> Split {
    let mut splitter = Splitter::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = splitter.take(rest, c);
        splitter.after_digit = c.is_ascii_digit();
        rest = &rest[len..];
    }
    splitter.close(false);
    splitter.done
}

#[derive(Default)]
struct Splitter {
    done: Split,
    open: Cluster,
    after_digit: bool,
    /// A lone letter such as `О` stands behind the open cluster: a digit if digits follow, else a word.
    lone_letter: bool,
}

impl Splitter {
    /// Takes the token that `rest` starts with, and tells its length.
    fn take(&mut self, rest: &str, c: char) -> usize {
        if c.is_ascii_digit() {
            return self.take_digits(rest);
        }
        if c.is_alphabetic() {
            return self.take_word(rest);
        }
        match c {
            '+' => {
                self.close(false);
                self.open.plus = true;
            }
            ',' | ';' | '/' | '\\' | '|' | '\n' | '&' => self.close(false),
            '#' | '*' => self.start_extension(),
            '?' => self.done.remarks = true,
            '(' if self.open.plus && rest.starts_with("(0)") => return 3,
            _ => {}
        }
        c.len_utf8()
    }

    fn take_digits(&mut self, rest: &str) -> usize {
        let len = run(rest, |c| c.is_ascii_digit());
        let (group, behind) = rest.split_at(len);
        if let Some(exponent) = Exponent::read(rest) {
            self.close(false);
            self.open.wrong = Some(EXPONENT);
            self.push(group);
            self.close(false);
            return exponent.len;
        }
        if let Some(time) = time_of_day(group, behind) {
            self.close(true);
            self.done.remarks = true;
            return len + time;
        }
        if std::mem::take(&mut self.lone_letter) {
            self.open.wrong = Some(LETTERS);
        }
        self.push(group);
        len
    }

    fn push(&mut self, group: &str) {
        self.open.digits.push_str(group);
        self.open.ends.push(self.open.digits.len());
    }

    fn take_word(&mut self, rest: &str) -> usize {
        let mail = run(&rest[..rest.floor_char_boundary(MAIL_MAX)], |c| !c.is_whitespace());
        if rest[..mail].contains('@') {
            self.take_remark();
            return mail;
        }
        let len = run(rest, char::is_alphabetic);
        let word = &rest[..len];
        let lower = word.to_lowercase();
        let touches = self.after_digit || rest[len..].starts_with(|c: char| c.is_ascii_digit());
        if EXTENSIONS.contains(&lower.as_str()) {
            self.start_extension();
        } else if JOINERS.contains(&lower.as_str()) {
            self.close(false);
        } else if touches && word.chars().all(is_lookalike) {
            self.open.wrong = Some(LETTERS);
        } else if word.chars().all(|c| "ОоOoЗзlIіІ".contains(c)) && !self.open.digits.is_empty() {
            self.lone_letter = true;
        } else if LABELS.contains(&lower.as_str()) {
            self.close(true);
        } else {
            self.take_remark();
        }
        len
    }

    fn take_remark(&mut self) {
        self.close(true);
        self.done.remarks = true;
    }

    /// `x` and `#` lead an extension only behind a number.
    fn start_extension(&mut self) {
        self.close(false);
        self.open.extension = !self.done.clusters.is_empty();
    }

    fn close(&mut self, by_word: bool) {
        self.done.remarks |= std::mem::take(&mut self.lone_letter);
        let mut cluster = std::mem::take(&mut self.open);
        if !cluster.digits.is_empty() {
            cluster.beside_word |= by_word;
            self.done.clusters.push(cluster);
        }
        self.open.beside_word = by_word;
    }
}

const EXTENSIONS: [&str; 11] =
    ["доб", "добавочный", "вн", "внутр", "внутренний", "ext", "extn", "extension", "x", "х", "int"];

/// The longest e-mail address; looking no farther keeps a cell full of words cheap.
const MAIL_MAX: usize = 254;

const JOINERS: [&str; 4] = ["и", "или", "and", "or"];

/// Words that say only that a number follows.
const LABELS: [&str; 12] =
    ["т", "тел", "телефон", "моб", "мобильный", "сот", "сотовый", "tel", "phone", "mob", "mobile", "cell"];

/// Letters that stand for a digit when they touch one. Prepositions that people glue to a time (`в18`,
/// `с9`) are not among them.
fn is_lookalike(c: char) -> bool {
    "ОоOoЗзlIіІбБbBВSsZz".contains(c)
}

/// The rest of `18:00` behind its hour.
fn time_of_day(hour: &str, behind: &str) -> Option<usize> {
    let minutes = behind.strip_prefix(':')?;
    (hour.len() <= 2 && run(minutes, |c| c.is_ascii_digit()) == 2).then_some(3)
}

/// How many bytes at the start of `text` are of one class.
fn run(text: &str, class: impl Fn(char) -> bool) -> usize {
    text.find(|c| !class(c)).unwrap_or(text.len())
}
