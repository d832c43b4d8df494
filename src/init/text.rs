//! The config as text: at most 40 lines, with comments in its owner's language.

use std::fmt::Write as _;

use super::{
    answers::{Answers, Why},
    draft::{DestinationDraft, Draft, PurposeDraft, SourceDraft},
    fields::{EVENT, Feed},
    list::Agreement,
    quote::{list, quoted},
};
use crate::{
    catalogue::say,
    change::ID_COLUMN,
    config::Profile,
    finding::{Code, Trouble},
    language::Language,
};

const TOO_MANY: Code = Code::new("init-too-many");

/// So many lines a first config may have: what fits a screen is read.
pub const LINES_MAX: usize = 40;

/// A config that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// The draft that it was written from, with what there was room for.
    pub draft: Draft,
}

/// How much room a config takes: a column a line, all columns of a list in one, that without blank lines, and that with
/// a line for the owner and for each destination.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Density {
    Wide,
    Narrow,
    Dense,
    Tight,
}

/// Writes the config of a draft, without the fields that are missed least if they don't fit.
///
/// # Errors
/// More lists than fit.
pub fn write(mut draft: Draft, answers: &Answers) -> Result<Written, Trouble> {
    loop {
        for density in [Density::Wide, Density::Narrow, Density::Dense, Density::Tight] {
            let text = Writer { answers, draft: &draft, density, out: String::new() }.write();
            if text.lines().count() <= LINES_MAX {
                return Ok(Written { text, draft });
            }
        }
        if draft.shrink().is_none() {
            return Err(Trouble::new(TOO_MANY, LINES_MAX.to_string()));
        }
    }
}

struct Writer<'a> {
    answers: &'a Answers,
    draft: &'a Draft,
    density: Density,
    out: String,
}

/// A line of a table: key, value, comment.
type Line = (String, String, &'static str);

impl Writer<'_> {
    fn write(mut self) -> String {
        self.out = format!("# {}\n", self.say("init-comment-top"));
        self.blank();
        self.operator();
        self.fields();
        for purpose in &self.draft.purposes {
            self.purpose(purpose);
        }
        for source in &self.draft.sources {
            self.source(source);
        }
        self.destinations();
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
        self.out
    }

    fn say(&self, name: &str) -> String {
        say(name, self.answers.language, &[])
    }

    fn blank(&mut self) {
        if self.density < Density::Dense {
            self.out.push('\n');
        }
    }

    /// A table with its keys in one column.
    fn table(&mut self, name: &str, comment: &str, lines: Vec<Line>) {
        let _ = writeln!(self.out, "[{name}]{}", self.comment(comment));
        let width = lines.iter().map(|(key, ..)| key.len()).max().unwrap_or_default();
        for (key, value, comment) in lines {
            let comment = self.comment(comment);
            let _ = writeln!(self.out, "{key:width$} = {value}{comment}");
        }
    }

    fn comment(&self, name: &str) -> String {
        if name.is_empty() { String::new() } else { format!("  # {}", self.say(name)) }
    }

    fn operator(&mut self) {
        let (profile, language) = (self.answers.profile, self.answers.language);
        let profile = match profile {
            Profile::Ru => "ru",
            Profile::Eu => "eu",
            Profile::None => "none",
        };
        let lines = vec![
            line("name", &quoted(&self.answers.operator), "init-comment-operator"),
            line("profile", &quoted(profile), "init-comment-profile"),
            line("language", &quoted(language.pick("en", "ru")), ""),
            line("time_zone", &quoted(&self.answers.time_zone), "init-comment-time-zone"),
        ];
        if self.density == Density::Tight {
            let _ = writeln!(self.out, "operator = {}", inline(lines));
        } else {
            self.table("operator", "", lines);
        }
        self.blank();
    }

    fn fields(&mut self) {
        let lines = self.draft.fields.iter().map(|(name, spec)| line(name, &spec.text(), "")).collect();
        self.table("fields", "init-comment-fields", lines);
        self.blank();
    }

    fn purpose(&mut self, purpose: &PurposeDraft) {
        let (title, basis) = match purpose.why {
            Why::Clients => ("init-title-clients", "init-comment-contract"),
            Why::Agreed => ("init-title-agreed", "init-comment-consent"),
            Why::Newsletter => ("init-title-newsletter", "init-comment-consent"),
            Why::Law => ("init-title-law", "init-comment-law"),
            Why::Interest => ("init-title-interest", "init-comment-interest"),
        };
        let keep = purpose.term.as_ref().map_or_else(
            || line("keep", "\"until withdrawn\"", "init-comment-until"),
            |term| {
                let keep = format!("{{ for = {}, after = \"{EVENT}\" }}", quoted(term));
                line("keep", &keep, "init-comment-keep")
            },
        );
        let mut lines = vec![
            line("title", &quoted(&self.say(title)), ""),
            line("basis", &quoted(purpose.why.basis()), basis),
            line("needs", &list(&purpose.needs), ""),
        ];
        lines.extend(purpose.required.as_ref().map(|field| line("required", &list(&[field]), "init-comment-required")));
        lines.push(keep);
        self.table(&format!("purposes.{}", purpose.name), "", lines);
        self.blank();
    }

    fn source(&mut self, source: &SourceDraft) {
        let it = &source.list;
        let mut lines = vec![line(it.address, &quoted(&it.location), "")];
        lines.extend(it.settings.iter().map(|(setting, value)| line(setting, &quoted(value), "")));
        lines.extend(it.tabs.as_ref().map(|tabs| line("tabs", &list(tabs), "")));
        lines.extend(it.header.map(|row| line("header", &row.to_string(), "init-comment-header")));
        lines.extend(it.event.as_ref().map(|(header, _)| line("dated", &quoted(header), "init-comment-dated")));
        let key = if it.is_named_key { "init-comment-key-name" } else { "init-comment-key" };
        lines.extend(it.key.as_ref().filter(|_| !it.refuses).map(|header| line("key", &quoted(header), key)));
        if it.refuses {
            lines.push(line("refuses", "\"all\"", "init-comment-refuses"));
        }
        if !source.purposes.is_empty() {
            lines.push(line("purposes", &list(&source.purposes), ""));
        }
        let consents: Vec<String> =
            source.consents.iter().map(|(p, columns)| format!("{p} = {}", agreement(columns))).collect();
        if !consents.is_empty() {
            lines.push(line("consent", &format!("{{ {} }}", consents.join(", ")), "init-comment-given"));
        }
        let in_order = |names: &[(String, super::fields::Spec)]| -> Vec<(String, Feed)> {
            let feed =
                |name: &String| source.fed.iter().find(|f| f.name == *name).map(|f| (name.clone(), f.feed.clone()));
            names.iter().filter_map(|(name, _)| feed(name)).collect()
        };
        let columns = in_order(&self.draft.fields);
        let name = format!("sources.{}", source.name);
        if self.density == Density::Wide {
            self.table(&name, "", lines);
            let columns = columns.iter().map(|(field, feed)| line(field, &feed.text(), "")).collect();
            self.table(&format!("{name}.columns"), "init-comment-columns", columns);
        } else {
            let columns: Vec<String> =
                columns.iter().map(|(field, feed)| format!("{field} = {}", feed.text())).collect();
            lines.push(line("columns", &format!("{{ {} }}", columns.join(", ")), ""));
            self.table(&name, "", lines);
        }
        self.blank();
    }

    fn destinations(&mut self) {
        let draft = self.draft;
        let all: Vec<(&str, Vec<Line>)> = draft.destinations.iter().map(|d| (d.purpose, self.destination(d))).collect();
        if self.density == Density::Tight {
            let lines = all.into_iter().map(|(name, lines)| line(name, &inline(lines), "")).collect();
            return self.table("destinations", "", lines);
        }
        for (name, lines) in all {
            self.table(&format!("destinations.{name}"), "", lines);
            self.blank();
        }
    }

    fn destination(&self, destination: &DestinationDraft) -> Vec<Line> {
        let place = &destination.place;
        let mut lines = vec![line("path", &quoted(&place.path), "")];
        lines.extend(place.kind.as_ref().map(|kind| line("kind", &quoted(kind), "")));
        lines.push(line("purposes", &list(&[destination.purpose]), ""));
        lines.extend(self.headings(destination).map(|headings| line("columns", &headings, "")));
        lines
    }

    /// What the columns of a file are called for who reads Russian.
    fn headings(&self, destination: &DestinationDraft) -> Option<String> {
        if self.answers.language == Language::English || !destination.place.is_file {
            return None;
        }
        let purpose = self.draft.purposes.iter().find(|p| p.name == destination.purpose)?;
        let named: Vec<(&String, String)> = purpose.needs.iter().map(|field| (field, self.heading(field))).collect();
        let mut all: Vec<String> = named.iter().map(|(_, heading)| heading.to_lowercase()).collect();
        all.push(ID_COLUMN.to_owned());
        all.sort();
        let are_own = all.array_windows().all(|[a, b]| a != b);
        let named: Vec<String> =
            named.iter().map(|(field, heading)| format!("{field} = {}", quoted(heading))).collect();
        are_own.then(|| format!("{{ {} }}", named.join(", ")))
    }

    fn heading(&self, field: &str) -> String {
        let own = match field {
            "name" => "init-heading-name",
            "phone" => "init-heading-phone",
            "email" => "init-heading-email",
            "company" => "init-heading-company",
            "address" => "init-heading-address",
            "born" => "init-heading-born",
            "inn" => "init-heading-inn",
            "job" => "init-heading-job",
            _ => "",
        };
        let feeds = self.draft.sources.iter().flat_map(|s| &s.fed).filter(|f| f.name == field);
        let theirs = feeds.flat_map(|f| f.feed.headers().into_iter().map(str::to_owned)).next();
        // A file guards what begins like a formula.
        let theirs = theirs.filter(|t| t.starts_with(char::is_alphanumeric) || t.starts_with('№'));
        if own.is_empty() { theirs.unwrap_or_else(|| field.to_owned()) } else { self.say(own) }
    }
}

fn line(key: &str, value: &str, comment: &'static str) -> Line {
    (key.to_owned(), value.to_owned(), comment)
}

/// The lines of a table as one value.
fn inline(lines: Vec<Line>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|(key, value, _)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", lines.join(", "))
}

fn agreement(columns: &Agreement) -> String {
    let mut parts = vec![format!("given = {}", quoted(&columns.given))];
    parts.extend(columns.date.as_ref().map(|date| format!("date = {}", quoted(date))));
    parts.extend(columns.withdrawn.as_ref().map(|withdrawn| format!("withdrawn = {}", quoted(withdrawn))));
    format!("{{ {} }}", parts.join(", "))
}
