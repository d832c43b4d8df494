//! Why people may be kept, as far as their lists tell.

use super::{answers::Why, list::Proposal};
use crate::{
    config::Profile,
    finding::{Code, Trouble},
};

const NO_PEOPLE: Code = Code::new("init-no-people");
const ONLY_REFUSALS: Code = Code::new("init-only-refusals");
const NAMELESS: Code = Code::new("init-refusals-nameless");
const NO_DATE: Code = Code::new("init-no-date");
const NO_CONSENT: Code = Code::new("init-no-consent");
const NO_NEWSLETTER: Code = Code::new("init-no-newsletter");
const NOTHING_REFUSED: Code = Code::new("init-nothing-to-refuse");

/// What may be answered, and what is assumed where nobody answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choices {
    /// The reasons that the lists allow.
    pub why: Vec<Why>,
    /// The one that sends least of those that the lists speak for.
    pub default: Why,
    /// The law that probably counts.
    pub profile: Profile,
    /// Whether every list tells when people were last here.
    pub has_dates: bool,
}

impl Proposal {
    /// Whether it has nothing but whom to write to, and who agreed to that.
    pub(super) fn is_newsletter(&self) -> bool {
        self.newsletter.is_some()
            && self.agreed.is_none()
            && self.fed.iter().all(|f| matches!(&*f.name, "name" | "email"))
    }

    fn has(&self, field: &str) -> bool {
        self.fed.iter().any(|f| f.name == field)
    }
}

/// What the lists leave to their owner.
///
/// # Errors
/// Lists without people, and nothing but lists of people who said no.
pub fn choices(lists: &[Proposal], russian: bool) -> Result<Choices, Trouble> {
    for list in lists {
        let named =
            ["phone", "email", "snils", "inn"].iter().any(|f| list.has(f)) || list.has("name") && list.has("born");
        if list.refuses && !named {
            return Err(Trouble::new(NAMELESS, &list.called));
        }
        if !["name", "company", "phone", "email"].iter().any(|f| list.has(f)) {
            return Err(Trouble::new(NO_PEOPLE, &list.called));
        }
    }
    let people: Vec<&Proposal> = lists.iter().filter(|l| !l.refuses).collect();
    if people.is_empty() {
        return Err(Trouble::new(ONLY_REFUSALS, lists.first().map_or("", |l| &l.called)));
    }
    let main: Vec<&Proposal> = people.iter().copied().filter(|l| !l.is_newsletter()).collect();
    let counted = if main.is_empty() { &people } else { &main };
    let has_dates = counted.iter().all(|l| l.event.is_some());
    let default = if main.is_empty() {
        Why::Newsletter
    } else if main.iter().any(|l| l.agreed.is_some()) {
        Why::Agreed
    } else if has_dates && judge(lists, Why::Clients).is_ok() {
        Why::Clients
    } else {
        Why::Interest
    };
    let why = Why::ALL.iter().map(|(_, why)| *why).filter(|why| judge(lists, *why).is_ok()).collect();
    Ok(Choices { why, default, profile: profile(lists, russian), has_dates })
}

/// 152-FZ for who speaks Russian or has Russian phones, the GDPR for others, unless all speaks of the United States.
fn profile(lists: &[Proposal], russian: bool) -> Profile {
    if russian || lists.iter().any(|l| l.profile == Some(Profile::Ru)) {
        Profile::Ru
    } else if lists.iter().any(|l| l.profile == Some(Profile::None)) {
        Profile::None
    } else {
        Profile::Eu
    }
}

/// The lists whose people are kept for a reason, and not for a newsletter alone.
pub(super) fn kept_for(list: &Proposal, lists: &[Proposal], why: Why) -> bool {
    let others = lists.iter().any(|l| !l.refuses && !l.is_newsletter());
    why != Why::Newsletter && !list.refuses && (!list.is_newsletter() || !others)
}

/// Whether the lists allow a reason.
pub(super) fn judge(lists: &[Proposal], why: Why) -> Result<(), Trouble> {
    let has_newsletter = lists.iter().any(|l| !l.refuses && l.newsletter.is_some());
    if why == Why::Newsletter {
        let lacking = lists.iter().find(|l| !l.refuses && l.newsletter.is_none());
        return lacking.map_or(Ok(()), |l| Err(Trouble::new(NO_NEWSLETTER, &l.called)));
    }
    for list in lists.iter().filter(|l| kept_for(l, lists, why)) {
        if why.needs_date() && list.event.is_none() {
            return Err(Trouble::new(NO_DATE, &list.called));
        }
        if why == Why::Agreed && list.agreed.is_none() {
            return Err(Trouble::new(NO_CONSENT, &list.called));
        }
    }
    match lists.iter().find(|l| l.refuses) {
        Some(list) if why.needs_date() && !has_newsletter => Err(Trouble::new(NOTHING_REFUSED, &list.called)),
        _ => Ok(()),
    }
}
