//! `phone`: a cell with one phone number or several, as E.164.

mod damage;
mod number;
mod plain;
mod split;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use self::{
    number::Written,
    split::{Cluster, Split},
};
use crate::{
    check::{
        kind::{FieldKind, FieldOption, How, Identity, Input, Out, Setting, Takes},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

const LETTERS: Code = Code::new("phone-letters");
const EXPONENT: Code = Code::new("phone-exponent");
const TOO_SHORT: Code = Code::new("phone-too-short");
const TOO_LONG: Code = Code::new("phone-too-long");
const INVALID: Code = Code::new("phone-invalid");
const NO_REGION: Code = Code::new("phone-no-region");
const DUMMY: Code = Code::new("phone-dummy");
const AMBIGUOUS: Code = Code::new("phone-ambiguous");
const NO_NUMBER: Code = Code::new("phone-no-number");
const NO_PLUS: Code = Code::new("phone-no-plus");
const PREFIX: Code = Code::new("phone-prefix");
const ONLY_PREFIX: Code = Code::new("phone-only-prefix");
const EXTENSION: Code = Code::new("phone-extension");
const REMARK: Code = Code::new("phone-remark");

pub(super) const KIND: FieldKind = FieldKind {
    list: true,
    identity: Some(Identity::Phone),
    options: &[FieldOption {
        name: "region",
        about: "the country whose numbers may stand without + and country code, such as \"RU\" or \"GB\"",
        takes: Takes::Text,
        set: set_region,
    }],
    legible: Some(legible),
    ..FieldKind::plain(
        "phone",
        "phone numbers, written as +79161234567; without a region only numbers with a + are taken",
        parse,
    )
};

fn set_region(how: &mut How, setting: &Setting) -> Result<(), String> {
    let wrong = || "`RU`, `GB`, …".to_owned();
    let Setting::Text(text) = setting else { return Err(wrong()) };
    let region: Region = text.to_uppercase().parse().map_err(|_| wrong())?;
    if PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_none() || region == Region::World {
        return Err(wrong());
    }
    how.region = Some(region);
    Ok(())
}

fn parse(inputs: &[Input<'_>], how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match input.raw {
            Raw::Text(text) => read_text(text, how.region, out),
            Raw::Number(n) => match damage::digits(n) {
                Ok(digits) => read_text(&digits, how.region, out),
                Err(code) => out.note(code),
            },
            Raw::Date(_) | Raw::Bool(_) => out.note(NO_NUMBER),
            Raw::Blank | Raw::Error(_) => {}
        }
    }
}

/// So many digits in a row say whom a number means, even when the rest of it is spoilt: the subscriber's
/// part of a number in Russia and in most of Europe has seven.
const LEGIBLE_DIGITS: usize = 7;

/// The runs of digits between letters that are long enough.
fn legible(text: &str, _how: &How) -> Vec<String> {
    let folded = mess::fold_width(text);
    let runs = folded.split(char::is_alphabetic).map(|run| run.chars().filter(char::is_ascii_digit).collect());
    runs.filter(|run: &String| run.len() >= LEGIBLE_DIGITS).map(national).collect()
}

/// Without the prefix that E.164 writes otherwise.
fn national(digits: String) -> String {
    match digits.strip_prefix('8') {
        Some(rest) if rest.len() >= 10 => rest.to_owned(),
        _ => digits,
    }
}

fn read_text(text: &str, region: Option<Region>, out: &mut Out<'_>) {
    if let Some(number) = plain::mobile(text, region) {
        return out.value(number.as_str());
    }
    let text = mess::fold_width(text);
    if mess::is_placeholder(&text) {
        return;
    }
    let undone = damage::undo(&text);
    read_split(&split::split(undone.as_deref().unwrap_or(&text)), region, out);
}

fn read_split(split: &Split, region: Option<Region>, out: &mut Out<'_>) {
    let mut tally = Tally { region, values: 0, problems: Vec::new(), notes: Vec::new() };
    for cluster in &split.clusters {
        tally.read(cluster, out);
    }
    if tally.values == 0
        && let Some(number) = split.joined().and_then(|c| c.number(region).ok())
    {
        tally.problems.clear();
        tally.put(&number, out);
    }
    tally.settle_remarks(split);
    for code in tally.problems.iter().chain(&tally.notes) {
        out.note(*code);
    }
}

/// What reading the clusters of one cell has come to.
struct Tally {
    region: Option<Region>,
    values: usize,
    problems: Vec<Code>,
    notes: Vec<Code>,
}

impl Tally {
    fn read(&mut self, cluster: &Cluster, out: &mut Out<'_>) {
        if cluster.is_extension() {
            return note_once(&mut self.notes, EXTENSION);
        }
        if cluster.is_prefix() {
            return note_once(&mut self.notes, ONLY_PREFIX);
        }
        match cluster.number(self.region) {
            Ok(number) => self.put(&number, out),
            Err(code) => match cluster.side_by_side(self.region) {
                Some(numbers) => numbers.iter().for_each(|n| self.put(n, out)),
                None if cluster.is_small_talk() => note_once(&mut self.notes, REMARK),
                None => note_once(&mut self.problems, code),
            },
        }
    }

    fn put(&mut self, number: &Written, out: &mut Out<'_>) {
        self.values += 1;
        out.value(&number.e164);
        number.repair.into_iter().for_each(|code| note_once(&mut self.notes, code));
    }

    /// A remark may stand beside a number, but it doesn't make one.
    fn settle_remarks(&mut self, split: &Split) {
        if self.values > 0 {
            self.notes.retain(|n| *n != ONLY_PREFIX);
            if split.remarks {
                note_once(&mut self.notes, REMARK);
            }
        } else if self.notes.contains(&REMARK) {
            self.notes.retain(|n| *n != REMARK);
            note_once(&mut self.problems, TOO_SHORT);
        } else if self.problems.is_empty() && !self.notes.contains(&ONLY_PREFIX) {
            self.problems.push(NO_NUMBER);
        }
    }
}

fn note_once(codes: &mut Vec<Code>, code: Code) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}

#[cfg(test)]
mod tests;
