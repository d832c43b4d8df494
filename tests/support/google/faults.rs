//! What goes wrong, and when; and what people do to the sheets meanwhile.

use std::time::Duration;

use super::{grid::Books, refusal::Refusal, request::Asked, server::Reply};

/// What goes wrong with one answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It comes late.
    Slow(Duration),
    /// Done, but of the body only so many bytes come, fewer than announced.
    Cut(usize),
    /// Done, but of a body of unannounced length only so many bytes come.
    CutChunked(usize),
    /// The connection ends and nothing was done.
    DropBefore,
    /// Done, and the connection ends without an answer.
    DropAfter,
    /// Nothing was done, and this is the answer.
    Says(Reply),
    /// Nothing was done, and the body never ends.
    Endless,
}

impl Fault {
    /// Each of them once, by names for a test to say; the late one comes so late.
    pub(crate) fn every(late: Duration) -> Vec<(&'static str, Self)> {
        vec![
            ("slow", Self::Slow(late)),
            ("cut", Self::Cut(30)),
            ("cut before the body", Self::Cut(0)),
            ("cut in chunks", Self::CutChunked(30)),
            ("dropped before", Self::DropBefore),
            ("dropped after", Self::DropAfter),
            ("429", Self::google(429)),
            ("429 with a time", Self::google(429).retry_after(1)),
            ("500", Self::google(500)),
            ("502 of HTML", Self::html(502)),
            ("503", Self::google(503)),
            ("503 of nothing", Self::says(503, "")),
            ("nothing", Self::says(200, "")),
            ("garbage", Self::garbage()),
            ("of another shape", Self::wrong_shape()),
            ("a list", Self::says(200, "[]")),
            ("redirected", Self::redirect("http://127.0.0.1:1/")),
            ("endless", Self::Endless),
        ]
    }

    /// A refusal in Google's form.
    pub(crate) fn google(code: u16) -> Self {
        let (status, message) = match code {
            429 => ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
            500 => ("INTERNAL", "Internal error encountered."),
            503 => ("UNAVAILABLE", "The service is currently unavailable."),
            504 => ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
            _ => ("UNKNOWN", "Unknown error."),
        };
        Self::Says(Reply::refused(&Refusal::new(code, status, message)))
    }

    /// An error page of something before Google, as of its load balancers.
    pub(crate) fn html(code: u16) -> Self {
        let page = format!("<!DOCTYPE html>\n<html lang=en><title>Error {code}!!1</title><p>That’s an error.\n");
        Self::Says(Reply::of(code, "text/html; charset=UTF-8", page.into_bytes()))
    }

    pub(crate) fn says(code: u16, body: &str) -> Self {
        Self::Says(Reply::of(code, "application/json; charset=UTF-8", body.as_bytes().to_vec()))
    }

    /// 200, and no JSON.
    pub(crate) fn garbage() -> Self {
        Self::says(200, "not json")
    }

    /// 200, and JSON without anything in it.
    pub(crate) fn wrong_shape() -> Self {
        Self::says(200, "{}\n")
    }

    /// To elsewhere.
    pub(crate) fn redirect(url: &str) -> Self {
        let mut reply = Reply::of(302, "text/html; charset=UTF-8", Vec::new());
        reply.headers.push(("location", url.to_owned()));
        Self::Says(reply)
    }

    /// The same with a `Retry-After`.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        match self {
            Self::Says(mut reply) => {
                reply.headers.push(("retry-after", seconds.to_string()));
                Self::Says(reply)
            }
            other => other,
        }
    }
}

type Test = Box<dyn Fn(&Asked) -> bool + Send>;
type Change = Box<dyn FnOnce(&mut Books) + Send>;

/// What is planned. Requests are counted from one, those for tokens among them.
#[derive(Default)]
pub(crate) struct Plans {
    faults: Vec<Planned>,
    edits: Vec<(usize, Moment, Change)>,
}

struct Planned {
    when: Test,
    at: Option<usize>,
    fault: Fault,
    once: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    After,
}

impl Plans {
    pub(crate) fn at(&mut self, number: usize, fault: Fault) {
        self.faults.push(Planned { when: Box::new(|_| true), at: Some(number), fault, once: true });
    }

    pub(crate) fn when(&mut self, test: impl Fn(&Asked) -> bool + Send + 'static, fault: Fault, once: bool) {
        self.faults.push(Planned { when: Box::new(test), at: None, fault, once });
    }

    pub(crate) fn edit(&mut self, number: usize, moment: Moment, change: impl FnOnce(&mut Books) + Send + 'static) {
        self.edits.push((number, moment, Box::new(change)));
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What goes wrong with a request: what is planned for its number, or else the first that fits.
    pub(crate) fn fault(&mut self, number: usize, asked: &Asked) -> Option<Fault> {
        let numbered = self.faults.iter().position(|plan| plan.at == Some(number));
        let found = numbered.or_else(|| self.faults.iter().position(|p| p.at.is_none() && (p.when)(asked)))?;
        let once = self.faults[found].once;
        Some(if once { self.faults.remove(found).fault } else { self.faults[found].fault.clone() })
    }

    /// Does what people do before or after a request.
    pub(crate) fn edits(&mut self, number: usize, moment: Moment, books: &mut Books) {
        let (due, later) =
            std::mem::take(&mut self.edits).into_iter().partition(|(at, when, _)| (*at, *when) == (number, moment));
        self.edits = later;
        due.into_iter().for_each(|(_, _, change): (usize, Moment, Change)| change(books));
    }
}
