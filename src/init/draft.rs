//! Several lists as one config: the same things are the same fields.

use super::{
    answers::{Answers, Place, Why},
    cells::Share,
    column::Use,
    fields::{EVENT, Fed, Feed, Spec, dispensable},
    list::{Agreement, Proposal, Seen},
    purpose::{judge, kept_for},
    quote::{slug, unique},
};
use crate::finding::Trouble;

/// A config before it is text.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) fields: Vec<(String, Spec)>,
    pub(super) purposes: Vec<PurposeDraft>,
    pub(super) sources: Vec<SourceDraft>,
    pub(super) destinations: Vec<DestinationDraft>,
    /// Fields that there was no room for, or that two lists mean differently.
    pub left: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct PurposeDraft {
    pub(super) name: &'static str,
    pub(super) why: Why,
    pub(super) needs: Vec<String>,
    /// Without it nobody can be written to.
    pub(super) required: Option<String>,
    /// The term after the event, or until somebody says no.
    pub(super) term: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct SourceDraft {
    pub(super) name: String,
    pub(super) list: Proposal,
    pub(super) fed: Vec<Fed>,
    pub(super) purposes: Vec<&'static str>,
    pub(super) consents: Vec<(&'static str, Agreement)>,
}

#[derive(Clone, Debug)]
pub(super) struct DestinationDraft {
    pub(super) purpose: &'static str,
    pub(super) place: Place,
}

/// The config of the lists with their owner's answers.
///
/// # Errors
/// A reason that the lists don't allow.
pub fn draft(lists: &[Proposal], answers: &Answers) -> Result<Draft, Trouble> {
    judge(lists, answers.why)?;
    let why = answers.why;
    let mut draft = Draft {
        fields: Vec::new(),
        purposes: Vec::new(),
        sources: Vec::new(),
        destinations: Vec::new(),
        left: Vec::new(),
    };
    let mut names = Vec::new();
    for list in lists {
        let name = unique(&slug(&list.name, "list"), &names);
        names.push(name.clone());
        let mut fed = list.fed.clone();
        if let Some((header, order)) = &list.event {
            fed.push(Fed::new(EVENT, Spec::Date { order: *order, birth: false }, Feed::one(header)));
        }
        let mut source = SourceDraft { name, list: list.clone(), fed, purposes: Vec::new(), consents: Vec::new() };
        let is_kept = kept_for(list, lists, why);
        source.consents.extend(
            list.newsletter.clone().filter(|_| !list.refuses).map(|columns| (Why::Newsletter.purpose(), columns)),
        );
        if is_kept && why == Why::Agreed {
            source.consents.extend(list.agreed.clone().map(|columns| (why.purpose(), columns)));
        } else if is_kept {
            source.purposes.push(why.purpose());
        }
        source
            .fed
            .retain(|f| if list.refuses { is_contact(&f.name, list) } else { is_kept || is_letter(&f.name, list) });
        draft.sources.push(source);
    }
    draft.gather();
    if why != Why::Newsletter {
        let dated = lists.iter().filter(|l| kept_for(l, lists, why)).all(|l| l.event.is_some());
        let term = Some(answers.keep.clone()).filter(|_| dated && why != Why::Agreed);
        draft.add(why, term, answers.main.clone());
    }
    if draft.sources.iter().any(|s| s.consents.iter().any(|(p, _)| *p == Why::Newsletter.purpose())) {
        let place = if why == Why::Newsletter { &answers.main } else { &answers.newsletter };
        draft.add(Why::Newsletter, None, place.clone());
    }
    Ok(draft)
}

/// What a list of refusals is read for: whom each row means.
fn is_contact(field: &str, list: &Proposal) -> bool {
    let has_birth = list.fed.iter().any(|f| f.name == "born");
    matches!(field, "phone" | "email" | "snils" | "inn") || has_birth && matches!(field, "name" | "born")
}

/// What a newsletter needs: a name, and an address to write to.
fn is_letter(field: &str, list: &Proposal) -> bool {
    let has_email = list.fed.iter().any(|f| f.name == "email");
    matches!(field, "name" | "email") || !has_email && field == "phone"
}

impl Draft {
    /// The fields of all lists, the most useful first.
    fn gather(&mut self) {
        let rank = |(name, spec): &(String, Spec)| match name.as_str() {
            "name" => 0,
            "phone" => 2,
            "email" => 3,
            EVENT => 100,
            name => 4 + dispensable(name, spec).unwrap_or_default(),
        };
        let fed: Vec<Fed> = self.sources.iter().flat_map(|s| s.fed.iter().cloned()).collect();
        for Fed { name, spec, .. } in fed {
            let Some((_, known)) = self.fields.iter_mut().find(|(n, _)| *n == name) else {
                self.fields.push((name, spec));
                continue;
            };
            match known.with(&spec) {
                Some(both) => *known = both,
                None => self.left.push(name),
            }
        }
        self.fields.sort_by_key(rank);
        for name in self.left.clone() {
            self.remove(&name);
        }
    }

    fn add(&mut self, why: Why, term: Option<String>, place: Place) {
        let purpose = why.purpose();
        let serves = |s: &&SourceDraft| s.purposes.contains(&purpose) || s.consents.iter().any(|(p, _)| *p == purpose);
        let sources: Vec<&SourceDraft> = self.sources.iter().filter(serves).collect();
        let is_fed = |name: &str| sources.iter().any(|s| s.fed.iter().any(|f| f.name == name));
        let wanted = |name: &str| {
            let letter = matches!(name, "name" | "email") || name == "phone" && !is_fed("email");
            is_fed(name) && (why != Why::Newsletter || letter)
        };
        let needs = self.fields.iter().map(|(name, _)| name.clone()).filter(|name| wanted(name)).collect();
        let to = ["email", "phone"].into_iter().find(|to| sources.iter().all(|s| s.fed.iter().any(|f| f.name == *to)));
        let required = to.filter(|to| why == Why::Newsletter && wanted(to)).map(str::to_owned);
        self.purposes.push(PurposeDraft { name: purpose, why, needs, required, term });
        self.destinations.push(DestinationDraft { purpose, place });
    }

    /// Leaves out a field everywhere.
    pub(super) fn remove(&mut self, name: &str) {
        self.fields.retain(|(n, _)| n != name);
        self.purposes.iter_mut().for_each(|p| p.needs.retain(|n| n != name));
        for source in &mut self.sources {
            source.fed.retain(|f| f.name != name);
        }
    }

    /// Leaves out the field that is least missed; says which, if one could be.
    pub(super) fn shrink(&mut self) -> Option<String> {
        let ranked = self.fields.iter().filter_map(|(name, spec)| Some((dispensable(name, spec)?, name)));
        let (_, name) = ranked.max_by_key(|(rank, _)| *rank)?;
        let name = name.clone();
        self.remove(&name);
        self.left.push(name.clone());
        Some(name)
    }

    /// What became of the columns of a list at last.
    #[must_use]
    pub fn seen(&self, list: &Proposal) -> Vec<(String, Use, Share)> {
        let source = self.sources.iter().find(|s| s.list.location == list.location);
        let is_fed = |field: &String| source.is_some_and(|s| s.fed.iter().any(|f| f.name == *field));
        let used = |used: &Use| match used {
            Use::Fields(fields) => {
                let kept: Vec<String> = fields.iter().filter(|f| is_fed(f)).cloned().collect();
                match kept.is_empty() {
                    false => Use::Fields(kept),
                    true if fields.iter().any(|f| self.left.contains(f)) => Use::Nothing("init-left-room"),
                    true => Use::Nothing("init-left-needless"),
                }
            }
            other => other.clone(),
        };
        let dates = |header: &String| list.event.as_ref().is_some_and(|(event, _)| event == header);
        let seen = |c: &Seen| {
            let used = match used(&c.used) {
                Use::Nothing("init-left-needless") if dates(&c.header) => Use::Consent,
                used => used,
            };
            (c.header.clone(), used, c.share)
        };
        list.columns.iter().map(seen).collect()
    }
}
