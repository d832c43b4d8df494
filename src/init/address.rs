//! Which columns make an address.

use std::collections::BTreeMap;

use super::{
    fields::{Fed, Feed, Spec, Whole},
    list::{Placed, Proposal, Reading},
    words::Role,
};
use crate::{check::mess, sheet::Raw};

/// The parts of an address in the config.
const PARTS: [(Role, &str); 5] = [
    (Role::Street, "street"),
    (Role::City, "city"),
    (Role::Region, "region"),
    (Role::Postcode, "postcode"),
    (Role::Country, "country"),
];

/// Places the columns of addresses: one address, and never parts of two.
pub(super) fn place(list: &Reading<'_>, proposal: &mut Proposal) {
    let mut groups: BTreeMap<(u8, String), Vec<(&'static str, &Placed)>> = BTreeMap::new();
    for (role, part) in PARTS {
        for placed in list.of(role) {
            let parts = groups.entry(group(&placed.header)).or_default();
            if parts.iter().all(|(p, _)| *p != part) {
                parts.push((part, placed));
            }
        }
    }
    let whole = list.of(Role::Address).next();
    let mut parts = groups.into_values().next().unwrap_or_default();
    let feed = match whole {
        Some(whole) if parts.is_empty() || has_all(list, whole, &parts) => Feed::one(&whole.header),
        Some(whole) => {
            if parts.iter().any(|(part, _)| *part == "street") {
                Feed::one(&whole.header)
            } else {
                parts.push(("street", whole));
                Feed::First(vec![Whole::Parts(headers(&parts))])
            }
        }
        None if parts.iter().all(|(part, _)| *part == "country") => return country(&parts, proposal),
        None => Feed::First(vec![Whole::Parts(headers(&parts))]),
    };
    let named = feed.headers();
    for placed in
        list.placed.iter().filter(|p| p.role == Role::Address || PARTS.iter().any(|(role, _)| *role == p.role))
    {
        if named.contains(&placed.header.as_str()) {
            Reading::used(placed, "address", proposal);
        } else {
            Reading::left(placed, "init-left-address", proposal);
        }
    }
    proposal.fed.push(Fed::new("address", Spec::Kind("postal_address"), feed));
}

/// A country without an address is a field of its own.
fn country(parts: &[(&'static str, &Placed)], proposal: &mut Proposal) {
    if let Some((_, placed)) = parts.first() {
        Reading::used(placed, "country", proposal);
        proposal.fed.push(Fed::new("country", Spec::Kind("country"), Feed::one(&placed.header)));
    }
}

fn headers(parts: &[(&'static str, &Placed)]) -> Vec<(&'static str, String)> {
    parts.iter().map(|(part, placed)| (*part, placed.header.clone())).collect()
}

/// Whose address it is, by the header's first word: one at home comes before one at work.
fn group(header: &str) -> (u8, String) {
    let first = header.split_whitespace().next().unwrap_or_default().to_lowercase();
    match first.as_str() {
        "home" | "домашний" | "домашняя" => (0, first),
        "business" | "other" | "work" | "рабочий" | "рабочая" => (2, first),
        _ => {
            // `Address 2 - City`
            let number: String = header.chars().filter(char::is_ascii_digit).collect();
            (1, number)
        }
    }
}

/// Whether whole addresses hold their cities already.
fn has_all(list: &Reading<'_>, whole: &Placed, parts: &[(&'static str, &Placed)]) -> bool {
    let Some((_, city)) = parts.iter().find(|(part, _)| *part == "city").or_else(|| parts.first()) else {
        return false;
    };
    let texts = |placed: &Placed| -> Vec<String> {
        let text = |raw: &Raw<'_>| match raw {
            Raw::Text(text) => Some(mess::clean(text).to_lowercase()),
            _ => None,
        };
        list.cells(placed).iter().filter_map(text).collect()
    };
    let (addresses, cities) = (texts(whole), texts(city));
    let with = addresses.iter().filter(|address| cities.iter().any(|city| address.contains(city.as_str()))).count();
    with * 2 > addresses.len()
}
