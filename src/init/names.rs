//! Which columns make the name of a person, and of a firm.

use super::{
    fields::{Fed, Feed, Spec, Whole},
    list::{Placed, Proposal, Reading},
    words::Role,
};

/// Places the columns of names.
pub(super) fn place(list: &Reading<'_>, proposal: &mut Proposal) {
    let parts: Vec<(&'static str, &Placed)> =
        [(Role::Family, "family"), (Role::Given, "given"), (Role::Patronymic, "patronymic")]
            .into_iter()
            .filter_map(|(role, part)| Some((part, list.of(role).next()?)))
            .collect();
    let mut wholes: Vec<&Placed> = list.of(Role::Name).collect();
    let mut alternatives = Vec::new();
    match parts.as_slice() {
        [] => {}
        // `Имя` alone holds what people call themselves.
        [(_, alone)] => {
            if wholes.is_empty() {
                wholes.push(alone);
            } else {
                Reading::left(alone, "init-left-second", proposal);
            }
        }
        parts => {
            parts.iter().for_each(|(_, placed)| Reading::used(placed, "name", proposal));
            alternatives.push(Whole::Parts(parts.iter().map(|(part, p)| (*part, p.header.clone())).collect()));
        }
    }
    for (i, placed) in wholes.iter().enumerate() {
        // A second name in one row is somebody else; on another tab it is what that tab calls the same.
        if i == 0 || !placed.in_all && !wholes[0].in_all {
            Reading::used(placed, "name", proposal);
            alternatives.push(Whole::Column(placed.header.clone()));
        } else {
            Reading::left(placed, "init-left-second", proposal);
        }
    }
    if !alternatives.is_empty() {
        proposal.fed.push(Fed::new("name", Spec::Kind("person_name"), Feed::First(alternatives)));
    }
    for (i, placed) in list.of(Role::Organization).enumerate() {
        if i > 0 {
            Reading::left(placed, "init-left-second", proposal);
            continue;
        }
        Reading::used(placed, "company", proposal);
        proposal.fed.push(Fed::new("company", Spec::Kind("organization"), Feed::one(&placed.header)));
    }
}
