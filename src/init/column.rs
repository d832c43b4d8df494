//! What one column of a list is: what its header says, if its cells agree.

use super::{
    cells::{self, Share},
    words::{self, Role},
};
use crate::sheet::Raw;

/// A column, over all tabs of a list.
pub(super) struct Column<'a> {
    /// The header's text, as it stands first.
    pub(super) header: String,
    /// The cells of a sample that hold something.
    pub(super) cells: Vec<Raw<'a>>,
    /// Whether every tab has it.
    pub(super) in_all: bool,
    /// Whether some tab has it twice.
    pub(super) doubled: bool,
}

/// What a column feeds, or why it feeds nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Use {
    /// Fields, by name: more than one where a cell holds several things.
    Fields(Vec<String>),
    /// It says who agreed, who said no, or when.
    Consent,
    /// It identifies rows, and nothing else.
    Key,
    /// Nothing, and why: a text of the catalogue.
    Nothing(&'static str),
}

/// What a column seems to be, cells considered.
pub(super) enum Seems {
    /// All of these, each read from the same cell.
    Roles(Vec<(Role, Share)>),
    /// Nothing that is taken, and why.
    Nothing(&'static str),
}

/// So many cells of a hundred must read well for a header to be believed.
const BELIEVED: usize = 50;

/// So many must, where the header says nothing.
const EVIDENT: usize = 80;

/// So many must, where a cell may hold several things.
const AMONG_OTHERS: usize = 30;

/// What the language and the dates of a list say about how its cells are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Custom {
    pub(super) russian: bool,
    pub(super) american: bool,
    /// The country whose numbers stand without + and code.
    pub(super) region: Option<&'static str>,
}

impl Column<'_> {
    /// How the cells read as what the header says.
    pub(super) fn share(&self, role: Role, custom: Custom) -> Share {
        let plain = cells::plain();
        let of = |kind, part| cells::share(kind, part, &plain, &self.cells);
        match role {
            Role::Name | Role::Client => of("person_name", None),
            Role::Family => of("person_name", Some("family")),
            Role::Given => of("person_name", Some("given")),
            Role::Patronymic => of("person_name", Some("patronymic")),
            Role::Organization => of("organization", None),
            Role::Phone | Role::Contacts => cells::share("phone", None, &cells::in_region(custom.region), &self.cells),
            Role::Email => of("email", None),
            Role::Address => of("postal_address", None),
            Role::Street => of("postal_address", Some("street")),
            Role::City => of("postal_address", Some("city")),
            Role::Region => of("postal_address", Some("region")),
            Role::Postcode => of("postal_address", Some("postcode")),
            Role::Country => of("country", None),
            Role::Birth | Role::Date(_) | Role::ConsentDate => {
                let order = cells::order(&self.cells);
                cells::dates(order, role == Role::Birth, custom.russian, &self.cells)
            }
            Role::Inn => of("inn", None),
            Role::Ogrn => of("ogrn", None),
            Role::Snils => of("snils", None),
            Role::Id => of("id", None),
            Role::Url => of("url", None),
            Role::Money => of("money", None),
            Role::Number => of("number", None),
            Role::Newsletter | Role::Agreed => cells::answers(&self.cells),
            Role::Withdrawn | Role::Job | Role::Choice => of("text", None),
            Role::RowNumber | Role::Notes | Role::Other | Role::Passed => Share::default(),
        }
    }

    /// What it seems to be.
    pub(super) fn seems(&self, custom: Custom) -> Seems {
        if self.header.is_empty() {
            return Seems::Nothing("init-left-unnamed");
        }
        if self.doubled {
            return Seems::Nothing("init-left-doubled");
        }
        if let Some(several) = self.several(custom) {
            return Seems::Roles(several);
        }
        let said = words::role(&self.header);
        if let Some(why) = said.and_then(passed) {
            return Seems::Nothing(why);
        }
        // Who agreed is not for the cells to say: where nobody can be read to have, nobody has.
        if let Some(role @ (Role::Agreed | Role::Withdrawn)) = said {
            return Seems::Roles(vec![(role, self.share(role, custom))]);
        }
        if self.cells.is_empty() {
            return Seems::Nothing("init-left-empty");
        }
        match said.and_then(|role| self.agrees(role, custom)).or_else(|| self.evident(custom)) {
            Some(found) => Seems::Roles(vec![found]),
            None if said.is_some() => Seems::Nothing("init-left-unread"),
            None => Seems::Nothing("init-left-unknown"),
        }
    }

    /// What the header says, where the cells agree with it.
    fn agrees(&self, said: Role, custom: Custom) -> Option<(Role, Share)> {
        let role = match said {
            Role::Client | Role::Organization if cells::firms(&self.cells).is(AMONG_OTHERS) => Role::Organization,
            Role::Client => Role::Name,
            Role::Organization if cells::whole_names(&self.cells).is(EVIDENT) => Role::Name,
            said => said,
        };
        let share = self.share(role, custom);
        share.is(BELIEVED).then_some((role, share))
    }

    /// What cells are whatever their header says: nothing else looks like an e-mail address or a phone.
    fn evident(&self, custom: Custom) -> Option<(Role, Share)> {
        let email = self.share(Role::Email, custom);
        if email.is(EVIDENT) {
            return Some((Role::Email, email));
        }
        let phone = self.share(Role::Phone, custom);
        let long = self.cells.iter().filter(|c| digits(c) >= 10).count();
        (phone.is(EVIDENT) && long * 100 >= self.cells.len() * EVIDENT).then_some((Role::Phone, phone))
    }

    /// The names, phones and e-mails that stand together in one cell, where the header or the cells say so.
    fn several(&self, custom: Custom) -> Option<Vec<(Role, Share)>> {
        let named: Vec<Role> = words::roles_of_parts(&self.header).into_iter().filter_map(group).collect();
        let whole = words::role(&self.header);
        let mut tried: Vec<Role> = match whole {
            Some(Role::Contacts | Role::Phone) => vec![Role::Phone, Role::Email],
            Some(Role::Name | Role::Client) => vec![Role::Name, Role::Phone, Role::Email],
            _ => Vec::new(),
        };
        tried.extend(named.iter().copied());
        tried.sort_unstable();
        tried.dedup();
        let with_share = |role: Role| (role, self.share(role, custom));
        let mut found: Vec<(Role, Share)> = tried.into_iter().map(with_share).collect();
        found.retain(|(_, share)| share.is(AMONG_OTHERS));
        let is_several = found.len() > 1 || whole == Some(Role::Contacts) && found.len() == 1;
        is_several.then_some(found)
    }
}

/// The names, phones and e-mails among roles: each can be read from among the others.
fn group(role: Role) -> Option<Role> {
    match role {
        Role::Name | Role::Family | Role::Given | Role::Patronymic | Role::Client => Some(Role::Name),
        Role::Phone | Role::Email => Some(role),
        _ => None,
    }
}

/// Why columns of a role feed nothing, whatever they hold.
fn passed(role: Role) -> Option<&'static str> {
    match role {
        Role::RowNumber => Some("init-left-row-number"),
        Role::Notes => Some("init-left-notes"),
        Role::Other => Some("init-left-other"),
        Role::Passed => Some("init-left-passed"),
        _ => None,
    }
}

fn digits(raw: &Raw<'_>) -> usize {
    match raw {
        Raw::Text(text) => text.chars().filter(char::is_ascii_digit).count(),
        Raw::Number(n) => format!("{n:.0}").len(),
        _ => 0,
    }
}
