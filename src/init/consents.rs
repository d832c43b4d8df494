//! Who agreed, and who said no.

use super::{
    cells,
    column::Use,
    list::{Agreement, Placed, Proposal, Reading, SAMPLE_ROWS},
    words::{Role, TIMESTAMP},
};

impl Reading<'_> {
    /// Who agreed, when, and who said no since.
    pub(super) fn consents(&self, proposal: &mut Proposal) {
        let in_all = |role: Role| self.of(role).find(|p| p.in_all);
        let (newsletter, agreed) = (in_all(Role::Newsletter), in_all(Role::Agreed));
        let withdrawn = in_all(Role::Withdrawn);
        // A form is filled in on the day on which it is agreed to.
        let date = in_all(Role::ConsentDate).or_else(|| in_all(Role::Date(TIMESTAMP)));
        // A list that is there for the newsletter alone dates nothing else.
        let only_letters = proposal.fed.iter().all(|f| matches!(&*f.name, "name" | "email"));
        let date = date.or_else(|| in_all(Role::Date(7)).filter(|_| only_letters));
        let (news, general) = (newsletter.is_some(), agreed.is_some());
        let columns = |given: &Placed, with_no: bool| Agreement {
            given: given.header.clone(),
            date: date.map(|p| p.header.clone()),
            withdrawn: withdrawn.filter(|_| with_no).map(|p| p.header.clone()),
        };
        proposal.newsletter = newsletter.map(|given| columns(given, true));
        proposal.agreed = agreed.map(|given| columns(given, true));
        let parts = [
            newsletter,
            agreed,
            withdrawn.filter(|_| news || general),
            in_all(Role::ConsentDate).filter(|_| news || general),
        ];
        for placed in parts.into_iter().flatten() {
            proposal.columns[placed.at].used = Use::Consent;
            proposal.columns[placed.at].share = placed.share;
        }
        if !news && !general {
            proposal.lone_withdrawal = self.of(Role::Withdrawn).next().map(|p| p.header.clone());
            self.of(Role::Withdrawn).for_each(|p| Self::left(p, "init-left-no-yes", proposal));
            self.of(Role::ConsentDate).for_each(|p| Self::left(p, "init-left-no-yes", proposal));
        }
        for placed in self.of(Role::Newsletter).chain(self.of(Role::Agreed)) {
            Self::left(placed, "init-left-tabs", proposal);
        }
    }

    /// Whether everybody on it said no: its name says so, or every row does.
    pub(super) fn refusals(&self, proposal: &mut Proposal) {
        const WORDS: [&str; 17] = [
            "stop",
            "стоп",
            "отписал",
            "отписк",
            "отказ",
            "unsub",
            "refus",
            "optout",
            "opt-out",
            "opt_out",
            "blacklist",
            "suppress",
            "do-not",
            "do_not",
            "donot",
            "чс",
            "черный список",
        ];
        let named = |name: &str| {
            let name = name.to_lowercase().replace('ё', "е");
            WORDS.iter().any(|word| {
                if *word == "чс" {
                    name == *word
                } else {
                    name.starts_with(word) || name.contains(&format!(" {word}"))
                }
            })
        };
        let titles = || self.tabs.iter().filter_map(|t| t.title.as_deref());
        let withdrawn = self.of(Role::Withdrawn).next();
        let everybody = withdrawn.is_some_and(|p| self.is_full(p));
        let by_name = named(self.name) || titles().count() > 0 && titles().all(named);
        let nobody_agreed = proposal.newsletter.is_none() && proposal.agreed.is_none();
        if !(by_name || everybody && nobody_agreed) {
            return;
        }
        proposal.refuses = true;
        proposal.lone_withdrawal = None;
        if let Some(withdrawn) = withdrawn.filter(|p| p.in_all) {
            proposal.columns[withdrawn.at].used = Use::Consent;
            let dates =
                cells::dates(cells::order(self.cells(withdrawn)), false, self.custom.russian, self.cells(withdrawn));
            if dates.is(80) && proposal.event.is_none() {
                proposal.event = Some((withdrawn.header.clone(), None));
            }
        }
    }

    /// Whether every row says something in a column.
    fn is_full(&self, placed: &Placed) -> bool {
        let rows: usize = self.tabs.iter().map(|t| t.rows.len()).sum();
        rows > 0 && rows <= SAMPLE_ROWS && self.cells(placed).len() == rows
    }
}
